"""CSV as the French Excel opens it by a double click: semicolons, decimal commas, codes kept."""

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from queries.columns import Column, Value

_BOM: Final = "\ufeff"
_LONGEST_CONSTANT: Final = 255
"""Characters of a text inside a formula of Excel; a longer one is refused on opening."""
_DIGITS: Final = 15
"""Digits that a number of Excel keeps."""
_STARTER: Final = "=+-@\t\r\n＝＋－＠"
# What Excel would read as a number, a day, an hour, an amount or a truth value.
_READ: Final = re.compile(
    r"[(+\-.,€$£\s]*[0-9]"
    r"|(?:jan|f[eé]v|feb|mar|avr|apr|mai|may|jui|jun|jul|ao[uû]|aug|sep|oct|nov|d[eé]c)"
    r"[a-zéû]*\.?[\s/-]*[0-9]"
    r"|(?:vrai|faux|true|false)\s*$",
    re.IGNORECASE,
)


def write_excel_csv(columns: tuple[Column, ...]) -> bytes:
    """Write columns as the CSV of a French Excel.

    UTF-8 with its byte-order mark, ``;`` between cells (the list separator of French Windows),
    a decimal comma, days as YYYY-MM-DD (read as days in every language), ``VRAI`` and ``FAUX``.
    A text that Excel would change on opening (``01004``, ``1-2``, ``mars 2024``) or run as a
    formula (``=cmd|…``) is written ``="01004"``: a formula whose value is that very text. A text
    too long for that, or of several lines, gets an apostrophe before it instead. Other programs
    see these signs: for them there is the plain CSV.

    Args:
        columns: as ``columns_of`` reads them.

    Returns:
        The file.

    """
    output = io.StringIO(newline="")
    output.write(_BOM)
    writer = csv.writer(output, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerows(zip(*(map(_cell, column.values) for column in columns), strict=True))
    return output.getvalue().encode("utf-8", "replace")


def _cell(value: Value | None) -> str:
    match value:
        case None:
            return ""
        case str():
            return guarded(value)
        case bool():
            return "VRAI" if value else "FAUX"
        case date():
            local = isinstance(value, datetime) and value.tzinfo is None
            return str(value) if local else value.isoformat()
        case _:
            return _number(value)


def _number(value: int | float | Decimal) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, int) and abs(value) >= 10**_DIGITS:
        return _constant(text)
    return text.replace(".", ",")


def guarded(text: str) -> str:
    """Write a text so that Excel neither changes it on opening nor runs it.

    Args:
        text: the value of a cell.

    Returns:
        What stands for it in the file, before the quotation marks of CSV.

    """
    # A cell of Excel breaks its lines by a line feed alone; a carriage return shows as a box.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    formula = text.lstrip()[:1] in tuple(_STARTER) or text[:1] in tuple(_STARTER)
    if not text or not (formula or _READ.match(text.strip())):
        return text
    if "\n" in text or "\t" in text or len(text) > _LONGEST_CONSTANT:
        return f"'{text}"
    return _constant(text)


def _constant(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'="{doubled}"'
