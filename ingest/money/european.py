"""ERDF, ESF and YEI operations programmed in France by 11 July 2016."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.columns import concepts, days, minted
from ingest.frames import keep, read_table
from ingest.known import Known
from ingest.lists.statements import parse_day
from ingest.money.awards import Awarding, check_sums, distinct, read_number, state_awards
from ingest.quads import Graph, emp
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_NAMES: Final = {
    "Programme": "programme",
    "Intitulé du projet  - operation name": "label",
    "Nom du bénéficiaire - beneficiary name": "written",
    "Code postal du bénéficiaire": "postcode",
    "Date de début de l'opération - operation start date": "start",
    "Date de fin de l'opération - operation end date": "end",
    "Total dépenses éligibles": "cost",
    "Montant UE programmé - Union co-financing rate": "amount",
    "Pays - Country": "country",
    "Date de programmation": "programmed",
    "Catégorie d'intervention - category of intervention": "category",
    "Fonds": "fund",
}
_FUNDS: Final = {"FEDER": "eu-erdf-2014", "FSE": "eu-esf-2014", "IEJ": "eu-iej-2014"}


def map_european_operations(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the operations; arguments as for every mapping.

    The file numbers no operation: the vintage and the line stand for a number, and nothing tells
    that two lines of two vintages are one operation. Who receives is not told: the file gives names
    only, of bodies and perhaps of persons, and a postcode, which is not a commune.
    """
    path = next(iter(files.values()))
    rows = (
        distinct(read_table(path, _NAMES, tally), tally)
        .rename(_NAMES)
        .drop("written", "postcode", "country")
    )
    instrument = pl.col("fund").replace_strict(_FUNDS, default=None)
    rows = rows.with_columns(instrument=instrument)
    reason = pl.concat_str(pl.lit("no fund: "), pl.col("fund").fill_null("(empty)"))
    rows = keep(tally, path.name, rows, pl.col("instrument").is_not_null(), reason)
    category = pl.when(pl.col("category") != "NR").then(pl.col("category"))
    rows = rows.with_columns(
        key=pl.concat_str(pl.lit(f"{source.vintage}-"), pl.col("row").cast(pl.String)),
        note=pl.concat_str(
            pl.lit("Programme : "),
            pl.col("programme"),
            pl.concat_str(pl.lit(" ; catégorie : "), category).fill_null(""),
        ),
        start=parse_day(pl.col("start"), "%Y-%m-%d %H:%M:%S"),
        end=parse_day(pl.col("end"), "%Y-%m-%d %H:%M:%S"),
    )
    for column in ("cost", "amount"):
        rows = read_number(rows, column, tally)
    rows = _order(check_sums(rows, tally), tally)
    state_awards(source, rows, Awarding(path.name, "programmed"), graph, known)
    _bounds(rows, graph)


def _order(rows: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Leave out both dates of an operation that would end before it starts."""
    undated = pl.col("start").is_null() | pl.col("end").is_null()
    apply(tally, "date-unreadable", int(rows.select(undated.sum()).item()))
    wrong = (pl.col("end") < pl.col("start")).fill_null(value=False)
    apply(tally, "dates-reversed", int(rows.select(wrong.sum()).item()))
    kept = [pl.when(~wrong).then(pl.col(side)).alias(side) for side in ("start", "end")]
    return rows.with_columns(kept)


def _bounds(rows: pl.DataFrame, graph: Graph) -> None:
    """State the first and last day of each operation, to the day."""
    award = minted("deployment", pl.concat_str("instrument", pl.lit("/"), "key"))
    for value, side, bounds in (
        (pl.col("start"), "start", ("validFrom", "certainFrom")),
        (pl.col("end").dt.offset_by("1d"), "end", ("certainBefore", "validBefore")),
    ):
        dated = rows.filter(pl.col(side).is_not_null())
        for bound in bounds:
            graph.state(dated, award, emp(bound), days(value))
        graph.state(dated, award, emp(f"{side}Certainty"), concepts("certainty", pl.lit("day")))
    ended = rows.filter(pl.col("end").is_not_null())
    graph.state(ended, award, emp("endStatus"), concepts("end-status", pl.lit("stated")))
