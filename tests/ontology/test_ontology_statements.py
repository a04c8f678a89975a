"""What is said, measured and attested: the terms of the design stand, where it puts them."""

import pytest
from rdflib import OWL, RDF, RDFS, Graph, URIRef

from ontology.loading import load_ontology
from ontology.namespaces import EMP, ONT

# Classes and properties of sections C.4 and C.5 of the design and of its three additions, then
# what completeness, corrections and pairs of families need beyond it.
MODULES = {
    "instruments": """
        InstrumentFamily Instrument family primaryKind secondaryKind modality selectionMode
        perimeterDynamics excludes inheritanceMode designScale applicationScale designedBy managedBy
        predecessor successor designedToIntegrate""",
    "legal": "LegalAct establishedBy amendedBy endedBy",
    "claims": "Claim about polarity claimKind contradicts addresses",
    "indicators": "Indicator IndicatorObservation measureValue unit refPeriod refArea",
    "provenance": """
        SourceDataset SourceRecord IngestRun recordOf recordKey supportedBy contentHash confidence
        heldBy CompletenessStatement completeFor completeWithin rowNumber appliedRule rowsRead
        rowsKept rowsRejected rowsCorrected rowsUncertain""",
    "stacking": """
        CoverageFact StackObservation PairObservation StackingMeasure StackingScenario
        coverageDeployment coverageUnit coverageExtent coverageShare scenarioDate underScenario
        observedUnit ofMeasure stackInstrument scenarioVintage observedFamily""",
}
LEGS = [
    ("recordOf", "SourceRecord", "SourceDataset"),
    ("completeFor", "CompletenessStatement", "Instrument"),
    ("completeWithin", "CompletenessStatement", "Territory"),
    ("coverageDeployment", "CoverageFact", "Deployment"),
    ("coverageUnit", "CoverageFact", "Territory"),
    ("observedUnit", "StackObservation", "SpatialUnit"),
    ("ofIndicator", "IndicatorObservation", "Indicator"),
    ("scenarioVintage", "StackingScenario", "ReferenceVintage"),
]
CHARACTERISTICS = [
    ("family", OWL.FunctionalProperty),
    ("inheritanceMode", OWL.FunctionalProperty),
    ("perimeterDynamics", OWL.FunctionalProperty),
    ("excludes", OWL.SymmetricProperty),
    ("predecessor", OWL.AsymmetricProperty),
    ("contradicts", OWL.SymmetricProperty),
    ("coverageExtent", OWL.FunctionalProperty),
    ("coverageShare", OWL.FunctionalProperty),
    ("underScenario", OWL.FunctionalProperty),
    ("ofMeasure", OWL.FunctionalProperty),
    ("rowNumber", OWL.FunctionalProperty),
]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_ontology()


def _is(graph: Graph, name: str, kind: URIRef) -> bool:
    return (EMP[name], RDF.type, kind) in graph


@pytest.mark.parametrize("module", MODULES)
def test_the_terms_of_the_design_stand_in_their_module(graph: Graph, module: str) -> None:
    homes = {name: graph.value(EMP[name], RDFS.isDefinedBy) for name in MODULES[module].split()}
    assert {name for name, home in homes.items() if home != ONT[module]} == set()


@pytest.mark.parametrize(("leg", "domain", "target"), LEGS)
def test_a_leg_of_a_node_has_one_value_and_typed_ends(
    graph: Graph, leg: str, domain: str, target: str
) -> None:
    assert _is(graph, leg, OWL.FunctionalProperty)
    assert graph.value(EMP[leg], RDFS.domain) == EMP[domain]
    assert graph.value(EMP[leg], RDFS.range) == EMP[target]


@pytest.mark.parametrize(("name", "characteristic"), CHARACTERISTICS)
def test_a_property_has_the_characteristic_of_the_design(
    graph: Graph, name: str, characteristic: URIRef
) -> None:
    assert _is(graph, name, characteristic)


def test_a_pair_has_two_families(graph: Graph) -> None:
    assert graph.value(EMP.observedFamily, RDFS.domain) == EMP.PairObservation
    assert graph.value(EMP.observedFamily, RDFS.range) == EMP.InstrumentFamily
    assert not _is(graph, "observedFamily", OWL.FunctionalProperty)


def test_a_list_is_complete_for_a_time_only(graph: Graph) -> None:
    assert (EMP.CompletenessStatement, RDFS.subClassOf, EMP.TimeBoundEntity) in graph


@pytest.mark.parametrize("name", ["supportedBy", "heldBy", "confidence", "observedOn"])
def test_anything_may_be_dated_attested_and_attributed(graph: Graph, name: str) -> None:
    assert graph.value(EMP[name], RDFS.domain) is None


@pytest.mark.parametrize("name", ["rowsCorrected", "rowsUncertain", "appliedRule", "coverageShare"])
def test_counts_rules_and_shares_are_values(graph: Graph, name: str) -> None:
    assert _is(graph, name, OWL.DatatypeProperty)
    assert graph.value(EMP[name], RDFS.range) is None


@pytest.mark.parametrize(
    ("statement", "thing"),
    [
        ("CoverageFact", "Deployment"),
        ("CompletenessStatement", "SourceRecord"),
        ("PairObservation", "StackObservation"),
        ("Claim", "CatalogueStatement"),
        ("StackObservation", "IndicatorObservation"),
    ],
)
def test_what_is_said_is_never_what_it_is_about(graph: Graph, statement: str, thing: str) -> None:
    lists = [set(graph.items(members)) for members in graph.objects(None, OWL.members)]
    assert any({EMP[statement], EMP[thing]} <= members for members in lists)
