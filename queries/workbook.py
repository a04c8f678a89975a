"""Workbooks: an answer as a typed sheet for spreadsheets, and where it comes from on a second."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format as Style
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from queries.columns import Column, Value
from queries.errors import FormatError
from queries.origin import Origin

MOST_ROWS: Final = (1 << 20) - 1
LONGEST: Final = 32_767
"""Characters of the longest cell (UTF-16 units, as Excel counts)."""
REST: Final = "long texts"
_CUT: Final = f' […] (suite : feuille / continued on sheet "{REST}", %s)'
_PIECE: Final = LONGEST // 2 - 100
"""Characters of which no cell holds too many, whatever their units."""
_DIGITS: Final = 15
# Before it Excel counts a 29 February 1900 that never was, and before 1900 it knows no days.
_FIRST_DAY: Final = date(1900, 3, 1)
_WIDEST: Final = 60
_SAMPLE: Final = 200
_LONGEST_NAME: Final = 31
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}
_DAY: Final = "yyyy-mm-dd"
_MOMENT: Final = "yyyy-mm-dd hh:mm:ss"


def write_workbook(columns: tuple[Column, ...], origin: Origin) -> bytes:
    """Write columns as an Office Open XML workbook (ISO/IEC 29500).

    Texts are cells of text in the format of texts: codes keep their zeros, and what looks like a
    formula is never one, even when it is edited. Days, numbers and truth values are typed. What
    a spreadsheet cannot hold as a number (more than 15 digits of an integer) or as a day (before
    March 1900, or a moment with a time zone) is text; decimals are rounded to its 15 digits. A
    text longer than a cell goes on whole, in pieces, on a third sheet, and its cell says so.

    Args:
        columns: as ``columns_of`` reads them.
        origin: what the second sheet says.

    Returns:
        The file; the same answer has the same bytes.

    Raises:
        FormatError: more rows than a sheet holds.

    """
    count = len(columns[0].values) if columns else 0
    if count > MOST_ROWS:
        raise FormatError(
            "The answer does not fit into a workbook.",
            f"It has {count} rows; a sheet holds {MOST_ROWS}.",
            "Ask for it in CSV or Parquet, or ask a narrower question.",
        )
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, _OPTIONS) as book:
        # The file would else carry the moment when it was written.
        book.set_properties({"title": origin.title["fr"], "created": _created(origin)})
        head = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        wrapped = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": _DAY})
        moment = book.add_format({"num_format": _MOMENT})
        sheet = book.add_worksheet(origin.slug[:_LONGEST_NAME])
        long = _fill(sheet, columns, count, head, {str: text, date: day, datetime: moment})
        source = book.add_worksheet("source")
        source.set_column(0, 0, 28)
        source.set_column(1, 1, 100)
        for place, (name, value) in enumerate(origin.lines()):
            source.write_string(place, 0, name, head)
            source.write_string(place, 1, value[:LONGEST], wrapped)
        if long:
            rest = book.add_worksheet(REST)
            rest.set_column(1, 1, 100)
            for place, (cell, piece) in enumerate(long):
                rest.write_string(place, 0, cell, head)
                rest.write_string(place, 1, piece, wrapped)
    return output.getvalue()


def _fill(
    sheet: Worksheet,
    columns: tuple[Column, ...],
    count: int,
    head: Style,
    styles: dict[type, Style],
) -> list[tuple[str, str]]:
    """Fill the sheet; give the pieces of the texts too long for a cell, each with its cell."""
    long: list[tuple[str, str]] = []
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _width(column))
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, count, len(columns) - 1)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.name, head)
    every = [column.values for column in columns]
    text, day, moment = styles[str], styles[date], styles[datetime]
    # In constant memory a sheet is written row by row.
    for row in range(count):
        for place, values in enumerate(every):
            match _shown(values[row]):
                case None:
                    pass
                case str(value):
                    if _units(value) > LONGEST:
                        cell = xl_rowcol_to_cell(row + 1, place)
                        long += ((cell, piece) for piece in _pieces(value))
                        value = value[:_PIECE] + _CUT % cell
                    sheet.write_string(row + 1, place, value, text)
                case bool(value):
                    sheet.write_boolean(row + 1, place, value)
                case int(value) | float(value):
                    sheet.write_number(row + 1, place, value)
                case datetime() as value:
                    sheet.write_datetime(row + 1, place, value, moment)
                case value:
                    sheet.write_datetime(row + 1, place, value, day)
    return long


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def _pieces(text: str) -> list[str]:
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def _shown(value: Value | None) -> str | bool | int | float | date | datetime | None:
    """Give what a cell can hold of a value: text where it can hold no other."""
    match value:
        case str() | bool() | None:
            return value
        case int():
            return value if abs(value) < 10**_DIGITS else str(value)
        case Decimal():
            return float(value)
        case float():
            return value if isfinite(value) else str(value)
        case datetime():
            early = value.tzinfo is not None or value.date() < _FIRST_DAY
            return value.isoformat() if early else value
        case _:
            return value if value >= _FIRST_DAY else value.isoformat()


def _width(column: Column) -> int:
    first: Sequence[Value | None] = column.values[:_SAMPLE]
    lengths = [len(str(each)) for each in first if each is not None]
    return min(_WIDEST, max([*lengths, len(column.name) + 2]) + 1)


def _created(origin: Origin) -> datetime:
    try:
        return datetime.fromisoformat(origin.date).replace(tzinfo=UTC)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)
