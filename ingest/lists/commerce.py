"""Lists of support to shops: premises restructured by the fund, operations supported."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.columns import minted, text
from ingest.frames import ROW, read_table
from ingest.known import Known
from ingest.lists.statements import Listing, once, resolve_members, state_list
from ingest.quads import Graph, emp
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_FRLA_COLUMNS: Final = "id_territoire,lib_territoire,id_geo,lat,lib_geo,liste_geo,lon"
_FRLA_NAMES: Final = (
    ("fr", "Fonds de restructuration des locaux d'activité : "),
    ("en", "Business premises restructuring fund: "),
)
_PAO_COLUMNS: Final = "id_territoire,lib_territoire,lat,lib_geo,liste_geo,lon"
_PAO_NAMES: Final = (
    ("fr", "Projet et appui opérationnel au commerce : "),
    ("en", "Operational support for shops: "),
)
_CONTROL: Final = r"[\x00-\x1F]"


def map_frla(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the operations of the premises fund; arguments as for every mapping.

    Identifiers are numbers of operations within a programme nobody names: 29 of them for 70
    communes, spelt in several ways. With the commune they identify; the label is a kind of area.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _FRLA_COLUMNS.split(","), tally)
    rows = resolve_members(rows, "id_geo", path.name, tally, known)
    bare = pl.col("id_territoire").str.replace_all(" ", "")
    apply(tally, "id-respelt", rows.filter(bare != pl.col("id_territoire")).height)
    dirty = rows.filter(pl.col("lib_territoire").str.contains(_CONTROL))
    apply(tally, "label-cleaned", dirty.height)
    rows = rows.with_columns(
        key=pl.concat_str(bare, pl.lit("-"), pl.col("listed")),
        code=bare,
        label=pl.col("name"),
    )
    rows = once(rows, ["key"], tally)
    listing = Listing("fr-frla", "FundingAward", path.name, extent="infra", names=_FRLA_NAMES)
    state_list(source, rows, listing, graph, known)
    area = pl.col("lib_territoire").str.replace_all(_CONTROL, " / ")
    record = minted("record", pl.concat_str(pl.lit(f"{source.identifier}/"), pl.col(ROW)))
    for language, before in (("fr", "Secteur selon la source : "), ("en", "Area in the source: ")):
        note = text(pl.concat_str(pl.lit(before), area), language)
        graph.state(rows, record, emp("recordNote"), note)


def map_pao(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the operations supported by the ANCT; arguments as for every mapping.

    A commune may have several: each is known by its identifier, which also tells its stage.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _PAO_COLUMNS.split(","), tally)
    rows = rows.with_columns(insee_com=pl.col("liste_geo").str.extract(r"\(([0-9AB]+)\)$"))
    rows = resolve_members(rows, "insee_com", path.name, tally, known)
    stage = pl.col("id_territoire").str.replace(r"^pao-[0-9AB]+-", "").str.replace("-", " ")
    rows = rows.with_columns(
        key=pl.col("id_territoire"),
        code=pl.col("id_territoire"),
        label=pl.format("{} ({})", pl.col("name"), stage),
    )
    rows = once(rows, ["key"], tally)
    listing = Listing("fr-pao", "LabelAward", path.name, extent="infra", names=_PAO_NAMES)
    state_list(source, rows, listing, graph, known)
