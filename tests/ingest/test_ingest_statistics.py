"""Statistics of a build, counted again by hand."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from ingest.parts import Part
from ingest.quads import Graph, term
from ingest.statistics import state_statistics

DATA = """
<https://e/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://e/C> <https://g/1> .
<https://e/b> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://e/C> <https://g/1> .
<https://e/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://e/C> <https://g/2> .
<https://e/a> <https://w3id.org/empilement/def#inseeCode> "37261" <https://g/2> .
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    store = Store()
    store.load(DATA.encode(), format=RdfFormat.N_QUADS)
    parts = [Part("a/1", "k", Path("x"), 2), Part("a/2", "k", Path("x"), 2)]
    made = Graph("https://example.org/meta")
    state_statistics(store, "0123", parts, {"fr": "Jeu", "en": "Set"}, made)
    return made


def values(graph: Graph, subject: str, name: str) -> set[str]:
    return {
        quad.object.value
        for quad in graph
        if quad.subject.value == subject and quad.predicate == term("void", name)
    }


DATASET = "https://w3id.org/empilement/dataset/0123"


def test_triples_of_the_whole_and_of_each_graph(graph: Graph) -> None:
    assert values(graph, DATASET, "triples") == {"4"}
    subsets = values(graph, DATASET, "subset")
    assert subsets == {f"https://w3id.org/empilement/graph/a/{n}" for n in (1, 2)}
    assert all(values(graph, subset, "triples") == {"2"} for subset in subsets)


def test_instances_count_once_and_statements_each_time(graph: Graph) -> None:
    (partition,) = values(graph, DATASET, "classPartition")
    assert values(graph, partition, "class") == {"https://e/C"}
    assert values(graph, partition, "entities") == {"2"}
    counts = {
        (next(iter(values(graph, each, "property"))), next(iter(values(graph, each, "triples"))))
        for each in values(graph, DATASET, "propertyPartition")
    }
    assert counts == {
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "3"),
        ("https://w3id.org/empilement/def#inseeCode", "1"),
    }


def test_every_address_is_one(graph: Graph) -> None:
    for quad in graph:
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | Literal)
