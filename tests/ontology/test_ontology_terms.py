"""The ontology holds every term of the contract, complete in both languages."""

import re
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, URIRef

from ontology.loading import (
    aggregate_file,
    alignment_files,
    load_files,
    load_ontology,
    module_files,
    restrictions_file,
)
from ontology.namespaces import EMP, ONT
from ontology.terms import list_terms

CLASSES = """
TimeBoundEntity SpatialUnit Territory AdministrativeTerritory Country Region Department
Arrondissement Commune IntermunicipalTerritory TerritorialEstablishment InfraCommunalArea
MunicipalArrondissement DelegatedCommune AssociatedCommune PriorityNeighbourhood AdHocTerritory
Perimeter TerritorialMembership ReferenceVintage Actor PublicActor EuropeanBody CentralStateBody
StateAgency DeconcentratedService LocalAuthority IntermunicipalBody MixedSyndicate LocalActionGroup
PrivateActor CoordinationBody Participation ProgrammingFramework InstrumentFamily Instrument
CitedInstrument InstrumentRelation Deployment Contract PlanInForce LabelAward ZoningDesignation
FundingAward EngineeringSupport ReciprocityContract Commitment FinancialCommitment Fund LegalAct
SourceDataset SourceRecord IngestRun CatalogueStatement Indicator IndicatorObservation Claim
StackObservation StackingMeasure StackingScenario SupranationalTerritory TerritorialEvent
"""
OBJECT_PROPERTIES = """
startCertainty endCertainty endStatus theme scale hasPart partOf existsIn seat legalForm
fundingRegime zone perimeterMember perimeterExtent expressedIn membershipPart membershipWhole
administers participant participationIn role actorScale actorCategory precededBy succeededBy family
primaryKind secondaryKind origin modality selectionMode inheritanceMode perimeterDynamics excludes
designScale applicationScale designedBy managedBy fundedBy signedBy mayBeCofundedBy coordinatedBy
anchoredIn axis predecessor successor underFramework designedToIntegrate gathers implements
partOfInstrument establishedBy amendedBy endedBy legalBasis relationSubject relationType
relationObject appliesInstrument perimeter covers coversDirectly coversCollectively touches
coveredBy hasParticipation hasCommitment committedBy commitmentTo benefitsTerritory resourceKind
integrates renews deploymentStatus carriedBy amountStage fromFund fundOf eliUri recordOf supportedBy
confidence heldBy ofIndicator refArea comparedTo about claimKind polarity nature stackInstrument
scenarioVintage underScenario observedUnit ofMeasure commitmentModel valueQualifier status
eventInput eventOutput eventType
"""
DATATYPE_PROPERTIES = """
validFrom validBefore certainFrom certainBefore observedOn officialCode inseeCode sirenCode
programmeCode formerCode postalCode vintageDate referencePopulation municipalPopulation
totalPopulation nutsCode signedOn memberCount substituteCount eligibility objective
declaredThemeCount duration hasOwnFunding hasDedicatedEngineering relationNumber amount currency
legalActType legalActNumber signatureDate recordKey contentHash statedText rowsRead rowsKept
rowsRejected recordNote section refPeriod measureValue unit areaType claimText scenarioDate
scaleRank confidenceRank isState retrievedOn referenceDate mapping mirrorPath codeHash
measureMaximum eventDate
"""
DROPPED = """
dateCertainty
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_ontology()


@pytest.mark.parametrize(
    ("owl_type", "names"),
    [
        (OWL.Class, CLASSES),
        (OWL.ObjectProperty, OBJECT_PROPERTIES),
        (OWL.DatatypeProperty, DATATYPE_PROPERTIES),
    ],
)
def test_every_term_of_the_contract_is_declared(graph: Graph, owl_type: URIRef, names: str) -> None:
    missing = [name for name in names.split() if (EMP[name], RDF.type, owl_type) not in graph]
    assert missing == []


def test_dropped_terms_are_absent(graph: Graph) -> None:
    assert [name for name in DROPPED.split() if (EMP[name], None, None) in graph] == []


def test_every_term_has_one_label_and_one_definition_in_each_language(graph: Graph) -> None:
    faults = []
    for term in list_terms(graph):
        for predicate in (RDFS.label, SKOS.definition):
            languages = sorted(
                getattr(text, "language", "") for text in graph.objects(URIRef(term.iri), predicate)
            )
            if languages != ["en", "fr"]:
                faults.append((term.name, str(predicate), languages))
    assert faults == []


def test_definitions_are_sentences_of_their_own_in_each_language(graph: Graph) -> None:
    terms = list_terms(graph)
    assert [t.name for t in terms if t.definition_fr == t.definition_en] == []
    assert [
        t.name
        for t in terms
        for text in (t.definition_fr, t.definition_en)
        if not re.fullmatch(r"[A-ZÀ-Ý0-9].{15,}\.", text)
    ] == []


def test_a_term_is_declared_in_the_file_of_its_module_only() -> None:
    declared: dict[str, list[str]] = {}
    for path in module_files():
        for term in list_terms(load_files([path])):
            assert term.module == path.stem, term.name
            declared.setdefault(term.name, []).append(path.stem)
    assert {name: files for name, files in declared.items() if len(files) > 1} == {}
    assert list_terms(load_files([aggregate_file(), restrictions_file(), *alignment_files()])) == ()


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("Arrondissement", "AdministrativeTerritory"),
        ("MunicipalArrondissement", "InfraCommunalArea"),
        ("CoordinationBody", "Actor"),
        ("ReciprocityContract", "Contract"),
        ("FinancialCommitment", "Commitment"),
    ],
)
def test_class_hierarchy(graph: Graph, part: str, whole: str) -> None:
    assert (EMP[part], RDFS.subClassOf, EMP[whole]) in graph


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("coversDirectly", "covers"),
        ("inseeCode", "officialCode"),
        ("sirenCode", "officialCode"),
        ("establishedBy", "legalBasis"),
        ("amendedBy", "legalBasis"),
        ("endedBy", "legalBasis"),
    ],
)
def test_property_hierarchy(graph: Graph, part: str, whole: str) -> None:
    assert (EMP[part], RDFS.subPropertyOf, EMP[whole]) in graph


def test_collective_coverage_never_reaches_strict_depth(graph: Graph) -> None:
    above = set(graph.transitive_objects(EMP.coversCollectively, RDFS.subPropertyOf))
    assert EMP.covers not in above
    assert EMP.coversDirectly not in above


def test_framework_and_instrument_may_overlap(graph: Graph) -> None:
    for members in graph.objects(None, OWL.members):
        names = set(graph.items(members))
        assert not {EMP.Instrument, EMP.ProgrammingFramework} <= names
    assert (EMP.Instrument, OWL.disjointWith, EMP.ProgrammingFramework) not in graph


def test_no_range_is_a_date(graph: Graph) -> None:
    assert list(graph.subjects(RDFS.range, XSD.date)) == []


def _imports(graph: Graph) -> dict[URIRef, set[URIRef]]:
    found: dict[URIRef, set[URIRef]] = {}
    for ontology in graph.subjects(RDF.type, OWL.Ontology):
        assert isinstance(ontology, URIRef)
        found[ontology] = {
            value for value in graph.objects(ontology, OWL.imports) if isinstance(value, URIRef)
        }
    return found


def test_imports_stay_among_our_files_and_make_no_circle() -> None:
    imports = _imports(load_ontology(restrictions=True, alignments=True))
    assert {target for targets in imports.values() for target in targets} <= set(imports)
    remaining = dict(imports)
    while remaining:
        leaves = {name for name, targets in remaining.items() if not targets & set(remaining)}
        assert leaves, f"circular imports among {sorted(remaining)}"
        remaining = {name: targets for name, targets in remaining.items() if name not in leaves}


def test_the_aggregate_imports_every_module() -> None:
    modules = {ONT[path.stem] for path in module_files()}
    assert _imports(load_ontology())[URIRef(str(ONT).rstrip("/"))] == modules
    assert len(modules) == 15


def test_a_module_imports_every_module_whose_terms_its_axioms_use() -> None:
    imports = _imports(load_ontology())
    for path in module_files():
        own = ONT[path.stem]
        reachable, stack = {own}, [own]
        while stack:
            for target in imports[stack.pop()] - reachable:
                reachable.add(target)
                stack.append(target)
        whole = load_ontology()
        for value in set(load_files([path]).objects()):
            home = whole.value(value, RDFS.isDefinedBy) if isinstance(value, URIRef) else None
            assert home is None or home in reachable, f"{path.stem} uses {value} without import"


def test_files_say_their_purpose_version_and_licence() -> None:
    for path in (*module_files(), aggregate_file(), restrictions_file(), *alignment_files()):
        assert path.read_text(encoding="utf-8").startswith("# ")
        graph = load_files([path])
        (ontology,) = graph.subjects(RDF.type, OWL.Ontology)
        version = str(graph.value(ontology, OWL.versionIRI))
        assert version == str(ontology).replace("/ont", "/ont/0.2.0", 1)
        for name in ("title", "description", "creator", "license", "created"):
            assert (ontology, URIRef(f"http://purl.org/dc/terms/{name}"), None) in graph, path


def test_nothing_is_the_same_as_anything() -> None:
    whole = load_ontology(restrictions=True, alignments=True)
    assert (None, OWL.sameAs, None) not in whole


def test_modules_hold_no_existential_or_cardinality() -> None:
    graph = load_ontology()
    restrictions = [node for node in graph.subjects(OWL.onProperty) if isinstance(node, BNode)]
    assert restrictions == []


def test_every_term_used_by_the_other_rooms_is_declared(graph: Graph) -> None:
    root = Path(__file__).parents[2]
    known = {term.name for term in list_terms(graph)}
    pattern = re.compile(r"\b(?:EMP\.|emp\(\"|emp:)([A-Za-z]+)")
    unknown = {
        (name, path.name)
        for room in ("ingest", "queries", "api", "shapes")
        for suffix in ("py", "ttl", "rq")
        for path in (root / room).rglob(f"*.{suffix}")
        if "fixtures" not in path.parts
        for name in pattern.findall(path.read_text(encoding="utf-8"))
        if name not in known
    }
    assert unknown == set()
