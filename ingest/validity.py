"""Writing validity: the four bounds of a dated thing, and how well each side is known."""

from dataclasses import replace
from datetime import date
from typing import Final

from rdflib import XSD, Literal

from ingest.bounds import Bounds, Span, bounds, read_date
from ingest.local_ids import concept
from ingest.quads import Graph, day, emp

CONTRACTS: Final = frozenset({"Contract", "ReciprocityContract"})


def by_duration(
    found: Bounds, started: date | None, duration: str, life: Bounds
) -> tuple[Bounds, str]:
    """Bound the end of a contract by the duration that its instrument states.

    A contract whose end no source gives is taken to run for that duration from its start, or from
    the first day it may have started. The duration of a programme says nothing of that kind about
    each of its awards: it is for contracts only.

    Args:
        found: the bounds known so far.
        started: last day on which it may have started, if its start is known.
        duration: an ``xsd:duration`` such as ``P6Y``.
        life: the bounds of the instrument.

    Returns:
        The bounds, and the end status: ``by-duration``, or ``unknown`` where no start is known.

    """
    first, last = found.valid_from, started or found.certain_from
    if first is None:
        return found, "unknown"
    certain = min(_after(first, duration), life.certain_before or date.max)
    possible = max(_after(last or first, duration), life.valid_before or date.min)
    certain = max(certain, found.certain_before or date.min)
    return replace(found, certain_before=certain, valid_before=possible), "by-duration"


def _after(start: date, duration: str) -> date:
    """Return the day after a duration has run, counted as the law counts (same day, years on)."""
    result: date = start + Literal(duration, datatype=XSD.duration).toPython()
    return result


def bounds_of_texts(
    start: str,
    end: str,
    observed: tuple[str, ...] = (),
    life: Bounds | None = None,
    until: date | None = None,
) -> Bounds:
    """Return the bounds of dates written to their precision; empty text is not known.

    Raises:
        ValueError: a text is no date.

    """
    spans = tuple(read_date(text) for text in observed)
    return bounds(_span(start), _span(end), spans, life, until)


def _span(text: str) -> Span | None:
    return read_date(text) if text else None


def add_bounds(graph: Graph, subject: str, start: str, end: str, found: Bounds) -> None:
    """State the bounds of a thing and the certainty of each side.

    Args:
        graph: receives the statements.
        subject: IRI of the dated thing.
        start: its start as written, or empty.
        end: its end as written, or empty.
        found: the bounds.

    """
    for prop, value in (
        ("validFrom", found.valid_from),
        ("certainFrom", found.certain_from),
        ("certainBefore", found.certain_before),
        ("validBefore", found.valid_before),
    ):
        if value is not None:
            graph.add(subject, emp(prop), day(value))
    for prop, text, bounded in (
        ("startCertainty", start, found.valid_from),
        ("endCertainty", end, found.valid_before),
    ):
        if text:
            graph.add(subject, emp(prop), concept("certainty", read_date(text).precision))
        elif bounded:
            graph.add(subject, emp(prop), concept("certainty", "bounded"))
