"""Reading one sheet of a workbook into columns, as strictly as `ingest.frames` reads a table."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl
from fastexcel import FastExcelError, read_excel

from ingest.errors import SourceError
from ingest.frames import ROW
from ingest.tables import Tally, missing, wrong_header


def read_sheet(
    path: Path, sheet: str, columns: Iterable[str], tally: Tally, *, header: int = 1
) -> pl.DataFrame:
    """Read a sheet whose columns are known, in whatever order they come.

    Args:
        path: the workbook (``.xlsx``, ``.xls`` or ``.ods``).
        sheet: its name.
        columns: the columns it must have; others are refused, so that no value is lost unread.
        tally: counts the rows.
        header: the line of the column names, the first of the sheet being 1.

    Returns:
        The columns as trimmed text, null where empty, and ``row``: the line in the sheet.

    Raises:
        SourceError: missing, no workbook, cut short, without that sheet, without rows, or with
            other columns.

    """
    expected = list(columns)
    if not path.is_file():
        raise missing(path)
    try:
        read = read_excel(path).load_sheet(sheet, header_row=header - 1, dtypes="string")
    except FastExcelError as error:
        raise SourceError(
            f"{path.name} cannot be read as a workbook with a sheet {sheet}.",
            f"{str(error).splitlines()[0]}.",
            "Fetch the file again: it may be cut short or be of another format.",
        ) from error
    frame = read.to_polars()
    if sorted(frame.columns) != sorted(expected):
        raise wrong_header(path, frame.columns, expected)
    if frame.is_empty():
        raise SourceError(
            f"Sheet {sheet} of {path.name} has no row.", "It is its header only.", "Fetch it again."
        )
    tally.read += frame.height
    text = frame.select(pl.col(expected).str.strip_chars().replace("", None))
    return text.with_row_index(ROW, offset=header + 1).with_columns(pl.col(ROW).cast(pl.Int64))
