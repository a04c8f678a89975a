"""Shapes compiled to SPARQL: one query for each constraint, over all its focus nodes at once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final

from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import PREFIXES
from shapes.components import FOCUS, PARAMETERS, VALUE, Site, UncompiledConstraintError
from shapes.loading import GATE_NODE, WATCHES, rule_id, severity_name
from shapes.paths import compact, path_text
from shapes.targets import Subclasses, all_targeted, target_pattern

_DESCRIPTIVE: Final = PARAMETERS | {
    RDF.type, RDFS.label, RDFS.comment, WATCHES, SH.name, SH.description, SH.order, SH.group,
    SH.defaultValue, SH.severity, SH.message, SH.path, SH.deactivated, SH.property, SH.sparql,
    SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf,
}  # fmt: skip
_PROLOGUE: Final = "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items())
_PROJECTED_THIS: Final = re.compile(
    r"(?<=SELECT )\$this |(?<=SELECT DISTINCT )\$this |(?<=GROUP BY )\$this "
)


@dataclass(frozen=True, slots=True)
class Check:
    """One constraint: the query that finds its breaches, and what is said of each.

    The query gives ``?focus`` (a gate: none) and, where there is one, ``?value`` and ``?path``.
    """

    rule: str
    severity: str
    path: str | None
    component: str
    messages: Mapping[str, str]
    query: str
    gate: bool = False


def _component(parameter: URIRef) -> str:
    local = parameter.removeprefix(str(SH))
    return compact(f"{SH}{local[0].upper()}{local[1:]}ConstraintComponent")


def _messages(shapes: Graph, node: Node) -> dict[str, str]:
    messages = (m for m in shapes.objects(node, SH.message) if isinstance(m, Literal))
    return {message.language or "": str(message) for message in messages}


def _active(shapes: Graph, shape: Node) -> bool:
    return str(shapes.value(shape, SH.deactivated)) != "true"


def _constraints(shapes: Graph, shape: Node) -> Iterator[tuple[URIRef, Node]]:
    """Give the constraints of a shape; nothing that is not understood is passed over."""
    for predicate, parameter in sorted(shapes.predicate_objects(shape)):
        if predicate in VALUE or predicate in FOCUS:
            yield URIRef(str(predicate)), parameter
        elif predicate not in _DESCRIPTIVE:
            raise UncompiledConstraintError(
                f"{compact(str(predicate))} of {shape} is not compiled to SPARQL; "
                f"validate with pySHACL, or add the component to shapes/components.py."
            )


def conforms(site: Site, shape: Node, node: str) -> str:
    """Write the expression that is true when a node conforms to a shape (SHACL section 3.4).

    Params: ``site``, where the shape is mentioned; ``shape``; ``node``, a SPARQL variable.
    Returns: an expression that is never an error.
    Raises: UncompiledConstraintError for an unknown component, or a shape that refers to itself.
    """
    return _conforms(site, shape, node, ())


def _conforms(site: Site, shape: Node, node: str, within: tuple[Node, ...]) -> str:
    if shape in within:
        raise UncompiledConstraintError(f"{shape} refers to itself; recursion is not compiled.")
    graph, chain = site.graph, (*within, shape)

    def inner(at: Site, other: Node, variable: str) -> str:
        return _conforms(at, other, variable, chain)

    here = Site(graph, shape, node, site.names, site.known, inner)
    if not _active(graph, shape):
        return "true"
    if (shape, SH.sparql, None) in graph:
        raise UncompiledConstraintError(f"{shape}: sh:sparql within another shape.")
    inside, path = [], graph.value(shape, SH.path)
    for predicate, parameter in _constraints(graph, shape):
        value = node if path is None else next(site.names)
        if predicate in FOCUS:
            wrong = FOCUS[predicate](here, parameter, value)
            inside.append(f"NOT EXISTS {{ {wrong} }}")
        elif path is None:
            inside.append(VALUE[predicate](here, parameter, value))
        else:
            right = VALUE[predicate](here, parameter, value)
            inside.append(f"NOT EXISTS {{ {here.values(value)} FILTER(!{right}) }}")
    for child in graph.objects(shape, SH.property):
        value = node if path is None else next(site.names)
        right = _conforms(here, child, value, chain)
        inside.append(
            right if path is None else f"NOT EXISTS {{ {here.values(value)} FILTER(!{right}) }}"
        )
    return "(" + (" && ".join(inside) or "true") + ")"


def _checks(shapes: Graph, rule: str, shape: Node, site: Site, target: str) -> Iterator[Check]:
    """Compile the constraints of a shape and of the property shapes it holds."""
    if not _active(shapes, shape):
        return
    path = shapes.value(shape, SH.path)
    for predicate, parameter in _constraints(shapes, shape):
        result = site.focus if path is None else "?value"
        if predicate in FOCUS:
            body = f"{target} {FOCUS[predicate](site, parameter, '?value')}"
        else:
            value = "" if path is None else site.values(result)
            named = "" if path is not None and all_targeted(shapes, shape, path) else target
            wrong = f"FILTER(!{VALUE[predicate](site, parameter, result)})"
            if predicate == SH["class"] and path is not None:
                # Each value is looked at once: one record may support half a million things.
                each = f"{{ SELECT DISTINCT {result} WHERE {{ {value} }} }}"
                body = f"{{ SELECT {result} WHERE {{ {each} {wrong} }} }} {named} {value}"
            else:
                body = f"{named} {value} {wrong}"
        if result == site.focus and predicate in VALUE:
            body += f" BIND({site.focus} AS ?value)"
        yield Check(
            rule=rule,
            severity=severity_name(shapes.value(shape, SH.severity)),
            path=None if path is None else path_text(shapes, path),
            component=_component(predicate),
            messages=_messages(shapes, shape),
            query=f"{_PROLOGUE}SELECT DISTINCT ({site.focus} AS ?node) ?value ?path "
            f"WHERE {{ {body} }}",
        )
    for child in shapes.objects(shape, SH.property):
        focus, inside = site.focus, target
        if path is not None:
            focus = next(site.names)
            inside = f"{target} {site.values(focus)}"
        here = Site(shapes, child, focus, site.names, site.known, site.conforms)
        yield from _checks(shapes, rule, child, here, inside)


def _gates(shapes: Graph, rule: str, shape: Node) -> Iterator[Check]:
    """Take over the gates: queries already, and their one target stands for the whole data."""
    for constraint in shapes.objects(shape, SH.sparql):
        if not _active(shapes, constraint) or not _active(shapes, shape):
            continue
        select = _PROJECTED_THIS.sub("", str(shapes.value(constraint, SH.select)))
        targets = set(shapes.objects(shape, SH.targetNode))
        if targets != {GATE_NODE} or re.search(r"[$?]this\b", select):
            raise UncompiledConstraintError(
                f"{rule}: only a gate is compiled (sh:targetNode {GATE_NODE}, $this projected)."
            )
        base = shapes.value(constraint, SH.prefixes)
        declared = {
            str(shapes.value(node, SH.prefix)): str(shapes.value(node, SH.namespace))
            for node in shapes.objects(base, SH.declare)
        }
        prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in declared.items())
        yield Check(
            rule=rule,
            severity=severity_name(shapes.value(shape, SH.severity)),
            path=None,
            component=compact(f"{SH}SPARQLConstraintComponent"),
            messages=_messages(shapes, constraint),
            query=prologue + select,
            gate=True,
        )


def compile_shapes(shapes: Graph, known: Subclasses) -> tuple[Check, ...]:
    """Compile every rule of a shapes graph.

    Params: the shapes; ``known``, the class hierarchy. Returns: the checks, in rule order.
    Raises: UncompiledConstraintError when a shape uses anything that is not compiled.
    """
    found: list[Check] = []
    named = {s for s in shapes.subjects(RDF.type, SH.NodeShape) if isinstance(s, URIRef)}
    for shape in sorted(named):
        names = (f"?v{number}" for number in count())
        site = Site(shapes, shape, "?focus", names, known, conforms)
        target = target_pattern(shapes, shape, known)
        found += _checks(shapes, rule_id(shape), shape, site, target)
        found += _gates(shapes, rule_id(shape), shape)
    return tuple(found)
