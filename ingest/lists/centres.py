"""Lists of centres: Action cœur de ville, Petites villes de demain, Villages d'avenir."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.frames import read_table
from ingest.known import Known
from ingest.lists.statements import Listing, once, parse_day, resolve_members, state_list
from ingest.quads import Graph
from ingest.sources import Source
from ingest.tables import Tally

_PVD_NAMES: Final = (("fr", "Petites villes de demain : "), ("en", "Petites Villes de Demain: "))
_PVD_COLUMNS: Final = {
    "2021-01": "id_pvd,insee_com,lib_com,lib_reg,insee_dep,lib_dep,regroupement,pop,date_signature,"
    "siren_epci,lib_epci",
    "2024-09": "id_territoire,lib_territoire,date_signature,lat,liste_geo,lon",
    "2026-04": "insee_com,lib_com,date_signature,date_jour_mois_ambigu",
}


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
            insee_com=pl.col("liste_geo").str.extract(r"\(([0-9AB]+)\)$"),
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
    listing = Listing("fr-pvd", "LabelAward", path.name, names=_PVD_NAMES)
    state_list(source, once(rows, ["key"], tally), listing, graph, known)
