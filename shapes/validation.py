"""Validation of a graph against the shapes: core rules in memory, gates on Oxigraph."""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import pyoxigraph as ox
import pyshacl
from pyshacl.graph_abstraction import OxigraphDataGraph
from rdflib import RDF, RDFS, SH, BNode, Dataset, Graph, Literal, URIRef
from rdflib.term import Node

from shapes.loading import (
    GATE_NODE,
    WATCHES,
    Rule,
    ShapesError,
    load_shapes,
    rule_id,
    rules,
    severity_name,
    syntax_error,
    vocabulary_index,
)
from shapes.paths import compact, path_text

Data = Graph | ox.Store | Path | str | Iterable[Path | str]
"""What can be validated: a graph, a dataset, a store, a file, a folder, or several files."""

_SEVERITY_RANK: Final = {"violation": 0, "warning": 1, "info": 2}
_PLACEHOLDER: Final = re.compile(r"\{\?\w+\}")
_SUFFIXES: Final = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one rule. For a gate, ``focus`` is the offender the query returned."""

    rule: str
    severity: str
    focus: str
    path: str | None
    value: str | None
    message_fr: str
    message_en: str
    component: str


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """Outcome of a validation. ``conforms`` means: no violation (warnings do not block)."""

    conforms: bool
    results: tuple[Finding, ...]
    focus_counts: Mapping[str, int]
    rules: tuple[Rule, ...]
    seconds: float
    timings: Mapping[str, float]
    shapes: Graph = field(repr=False, compare=False)

    def counts(self) -> dict[str, int]:
        """Count the findings of each severity, zeros included."""
        counts = dict.fromkeys(_SEVERITY_RANK, 0)
        for finding in self.results:
            counts[finding.severity] += 1
        return counts

    def vacuous(self) -> tuple[str, ...]:
        """List the rules that had nothing to look at (a rule with no focus node proves nothing)."""
        return tuple(rule for rule, count in self.focus_counts.items() if count == 0)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES)
        if not found:
            raise ShapesError(f"{path.name}/: no .ttl, .trig, .nt or .nq file to validate.")
        return found
    if path.suffix not in _SUFFIXES:
        raise ShapesError(f"{path.name}: unknown format; give .ttl, .trig, .nt or .nq.")
    if not path.is_file():
        raise ShapesError(f"{path.name}: no such file; check the path.")
    return [path]


def data_store(data: Data) -> ox.Store:
    """Copy the data into a private Oxigraph store, named graphs kept.

    Params: the data in any accepted form. Returns: an in-memory store (the caller's graph is
    never touched). Raises: ShapesError for an unreadable file, naming file and line.
    """
    store = ox.Store()
    if isinstance(data, Dataset):
        store.bulk_load(data.serialize(format="nquads").encode(), format=ox.RdfFormat.N_QUADS)
    elif isinstance(data, Graph):
        store.bulk_load(
            data.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES
        )
    elif isinstance(data, ox.Store):
        store.bulk_extend(iter(data))
    else:
        paths = [data] if isinstance(data, str | Path) else list(data)
        for path in (file for item in paths for file in _files(Path(item))):
            try:
                store.bulk_load(path=str(path), format=_SUFFIXES[path.suffix])
            except SyntaxError as error:
                raise syntax_error(path, error) from error
    return store


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


def _instances(graph: Graph, cls: Node) -> set[Node]:
    classes = graph.transitive_subjects(RDFS.subClassOf, cls)
    return {node for c in classes for node in graph.subjects(RDF.type, c)}


def focus_count(graph: Graph, shapes: Graph, shape: Node) -> int:
    """Count the distinct nodes a rule looks at.

    For a core rule, its SHACL targets; for a gate, whose only target is a dummy node, the
    instances of the class or the subjects of the property it declares with ``emps:watches``.

    Params: the data with the class hierarchy, the shapes, the rule's shape. Returns: the count.
    """
    nodes: set[Node] = set()
    for cls in shapes.objects(shape, SH.targetClass):
        nodes |= _instances(graph, cls)
    for predicate in shapes.objects(shape, SH.targetSubjectsOf):
        nodes |= set(graph.subjects(predicate, unique=True))
    for watched in shapes.objects(shape, WATCHES):
        local = str(watched).rpartition("#")[2]
        if local[:1].isupper():
            nodes |= _instances(graph, watched)
        else:
            nodes |= set(graph.subjects(watched, unique=True))
    return len(nodes)


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
        if focus == GATE_NODE and value is not None:
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


def validate(
    data: Data, shapes: Graph | None = None, index: Graph | None = None
) -> ValidationReport:
    """Validate data against the shapes.

    Core rules run on an in-memory rdflib graph, gates on Oxigraph: pySHACL re-parses a SPARQL
    constraint for each node on rdflib (RDFLib/pySHACL#237) and counts the whole store for each
    failed ``sh:or`` branch on Oxigraph, so each engine gets only what it does well.

    Params: ``data`` (graph, dataset, store, files); ``shapes``, the project's when None;
    ``index``, class hierarchy and published terms, read from the ontology when None.
    Returns: the report, findings sorted by severity, rule and focus.
    Raises: ShapesError for unreadable data, broken shapes or a rule pySHACL cannot run.
    """
    logging.getLogger("pyshacl").setLevel(logging.ERROR)
    start = perf_counter()
    shapes = load_shapes() if shapes is None else shapes
    index = vocabulary_index() if index is None else index
    catalogue = rules(shapes)
    store = data_store(data)
    graph = memory_graph(store)
    for triple in index:
        graph.add(triple)
    store.bulk_load(index.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES)
    loaded = perf_counter()
    shape_of = {
        rule.id: URIRef(str(s))
        for s in shapes.subjects(RDF.type, SH.NodeShape)
        if isinstance(s, URIRef)
        for rule in catalogue
        if rule.id == rule_id(s)
    }
    gates = _run(_GateGraph(store), shapes, [str(shape_of[r.id]) for r in catalogue if r.gate])
    gated = perf_counter()
    core = _run(graph, shapes, [str(shape_of[r.id]) for r in catalogue if not r.gate])
    checked = perf_counter()
    found = _findings(gates, shapes) + _findings(core, shapes)
    found.sort(
        key=lambda f: (_SEVERITY_RANK[f.severity], f.rule, f.focus, f.path or "", f.value or "")
    )
    return ValidationReport(
        conforms=all(finding.severity != "violation" for finding in found),
        results=tuple(found),
        focus_counts={r.id: focus_count(graph, shapes, shape_of[r.id]) for r in catalogue},
        rules=catalogue,
        seconds=perf_counter() - start,
        timings={"load": loaded - start, "gates": gated - loaded, "core": checked - gated},
        shapes=shapes,
    )
