"""Hygiene of the ontology: one SPARQL query per rule, where a row is a finding."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from rdflib import Graph
from rdflib.query import ResultRow

from ontology.loading import (
    ROOT,
    OntologyError,
    aggregate_file,
    alignment_files,
    load_files,
    module_files,
    restrictions_file,
    vocabulary_files,
)
from ontology.namespaces import PREFIXES

Severity = Literal["error", "warning"]
SEVERITIES: Final[dict[str, Severity]] = {"error": "error", "warning": "warning"}
HEADERS: Final = ("id", "severity", "problem", "solution")


@dataclass(frozen=True, slots=True)
class Rule:
    """One hygiene rule, read from a query file."""

    id: str
    severity: Severity
    problem: str
    solution: str
    query: str


@dataclass(frozen=True, slots=True)
class HygieneFinding:
    """One term that breaks a rule."""

    rule: str
    severity: Severity
    entity: str
    property: str
    value: str
    problem: str
    solution: str


def read_rule(path: Path) -> Rule:
    """Read one rule: four header comments, then a query for ?entity ?property ?value.

    Args:
        path: a file of `hygiene/`.

    Returns:
        The rule.

    Raises:
        OntologyError: a header is missing or the severity is unknown.
    """
    text = path.read_text(encoding="utf-8")
    headers: dict[str, str] = {}
    for line in text.splitlines():
        key, separator, value = line.removeprefix("#").partition(":")
        if line.startswith("#") and separator and key.strip() in HEADERS:
            headers[key.strip()] = value.strip()
    missing = [name for name in HEADERS if not headers.get(name)]
    if missing:
        raise OntologyError(f"{path.name}: missing header {', '.join(missing)}")
    severity = SEVERITIES.get(headers["severity"])
    if severity is None:
        raise OntologyError(f"{path.name}: unknown severity {headers['severity']}")
    return Rule(
        id=headers["id"],
        severity=severity,
        problem=headers["problem"],
        solution=headers["solution"],
        query=text,
    )


def load_rules() -> tuple[Rule, ...]:
    """Read every rule of `hygiene/`.

    Returns:
        The rules sorted by id.

    Raises:
        OntologyError: a rule is malformed.
    """
    rules = (read_rule(path) for path in (ROOT / "hygiene").glob("*.rq"))
    return tuple(sorted(rules, key=lambda rule: rule.id))


def hygiene_graph() -> Graph:
    """Load all that the rules look at.

    Returns:
        The modules, aggregate, restrictions, alignments and vocabularies in one graph.

    Raises:
        OntologyError: one file cannot be read.
    """
    return load_files(
        [
            *module_files(),
            aggregate_file(),
            restrictions_file(),
            *alignment_files(),
            *vocabulary_files(),
        ]
    )


def apply_rule(rule: Rule, graph: Graph) -> tuple[HygieneFinding, ...]:
    """Run one rule on a graph.

    Args:
        rule: the rule.
        graph: an ontology graph.

    Returns:
        The findings, sorted.
    """
    findings = set()
    for row in graph.query(rule.query, initNs=PREFIXES):
        if not isinstance(row, ResultRow):
            continue
        cells = {name: str(value) for name, value in row.asdict().items()}
        findings.add(
            HygieneFinding(
                rule=rule.id,
                severity=rule.severity,
                entity=cells.get("entity", ""),
                property=cells.get("property", ""),
                value=cells.get("value", ""),
                problem=rule.problem,
                solution=rule.solution,
            )
        )
    return tuple(sorted(findings, key=lambda item: (item.entity, item.property, item.value)))


def check_hygiene(graph: Graph | None = None) -> tuple[HygieneFinding, ...]:
    """Run every rule.

    Args:
        graph: the graph to look at; by default the whole ontology.

    Returns:
        The findings, by rule then by term; none when the ontology is clean.

    Raises:
        OntologyError: a rule or a file of the ontology cannot be read.
    """
    looked_at = hygiene_graph() if graph is None else graph
    return tuple(finding for rule in load_rules() for finding in apply_rule(rule, looked_at))
