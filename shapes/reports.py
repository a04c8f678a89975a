"""Reports of a validation: SHACL Turtle, JSON, and a text summary in French or English."""

import json
from dataclasses import asdict
from typing import Final

from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import EMPS, PREFIXES
from shapes.paths import compact, copy_path, path_index
from shapes.results import Finding, ValidationReport

_SEVERITY: Final = {"violation": SH.Violation, "warning": SH.Warning, "info": SH.Info}
_WORDS: Final = {
    "fr": {
        "conforms": "Conforme : aucune violation.",
        "fails": "Non conforme.",
        "violation": "violation(s)",
        "warning": "avertissement(s)",
        "info": "information(s)",
        "more": "… et {n} autre(s)",
        "vacuous": "Règles sans rien à vérifier",
        "time": "{n} règles en {s:.1f} s",
    },
    "en": {
        "conforms": "Conforms: no violation.",
        "fails": "Does not conform.",
        "violation": "violation(s)",
        "warning": "warning(s)",
        "info": "info(s)",
        "more": "… and {n} more",
        "vacuous": "Rules with nothing to check",
        "time": "{n} rules in {s:.1f} s",
    },
}


def _value_node(value: str) -> Node:
    return URIRef(value) if value.startswith(("https://", "http://")) else Literal(value)


def _expand(component: str) -> URIRef:
    prefix, _, local = component.partition(":")
    return URIRef(PREFIXES[prefix] + local)


def report_graph(report: ValidationReport) -> Graph:
    """Build the standard report graph (SHACL section 3.6).

    ``sh:conforms`` follows the standard strictly: true only without any result, warnings
    included. ``sh:sourceShape`` is the named rule.

    Params: the report. Returns: a graph with one sh:ValidationReport.
    """
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    paths = path_index(report.shapes)
    top = BNode()
    graph.add((top, RDF.type, SH.ValidationReport))
    graph.add((top, SH.conforms, Literal(not report.results, datatype=XSD.boolean)))
    for finding in report.results:
        node = BNode()
        graph.add((top, SH.result, node))
        graph.add((node, RDF.type, SH.ValidationResult))
        graph.add((node, SH.focusNode, _value_node(finding.focus)))
        graph.add((node, SH.resultSeverity, _SEVERITY[finding.severity]))
        graph.add((node, SH.sourceShape, EMPS[finding.rule]))
        graph.add((node, SH.sourceConstraintComponent, _expand(finding.component)))
        if finding.path is not None:
            known = paths.get(finding.path)
            path = (
                copy_path(report.shapes, known, graph)
                if known is not None
                else _expand(finding.path)
            )
            graph.add((node, SH.resultPath, path))
        if finding.value is not None:
            graph.add((node, SH.value, _value_node(finding.value)))
        for language, message in (("fr", finding.message_fr), ("en", finding.message_en)):
            if message:
                graph.add((node, SH.resultMessage, Literal(message, lang=language)))
    return graph


def to_turtle(report: ValidationReport) -> str:
    """Write the report as SHACL Turtle.

    Params: the report. Returns: the text.
    """
    return report_graph(report).serialize(format="turtle")


def to_json(report: ValidationReport) -> str:
    """Write the report as JSON: conformance, counts, focus counts, timings, findings.

    Params: the report. Returns: the text, keys in a stable order.
    """
    document = {
        "conforms": report.conforms,
        "counts": report.counts(),
        "seconds": round(report.seconds, 2),
        "timings": {name: round(value, 2) for name, value in report.timings.items()},
        "rules": [
            asdict(rule) | {"focus_nodes": report.focus_counts[rule.id]} for rule in report.rules
        ],
        "results": [asdict(finding) for finding in report.results],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def group_by_rule(report: ValidationReport) -> dict[str, tuple[Finding, ...]]:
    """Group the findings by rule, in the report's order (violations first)."""
    groups: dict[str, list[Finding]] = {}
    for finding in report.results:
        groups.setdefault(finding.rule, []).append(finding)
    return {rule: tuple(findings) for rule, findings in groups.items()}


def to_text(report: ValidationReport, language: str = "fr", cases: int = 3) -> str:
    """Write a summary grouped by rule, with the first cases of each.

    Params: the report; ``language``, ``fr`` or ``en``; ``cases``, how many to show for each rule.
    Returns: the text. Raises: ValueError for another language.
    """
    if language not in _WORDS:
        raise ValueError(f"Unknown language {language!r}; use fr or en.")
    words = _WORDS[language]
    counts = report.counts()
    head = words["conforms"] if report.conforms else words["fails"]
    lines = [head + " " + ", ".join(f"{n} {words[severity]}" for severity, n in counts.items())]
    labels = {r.id: r.label_fr if language == "fr" else r.label_en for r in report.rules}
    for rule, findings in group_by_rule(report).items():
        lines.append(f"\n{rule} ({len(findings)} {words[findings[0].severity]}) {labels[rule]}")
        for finding in findings[:cases]:
            message = finding.message_fr if language == "fr" else finding.message_en
            where = compact(finding.focus) + (f" {finding.path}" if finding.path else "")
            lines += [f"  {where}", f"    {message}"]
        if len(findings) > cases:
            lines.append("  " + words["more"].format(n=len(findings) - cases))
    if report.vacuous():
        lines.append(
            f"\n{words['vacuous']} ({len(report.vacuous())}): " + " ".join(report.vacuous())
        )
    lines.append("\n" + words["time"].format(n=len(report.rules), s=report.seconds))
    return "\n".join(lines) + "\n"
