"""What a validation says: its findings, and the report that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rdflib import Graph

from shapes.loading import Rule

SEVERITIES: Final = ("violation", "warning", "info")


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
        counts = dict.fromkeys(SEVERITIES, 0)
        for finding in self.results:
            counts[finding.severity] += 1
        return counts

    def vacuous(self) -> tuple[str, ...]:
        """List the rules that had nothing to look at (a rule with no focus node proves nothing)."""
        return tuple(rule for rule, count in self.focus_counts.items() if count == 0)


def ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    """Sort findings by severity, rule and focus, each kept once.

    pySHACL repeats a finding for each pair of compared values and each doubled language; the
    repetitions say nothing more.
    """
    return tuple(
        sorted(
            set(findings),
            key=lambda f: (
                SEVERITIES.index(f.severity),
                f.rule,
                f.focus,
                f.path or "",
                f.value or "",
                f.component,
                f.message_fr,
            ),
        )
    )
