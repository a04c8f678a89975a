"""Action cœur de ville: five lists, two generations, one identifier a town over all of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from ingest.features import read_features
from ingest.frames import ROW, read_table
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

SECOND_PHASE: Final = date(2023, 1, 1)
FIRST, SECOND = "fr-acv1", "fr-acv2"

# The lists that give identifiers: read beside those that do not, or that spell them anew.
_LIST_2023: Final = "liste-acv-com2023_rdata.csv"
_LAYER_2024: Final = "acv_superposeur_2024-09.csv"

_NAMES: Final = {
    FIRST: (
        ("fr", "Action cœur de ville, phase 1 : "),
        ("en", "Action Cœur de Ville, phase 1: "),
    ),
    SECOND: (
        ("fr", "Action cœur de ville, phase 2 : "),
        ("en", "Action Cœur de Ville, phase 2: "),
    ),
}
# No list after 2022 tells the phases apart: the second is deduced from its day.
_CONFIDENCE: Final = {FIRST: "sourced", SECOND: "derived"}
# A map draws what it draws: those of 2024 and 2025 lack Rambouillet, which the lists have.
_WHOLE_LISTS: Final = {"2023-08", "2025-07"}
_MONTHS: Final = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def map_acv(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one list of Action cœur de ville; arguments as for every mapping.

    A list shows the generation of its day. A date of signature belongs to the generation of its
    year: the first agreement, or the amendment of the second phase.
    """
    name, read = _READERS[source.vintage]
    rows = resolve_members(read(files[name], tally), "insee_com", name, tally, known)
    rows = once(_identify(rows, acv_towns(files, known), tally), ["key", "listed"], tally)
    if "signed" in rows.columns:
        rows = _sign(rows, source, tally)
    else:
        rows = rows.with_columns(signed=pl.lit(None, pl.Date))
    day = source.reference_date or date.max
    shown = SECOND if day >= SECOND_PHASE else FIRST
    for phase in (FIRST, SECOND):
        own = (pl.col("signed") >= SECOND_PHASE) == (phase == SECOND)
        of = rows if phase == shown else rows.filter(own)
        if of.is_empty():
            continue
        listing = Listing(
            phase, "LabelAward", name, confidence=_CONFIDENCE[phase], names=_NAMES[phase]
        )
        if source.vintage not in _WHOLE_LISTS:
            listing = replace(listing, complete_within=())
        undated = replace(source, reference_date=None)
        dated = of.with_columns(signed=pl.when(own).then(pl.col("signed")))
        state_list(source if phase == shown else undated, dated, listing, graph, known)


def acv_towns(files: Mapping[str, Path], known: Known) -> pl.DataFrame:
    """Read the identifier of each town from the lists that give it, the oldest first.

    Args:
        files: hold the list of 2023 and the layer of September 2024.
        known: what codes have named.

    Returns:
        ``listed`` (the commune), ``acv``, ``label`` (of the identifier) and ``first``: whether its
        first agreement is of the first phase.

    Raises:
        SourceError: a file cannot be read.

    """
    unseen = Tally()
    old = _list_2023(files[_LIST_2023], unseen).with_columns(
        label=pl.col("lib_acv"), first=pl.col("signed") < SECOND_PHASE
    )
    new = _layer_2024(files[_LAYER_2024], unseen).with_columns(
        label=pl.col("lib_territoire"), first=pl.lit(value=False)
    )
    columns = ["insee_com", "own", "label", "first"]
    both = known.codes.resolve(pl.concat([old.select(columns), new.select(columns)]), "insee_com")
    towns = both.filter(pl.col("listed").is_not_null()).unique(
        "listed", keep="first", maintain_order=True
    )
    return towns.select(
        "listed",
        pl.col("own").alias("acv"),
        pl.col("label").first().over("own"),
        pl.col("first").fill_null(value=False),
    )


def _identify(rows: pl.DataFrame, towns: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Add ``key``, ``code`` and ``label``: a town keeps the identifier it had first."""
    rows = rows.join(towns, on="listed", how="left", maintain_order="left")
    key = pl.coalesce("acv", "listed")
    if "own" in rows.columns:
        number = pl.col("own").str.extract(r"([0-9]+)$").str.zfill(3)
        spelt = pl.concat_str(pl.lit("acv-"), number)
        rows = rows.with_columns(spelt=spelt)
        apply(tally, "id-respelt", rows.filter(pl.col("own") != pl.col("spelt")).height)
        apply(tally, "id-reused", rows.filter(pl.col("spelt") != pl.col("acv")).height)
        key = pl.coalesce("acv", "spelt", "listed")
    return rows.with_columns(
        key=key, code=key, label=pl.col("label") if "label" in rows.columns else pl.col("name")
    )


def _sign(rows: pl.DataFrame, source: Source, tally: Tally) -> pl.DataFrame:
    """Keep the dates that are sure, and count the others."""
    signed = pl.col("signed")
    swapped = pl.lit(value=False)
    if "date_jour_mois_ambigu" in rows.columns:
        swapped = pl.col("date_jour_mois_ambigu") == "oui"
    ambiguous = swapped.fill_null(value=False)
    apply(tally, "date-ambiguous", rows.filter(ambiguous).height)
    apply(tally, "date-unreadable", rows.filter(signed.is_null() & ~ambiguous).height)
    rows = rows.with_columns(signed=pl.when(~ambiguous).then(signed))
    if source.vintage == "2025-07":
        apply(tally, "date-meaning", rows.filter(signed >= SECOND_PHASE).height)
    return rows


def _list_2018(path: Path, tally: Tally) -> pl.DataFrame:
    columns = (
        "codgeo,dep,reg2016,libgeo,libgeo_m,pop,NOM_REGION,JUMELAGE,NOM_COM,AV_PUBLIC,DATE_SIGN,"
        "ACTION,PROJET,categorie,INTERNET"
    )
    rows = read_table(path, columns.split(","), tally)
    numbers = [f".{month:02}." for month in range(1, 13)]
    spelt = pl.col("DATE_SIGN").str.replace("^1er ", "1 ").str.replace_all(" ", "")
    signed = parse_day(spelt.str.replace_many(_MONTHS, numbers), "%d.%m.%Y")
    return rows.select(ROW, insee_com=pl.col("codgeo"), signed=signed)


def _list_2023(path: Path, tally: Tally) -> pl.DataFrame:
    columns = "insee_com,lib_com,id_acv,lib_acv,date_signature"
    rows = read_table(path, columns.split(","), tally)
    signed = parse_day(pl.col("date_signature"), "%Y-%m-%d")
    return rows.with_columns(own=pl.col("id_acv"), signed=signed)


def _map_2024(path: Path, tally: Tally) -> pl.DataFrame:
    columns = (
        "insee_com,id_acv,lib_acv,date_signature,actions_en_cours,actions_livrees,lib_reg,lib_com,"
        "insee_dep,insee_reg,siren_epci,lon,lat"
    )
    rows = read_table(path, columns.split(","), tally)
    signed = parse_day(pl.col("date_signature"), "%d/%m/%Y")
    return rows.select(ROW, "insee_com", own=pl.col("id_acv"), signed=signed)


def _layer_2024(path: Path, tally: Tally) -> pl.DataFrame:
    columns = "id_territoire,lib_territoire,date_signature,lat,liste_geo,lon"
    rows = read_table(path, columns.split(","), tally)
    rows = split_cells(rows, "liste_geo", "; ", tally)
    code = pl.col("liste_geo").str.extract(r"\(([0-9AB]+)\)$")
    return rows.select(ROW, "lib_territoire", own=pl.col("id_territoire"), insee_com=code)


def _map_2025(path: Path, tally: Tally) -> pl.DataFrame:
    columns = (
        "insee_com,id_acv,lib_com,lib_com_carto,iso_territoire_2,pop,insee_dep,insee_reg,"
        "siren_epci,lib_reg"
    )
    rows = read_features(path, columns.split(","), tally)
    return rows.select(ROW, "insee_com", own=pl.col("id_acv"))


def _list_2025(path: Path, tally: Tally) -> pl.DataFrame:
    columns = "insee_com,lib_com,date_signature,date_jour_mois_ambigu"
    rows = read_table(path, columns.split(","), tally)
    signed = parse_day(pl.col("date_signature"), "%Y-%m-%d")
    return rows.with_columns(signed=signed)


_READERS: Final[dict[str, tuple[str, Callable[[Path, Tally], pl.DataFrame]]]] = {
    "2018-10": ("acv_carte_2018-10.csv", _list_2018),
    "2023-08": (_LIST_2023, _list_2023),
    "2024-09": ("acv_carte_2024-09.csv", _map_2024),
    "2024-09-16": (_LAYER_2024, _layer_2024),
    "2025-04": ("coeurdeville_2025-04.geojson", _map_2025),
    "2025-07": ("acv_gazetteer_2026-05.csv", _list_2025),
}
