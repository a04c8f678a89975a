"""The columns of an answer as typed values: what each holds, by the XSD types of its literals."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from pyoxigraph import Literal, NamedNode

from queries.engine import Table, Term

Value: TypeAlias = str | int | float | bool | Decimal | date | datetime

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
WIDEST: Final = 38
"""Digits of the widest decimal that a column holds (a Parquet decimal of 16 bytes)."""
_LARGEST: Final = 1 << 63


class Kind(StrEnum):
    """What all the values of a column are; the name is what the description of a file says."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "dateTime"
    INSTANT = "dateTimeStamp"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer.

    Attributes:
        name: the variable.
        kind: what its values are; text where they are of several kinds, or where one of them
            is outside what the kind can hold.
        values: one a row; None where the variable is unbound.
        datatypes: IRIs of the datatypes found, sorted; none for IRIs and blank nodes.
        languages: language tags found, sorted.
    """

    name: str
    kind: Kind
    values: tuple[Value | None, ...]
    datatypes: tuple[str, ...]
    languages: tuple[str, ...]

    @property
    def scale(self) -> int:
        """Digits after the point that the decimals of the column need."""
        return max((_scale(each) for each in self.values if isinstance(each, Decimal)), default=0)


def columns_of(table: Table) -> tuple[Column, ...]:
    """Read the columns of an answer.

    A column whose literals all have one datatype gets the values of that datatype (XML Schema
    1.1 part 2); integers beside decimals become decimals. Everything else is text: the lexical
    form of a literal, the IRI of a node. ``gYear``, ``gYearMonth`` and ``duration`` are text, and
    so are codes, which the graph holds as strings.

    Args:
        table: the rows.

    Returns:
        The columns, in the order of the answer.

    """
    return tuple(
        _column(name, [row[place] for row in table.rows])
        for place, name in enumerate(table.columns)
    )


def _column(name: str, terms: list[Term | None]) -> Column:
    datatypes: set[str] = set()
    languages: set[str] = set()
    kinds: set[Kind] = set()
    for term in terms:
        if isinstance(term, Literal):
            datatype = term.datatype.value
            datatypes.add(datatype)
            kinds.add(_KINDS.get(datatype, Kind.TEXT))
            if term.language:
                languages.add(term.language)
        elif term is not None:
            kinds.add(Kind.TEXT)
    texts = [None if term is None else _text(term) for term in terms]
    kind, values = _typed(kinds, texts)
    return Column(name, kind, values, tuple(sorted(datatypes)), tuple(sorted(languages)))


def _typed(kinds: set[Kind], texts: list[str | None]) -> tuple[Kind, tuple[Value | None, ...]]:
    if kinds == {Kind.INTEGER, Kind.DECIMAL}:
        kinds = {Kind.DECIMAL}
    kind = kinds.pop() if len(kinds) == 1 else Kind.TEXT
    if kind is Kind.DATETIME:
        zoned = {_ZONED.search(text) is not None for text in texts if text is not None}
        kind = Kind.TEXT if len(zoned) > 1 else (Kind.INSTANT if zoned == {True} else kind)
    if kind is not Kind.TEXT:
        read = _READERS[kind]
        try:
            values = tuple(None if text is None else read(text) for text in texts)
        except (ValueError, OverflowError):
            return Kind.TEXT, tuple(texts)
        if kind is not Kind.DECIMAL or _fits(values):
            return kind, values
    return Kind.TEXT, tuple(texts)


def _text(term: Term) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else str(term)


def _integer(text: str) -> int:
    value = int(_checked(_INTEGER, text))
    if not -_LARGEST <= value < _LARGEST:
        raise ValueError(text)
    return value


def _decimal(text: str) -> Decimal:
    return Decimal(_checked(_DECIMAL, text))


def _double(text: str) -> float:
    return float(_checked(_DOUBLE, text))


def _boolean(text: str) -> bool:
    return _checked(_BOOLEAN, text) in {"true", "1"}


def _date(text: str) -> date:
    return date.fromisoformat(_checked(_DATE, text))


def _datetime(text: str) -> datetime:
    return datetime.fromisoformat(_checked(_DATETIME, text))


def _instant(text: str) -> datetime:
    return _datetime(text).astimezone(UTC)


def _checked(pattern: re.Pattern[str], text: str) -> str:
    """Return a text of the lexical space; Python's own readers accept more than XML Schema."""
    if pattern.fullmatch(text) is None:
        raise ValueError(text)
    return text


def _scale(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _fits(values: tuple[Value | None, ...]) -> bool:
    decimals = [each for each in values if isinstance(each, Decimal)]
    scale = max(_scale(each) for each in decimals)
    whole = max(max(0, each.adjusted() + 1) for each in decimals)
    return whole + scale <= WIDEST


_KINDS: Final[dict[str, Kind]] = {
    f"{XSD}{name}": kind
    for kind, names in {
        Kind.INTEGER: (
            "integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger "
            "negativeInteger unsignedLong unsignedInt unsignedShort unsignedByte"
        ),
        Kind.DECIMAL: "decimal",
        Kind.DOUBLE: "double float",
        Kind.BOOLEAN: "boolean",
        Kind.DATE: "date",
        Kind.DATETIME: "dateTime dateTimeStamp",
    }.items()
    for name in names.split()
}
_READERS: Final[dict[Kind, Callable[[str], Value]]] = {
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.DOUBLE: _double,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.INSTANT: _instant,
}
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?INF|NaN")
_BOOLEAN: Final = re.compile(r"true|false|0|1")
# A day with a time zone stays text: it is not the day of those who live in another zone.
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATETIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_ZONED: Final = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})$")
