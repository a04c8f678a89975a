"""Rows of a national list as statements: deployments, perimeters, records, completeness."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl
from pyoxigraph import Literal, NamedNode

from ingest.codes import count_rules
from ingest.columns import concepts, days, integers, minted, node, part, text
from ingest.frames import ROW, keep
from ingest.identity import mint
from ingest.known import Known
from ingest.quads import Graph, day, emp, label, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_FIRST_VINTAGE: Final = 2021
_FRANCE: Final = ("pays", "FR")


@dataclass(frozen=True, slots=True)
class Listing:
    """What one list is about.

    Args:
        instrument: id of the instrument applied, such as ``fr-pvd``.
        class_: kind of deployment, such as ``LabelAward``.
        table: name of the file the rows come from.
        vintage: year of the geographic code in which members are read; none for a programme of
            several lists, whose members are territories that each say in which vintages they exist.
        extent: how far a member is included: ``whole``, ``part``, ``infra``, ``point``,
            ``unknown``.
        names: the deployments' label before their own name, by language; none if the rows'
            ``label`` is whole by itself.
        confidence: how well the rows are known: ``derived`` where they come from a spatial join.
        complete_within: areas of which the list has every deployment on its day, as (kind, code);
            none where nobody says that it is exhaustive.
    """

    instrument: str
    class_: str
    table: str
    vintage: int | None = None
    extent: str = "whole"
    confidence: str = "sourced"
    names: tuple[tuple[str, str], ...] = ()
    complete_within: tuple[tuple[str, str], ...] = (_FRANCE,)


def resolve_members(
    frame: pl.DataFrame, column: str, table: str, tally: Tally, known: Known
) -> pl.DataFrame:
    """Add ``kind`` and ``listed`` to each row, and reject the rows whose code names nothing.

    Args:
        frame: rows with ``row`` and the codes as the source writes them.
        column: holds the codes.
        table: name of the file.
        tally: receives rejections and the rules applied.
        known: what codes have named.

    """
    resolved = known.codes.resolve(frame, column)
    reason = pl.concat_str(pl.lit("unknown-code: "), pl.col(column).fill_null("(empty)"))
    kept = keep(tally, table, resolved, pl.col("kind").is_not_null(), reason)
    count_rules(tally, kept)
    return kept


def split_cells(frame: pl.DataFrame, column: str, separator: str, tally: Tally) -> pl.DataFrame:
    """Give each value of a multi-valued cell a row of its own."""
    several = frame[column].str.contains(separator, literal=True).sum()
    apply(tally, "multi-valued", int(several or 0))
    parts = pl.col(column).str.split(separator)
    return frame.with_columns(parts).explode(column).with_columns(pl.col(column).str.strip_chars())


def once(frame: pl.DataFrame, columns: list[str], tally: Tally) -> pl.DataFrame:
    """Keep the first of the rows that repeat each other on some columns, and count the others."""
    unique = frame.unique(columns, keep="first", maintain_order=True)
    apply(tally, "row-repeated", frame.height - unique.height)
    return unique


def state_list(
    source: Source, frame: pl.DataFrame, listing: Listing, graph: Graph, known: Known
) -> None:
    """State the deployments of one list.

    A deployment that the base already describes (the worked case) keeps its name and perimeter:
    the list adds that it was in application that day, and the record that says so.

    Args:
        source: the catalogue entry; its reference date is the day that the list describes.
        frame: one row a member: ``key`` (of the deployment), ``row``, and, where the source has
            them, ``kind`` and ``listed`` (the member), ``label``, ``code`` (in the programme's own
            list), ``signed`` (a date: when its agreement was signed).
        listing: what the rows are about.
        graph: receives the statements.
        known: what the base states.

    Raises:
        ingest.tables.RowError: the base has not the instrument.

    """
    known.require(NamedNode(mint("instrument", listing.instrument)))
    subject = minted("deployment", pl.concat_str(pl.lit(f"{listing.instrument}/"), pl.col("key")))
    rows = frame.with_columns(subject.alias("_subject")).filter(pl.col("_subject").is_not_null())
    base = pl.Series(sorted(f"<{iri}>" for iri in known.subjects), dtype=pl.String)
    new = rows.filter(~pl.col("_subject").is_in(base.implode()))
    of = pl.col("_subject")
    first = new.unique("key", keep="first", maintain_order=True)
    graph.state(first, of, type_, node(emp(listing.class_).value))
    applied = node(mint("instrument", listing.instrument))
    graph.state(first, of, emp("appliesInstrument"), applied)
    trust = concepts("confidence", pl.lit(listing.confidence))
    graph.state(first, of, emp("confidence"), trust)
    _name(graph, first, listing)
    every = rows.unique("key", keep="first", maintain_order=True)
    if source.reference_date:
        graph.state(every, of, emp("observedOn"), days(pl.lit(source.reference_date)))
    if "code" in rows.columns:
        graph.state(first, of, emp("programmeCode"), text(pl.col("code")))
    if "signed" in rows.columns:
        graph.state(rows, of, emp("agreementSignedOn"), days(pl.col("signed")))
    _perimeters(graph, new, listing)
    state_records(source, graph, rows, listing.table)
    _completeness(source, graph, listing)


def _name(graph: Graph, frame: pl.DataFrame, listing: Listing) -> None:
    if "label" not in frame.columns:
        return
    own = pl.col("label")
    for language, before in listing.names or (("fr", ""),):
        graph.state(
            frame, pl.col("_subject"), label, text(pl.concat_str(pl.lit(before), own), language)
        )


def _perimeters(graph: Graph, frame: pl.DataFrame, listing: Listing) -> None:
    first = frame.unique("key", keep="first", maintain_order=True)
    perimeter = part(pl.col("_subject"), pl.lit("perimeter"))
    graph.state(first, pl.col("_subject"), emp("perimeter"), perimeter)
    graph.state(first, perimeter, type_, node(emp("Perimeter").value))
    extent = listing.extent if "kind" in frame.columns else "unknown"
    graph.state(first, perimeter, emp("perimeterExtent"), concepts("extent", pl.lit(extent)))
    if "kind" not in frame.columns:
        return
    if listing.vintage:
        vintage = describe_vintage(graph, listing.vintage)
        graph.state(first, perimeter, emp("expressedIn"), node(vintage))
    for kind in frame["kind"].drop_nulls().unique().sort():
        members = frame.filter(pl.col("kind") == kind)
        listed = minted(kind, pl.col("listed"))
        graph.state(members, perimeter, emp("perimeterMember"), listed)


def describe_vintage(graph: Graph, year: int) -> str:
    """Return a vintage, described where the packages of the geographic code do not reach it."""
    vintage = mint("vintage", f"cog-{year}")
    if year < _FIRST_VINTAGE:
        fr, en = f"Code officiel géographique {year}", f"Official geographic code {year}"
        graph.named(vintage, "ReferenceVintage", {"fr": fr, "en": en})
        graph.add(vintage, emp("vintageDate"), day(date(year, 1, 1)))
    return vintage


def state_records(
    source: Source, graph: Graph, frame: pl.DataFrame, table: str, within: str = ""
) -> None:
    """Link each ``_subject`` to the rows that support it: file and line.

    Args:
        source: the catalogue entry.
        graph: receives the statements.
        frame: has ``_subject``, an IRI as N-Quads writes it, and ``row``.
        table: name of the file.
        within: part of the records' keys, such as ``communes/``, where the source has several
            files whose lines would be taken for one another.

    """
    before = pl.lit(f"{source.identifier}/{within}")
    key = pl.concat_str(before, pl.col(ROW).cast(pl.String))
    record = minted("record", key)
    rows = frame.unique(ROW, keep="first", maintain_order=True)
    graph.state(frame, pl.col("_subject"), emp("supportedBy"), record)
    graph.state(rows, record, type_, node(emp("SourceRecord").value))
    graph.state(rows, record, emp("recordOf"), node(source.graph))
    graph.state(rows, record, emp("rowNumber"), integers(pl.col(ROW)))
    where = pl.concat_str(pl.lit(f"{table}#"), pl.col(ROW).cast(pl.String))
    graph.state(rows, record, emp("recordKey"), text(where))


def _completeness(source: Source, graph: Graph, listing: Listing) -> None:
    if source.reference_date is None:
        return
    for kind, code in listing.complete_within:
        key = f"{listing.instrument}/{source.identifier}/{kind}-{code}"
        statement = mint("completeness", key)
        graph.add(statement, type_, emp("CompletenessStatement"))
        instrument = NamedNode(mint("instrument", listing.instrument))
        graph.add(statement, emp("completeFor"), instrument)
        graph.add(statement, emp("completeWithin"), NamedNode(mint(kind, code)))
        graph.add(statement, emp("observedOn"), day(source.reference_date))
        record = mint("record", f"{source.identifier}/list")
        graph.add(record, type_, emp("SourceRecord"))
        graph.add(record, emp("recordOf"), NamedNode(source.graph))
        graph.add(record, emp("recordKey"), Literal(listing.table))
        graph.add(statement, emp("supportedBy"), NamedNode(record))


def parse_day(value: pl.Expr, *formats: str) -> pl.Expr:
    """Read dates by the first format that fits (``%Y-%m-%d``…); null where none does."""
    read = [value.str.to_date(each, strict=False) for each in formats]
    return pl.coalesce(read)
