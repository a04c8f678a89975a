"""The nodes a rule looks at (SHACL section 2.1), as SPARQL patterns."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, cast

import pyoxigraph as ox
from rdflib import RDFS, SH, Graph, URIRef
from rdflib.term import Node

from shapes.loading import WATCHES
from shapes.paths import step_predicates

Subclasses = Mapping[str, tuple[str, ...]]
"""For the IRI of a class, those of its subclasses at any depth, itself first."""

_TARGETS: Final[dict[URIRef, Callable[[str, Subclasses], str]]] = {
    SH.targetClass: lambda iri, known: instances("?focus", iri, known),
    SH.targetNode: lambda iri, _: f"VALUES ?focus {{ <{iri}> }}",
    SH.targetSubjectsOf: lambda iri, _: f"?focus <{iri}> ?targeted .",
    SH.targetObjectsOf: lambda iri, _: f"?targeted <{iri}> ?focus .",
}


def hierarchy(store: ox.Store) -> Subclasses:
    """Close the class hierarchy that a store states, so that no query has to walk it.

    Params: data with the ontology's ``rdfs:subClassOf``. Returns: the subclasses of each class.
    """
    graph = Graph(bind_namespaces="none")
    sub_class = ox.NamedNode(str(RDFS.subClassOf))
    for quad in store.quads_for_pattern(None, sub_class, None, None):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            graph.add((URIRef(quad.subject.value), RDFS.subClassOf, URIRef(quad.object.value)))
    return {
        str(top): tuple(str(c) for c in graph.transitive_subjects(RDFS.subClassOf, top))
        for top in set(graph.objects(None, RDFS.subClassOf))
    }


def class_list(iri: str, known: Subclasses) -> list[str]:
    """Write a class and its subclasses as SPARQL terms."""
    return [f"<{name}>" for name in known.get(iri, (iri,))]


def instances(variable: str, iri: str, known: Subclasses) -> str:
    """Write the pattern of the instances of a class or of one of its subclasses."""
    classes = class_list(iri, known)
    if len(classes) == 1:
        return f"{variable} a {classes[0]} ."
    return f"VALUES ?class {{ {' '.join(classes)} }} {variable} a ?class ."


def _union(patterns: Iterable[str]) -> str:
    return " UNION ".join(f"{{ {pattern} }}" for pattern in sorted(patterns))


def target_pattern(shapes: Graph, shape: Node, known: Subclasses) -> str:
    """Write the pattern of the focus nodes of a shape, in ``?focus`` (a node may come twice).

    Params: the shapes, the shape, the class hierarchy. Returns: a pattern, empty without target.
    """
    return _union(
        write(str(value), known)
        for predicate, write in _TARGETS.items()
        for value in shapes.objects(shape, predicate)
    )


def all_targeted(shapes: Graph, shape: Node, path: Node) -> bool:
    """Tell whether each node that has a value on a path is a target already.

    Then a pattern on the path needs no target: ``?focus path ?value`` finds the same nodes.
    """
    first = step_predicates(shapes, path)
    return bool(first) and first <= set(shapes.objects(shape, SH.targetSubjectsOf))


def focus_count(store: ox.Store, shapes: Graph, shape: Node, known: Subclasses) -> int:
    """Count the distinct nodes a rule looks at.

    For a core rule, its SHACL targets; for a gate, whose only target is a dummy node, the
    instances of the class or the subjects of the property it declares with ``emps:watches``.

    Params: the data, the shapes, the rule's shape, the class hierarchy. Returns: the count.
    """
    watched = shapes.value(shape, WATCHES)
    if watched is None:
        pattern = target_pattern(shapes, shape, known)
    elif str(watched).rpartition("#")[2][:1].isupper():
        pattern = instances("?focus", str(watched), known)
    else:
        pattern = f"?focus <{watched}> ?targeted ."
    query = f"SELECT (COUNT(DISTINCT ?focus) AS ?n) WHERE {{ {pattern} }}"
    solutions = cast(ox.QuerySolutions, store.query(query, use_default_graph_as_union=True))
    number: Any = next(iter(solutions))["n"]
    return int(number.value)
