"""The RDF document of a thing: its statements, who points to it, names, sources."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from api.describe import Description
from ontology.namespaces import PREFIXES

_HERE: Final = DefaultGraph()
_TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
_LABEL: Final = NamedNode(PREFIXES["rdfs"] + "label")
_DOCUMENT: Final = NamedNode(PREFIXES["foaf"] + "Document")
_TOPIC: Final = NamedNode(PREFIXES["foaf"] + "primaryTopic")
_TITLE: Final = NamedNode(PREFIXES["dcterms"] + "title")
_SOURCE: Final = NamedNode(PREFIXES["dcterms"] + "source")
_LICENCE: Final = NamedNode(PREFIXES["dcterms"] + "license")


def about(described: Description, address: str) -> tuple[Quad, ...]:
    """Return what a machine gets of a thing, so that it can go on without asking twice.

    Its own statements keep their named graph; what is added around them (a bounded number of
    inbound links, the names of every IRI met, the document and its sources) is in the default one.

    Args:
        described: the thing, as gathered from the graph.
        address: the address of the document.

    """
    return (*described.quads, *_around(described, NamedNode(address)))


def _around(described: Description, address: NamedNode) -> Iterator[Quad]:
    thing = NamedNode(described.iri)
    yield Quad(address, _TYPE, _DOCUMENT, _HERE)
    yield Quad(address, _TOPIC, thing, _HERE)
    for inbound in described.inbound:
        for subject in inbound.subjects:
            yield Quad(NamedNode(subject), NamedNode(inbound.predicate), thing, _HERE)
    for iri, names in (described.names or {}).items():
        if iri != described.iri:
            for language, name in names.items():
                label = Literal(name, language=language) if language else Literal(name)
                yield Quad(NamedNode(iri), _LABEL, label, _HERE)
    for source in described.graphs:
        graph = NamedNode(source.iri)
        yield Quad(address, _SOURCE, graph, _HERE)
        for language, title in source.title.items():
            yield Quad(graph, _TITLE, Literal(title, language=language), _HERE)
        if source.licence:
            yield Quad(graph, _LICENCE, NamedNode(source.licence), _HERE)
