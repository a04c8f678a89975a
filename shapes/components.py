"""Each SHACL core constraint component (SHACL section 4) as SPARQL: one function, one table row.

``VALUE`` components judge one value node: the function writes the expression that is true when the
value is right, and never an error. ``FOCUS`` components judge all the values of a focus node: the
function writes the group pattern that matches when they are wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import pyoxigraph as ox
from rdflib import SH, XSD, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from shapes.loading import ShapesError
from shapes.paths import path_text
from shapes.targets import Subclasses, class_list

MAX_COUNT: Final = 8
"""Largest count compiled: n values are found by n variables, pairwise different."""

_CASTS: Final = frozenset(
    {XSD.boolean, XSD.integer, XSD.decimal, XSD.float, XSD.double, XSD.date, XSD.time, XSD.dateTime}
)
_NODE_KINDS: Final = {
    SH.IRI: ("isIRI",),
    SH.BlankNode: ("isBlank",),
    SH.Literal: ("isLiteral",),
    SH.BlankNodeOrIRI: ("isBlank", "isIRI"),
    SH.BlankNodeOrLiteral: ("isBlank", "isLiteral"),
    SH.IRIOrLiteral: ("isIRI", "isLiteral"),
}


class UncompiledConstraintError(ShapesError):
    """A shape uses what the compiler does not know; nothing is validated rather than half."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a constraint stands: all that its SPARQL depends on."""

    graph: Graph
    shape: Node
    focus: str
    names: Iterator[str]
    known: Subclasses
    conforms: Callable[["Site", Node, str], str]

    def values(self, variable: str) -> str:
        """Write the triple that binds the values of the shape's path."""
        path = self.graph.value(self.shape, SH.path)
        if path is None:
            raise UncompiledConstraintError(
                f"{self.shape}: this component needs sh:path; put it in a property shape."
            )
        return f"{self.focus} {path_text(self.graph, path)} {variable} ."

    def list(self, head: Node) -> list[Node]:
        """Read an RDF list of the shapes graph."""
        return list(Collection(self.graph, head))

    def boolean(self, predicate: URIRef) -> bool:
        """Tell whether the shape says true to a property."""
        return str(self.graph.value(self.shape, predicate)) == "true"


def _sure(expression: str) -> str:
    return f"COALESCE({expression}, false)"


def _terms(terms: list[Node], value: str) -> str:
    return "(" + " || ".join(f"sameTerm({value}, {t.n3()})" for t in terms) + ")"


def _class(site: Site, parameter: Node, value: str) -> str:
    found = next(site.names)
    classes = ", ".join(class_list(str(parameter), site.known))
    return f"EXISTS {{ {value} a {found} . FILTER({found} IN ({classes})) }}"


def _datatype(_: Site, parameter: Node, value: str) -> str:
    iri = parameter.n3()
    named = f"DATATYPE({value}) = {iri}"
    if parameter in _CASTS:
        return _sure(f"{named} && DATATYPE({iri}(STR({value}))) = {iri}")
    return _sure(named)


def _node_kind(_: Site, parameter: Node, value: str) -> str:
    tests = _NODE_KINDS[URIRef(str(parameter))]
    return "(" + " || ".join(f"{test}({value})" for test in tests) + ")"


def _pattern(site: Site, parameter: Node, value: str) -> str:
    flags = site.graph.value(site.shape, SH.flags, default=Literal(""))
    rest = f"{Literal(str(parameter)).n3()}, {Literal(str(flags)).n3()}"
    # A regular expression the engine rejects would silently match nothing.
    if not ox.Store().query(f'ASK {{ FILTER(REGEX("", {rest}) IN (true, false)) }}'):
        raise UncompiledConstraintError(f"Pattern {parameter}: not a SPARQL regular expression.")
    return _sure(f"REGEX(STR({value}), {rest})")


def _length(operator: str) -> "ValueWriter":
    return lambda _, limit, value: _sure(f"STRLEN(STR({value})) {operator} {limit}")


def _range(operator: str) -> "ValueWriter":
    return lambda _, limit, value: _sure(f"{value} {operator} {limit.n3()}")


def _language_in(site: Site, parameter: Node, value: str) -> str:
    ranges = (Literal(str(item)).n3() for item in site.list(parameter))
    return _sure(" || ".join(f"LANGMATCHES(LANG({value}), {item})" for item in ranges))


def _compared(operator: str) -> "ValueWriter":
    def write(site: Site, parameter: Node, value: str) -> str:
        other = next(site.names)
        right = _sure(f"{value} {operator} {other}")
        return f"NOT EXISTS {{ {site.focus} {parameter.n3()} {other} . FILTER(!{right}) }}"

    return write


def _disjoint(site: Site, parameter: Node, value: str) -> str:
    return f"NOT EXISTS {{ {site.focus} {parameter.n3()} {value} }}"


def _node(site: Site, parameter: Node, value: str) -> str:
    return site.conforms(site, parameter, value)


def _not(site: Site, parameter: Node, value: str) -> str:
    return f"(!{site.conforms(site, parameter, value)})"


def _members(operator: str) -> "ValueWriter":
    def write(site: Site, parameter: Node, value: str) -> str:
        parts = (site.conforms(site, member, value) for member in site.list(parameter))
        return "(" + f" {operator} ".join(parts) + ")"

    return write


def _xone(site: Site, parameter: Node, value: str) -> str:
    parts = (site.conforms(site, member, value) for member in site.list(parameter))
    return "((" + " + ".join(f"IF({part}, 1, 0)" for part in parts) + ") = 1)"


def _at_least(site: Site, number: int, condition: Callable[[str], str] | None = None) -> str:
    """Write the pattern that matches when ``number`` different values meet the condition."""
    if number > MAX_COUNT:
        raise UncompiledConstraintError(f"Count {number}: at most {MAX_COUNT} is compiled.")
    values = [next(site.names) for _ in range(number)]
    triples = " ".join(site.values(value) for value in values)
    different = [f"!sameTerm({a}, {b})" for a, b in combinations(values, 2)]
    tests = different + [condition(value) for value in values if condition]
    return triples + (f" FILTER({' && '.join(tests)})" if tests else "")


def _min_count(site: Site, parameter: Node, condition: Callable[[str], str] | None = None) -> str:
    number = int(str(parameter))
    if number == 0:
        return "FILTER(false)"
    return f"FILTER NOT EXISTS {{ {_at_least(site, number, condition)} }}"


def _max_count(site: Site, parameter: Node, condition: Callable[[str], str] | None = None) -> str:
    return _at_least(site, int(str(parameter)) + 1, condition)


def _qualified(count: Callable[[Site, Node, Callable[[str], str]], str]) -> "FocusWriter":
    def write(site: Site, parameter: Node, _: str) -> str:
        shape = site.graph.value(site.shape, SH.qualifiedValueShape)
        if shape is None or site.boolean(SH.qualifiedValueShapesDisjoint):
            raise UncompiledConstraintError(
                "sh:qualifiedValueShapesDisjoint, or a count without sh:qualifiedValueShape."
            )
        return count(site, parameter, lambda value: site.conforms(site, shape, value))

    return write


def _has_value(site: Site, parameter: Node, _: str) -> str:
    if site.graph.value(site.shape, SH.path) is None:
        return f"FILTER(!sameTerm({site.focus}, {parameter.n3()}))"
    return f"FILTER NOT EXISTS {{ {site.values(parameter.n3())} }}"


def _unique_lang(site: Site, _: Node, __: str) -> str:
    if not site.boolean(SH.uniqueLang):
        return "FILTER(false)"
    one, two = next(site.names), next(site.names)
    return (
        f"{site.values(one)} FILTER(LANG({one}) != '') {site.values(two)} "
        f"FILTER(!sameTerm({one}, {two}) && LCASE(LANG({one})) = LCASE(LANG({two})))"
    )


def _equals(site: Site, parameter: Node, result: str) -> str:
    here, there = site.values(result), f"{site.focus} {parameter.n3()} {result} ."
    return (
        f"{{ {here} FILTER NOT EXISTS {{ {there} }} }} UNION "
        f"{{ {there} FILTER NOT EXISTS {{ {here} }} }}"
    )


def _closed(site: Site, _: Node, result: str) -> str:
    if not site.boolean(SH.closed):
        return "FILTER(false)"
    shapes = site.graph.objects(site.shape, SH.property)
    allowed = [path for shape in shapes for path in site.graph.objects(shape, SH.path)]
    for head in site.graph.objects(site.shape, SH.ignoredProperties):
        allowed += site.list(head)
    names = ", ".join(sorted(path.n3() for path in allowed if isinstance(path, URIRef)))
    return f"{site.focus} ?path {result} . FILTER(?path NOT IN ({names}))"


ValueWriter = Callable[[Site, Node, str], str]
FocusWriter = Callable[[Site, Node, str], str]

VALUE: Final[dict[URIRef, ValueWriter]] = {
    SH["class"]: _class,
    SH.datatype: _datatype,
    SH.nodeKind: _node_kind,
    SH.pattern: _pattern,
    SH.minLength: _length(">="),
    SH.maxLength: _length("<="),
    SH.minInclusive: _range(">="),
    SH.minExclusive: _range(">"),
    SH.maxInclusive: _range("<="),
    SH.maxExclusive: _range("<"),
    SH["in"]: lambda site, head, value: _terms(site.list(head), value),
    SH.languageIn: _language_in,
    SH.lessThan: _compared("<"),
    SH.lessThanOrEquals: _compared("<="),
    SH.disjoint: _disjoint,
    SH.node: _node,
    SH["not"]: _not,
    SH["and"]: _members("&&"),
    SH["or"]: _members("||"),
    SH.xone: _xone,
}
FOCUS: Final[dict[URIRef, FocusWriter]] = {
    SH.minCount: lambda site, number, _: _min_count(site, number),
    SH.maxCount: lambda site, number, _: _max_count(site, number),
    SH.qualifiedMinCount: _qualified(_min_count),
    SH.qualifiedMaxCount: _qualified(_max_count),
    SH.hasValue: _has_value,
    SH.uniqueLang: _unique_lang,
    SH.equals: _equals,
    SH.closed: _closed,
}
PARAMETERS: Final = frozenset(
    {SH.flags, SH.ignoredProperties, SH.qualifiedValueShape, SH.qualifiedValueShapesDisjoint}
)
"""Properties that a component above reads beside its own."""
