"""The ontologies as they are published: one for each file, each under its IRI."""

from dataclasses import dataclass
from typing import Final

from rdflib import DCTERMS, OWL, RDF, SKOS, BNode, Graph, URIRef
from rdflib.compare import to_canonical_graph
from rdflib.term import Node

from ontology.loading import (
    alignment_files,
    load_files,
    load_ontology,
    module_files,
    restrictions_file,
)
from ontology.namespaces import BASE, ONT, PREFIXES
from ontology.releases import declared_version, release_files

WHOLE: Final = ""


@dataclass(frozen=True, slots=True)
class Published:
    """One ontology, as it can be downloaded.

    Args:
        path: what follows `ont/` in its IRI; empty for the whole.
        version: its version number.
        title: by language.
        description: by language.
        notes: what changed, by language.
        graph: its content.
    """

    path: str
    version: str
    title: dict[str, str]
    description: dict[str, str]
    notes: dict[str, tuple[str, ...]]
    graph: Graph

    @property
    def iri(self) -> str:
        """Its identifier."""
        return str(ONT[self.path]) if self.path else f"{BASE}ont"


def canonical(graph: Graph) -> Graph:
    """Name the blank nodes of a graph after their content, so that equal graphs give equal bytes.

    Args:
        graph: any graph.

    Returns:
        The same triples, with the project's prefixes.
    """
    named = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        named.bind(prefix, namespace)
    for triple in sorted(to_canonical_graph(graph)):
        named.add(triple)
    return named


def published() -> dict[str, Published]:
    """Read every ontology of the project's files, and the released versions.

    Returns:
        By path: the whole (modules and aggregate) under the empty path, the modules, the
        restrictions, the alignments, each released version such as `0.1.0`.

    Raises:
        OntologyError: a file cannot be read.
    """
    whole = load_ontology()
    found = [_described(whole, f"{BASE}ont", WHOLE, declared_version(whole))]
    for path in (*module_files(), restrictions_file(), *alignment_files()):
        graph = load_files([path])
        for subject in sorted(graph.subjects(RDF.type, OWL.Ontology), key=str):
            if str(subject).startswith(str(ONT)):
                version = str(graph.value(subject, OWL.versionInfo) or "")
                name = str(subject).removeprefix(str(ONT))
                found.append(_described(graph, str(subject), name, version))
    for version, path in release_files().items():
        found.append(_described(load_files([path]), f"{BASE}ont", version, version))
    return {each.path: each for each in found}


def _described(graph: Graph, iri: str, path: str, version: str) -> Published:
    subject = URIRef(iri)

    def texts(predicate: URIRef) -> dict[str, tuple[str, ...]]:
        values = list(graph.objects(subject, predicate))
        return {
            language: tuple(
                sorted(str(v) for v in values if getattr(v, "language", None) == language)
            )
            for language in ("fr", "en")
        }

    def first(predicate: URIRef) -> dict[str, str]:
        return {language: each[0] for language, each in texts(predicate).items() if each}

    title, description = first(DCTERMS.title), first(DCTERMS.description)
    return Published(path, version, title, description, texts(SKOS.changeNote), graph)


def about(graph: Graph, iri: str) -> Graph:
    """Return what a graph says of a term, with the unnamed class expressions it uses.

    Args:
        graph: the ontology, its blank nodes named canonically.
        iri: the term.

    Returns:
        Its concise bounded description.
    """
    found = Graph(bind_namespaces="none")
    for prefix, namespace in graph.namespaces():
        found.bind(prefix, namespace)
    waiting: list[Node] = [URIRef(iri)]
    seen: set[Node] = set(waiting)
    while waiting:
        for triple in graph.triples((waiting.pop(), None, None)):
            found.add(triple)
            if isinstance(triple[2], BNode) and triple[2] not in seen:
                seen.add(triple[2])
                waiting.append(triple[2])
    return found
