"""Core, time and territories hold the terms of the design, each in its module and documented."""

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from ontology.loading import load_files, load_ontology, load_vocabularies, module_files
from ontology.namespaces import EMP, ONT, VOC
from ontology.terms import list_terms

# The design's terms (C.4, C.5), by the module that defines them here.
DESIGNED = {
    "core": "officialCode sirenCode theme scale",
    "time": "TimeBoundEntity validFrom validBefore endStatus observedOn",
    "territories": "SpatialUnit Territory AdministrativeTerritory SupranationalTerritory Country "
    "Region Department Commune IntermunicipalTerritory InfraCommunalArea PriorityNeighbourhood "
    "AdHocTerritory Perimeter TerritorialMembership TerritorialEvent ReferenceVintage inseeCode "
    "nutsCode hasPart partOf membershipPart membershipWhole existsIn vintageDate eventInput "
    "eventOutput eventDate eventType perimeterMember perimeterExtent expressedIn "
    "referencePopulation",
}
# The one that became two, so that a start and an end are not taken to be known equally well.
REPLACED = {"dateCertainty": ("startCertainty", "endCertainty")}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_ontology()


@pytest.mark.parametrize("module", sorted(DESIGNED))
def test_the_terms_of_the_design_are_in_their_module(module: str) -> None:
    (path,) = [path for path in module_files() if path.stem == module]
    names = {term.name for term in list_terms(load_files([path]))}
    assert set(DESIGNED[module].split()) - names == set()


@pytest.mark.parametrize(("old", "new"), REPLACED.items())
def test_a_replaced_term_is_named_by_those_that_replace_it(
    graph: Graph, old: str, new: tuple[str, ...]
) -> None:
    assert (EMP[old], None, None) not in graph
    for name in new:
        notes = [str(note) for note in graph.objects(EMP[name], SKOS.scopeNote)]
        assert len(notes) == 2
        assert all(old in note for note in notes)


@pytest.mark.parametrize("module", sorted(DESIGNED))
def test_each_term_has_an_example_and_a_reading_rule_in_both_languages(
    graph: Graph, module: str
) -> None:
    faults = []
    for term in list_terms(graph):
        if term.module == module:
            for predicate in (SKOS.example, SKOS.scopeNote):
                texts = list(graph.objects(URIRef(term.iri), predicate))
                languages = sorted(getattr(text, "language", "") for text in texts)
                if languages != ["en", "fr"] or len(set(map(str, texts))) != 2:
                    faults.append((term.name, str(predicate), languages))
    assert faults == []


def test_core_stands_alone_and_time_on_core_only(graph: Graph) -> None:
    assert set(graph.objects(ONT.core, OWL.imports)) == set()
    assert set(graph.objects(ONT.time, OWL.imports)) == {ONT.core}
    assert set(graph.objects(ONT.territories, OWL.imports)) == {ONT.core, ONT.time}


def test_an_event_relates_territories_at_one_day_and_by_one_nature(graph: Graph) -> None:
    for leg in ("eventInput", "eventOutput"):
        assert graph.value(EMP[leg], RDFS.domain) == EMP.TerritorialEvent
        assert graph.value(EMP[leg], RDFS.range) == EMP.Territory
        assert (EMP[leg], RDF.type, OWL.FunctionalProperty) not in graph
    for leg in ("eventDate", "eventType"):
        assert (EMP[leg], RDF.type, OWL.FunctionalProperty) in graph
    notes = [str(note) for note in graph.objects(EMP.eventType, SKOS.scopeNote)]
    assert notes and all("voc/event-type" in note for note in notes)
    assert (VOC["event-type"], RDF.type, SKOS.ConceptScheme) in load_vocabularies()


def test_an_event_is_no_territory_and_a_union_of_states_no_state(graph: Graph) -> None:
    def apart(first: URIRef, second: URIRef) -> bool:
        lists = [set(graph.items(members)) for members in graph.objects(None, OWL.members)]
        return any({first, second} <= members for members in lists)

    assert apart(EMP.TerritorialEvent, EMP.SpatialUnit)
    assert apart(EMP.TerritorialEvent, EMP.Deployment)
    assert apart(EMP.SupranationalTerritory, EMP.Country)
