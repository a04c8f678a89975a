"""Statistics of a build in VoID: triples, and how much each class and property is used."""

from collections.abc import Iterable
from typing import Final

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from ingest.parts import Part
from ingest.quads import Graph, term, type_
from ontology.namespaces import BASE, GRAPH, PREFIXES

_CLASSES: Final = "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { GRAPH ?g { ?s a ?c } } GROUP BY ?c"
_PROPERTIES: Final = "SELECT ?p (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?p"
_URI_SPACE: Final = BASE


def state_statistics(
    store: Store, version: str, parts: Iterable[Part], titles: dict[str, str], graph: Graph
) -> None:
    """Describe the dataset of a version (VoID, sections 4.6 and 6).

    Args:
        store: holds every graph of the build but this one and its description.
        version: identifier of the build.
        parts: the named graphs, which are its subsets.
        titles: of the dataset, by language.
        graph: receives the statements.

    """
    dataset = f"{BASE}dataset/{version}"
    made = list(parts)
    graph.add(dataset, type_, term("void", "Dataset"))
    graph.labels(dataset, term("dcterms", "title"), titles)
    graph.add(dataset, term("void", "uriSpace"), Literal(_URI_SPACE))
    graph.add(dataset, term("void", "triples"), Literal(sum(part.quads for part in made)))
    for part in made:
        iri = f"{GRAPH}{part.name}"
        graph.add(dataset, term("void", "subset"), NamedNode(iri))
        graph.add(iri, term("void", "triples"), Literal(part.quads))
    classes, properties = _counted(store, _CLASSES), _counted(store, _PROPERTIES)
    graph.add(dataset, term("void", "classes"), Literal(len(classes)))
    graph.add(dataset, term("void", "properties"), Literal(len(properties)))
    for kind, link, count, found in (
        ("class", "class", "entities", classes),
        ("property", "property", "triples", properties),
    ):
        for name, number in found:
            partition = f"{dataset}/{kind}/{_short(name)}"
            graph.add(dataset, term("void", f"{kind}Partition"), NamedNode(partition))
            graph.add(partition, term("void", link), NamedNode(name))
            graph.add(partition, term("void", count), Literal(number))


def _counted(store: Store, query: str) -> list[tuple[str, int]]:
    found = store.query(query)
    if not isinstance(found, QuerySolutions):
        raise TypeError(query)
    rows = ((row[0], row[1]) for row in found)
    return sorted(
        (name.value, int(number.value))
        for name, number in rows
        if isinstance(name, NamedNode) and isinstance(number, Literal)
    )


def _short(name: str) -> str:
    """Return a name for a partition: prefix and local name, or the address without its scheme."""
    for prefix, namespace in sorted(PREFIXES.items(), key=lambda pair: -len(pair[1])):
        if name.startswith(namespace):
            return f"{prefix}-{name.removeprefix(namespace)}".replace("#", "-")
    return name.partition("://")[2].replace("/", "-").replace("#", "-")
