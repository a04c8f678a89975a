"""SHACL property paths: a readable text for each, and copies of their nodes."""

from typing import Final

from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from ontology.namespaces import PREFIXES

_SUFFIX: Final = ((SH.zeroOrMorePath, "*"), (SH.oneOrMorePath, "+"), (SH.zeroOrOnePath, "?"))


def compact(iri: str) -> str:
    """Shorten an IRI with the project's prefixes; the IRI itself in angle brackets otherwise."""
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local and "/" not in local and "#" not in local:
            return f"{prefix}:{local}"
    return f"<{iri}>"


def path_text(graph: Graph, node: Node) -> str:
    """Write a SHACL path as a SPARQL property path.

    Params: the graph that holds the path and its node. Returns: text such as
    ``emp:perimeter`` or ``(emp:hasParticipation|^emp:participationIn)`` (SHACL section 2.3.1).
    """
    if isinstance(node, URIRef):
        return compact(str(node))
    inverse = graph.value(node, SH.inversePath)
    if inverse is not None:
        return "^" + _step_text(graph, inverse)
    alternatives = graph.value(node, SH.alternativePath)
    if alternatives is not None:
        return "(" + "|".join(path_text(graph, p) for p in Collection(graph, alternatives)) + ")"
    for predicate, suffix in _SUFFIX:
        inner = graph.value(node, predicate)
        if inner is not None:
            return _step_text(graph, inner) + suffix
    if (node, RDF.first, None) in graph:
        return "/".join(path_text(graph, part) for part in Collection(graph, node))
    return str(node)


def _step_text(graph: Graph, node: Node) -> str:
    text = path_text(graph, node)
    # In SPARQL, ^ and * bind tighter than /.
    return f"({text})" if (node, RDF.first, None) in graph else text


def step_predicates(graph: Graph, node: Node) -> set[Node]:
    """Collect the predicates by which a path may leave its subject; empty where it may not go out.

    Params: the graph that holds the path and its node. Returns: predicates, or an empty set for
    a path that can stay in place, or start backwards.
    """
    if isinstance(node, URIRef):
        return {node}
    alternatives = graph.value(node, SH.alternativePath)
    if alternatives is not None:
        parts = [step_predicates(graph, part) for part in Collection(graph, alternatives)]
        return set().union(*parts) if all(parts) else set()
    first = graph.value(node, RDF.first)
    return set() if first is None else step_predicates(graph, first)


def path_index(shapes: Graph) -> dict[str, Node]:
    """Map the text of each path used in a shapes graph to its node."""
    return {path_text(shapes, node): node for node in set(shapes.objects(None, SH.path))}


def copy_path(source: Graph, node: Node, target: Graph) -> Node:
    """Copy a path with its blank nodes from one graph to another; return its node there."""
    if not isinstance(node, BNode):
        return node
    copy = BNode()
    for predicate, value in source.predicate_objects(node):
        target.add((copy, predicate, copy_path(source, value, target)))
    return copy
