"""Files as they come when something went wrong: what each source is fed to see what it does."""

import csv
import io
from collections.abc import Callable, Iterable
from typing import Final

Table = list[list[str]]

HTML: Final = b"<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>"


def read(data: bytes, separator: str = ",", encoding: str = "utf-8-sig") -> Table:
    """Return the header and the rows of a table."""
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=separator))


def write(table: Iterable[Iterable[str]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    """Write a table back."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(table)
    return out.getvalue().encode(encoding)


def sampled(table: Table, step: int) -> Table:
    """Keep the header and one row in so many."""
    return [table[0], *table[1::step]]


def truncated(data: bytes, separator: str = ",") -> bytes:
    """Cut a file in the middle of a row, before its last cell."""
    return data[: data.rindex(separator.encode(), 0, 2 * len(data) // 3)]


def recoded(data: bytes) -> bytes:
    """Write a file in Latin-1; in UTF-16 where that would change nothing."""
    text = data.decode("utf-8-sig")
    latin = text.encode("latin-1", errors="replace")
    return latin if latin != text.encode() else text.encode("utf-16")


def renamed(table: Table, column: int = 0) -> Table:
    """Give a column another name."""
    header = [*table[0]]
    header[column] += "_new"
    return [header, *table[1:]]


def widened(table: Table) -> Table:
    """Add a column."""
    return [[*table[0], "comment"], *([*row, "x"] for row in table[1:])]


def shuffled(table: Table) -> Table:
    """Put the columns in another order."""
    return [[*reversed(row)] for row in table]


def doubled(table: Table) -> Table:
    """Write each row twice."""
    return [table[0], *(row for each in table[1:] for row in (each, each))]


def with_code(table: Table, column: int, code: str) -> Table:
    """Add a row like the last one, with another code."""
    row = [*table[-1]]
    row[column] = code
    return [*table, row]


# What a mapping must refuse whole, whatever the table.
FATAL: Final[dict[str, Callable[[bytes], bytes]]] = {
    "truncated": truncated,
    "recoded": recoded,
    "renamed": lambda data: write(renamed(read(data))),
    "widened": lambda data: write(widened(read(data))),
    "empty": lambda _: b"",
    "header only": lambda data: write(read(data)[:1]),
    "web page": lambda _: HTML,
}
# What must change nothing in what is stated.
HARMLESS: Final[dict[str, Callable[[Table], Table]]] = {"shuffled": shuffled, "doubled": doubled}
