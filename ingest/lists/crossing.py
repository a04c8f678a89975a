"""The ANCT cross table: which programmes reach each commune in the middle of 2024."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from ingest.columns import days, minted
from ingest.frames import ROW, read_table, reject
from ingest.known import Known
from ingest.lists.coverage_facts import state_coverage_facts
from ingest.lists.statements import (
    Listing,
    once,
    resolve_members,
    split_cells,
    state_list,
)
from ingest.quads import Graph, emp
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_KEYS: Final = ["insee_com", "lib_com"]
_FRANCE: Final = (("pays", "FR"),)


@dataclass(frozen=True, slots=True)
class _Programme:
    """One column of the table.

    Args:
        instrument: what it lists.
        extent: how far a commune is reached.
        names: what its own deployments are called, before the commune, where no list names them.
        complete: whether it has every deployment of its day.
        confidence: how well its deployments are known to be of that instrument.
    """

    instrument: str
    extent: str
    names: tuple[tuple[str, str], ...] = ()
    complete: bool = False
    confidence: str = "sourced"


PROGRAMMES: Final = {
    "id_pvd": _Programme(
        "fr-pvd",
        "whole",
        (("fr", "Petites villes de demain : "), ("en", "Petites Villes de Demain: ")),
        complete=True,
    ),
    "id_ti": _Programme("fr-ti2", "whole", complete=True),
    "id_crte": _Programme("fr-crte", "whole", complete=True),
    "id_acv": _Programme("fr-acv2", "whole", complete=True, confidence="derived"),
    "id_ami": _Programme("fr-ami", "whole"),
    "id_fabp": _Programme("fr-fabriques-prospectives", "whole"),
    "id_amm": _Programme("fr-amm", "whole"),
    "id_habinclus": _Programme(
        "fr-habitat-inclusif",
        "unknown",
        (("fr", "Habitat inclusif : "), ("en", "Inclusive housing: ")),
    ),
    "id_cite": _Programme("fr-cites-educ", "infra"),
    "id_cde": _Programme("fr-cites-emploi", "infra"),
    "id_fs": _Programme("fr-fs", "point"),
    "id_acv2": _Programme("fr-entrees-ville", "infra"),
    "id_va": _Programme("fr-va", "whole", complete=True),
    "id_site": _Programme(
        "fr-sites-cles-en-main",
        "point",
        (("fr", "Site clés en main : "), ("en", "Turnkey site: ")),
    ),
}
# Counters that no list of France services loaded here has.
ONLY_HERE: Final = {"id_fs": ("fs-3079", "fs-3169", "fs-3170", "fs-3195")}


def map_crossing(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the cross table; arguments as for every mapping.

    Of a programme that has a list of its own, it says which communes are reached, without touching
    the perimeters. What it alone names, it describes.
    """
    path = next(iter(files.values()))
    rows = read_table(path, [*_KEYS, *PROGRAMMES], tally)
    rows = once(resolve_members(rows, "insee_com", path.name, tally, known), ["insee_com"], tally)
    for column, programme in PROGRAMMES.items():
        cells = _cells(rows, column, path.name, tally)
        listing = Listing(
            programme.instrument,
            "LabelAward",
            path.name,
            extent=programme.extent,
            names=programme.names,
            complete_within=_FRANCE if programme.complete else (),
        )
        if programme.names:
            state_list(source, cells, listing, graph, known)
        else:
            alone = pl.col("key").is_in(ONLY_HERE.get(column, ()))
            state_list(source, cells.filter(alone).drop("label"), listing, graph, known)
            _observe(source, cells, programme, graph)
        state_coverage_facts(
            source,
            cells,
            programme.instrument,
            path.name,
            graph,
            confidence=programme.confidence,
            extent=programme.extent,
        )


def _cells(rows: pl.DataFrame, column: str, table: str, tally: Tally) -> pl.DataFrame:
    """Return one row a deployment and commune, from one column of the table."""
    held = rows.filter(pl.col(column).is_not_null())
    held = held.select(ROW, "kind", "listed", pl.col("name").alias("label"), key=pl.col(column))
    cells = split_cells(held, "key", " ; ", tally)
    fake = pl.col("key") == "NA"
    reject(tally, table, cells.filter(fake), f"fake-code: NA in {column}")
    cells = cells.filter(~fake)
    if column == "id_fs":
        apply(tally, "id-respelt", cells.height)
        cells = cells.with_columns(key=pl.concat_str(pl.lit("fs-"), pl.col("key")))
    if column == "id_pvd":
        cells = cells.with_columns(key=pl.col("listed"))
    return cells


def _observe(source: Source, cells: pl.DataFrame, programme: _Programme, graph: Graph) -> None:
    """State that the deployments, which their own list describes, were there that day."""
    if source.reference_date is None:
        return
    key = pl.concat_str(pl.lit(f"{programme.instrument}/"), pl.col("key"))
    seen = days(pl.lit(source.reference_date))
    graph.state(cells, minted("deployment", key), emp("observedOn"), seen)
