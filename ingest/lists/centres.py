"""Lists of centres: Petites villes de demain, Villages d'avenir, Entrées de ville."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.frames import read_table
from ingest.known import Known
from ingest.lists.statements import (
    Listing,
    once,
    parse_day,
    resolve_members,
    split_cells,
    state_list,
)
from ingest.quads import Graph
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

PVD_NAMES: Final = (("fr", "Petites villes de demain : "), ("en", "Petites Villes de Demain: "))
_PVD_COLUMNS: Final = {
    "2021-01": "id_pvd,insee_com,lib_com,lib_reg,insee_dep,lib_dep,regroupement,pop,date_signature,"
    "siren_epci,lib_epci",
    "2024-09": "id_territoire,lib_territoire,date_signature,lat,liste_geo,lon",
    "2026-04": "insee_com,lib_com,date_signature,date_jour_mois_ambigu",
}
_VA_NAMES: Final = (("fr", "Villages d'avenir : "), ("en", "Villages of the future: "))
_ENTREES_NAMES: Final = (
    ("fr", "Réinventons nos entrées de ville : "),
    ("en", "Reinventing town entrances: "),
)
_LAYER: Final = "id_territoire,lib_territoire,lat,liste_geo,lon"
IN_BRACKETS: Final = r"\(([0-9AB]+)\)$"


def map_pvd(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one vintage of Petites villes de demain; arguments as for every mapping.

    The commune is the key: the identifier is missing from two vintages of three, and each commune
    has its own.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _PVD_COLUMNS[source.vintage].split(","), tally)
    if source.vintage == "2024-09":
        rows = rows.with_columns(
            insee_com=pl.col("liste_geo").str.extract(IN_BRACKETS),
            id_pvd=pl.col("id_territoire"),
        )
    rows = resolve_members(rows, "insee_com", path.name, tally, known)
    signed = parse_day(pl.col("date_signature"), "%Y-%m-%d")
    if "date_jour_mois_ambigu" in rows.columns:
        signed = pl.when(pl.col("date_jour_mois_ambigu") == "oui").then(None).otherwise(signed)
    rows = rows.with_columns(
        key=pl.col("listed"),
        label=pl.col("name"),
        signed=signed,
        code=pl.col("id_pvd") if "id_pvd" in rows.columns else pl.lit(None, pl.String),
    )
    listing = Listing("fr-pvd", "LabelAward", path.name, names=PVD_NAMES)
    state_list(source, once(rows, ["key"], tally), listing, graph, known)


def map_va(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the list of Villages d'avenir; arguments as for every mapping.

    Each commune has its own identifier: the groups of communes that applied together are not told.
    """
    path = next(iter(files.values()))
    rows = _members(path, tally, known).with_columns(label=pl.col("name"))
    listing = Listing("fr-va", "LabelAward", path.name, names=_VA_NAMES)
    state_list(source, rows, listing, graph, known)


def map_entrees_ville(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the list of Entrées de ville; arguments as for every mapping.

    Named acv2 by its publisher, it is not the list of the second phase of Action cœur de ville,
    whose identifiers it takes for its own.
    """
    path = next(iter(files.values()))
    rows = _members(path, tally, known).with_columns(label=pl.col("lib_territoire"))
    apply(tally, "id-reused", rows["key"].n_unique())
    listing = Listing(
        "fr-entrees-ville", "LabelAward", path.name, extent="infra", names=_ENTREES_NAMES
    )
    state_list(source, rows, listing, graph, known)


def _members(path: Path, tally: Tally, known: Known) -> pl.DataFrame:
    """Read a layer whose cells list communes as ``Name (code)``, one row a commune."""
    rows = read_table(path, _LAYER.split(","), tally)
    rows = split_cells(rows, "liste_geo", "; ", tally)
    rows = rows.with_columns(
        insee_com=pl.col("liste_geo").str.extract(IN_BRACKETS),
        key=pl.col("id_territoire"),
        code=pl.col("id_territoire"),
    )
    rows = resolve_members(rows, "insee_com", path.name, tally, known)
    return once(rows, ["key", "listed"], tally)
