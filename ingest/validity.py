"""Writing validity: the four bounds of a dated thing, and how well each side is known."""

from datetime import date

from ingest.bounds import Bounds, Span, bounds, read_date
from ingest.local_ids import concept
from ingest.quads import Graph, day, emp


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
