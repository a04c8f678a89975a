"""Files as they come when something went wrong: what each source is fed to see what it does."""

import csv
import io
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

Table = list[list[str]]
Change = Callable[[Table], Table]
Spoil = Callable[[bytes], bytes]

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


def with_code(table: Table, column: str, code: str, like: tuple[str, str] | None = None) -> Table:
    """Add a row like the last one (of those with a value in a column), with another code."""
    header = table[0]
    alike = [row for row in table[1:] if not like or row[header.index(like[0])] == like[1]]
    row = [*alike[-1]]
    row[header.index(column)] = code
    return [*table, row]


def tabular(change: Change, separator: str = ",") -> Spoil:
    """Return what changes the bytes of a table as its rows are changed."""
    return lambda data: write(change(read(data, separator)), separator)


# What a mapping must refuse whole, whatever the table and what parts its cells.
FATAL: Final[dict[str, Callable[[str], Spoil]]] = {
    "truncated": lambda separator: partial(truncated, separator=separator),
    "recoded": lambda _: recoded,
    "renamed": partial(tabular, renamed),
    "widened": partial(tabular, widened),
    "empty": lambda _: lambda _: b"",
    "header only": partial(tabular, lambda table: table[:1]),
    "web page": lambda _: lambda _: HTML,
}
