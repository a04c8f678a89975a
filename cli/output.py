"""What the commands print: tables for people, CSV and JSON for programs, errors in three lines."""

import csv
import json
import sys
from collections.abc import Sequence
from enum import StrEnum

from rich.console import Console
from rich.table import Table

from ingest.errors import EmpilementError

errors = Console(stderr=True)


class Format(StrEnum):
    """Output formats."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Lang(StrEnum):
    """Languages of the product."""

    FR = "fr"
    EN = "en"


def write_rows(columns: Sequence[str], rows: Sequence[Sequence[str]], format_: Format) -> None:
    """Write rows on the standard output, which carries nothing else.

    Args:
        columns: the names of the columns.
        rows: cells as text; an empty cell is an unknown value.
        format_: how to write them; CSV and JSON are never shortened.

    """
    if format_ is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([columns, *rows])
    elif format_ is Format.JSON:
        records = [
            {name: cell or None for name, cell in zip(columns, row, strict=True)} for row in rows
        ]
        sys.stdout.write(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
    else:
        _write_table(columns, rows)
    sys.stdout.flush()


def _write_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    console = Console(file=sys.stdout)
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold", min_width=min(len(name), 10))
    for row in rows:
        # Text, not markup: a label may hold square brackets.
        table.add_row(*(cell.replace("[", "\\[") for cell in row))
    console.print(table)


def say(message: str) -> None:
    """Say something to the person, on the error stream."""
    errors.print(message, highlight=False, markup=False, soft_wrap=True)


def fail(error: EmpilementError) -> int:
    """Print an error as what, why, what to do; return the exit code."""
    for line in (error.what, error.why, error.todo):
        errors.print(line, highlight=False, markup=False, soft_wrap=True)
    return error.exit_code
