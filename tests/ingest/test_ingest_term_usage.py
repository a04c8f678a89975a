"""How much each term is used: exact counts, subclasses included; examples of the worked case."""

import pytest
from rdflib import Graph

from ingest.provenance import ONTOLOGY
from ingest.store import Version
from ingest.term_usage import count_terms, mentioned, read_usage, superclasses
from ontology.namespaces import BASE, EMP

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PARENTS = {"Commune": frozenset({"Commune", "Territory"}), "Territory": frozenset({"Territory"})}


def line(subject: str, predicate: str, value: str, graph: str = "http://g/1") -> str:
    written = value if value.startswith('"') else f"<{value}>"
    return f"<{subject}> <{predicate}> {written} <{graph}> .\n"


LINES = sorted(
    [
        line("http://t/a", RDF_TYPE, EMP.Commune),
        line("http://t/a", RDF_TYPE, EMP.Commune, "http://g/2"),
        line("http://t/a", RDF_TYPE, EMP.Territory),
        line("http://t/a", EMP.name, '"A b c"@fr'),
        line("http://t/b", RDF_TYPE, EMP.Territory),
        line("http://t/b", EMP.name, '"B"'),
        line("http://t/b", EMP.name, '"Bé"'),
        line("http://t/c", EMP.partOf, "http://t/b", "http://g/2"),
        line(EMP.Commune, EMP.partOf, "http://t/z", ONTOLOGY),
    ]
)


def test_a_thing_stated_twice_counts_once_and_subclasses_count_for_the_wider_class() -> None:
    found = count_terms(LINES, PARENTS, frozenset())
    counts = {name: count for name, (count, *_) in found.items()}
    assert counts == {"Commune": 1, "Territory": 2, "name": 3, "partOf": 1}


def test_the_example_is_the_first_thing_unless_another_is_preferred() -> None:
    assert count_terms(LINES, PARENTS, frozenset())["name"][1:] == ("<http://t/a>", '"A b c"@fr')
    preferred = mentioned(LINES, ["http://g/2"])
    assert preferred == {
        "<http://t/a>",
        "<http://t/b>",
        "<http://t/c>",
        f"<{EMP.Commune}>",
    }
    chosen = count_terms(LINES, PARENTS, frozenset({"<http://t/b>"}))
    assert chosen["Territory"][1] == "<http://t/b>"
    assert chosen["name"][1:] == ("<http://t/b>", '"B"')


def test_superclasses_reach_the_root() -> None:
    graph = Graph().parse(
        format="turtle",
        data=f"""@prefix emp: <{EMP}> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        emp:A rdfs:subClassOf emp:B . emp:B rdfs:subClassOf emp:C , <http://elsewhere/X> .""",
    )
    assert superclasses(graph)["A"] == {"A", "B", "C"}


@pytest.mark.built
def test_communes_are_as_many_as_in_the_raw_code(version: Version, raw_cog) -> None:
    usage = read_usage(version.path)
    current = [each for each in raw_cog["communes"] if each["type"] == "commune-actuelle"]
    assert usage["Commune"].count == len({each["code"] for each in current})
    assert usage["Commune"].subject.text.startswith(f"{BASE}id/commune/")
    assert usage["Commune"].subject.names["fr"]


@pytest.mark.built
def test_a_property_has_an_example_with_its_value(version: Version) -> None:
    applies = read_usage(version.path)["appliesInstrument"]
    assert applies.value is not None and "/id/instrument/" in applies.value.text
    assert "/id/deployment/" in applies.subject.text
