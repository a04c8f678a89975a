"""The named rules by which defects of the sources are handled, each with its reason."""

import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from ingest.errors import CatalogueError
from ingest.tables import Tally

TABLE: Final = Path(__file__).parent / "tables" / "rules.csv"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of handling one kind of defect.

    Args:
        id: its name, stable.
        family: the family of defects, 1 to 18, that it belongs to.
        outcome: ``corrected``, ``uncertain`` or ``rejected``.
        title: by language.
        text: what is done and why, by language.
    """

    id: str
    family: int
    outcome: str
    title: dict[str, str]
    text: dict[str, str]


@cache
def load_rules() -> dict[str, Rule]:
    """Read the rules, by id.

    Raises:
        CatalogueError: the table is missing or holds no whole number where a family must be.

    """
    try:
        with TABLE.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return {
            row["id"]: Rule(
                row["id"],
                int(row["family"]),
                row["outcome"],
                {"fr": row["title_fr"], "en": row["title_en"]},
                {"fr": row["text_fr"], "en": row["text_en"]},
            )
            for row in rows
        }
    except (OSError, KeyError, ValueError) as error:
        raise CatalogueError(
            "The table of rules cannot be read.", f"{TABLE.name}: {error}.", "Restore the file."
        ) from error


def rule(identifier: str) -> Rule:
    """Return one rule.

    Raises:
        CatalogueError: no rule has that name.

    """
    rules = load_rules()
    if identifier not in rules:
        raise CatalogueError(
            f"Unknown rule {identifier!r}.",
            f"The rules are: {', '.join(rules)}.",
            f"Describe it in {TABLE.name}.",
        )
    return rules[identifier]


def apply(tally: Tally, identifier: str, rows: int) -> None:
    """Count rows that a rule has corrected or left uncertain.

    Args:
        tally: receives the count.
        identifier: the rule.
        rows: how many; nothing is noted of none.

    Raises:
        CatalogueError: no rule has that name.

    """
    counts: dict[str, Counter[str]] = {"corrected": tally.corrected, "uncertain": tally.uncertain}
    outcome = rule(identifier).outcome
    if rows and outcome in counts:
        counts[outcome][identifier] += rows


def apply_column(tally: Tally, rules: pl.Series) -> None:
    """Count the rules that a column names, row by row; null names none."""
    for identifier, rows in rules.drop_nulls().value_counts().iter_rows():
        apply(tally, identifier, rows)
