"""How much each term of the ontology is used in a build, with one real example of each."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse
from rdflib import RDFS, URIRef
from rdflib import Graph as RdflibGraph

from ingest.provenance import ONTOLOGY
from ontology.namespaces import EMP, PREFIXES

FILE: Final = "terms.json"
_EMP: Final = f"<{EMP}"
_TYPE: Final = f"<{PREFIXES['rdf']}type>"
_NAMES: Final = tuple(
    NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (("rdfs", "label"), ("skos", "prefLabel"), ("dcterms", "title"))
)
# The ontology is published with the data: that it describes a term is no use of it.
_OUTSIDE: Final = f"<{ONTOLOGY}>"

Statement = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A thing or a value of the graph, with its names by language."""

    text: str
    is_iri: bool
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """The use of one term.

    Args:
        count: of a class, its instances, those of its subclasses included; of a property, the
            pairs of a subject and a value.
        subject: one instance, or one subject of the property.
        value: the value of the property there; none for a class.
    """

    count: int
    subject: Shown
    value: Shown | None = None


@dataclass(slots=True)
class _Found:
    count: int = 0
    rank: int = 3
    subject: str = ""
    value: str = ""


def superclasses(ontology: RdflibGraph) -> dict[str, frozenset[str]]:
    """Return each class of ours with all its superclasses, itself included.

    Args:
        ontology: the ontology graph.

    Returns:
        Short names, by short name.

    """
    names = {
        str(node).removeprefix(str(EMP))
        for node in (*ontology.subjects(RDFS.subClassOf), *ontology.objects(None, RDFS.subClassOf))
        if isinstance(node, URIRef) and node in EMP
    }
    return {
        name: frozenset(
            str(node).removeprefix(str(EMP))
            for node in ontology.transitive_objects(EMP[name], RDFS.subClassOf)
            if isinstance(node, URIRef) and node in EMP
        )
        for name in names
    }


def _statements(lines: Iterable[str]) -> Iterator[Statement]:
    for line in lines:
        subject, predicate, rest = line.split(" ", 2)
        value, graph, _ = rest.rsplit(" ", 2)
        if graph != _OUTSIDE:
            yield subject, predicate, value, graph


def _cases(
    group: Iterable[Statement], parents: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, str]]:
    """Give what one subject is an instance of and has: terms, each with its value or none."""
    classes: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for _, predicate, value, _ in group:
        if predicate == _TYPE and value.startswith(_EMP):
            name = value[len(_EMP) : -1]
            classes |= parents.get(name, frozenset((name,)))
        elif predicate.startswith(_EMP):
            pairs.add((predicate[len(_EMP) : -1], value))
    yield from ((name, "") for name in classes)
    yield from sorted(pairs)


def count_terms(
    lines: Iterable[str], parents: Mapping[str, frozenset[str]], preferred: frozenset[str]
) -> dict[str, tuple[int, str, str]]:
    """Count the uses of every term in one reading of a dataset.

    Args:
        lines: canonical N-Quads lines, in order, so that those of one subject follow each other.
        parents: the superclasses of each class, itself included.
        preferred: N-Triples texts of the things to take examples from where possible.

    Returns:
        By short name: the count, and the subject and value of the example as N-Triples texts (an
        empty value for a class). The example is the first preferred one, else the first of all.

    """
    found: dict[str, _Found] = {}
    for subject, group in groupby(_statements(lines), key=lambda each: each[0]):
        known = subject in preferred
        for name, value in _cases(group, parents):
            entry = found.setdefault(name, _Found())
            entry.count += 1
            rank = 2 - known - (value in preferred)
            if rank < entry.rank:
                entry.rank, entry.subject, entry.value = rank, subject, value
    return {name: (each.count, each.subject, each.value) for name, each in found.items()}


def mentioned(lines: Iterable[str], graphs: Iterable[str]) -> frozenset[str]:
    """Return what some named graphs speak of: their subjects and the things they point to.

    Args:
        lines: N-Quads lines.
        graphs: IRIs of the named graphs.

    Returns:
        N-Triples texts of IRIs.

    """
    endings, found = tuple(f" <{graph}> .\n" for graph in graphs), set()
    for subject, _, value, _ in _statements(each for each in lines if each.endswith(endings)):
        found.add(subject)
        if value.startswith("<"):
            found.add(value)
    return frozenset(found)


def _shown(text: str, store: Store) -> Shown:
    (triple,) = parse(f"<x:x> <x:x> {text} .", format=RdfFormat.N_TRIPLES)
    iri = triple.object
    if isinstance(iri, Literal):
        return Shown(iri.value, is_iri=False)
    names: dict[str, str] = {}
    for naming in _NAMES:
        for quad in store.quads_for_pattern(iri, naming, None, None):
            if isinstance(quad.object, Literal):
                names.setdefault(quad.object.language or "", quad.object.value)
    return Shown(iri.value, is_iri=True, names=dict(sorted(names.items())))


def write_usage(folder: Path, ontology: RdflibGraph, worked: Iterable[str]) -> None:
    """Write ``terms.json`` beside a dataset: the use of each term, with a named example.

    Args:
        folder: the version's folder, where the canonical dataset and its store lie.
        ontology: the ontology graph.
        worked: IRIs of the named graphs to take examples from where possible.

    """
    dataset, store = folder / "dataset.nq", Store.read_only(str(folder / "store"))
    with dataset.open(encoding="utf-8") as lines:
        preferred = mentioned(lines, worked)
    with dataset.open(encoding="utf-8") as lines:
        counted = count_terms(lines, superclasses(ontology), preferred)
    usage = {
        name: asdict(Usage(count, _shown(subject, store), _shown(value, store) if value else None))
        for name, (count, subject, value) in sorted(counted.items())
    }
    text = json.dumps(usage, ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def read_usage(folder: Path) -> dict[str, Usage]:
    """Read what was written of the use of terms.

    Args:
        folder: the version's folder.

    Returns:
        By short name; empty for a version built before such counts were written.

    """
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: _usage(each) for name, each in content.items()}


def _usage(record: dict[str, Any]) -> Usage:
    value = record["value"]
    return Usage(record["count"], Shown(**record["subject"]), Shown(**value) if value else None)
