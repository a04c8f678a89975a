"""Statistics of a build, counted again by hand and, on the built graph, by asking the store."""

from collections import Counter

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from ingest.parts import Part
from ingest.quads import Graph, term
from ingest.statistics import state_statistics
from ingest.store import Version
from ontology.namespaces import BASE, GRAPH
from queries.engine import EmbeddedEngine, Engine

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD = "http://www.w3.org/2001/XMLSchema#"
FIRST = f"""<https://e/a> <{TYPE}> <https://e/C> <{GRAPH}a/1> .
<https://e/b> <{TYPE}> <https://e/C> <{GRAPH}a/1> .
"""
SECOND = f"""<https://e/a> <{TYPE}> <https://e/C> <{GRAPH}a/2> .
<https://e/a> <{TYPE}> <https://e/D> <{GRAPH}a/2> .
<https://e/a> <https://e/knows> <https://e/b> <{GRAPH}a/2> .
<https://e/a> <https://e/knows> <https://e/nobody> <{GRAPH}a/2> .
<https://e/a> <https://e/name> "a \\"b\\" <{GRAPH}a/2> . ^^<https://e/no>" <{GRAPH}a/2> .
<https://e/a> <https://e/name> "ah"@fr-CA <{GRAPH}a/2> .
<https://e/a> <https://e/size> "12"^^<{XSD}integer> <{GRAPH}a/2> .
<https://e/nobody> <https://e/size> "13"^^<{XSD}integer> <{GRAPH}a/2> .
"""
DATASET = "https://w3id.org/empilement/dataset/0123"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    folder = tmp_path_factory.mktemp("parts")
    parts = []
    for name, text in (("a/1", FIRST), ("a/2", SECOND), ("a/3", "")):
        path = folder / f"{name[-1]}.nq"
        path.write_text(text, encoding="utf-8")
        parts.append(Part(name, "k", path, text.count("\n")))
    made = Graph("https://example.org/meta")
    state_statistics("0123", parts, {"fr": "Jeu", "en": "Set"}, made)
    return made


def values(graph: Graph, subject: str, name: str, prefix: str = "void") -> set[str]:
    return {
        quad.object.value
        for quad in graph
        if quad.subject.value == subject and quad.predicate == term(prefix, name)
    }


def partitions(graph: Graph, owner: str, link: str, count: str = "triples") -> dict[str, str]:
    """What the partitions of an owner are of, and what each counts."""
    prefix = "void-ext" if link == "datatype" else "void"
    found = {}
    for each in values(graph, owner, f"{link}Partition", prefix):
        (name,) = values(graph, each, link, prefix)
        (found[name],) = values(graph, each, count)
    return found


def partition(graph: Graph, owner: str, link: str, name: str) -> str:
    (found,) = (
        each
        for each in values(graph, owner, f"{link}Partition")
        if values(graph, each, link) == {name}
    )
    return found


def test_triples_of_the_whole_and_of_each_graph(graph: Graph) -> None:
    assert values(graph, DATASET, "triples") == {"10"}
    subsets = values(graph, DATASET, "subset")
    assert subsets == {f"https://w3id.org/empilement/graph/a/{n}" for n in (1, 2, 3)}
    assert [values(graph, f"{GRAPH}a/{n}", "triples") for n in (1, 2, 3)] == [{"2"}, {"8"}, {"0"}]


def test_instances_count_once_and_statements_each_time(graph: Graph) -> None:
    assert partitions(graph, DATASET, "class", "entities") == {
        "https://e/C": "2",
        "https://e/D": "1",
    }
    assert values(graph, DATASET, "classes") == {"2"}
    assert values(graph, DATASET, "properties") == {"4"}
    assert partitions(graph, DATASET, "property") == {
        TYPE: "4",
        "https://e/knows": "2",
        "https://e/name": "2",
        "https://e/size": "2",
    }


def test_each_graph_is_parted_by_what_it_states_itself(graph: Graph) -> None:
    assert partitions(graph, f"{GRAPH}a/1", "class", "entities") == {"https://e/C": "2"}
    assert partitions(graph, f"{GRAPH}a/1", "property") == {TYPE: "2"}
    assert partitions(graph, f"{GRAPH}a/2", "class", "entities") == {
        "https://e/C": "1",
        "https://e/D": "1",
    }


def test_a_class_is_parted_by_property_and_by_what_its_values_are(graph: Graph) -> None:
    owner = partition(graph, DATASET, "class", "https://e/C")
    assert partitions(graph, owner, "property") == {
        TYPE: "4",
        "https://e/knows": "2",
        "https://e/name": "2",
        "https://e/size": "1",
    }
    assert values(graph, owner, "triples") == {"9"}
    knows = partition(graph, owner, "property", "https://e/knows")
    assert partitions(graph, knows, "class") == {"https://e/C": "1"}
    assert partitions(graph, knows, "datatype") == {}
    name = partition(graph, owner, "property", "https://e/name")
    language = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
    assert partitions(graph, name, "datatype") == {f"{XSD}string": "1", language: "1"}
    size = partition(graph, owner, "property", "https://e/size")
    assert partitions(graph, size, "datatype") == {f"{XSD}integer": "1"}


def test_every_address_is_one(graph: Graph) -> None:
    for quad in graph:
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | Literal)


VOID = """PREFIX void: <http://rdfs.org/ns/void#>
PREFIX ext: <http://ldf.fi/void-ext#>
SELECT ?class ?property ?n ?object ?m ?datatype WHERE {
  ?dataset a void:Dataset ; void:classPartition ?c .
  ?c void:class ?class ; void:propertyPartition ?p .
  ?p void:property ?property ; void:triples ?n .
  OPTIONAL {
    { ?p void:classPartition [ void:class ?object ; void:triples ?m ] }
    UNION { ?p ext:datatypePartition [ ext:datatype ?datatype ; void:triples ?m ] }
  }
}"""


@pytest.mark.built
def test_every_count_of_the_built_graph_is_that_of_its_dump(
    version: Version, built: Engine
) -> None:
    """Each count recomputed quad by quad from the dump, the describing graph left out."""
    meta = NamedNode(f"{GRAPH}meta/build")
    quads = [
        quad
        for quad in parse(path=str(version.dataset), format=RdfFormat.N_QUADS)
        if quad.graph_name != meta
    ]
    kinds: dict[object, set[str]] = {}
    for quad in quads:
        if quad.predicate.value == TYPE:
            kinds.setdefault(quad.subject, set()).add(quad.object.value)
    uses: Counter[tuple[str, ...]] = Counter()
    for quad in quads:
        for kind in kinds.get(quad.subject, ()):
            use = (kind, quad.predicate.value)
            uses[use] += 1
            if isinstance(quad.object, Literal):
                uses[*use, "datatype", quad.object.datatype.value] += 1
            uses.update((*use, "class", other) for other in kinds.get(quad.object, ()))
    found: dict[tuple[str, ...], int] = {}
    for kind, name, number, target, part, datatype in built.select(VOID).rows:
        found[kind.value, name.value] = int(number.value)
        if target is not None:
            found[kind.value, name.value, "class", target.value] = int(part.value)
        if datatype is not None:
            found[kind.value, name.value, "datatype", datatype.value] = int(part.value)
    assert found == uses
    dataset = f"{BASE}dataset/{version.id}"
    assert _asked(version, dataset, "classPartition", "class", "entities") == Counter(
        kind for each in kinds.values() for kind in each
    )
    assert _asked(version, dataset, "propertyPartition", "property", "triples") == Counter(
        quad.predicate.value for quad in quads
    )


@pytest.mark.built
def test_every_graph_of_the_built_one_has_its_own_counts(version: Version, built: Engine) -> None:
    asked = "SELECT ?g ?p (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ?p"
    expected: dict[str, dict[str, int]] = {}
    for graph, name, number in built.select(asked).rows:
        expected.setdefault(graph.value, {})[name.value] = int(number.value)
    del expected[f"{GRAPH}meta/build"]
    assert {
        graph: _asked(version, graph, "propertyPartition", "property", "triples")
        for graph in expected
    } == expected


def _asked(version: Version, owner: str, link: str, name: str, count: str) -> dict[str, int]:
    engine = EmbeddedEngine(version.store)
    text = f"""PREFIX void: <http://rdfs.org/ns/void#>
SELECT ?x ?n {{ <{owner}> void:{link} [ void:{name} ?x ; void:{count} ?n ] }}"""
    return {name.value: int(number.value) for name, number in engine.select(text).rows}
