"""The reference engine, pySHACL: core rules on an in-memory graph, gates on Oxigraph."""

import logging
import re
from typing import Any, Final

import pyoxigraph as ox
import pyshacl
from pyshacl.graph_abstraction import OxigraphDataGraph
from rdflib import SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import EMPS
from shapes.loading import ShapesError, rule_id, rules, severity_name
from shapes.paths import compact, path_text
from shapes.results import Finding

_PLACEHOLDER: Final = re.compile(r"\{\?\w+\}")


def _term(term: Any) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    if term.datatype.value == "http://www.w3.org/2001/XMLSchema#string":
        # INSEE and SIREN codes are simple strings: the same RDF 1.1 term as xsd:string.
        return Literal(term.value)
    return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)


def memory_graph(store: ox.Store) -> Graph:
    """Copy a store into an rdflib graph, all named graphs merged (core rules see the union)."""
    graph = Graph(bind_namespaces="none")
    cache: dict[Any, Node] = {}

    def term(value: Any) -> Node:
        found = cache.get(value)
        if found is None:
            found = cache[value] = _term(value)
        return found

    for quad in store:
        graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return graph


def _owner(shapes: Graph, source: Node | None) -> Node | None:
    while isinstance(source, BNode):
        source = shapes.value(predicate=SH.property, object=source)
    return source


def _text(value: Node | None) -> str | None:
    return None if value is None else str(value)


def _language(shapes: Graph, constraint: Node | None, message: str) -> str:
    # pySHACL drops the language tag of a message once it has filled in {?value}.
    for template in shapes.objects(constraint, SH.message):
        fixed = _PLACEHOLDER.split(str(template))
        pattern = ".*".join(re.escape(part) for part in fixed)
        if isinstance(template, Literal) and re.fullmatch(pattern, message, re.DOTALL):
            return template.language or ""
    return ""


def _findings(report: Graph, shapes: Graph) -> list[Finding]:
    found = []
    for result in report.objects(None, SH.result):
        owner = _owner(shapes, report.value(result, SH.sourceShape))
        constraint = report.value(result, SH.sourceConstraint)
        texts = [m for m in report.objects(result, SH.resultMessage) if isinstance(m, Literal)]
        messages = {m.language or _language(shapes, constraint, str(m)): str(m) for m in texts}
        focus, value = report.value(result, SH.focusNode), report.value(result, SH.value)
        if constraint is not None and value is not None:
            focus, value = value, None
        path = report.value(result, SH.resultPath)
        component = report.value(result, SH.sourceConstraintComponent)
        found.append(
            Finding(
                rule="" if owner is None else rule_id(owner),
                severity=severity_name(report.value(result, SH.resultSeverity)),
                focus=str(focus),
                path=None if path is None else path_text(report, path),
                value=_text(value),
                message_fr=messages.get("fr", ""),
                message_en=messages.get("en", ""),
                component=compact(str(component)),
            )
        )
    return found


class _GateGraph(OxigraphDataGraph):
    """Oxigraph-backed data graph that is always true.

    pySHACL 0.40.1 writes ``datagraph or sg`` for each result; without this, Python asks for the
    length, which counts the distinct triples of the whole store, three times for each finding.
    """

    def __bool__(self) -> bool:
        return True


def _run(data: Graph | _GateGraph, shapes: Graph, names: list[str]) -> Graph:
    if not names:
        return Graph()
    _, report, _ = pyshacl.validate(
        data,
        shacl_graph=shapes,
        use_shapes=names,
        inference="none",
        advanced=False,
        inplace=True,
        allow_warnings=True,
    )
    if not isinstance(report, Graph):
        raise ShapesError(f"The shapes cannot be run: {report}. Correct the rule named there.")
    return report


def reference_findings(store: ox.Store, shapes: Graph) -> list[Finding]:
    """Validate with pySHACL.

    Core rules run on an in-memory rdflib graph, gates on Oxigraph: pySHACL re-parses a SPARQL
    constraint for each node on rdflib (RDFLib/pySHACL#237) and counts the whole store for each
    failed ``sh:or`` branch on Oxigraph, so each engine gets only what it does well.

    Params: the data with the class hierarchy; the shapes. Returns: the findings, unsorted.
    Raises: ShapesError for a rule pySHACL cannot run.
    """
    logging.getLogger("pyshacl").setLevel(logging.ERROR)
    catalogue = rules(shapes)
    gates = [str(EMPS[rule.id]) for rule in catalogue if rule.gate]
    core = [str(EMPS[rule.id]) for rule in catalogue if not rule.gate]
    found = _findings(_run(_GateGraph(store), shapes, gates), shapes)
    return found + _findings(_run(memory_graph(store), shapes, core), shapes)
