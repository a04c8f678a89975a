"""Statistics of a build in VoID: triples, and how each class and property is used."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from pyoxigraph import Literal, NamedNode

from ingest.partitions import Counts, count_parts
from ingest.parts import Part
from ingest.quads import Graph, term, type_
from ontology.namespaces import BASE, GRAPH, PREFIXES

_URI_SPACE: Final = BASE


def state_statistics(
    version: str, parts: Iterable[Part], titles: dict[str, str], graph: Graph
) -> None:
    """Describe the dataset of a version (VoID, sections 4.6 and 6).

    Inside the partition of a class, each property is parted again by class of the object and by
    datatype (``void-ext``), which is what editors complete queries from.

    Args:
        version: identifier of the build.
        parts: the named graphs, which are its subsets; the one that describes them is not there.
        titles: of the dataset, by language.
        graph: receives the statements.

    """
    dataset = f"{BASE}dataset/{version}"
    made = list(parts)
    whole, alone = count_parts(made)
    graph.add(dataset, type_, term("void", "Dataset"))
    graph.labels(dataset, term("dcterms", "title"), titles)
    graph.add(dataset, term("void", "uriSpace"), Literal(_URI_SPACE))
    graph.add(dataset, term("void", "triples"), Literal(sum(part.quads for part in made)))
    _state_partitions(graph, dataset, dataset, whole)
    _state_uses(graph, dataset, whole)
    for part in made:
        iri = f"{GRAPH}{part.name}"
        graph.add(dataset, term("void", "subset"), NamedNode(iri))
        graph.add(iri, term("void", "triples"), Literal(part.quads))
        if part.name in alone:
            _state_partitions(graph, iri, f"{dataset}/{part.name}", alone[part.name])


def _state_partitions(graph: Graph, iri: str, base: str, counts: Counts) -> None:
    graph.add(iri, term("void", "classes"), Literal(len(counts.entities)))
    graph.add(iri, term("void", "properties"), Literal(len(counts.triples)))
    for name, number in counts.entities.items():
        _part(graph, iri, f"{base}/class", "class", name, ("void", "entities"), number)
    for name, number in counts.triples.items():
        _part(graph, iri, f"{base}/property", "property", name, ("void", "triples"), number)


def _state_uses(graph: Graph, dataset: str, counts: Counts) -> None:
    """Part each class by property, and each property there by what its values are."""
    triples = ("void", "triples")
    partitions: dict[tuple[str, str], str] = {}
    of_class: defaultdict[str, int] = defaultdict(int)
    for (kind, name), number in counts.uses.items():
        owner = f"{dataset}/class/{_short(kind)}"
        of_class[owner] += number
        partitions[kind, name] = _part(
            graph, owner, f"{owner}/property", "property", name, triples, number
        )
    for owner, number in of_class.items():
        graph.add(owner, term("void", "triples"), Literal(number))
    for (kind, name, target), number in counts.objects.items():
        owner = partitions[kind, name]
        _part(graph, owner, f"{owner}/class", "class", target, triples, number)
    for (kind, name, target), number in counts.datatypes.items():
        owner = partitions[kind, name]
        _part(graph, owner, f"{owner}/datatype", "datatype", target, triples, number)


def _part(
    graph: Graph,
    owner: str,
    folder: str,
    link: str,
    name: str,
    counted: tuple[str, str],
    number: int,
) -> str:
    """State one partition of a dataset; return its identifier."""
    prefix = "void-ext" if link == "datatype" else "void"
    partition = f"{folder}/{_short(name)}"
    graph.add(owner, term(prefix, f"{link}Partition"), NamedNode(partition))
    graph.add(partition, term(prefix, link), NamedNode(name))
    graph.add(partition, term(*counted), Literal(number))
    return partition


def _short(name: str) -> str:
    """Return a name for a partition: prefix and local name, or the address without its scheme."""
    for prefix, namespace in sorted(PREFIXES.items(), key=lambda pair: -len(pair[1])):
        if name.startswith(namespace):
            return f"{prefix}-{name.removeprefix(namespace)}".replace("#", "-")
    return name.partition("://")[2].replace("/", "-").replace("#", "-")
