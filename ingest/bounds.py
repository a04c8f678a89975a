"""Dates as sources give them (day, month, year, decade) turned into bounds that invent nothing.

A start known to the year 2019 lies somewhere in [2019-01-01, 2019-12-31]. Activity on a day is
*possible* inside the outer bounds and *certain* inside the inner ones (the three-valued activity of
the stacking measures).
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)
_FORMS: Final = (
    ("day", re.compile(r"(\d{4})-(\d{2})-(\d{2})")),
    ("month", re.compile(r"(\d{4})-(\d{2})")),
    ("year", re.compile(r"(\d{4})")),
    ("decade", re.compile(r"(\d{3})0s")),
)


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which an imprecisely dated event may have happened, both included."""

    first: date
    last: date
    precision: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Outer and inner bounds of a validity, half-open; ``None`` is unbounded on that side."""

    valid_from: date | None
    certain_from: date | None
    certain_before: date | None
    valid_before: date | None


def read_date(text: str) -> Span:
    """Read a date written to its own precision.

    Args:
        text: ``2020-11-20``, ``2020-11``, ``2020`` or ``2000s``.

    Returns:
        The span of days it may stand for.

    Raises:
        ValueError: the text has none of these forms, or names a day that does not exist.

    """
    for precision, pattern in _FORMS:
        if match := pattern.fullmatch(text):
            return _span(precision, [int(part) for part in match.groups()])
    raise ValueError(f"{text!r} is not a date (2020-11-20, 2020-11, 2020 or 2000s)")


def _span(precision: str, parts: list[int]) -> Span:
    if precision == "day":
        day = date(*parts)
        return Span(day, day, precision)
    if precision == "month":
        year, month = parts
        last = calendar.monthrange(year, month)[1]
        return Span(date(year, month, 1), date(year, month, last), precision)
    if precision == "year":
        return Span(date(parts[0], 1, 1), date(parts[0], 12, 31), precision)
    return Span(date(parts[0] * 10, 1, 1), date(parts[0] * 10 + 9, 12, 31), precision)


def bounds(
    start: Span | None,
    end: Span | None,
    observed: tuple[Span, ...] = (),
    life: Bounds | None = None,
    until: date | None = None,
) -> Bounds:
    """Combine what is known of a start, an end and observations into four bounds.

    An observation proves activity on its day only; two observations of the same list prove it in
    between, no exit being recorded. What began and has no recorded end is taken to last as its
    instrument does, or else up to the day the source was compiled. What is not known is bounded by
    the life of the instrument, and left open where that is not known either.

    Args:
        start: when it began, if said.
        end: the last day, month or year in force, if said.
        observed: days on which a source states that it is in application.
        life: bounds of the instrument applied.
        until: first day of which the source can say nothing.

    Returns:
        The outer (possible) and inner (certain) bounds.

    """
    valid_from = start.first if start else (life.valid_from if life else None)
    valid_before = end.last + _DAY if end else (life.valid_before if life else None)
    certain_from = start.last if start else None
    certain_before = end.first + (_DAY if end.precision == "day" else timedelta()) if end else None
    if observed:
        earliest = min(span.last for span in observed)
        latest = max(span.first for span in observed) + _DAY
        certain_from = min(certain_from, earliest) if certain_from else earliest
        if certain_before is None:
            certain_before = latest
    elif start and not end:
        certain_before = (life and life.certain_before) or until
    return Bounds(valid_from, certain_from, certain_before, valid_before)
