"""Reading a table into columns: every cell is text, the header is exact, no row is lost unsaid."""

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polars as pl

from ingest.errors import SourceError
from ingest.tables import Rejection, Tally, missing, wrong_header

ROW: Final = "row"
_HTML: Final = re.compile(rb"\s*<(?:!doctype html|html|head|\?xml)", re.IGNORECASE)


def read_table(
    path: Path,
    columns: Iterable[str],
    tally: Tally,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
    trim: bool = True,
) -> pl.DataFrame:
    """Read a table whose columns are known, in whatever order they come.

    Args:
        path: the file; its first line is the header.
        columns: the columns it must have; others are refused, so that no value is lost unread.
        tally: counts the rows.
        separator: what parts the cells.
        encoding: a Python codec.
        trim: remove the blanks around each value; not where a rule is to count them.

    Returns:
        The columns as text, null where empty, and ``row``: the line where the record ends,
        the header being line 1.

    Raises:
        SourceError: missing, empty, a page instead of a table, wrongly encoded, cut short, or with
            other columns.

    """
    expected = list(columns)
    stream = io.StringIO(read_text(path, encoding), newline="")
    reader = csv.reader(stream, delimiter=separator, strict=True)
    try:
        header = [name.strip() for name in next(reader)]
        if sorted(header) != sorted(expected):
            raise wrong_header(path, header, expected)
        rows = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise _cut(path, f"Line {reader.line_num}: {error}") from error
    if not rows:
        raise SourceError(f"{path.name} has no row.", "It is its header only.", "Fetch it again.")
    if len(rows[-1][1]) < len(header):
        raise _cut(path, f"Its last line, {rows[-1][0]}, has not as many cells as the header")
    tally.read += len(rows)
    whole = [(line, cells) for line, cells in rows if len(cells) == len(header)]
    for line, cells in rows:
        if len(cells) != len(header):
            content = json.dumps(cells, ensure_ascii=False)[:500]
            reason = "not as many cells as the header"
            tally.rejections.append(Rejection(path.name, line, reason, content))
    data = zip(*(cells for _, cells in whole), strict=True)
    frame = pl.DataFrame(dict(zip(header, data, strict=True)), dict.fromkeys(header, pl.String))
    lines = pl.Series(ROW, [line for line, _ in whole], dtype=pl.Int64)
    values = pl.all().str.strip_chars() if trim else pl.all()
    return frame.with_columns(values.replace("", None)).insert_column(0, lines)


def _cut(path: Path, why: str) -> SourceError:
    return SourceError(
        f"{path.name} cannot be read as a table.",
        f"{why}.",
        "Fetch the file again: it may be cut short or be of another format.",
    )


def read_text(path: Path, encoding: str) -> str:
    """Return the text of a file.

    Args:
        path: the file.
        encoding: a Python codec.

    Raises:
        SourceError: missing, empty, a page instead of data, or wrongly encoded.

    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise missing(path) from error
    if not raw.strip():
        raise SourceError(f"{path.name} is empty.", "It has no byte to read.", "Fetch it again.")
    if _HTML.match(raw):
        raise SourceError(
            f"{path.name} is a web page, not a table.",
            "Its address answered with HTML or XML, probably an error page.",
            "Look at the address in the catalogue, and fetch the file again.",
        )
    try:
        text = raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path.name} is not {encoding} text.",
            f"Byte {error.start} cannot be read: {error.reason}.",
            "Fetch the file again, or state its encoding in the mapping.",
        ) from error
    if "\x00" in text:
        raise SourceError(
            f"{path.name} is not {encoding} text.", "It holds NUL bytes.", "Fetch the file again."
        )
    return text


def reject(tally: Tally, table: str, frame: pl.DataFrame, reason: str | pl.Expr) -> None:
    """Count rows as read and not kept, each with its reason and content.

    Args:
        tally: receives the rejections.
        table: name of the file.
        frame: the rows; ``row`` is their line.
        reason: why, for all of them or row by row.

    """
    if frame.is_empty():
        return
    why = pl.lit(reason) if isinstance(reason, str) else reason
    shown = frame.select(
        pl.col(ROW), why.alias("reason"), pl.struct(pl.exclude(ROW)).struct.json_encode().alias("c")
    )
    tally.rejections += [
        Rejection(table, line, cause, content[:500]) for line, cause, content in shown.iter_rows()
    ]


def keep(
    tally: Tally, table: str, frame: pl.DataFrame, fits: pl.Expr, reason: str | pl.Expr
) -> pl.DataFrame:
    """Return the rows that fit, and reject the others with their reason.

    Args:
        tally: receives the rejections.
        table: name of the file.
        frame: the rows.
        fits: what a row must be; null counts as no.
        reason: why a row that is not is rejected.

    """
    good = fits.fill_null(value=False)
    reject(tally, table, frame.filter(~good), reason)
    return frame.filter(good)
