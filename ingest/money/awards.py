"""Rows of a list of grants as statements: awards, their sums, the seat of who receives them."""

from dataclasses import dataclass
from typing import Final

import polars as pl
from pyoxigraph import NamedNode

from ingest.columns import concepts, days, decimals, minted, node, part, text
from ingest.frames import ROW
from ingest.identity import TERRITORY_KINDS, mint
from ingest.known import Known
from ingest.lists.statements import once, state_records
from ingest.money.bodies import WITHHELD, describe_bodies, is_public
from ingest.quads import Graph, emp, label, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_AWARD: Final = pl.col("_subject")
_SUM: Final = pl.col("_sum")


@dataclass(frozen=True, slots=True)
class Awarding:
    """What one list of grants is about.

    Args:
        table: name of the file the rows come from.
        stage: stage of its sums, such as ``committed``.
        fiscal_year: the budget they are charged to, where the list is that of one.
        confidence: how well its rows are known.
        instalments: whether several rows may be sums of one award; each is then numbered.
    """

    table: str
    stage: str
    fiscal_year: str | None = None
    confidence: str = "sourced"
    instalments: bool = False


def distinct(frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Leave out lines that copy another to the letter: no instalment is written so."""
    return once(frame, [name for name in frame.columns if name != ROW], tally)


def read_number(frame: pl.DataFrame, column: str, tally: Tally) -> pl.DataFrame:
    """Bring numbers back to decimal text: ``97669,34`` and ``19 180`` are spreadsheet writing."""
    plain = pl.col(column).str.replace_all(r"\s", "").str.replace(",", ".", literal=True)
    changed = frame.select((pl.col(column) != plain).sum()).item()
    apply(tally, "number-respelt", int(changed))
    return frame.with_columns(plain.alias(column))


def check_sums(frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Leave out what is not a sum: a zero, and a cost below the aid that it must be the base of.

    Args:
        frame: ``amount`` and ``cost``, decimal texts.
        tally: receives the rules applied.

    """
    amount, cost = pl.col("amount").cast(pl.Float64), pl.col("cost").cast(pl.Float64)
    zero = (amount <= 0) | (cost <= 0)
    below = (cost > 0) & (cost < amount)
    counts = frame.select(zero=zero.sum(), below=below.sum()).row(0)
    apply(tally, "zero-amount", counts[0])
    apply(tally, "cost-below-aid", counts[1])
    return frame.with_columns(
        pl.when(amount > 0).then(pl.col("amount")).alias("amount"),
        pl.when((cost > 0) & ~below.fill_null(value=False)).then(pl.col("cost")).alias("cost"),
    )


def state_awards(
    source: Source, frame: pl.DataFrame, awarding: Awarding, graph: Graph, known: Known
) -> None:
    """State the awards of one list.

    No award has a perimeter: the seat of who receives is not the place of the works.

    Args:
        source: the catalogue entry; its reference date is the day that the list describes.
        frame: one row a sum: ``row``, ``instrument`` and ``key`` (of the award), ``amount``
            (decimal text); where the list has them ``label``, ``note`` (in French), ``cost``,
            ``kind`` and ``listed`` (the seat), ``siren`` and ``written`` (who receives), ``start``
            (a date: when the operation starts; an award without is dated by the list).
        awarding: what the rows are about.
        graph: receives the statements.
        known: what the base states.

    Raises:
        ingest.tables.RowError: the base has not the instrument.

    """
    for instrument in frame["instrument"].unique():
        known.require(NamedNode(mint("instrument", instrument)))
    key = pl.concat_str(pl.col("instrument"), pl.lit("/"), pl.col("key"))
    rows = frame.with_columns(minted("deployment", key).alias("_subject"))
    first = rows.unique("_subject", keep="first", maintain_order=True)
    graph.state(first, _AWARD, type_, node(emp("FundingAward").value))
    graph.state(first, _AWARD, emp("appliesInstrument"), minted("instrument", pl.col("instrument")))
    graph.state(
        first, _AWARD, emp("confidence"), concepts("confidence", pl.lit(awarding.confidence))
    )
    if source.reference_date:
        undated = pl.col("start").is_null() if "start" in rows.columns else pl.lit(value=True)
        seen = first.filter(undated)
        graph.state(seen, _AWARD, emp("observedOn"), days(pl.lit(source.reference_date)))
    if "label" in rows.columns:
        one = rows.filter(pl.col("label").n_unique().over("_subject") == 1)
        graph.state(one, _AWARD, label, text(pl.col("label"), "fr"))
    if "note" in rows.columns:
        graph.state(rows, _AWARD, emp("recordNote"), text(pl.col("note"), "fr"))
    if "cost" in rows.columns:
        graph.state(first, _AWARD, emp("totalCost"), decimals(pl.col("cost")))
    state_records(source, graph, rows, awarding.table)
    _sums(source, rows, awarding, graph)
    if "kind" in rows.columns:
        _seats(rows, graph)
    if "siren" in rows.columns:
        _beneficiaries(rows, graph, known)


def _sums(source: Source, rows: pl.DataFrame, awarding: Awarding, graph: Graph) -> None:
    """State the sum of each row; those of one award add up."""
    path = [pl.lit("amount")]
    if awarding.instalments:
        path.append(pl.int_range(1, pl.len() + 1).over("_subject").cast(pl.String))
    sums = rows.with_columns(part(_AWARD, *path).alias("_sum"))
    sums = sums.filter(pl.col("amount").is_not_null())
    graph.state(sums, _AWARD, emp("hasCommitment"), _SUM)
    graph.state(sums, _SUM, type_, node(emp("FinancialCommitment").value))
    graph.state(sums, _SUM, emp("amount"), decimals(pl.col("amount")))
    graph.state(sums, _SUM, emp("currency"), text(pl.lit("EUR")))
    graph.state(sums, _SUM, emp("amountStage"), concepts("amount-stage", pl.lit(awarding.stage)))
    if awarding.fiscal_year:
        graph.state(sums, _SUM, emp("fiscalYear"), text(pl.lit(awarding.fiscal_year)))
    state_records(source, graph, sums.with_columns(_SUM.alias("_subject")), awarding.table)
    if awarding.instalments:
        public = sums.filter(is_public(pl.col("siren")))
        graph.state(public, _SUM, emp("commitmentTo"), minted("actor", pl.col("siren")))


def _seats(rows: pl.DataFrame, graph: Graph) -> None:
    for kind in rows["kind"].drop_nulls().unique().sort():
        if kind in TERRITORY_KINDS:
            seats = rows.filter(pl.col("kind") == kind)
            graph.state(seats, _AWARD, emp("beneficiarySeat"), minted(kind, pl.col("listed")))


def _beneficiaries(rows: pl.DataFrame, graph: Graph, known: Known) -> None:
    """Name public bodies only, and say where another has been left out."""
    public = rows.filter(is_public(pl.col("siren")))
    graph.state(public, _AWARD, emp("beneficiary"), minted("actor", pl.col("siren")))
    describe_bodies(public, graph, known)
    others = rows.filter(pl.col("siren").is_not_null() & ~is_public(pl.col("siren")))
    for language, note in WITHHELD.items():
        graph.state(others, _AWARD, emp("recordNote"), text(pl.lit(note), language))
