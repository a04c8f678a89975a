"""The State's contracts and zonings of its map of 2019, whose communes come from a spatial join."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from ingest.columns import minted, text
from ingest.frames import keep, read_table
from ingest.known import Known
from ingest.lists.statements import (
    Listing,
    once,
    parse_day,
    resolve_members,
    state_list,
    state_records,
)
from ingest.quads import Graph, emp
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

MAP_COLUMNS: Final = "id,lib,perimetre,nbcom,info1,info2,info3,nb_communes_jointure"
_PAIRS: Final = ("id", "insee_com")
_COG: Final = 2023
_MASSIF: Final = "CPIER signé à l'échelle des Massifs"
_DESCRIPTIONS: Final = (
    "ACRONYME,NOM,LAST_MAJ,ECHELON,DESCRIPTION_COURTE,DESCRIPTION_LONGUE,DATE,RESSOURCES,"
    "TELECHARGER"
)
# What the map calls each instrument, among those of the catalogue.
_DESCRIBED: Final = {
    "ACV": "fr-acv1",
    "AFR": "fr-afr",
    "AMICB": "fr-ami-centres-bourgs",
    "BER": "fr-ber",
    "BUD": "fr-bud",
    "CDT": "fr-cdt",
    "CPIER": "fr-cpier",
    "CR": "fr-contrat-ruralite",
    "CTE": "fr-cte",
    "CV": "fr-contrat-ville-2015",
    "ZFU": "fr-zfu",
    "ZRD": "fr-zrd",
    "ZRR": "fr-zrr",
}


def _listing(instrument: str, class_: str, fr: str, en: str) -> Listing:
    names = (("fr", f"{fr} : "), ("en", f"{en}: "))
    return Listing(
        instrument,
        class_,
        table="",
        vintage=_COG,
        confidence="derived",
        names=names,
        complete_within=(),
    )


_RURAL: Final = _listing("fr-contrat-ruralite", "Contract", "Contrat de ruralité", "Rural contract")
_RANGE: Final = _listing(
    "fr-cima", "Contract", "Convention interrégionale de massif", "Mountain-range agreement"
)
_MAPPED: Final = {
    "cte": _listing(
        "fr-cte", "Contract", "Contrat de transition écologique", "Ecological transition contract"
    ),
    "cpier": _listing(
        "fr-cpier",
        "Contract",
        "Contrat de plan interrégional",
        "Interregional planning contract",
    ),
    "cdt": _listing(
        "fr-cdt",
        "Contract",
        "Contrat ou pacte de développement territorial",
        "Territorial development contract or pact",
    ),
    "amicb": _listing(
        "fr-ami-centres-bourgs",
        "LabelAward",
        "AMI centres-bourgs",
        "Call for village centres",
    ),
    "ber": _listing(
        "fr-ber",
        "ZoningDesignation",
        "Bassin d'emploi à redynamiser",
        "Employment area to be revitalised",
    ),
    "bud": _listing(
        "fr-bud",
        "ZoningDesignation",
        "Bassin urbain à dynamiser",
        "Urban basin to be revitalised",
    ),
}


def map_2019(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one instrument of the map of 2019; arguments as for every mapping."""
    contracts, table, pairs, other = two_files(files)
    rows = read_table(contracts, MAP_COLUMNS.split(","), tally)
    rows = rows.with_columns(key=pl.col("id"), code=pl.col("id"), label=pl.col("lib"))
    joined = join_communes(rows, pairs, other, tally, known)
    listing = replace(_MAPPED[table.partition("_")[0]], table=table)
    massif = pl.col("info1").eq_missing(pl.lit(_MASSIF))
    _state(source, joined.filter(~massif), listing, graph, known)
    _state(source, joined.filter(massif), replace(_RANGE, table=table), graph, known)


def map_rural_contracts(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the contrats de ruralité; arguments as for every mapping.

    Eight identifiers are written on several rows, each name with each date. Two of them name two
    contracts each, of different sizes: neither dates nor communes can be told apart.
    """
    contracts, table, pairs, other = two_files(files)
    columns = f"{MAP_COLUMNS},date_signature_iso".split(",")
    rows = read_table(contracts, columns, tally)
    sizes = pl.col("nbcom").n_unique().over("id")
    rows = rows.with_columns(crossed=sizes > 1, label=_readable(pl.col("lib")))
    key = pl.when("crossed").then(pl.concat_str("id", "nbcom", separator="-")).otherwise("id")
    rows = rows.with_columns(key=key, code=pl.col("id"), signed=_signed(source))
    written = rows.filter(~pl.col("crossed"))
    late = written.filter(pl.col("signed").is_null() & pl.col("date_signature_iso").is_not_null())
    apply(tally, "label-cleaned", rows.filter(pl.col("label") != pl.col("lib")).height)
    apply(tally, "rows-crossed", rows.filter("crossed").height)
    apply(tally, "date-future", late.height)
    apply(tally, "date-unreadable", rows["date_signature_iso"].null_count())
    apply(tally, "row-repeated", rows.height - rows["key"].n_unique())
    joined = join_communes(rows, pairs, other, tally, known)
    _state(source, joined, replace(_RURAL, table=table), graph, known)


def _signed(source: Source) -> pl.Expr:
    day = parse_day(pl.col("date_signature_iso"), "%Y-%m-%d")
    return pl.when(~pl.col("crossed") & (day <= pl.lit(source.reference_date))).then(day)


def _readable(name: pl.Expr) -> pl.Expr:
    return name.str.replace_all("\u00a0", " ", literal=True)


def two_files(files: Mapping[str, Path]) -> tuple[Path, str, Path, str]:
    """Return the file of contracts and that of their communes, each with its name."""
    (table, contracts), (other, pairs) = sorted(files.items(), key=lambda file: len(file[0]))
    return contracts, table, pairs, other


def join_communes(
    contracts: pl.DataFrame, path: Path, table: str, tally: Tally, known: Known
) -> pl.DataFrame:
    """Give each contract a row for each commune that the spatial join puts in it.

    Args:
        contracts: rows with ``id``, ``lib`` and ``nbcom``; ``crossed`` where the identifier names
            several.
        path: the pairs (contract, commune).
        table: name of that file.
        tally: receives rejections and the rules applied.
        known: what codes have named.

    Returns:
        The contracts' columns with ``kind`` and ``listed``, null where no commune is known.

    """
    pairs = communes_of(contracts, path, table, tally, known)
    if "crossed" in contracts.columns:
        crossed = contracts.filter("crossed")["id"].unique()
        reason = "rows-crossed: the identifier names several contracts"
        pairs = keep(tally, table, pairs, ~pl.col("id").is_in(crossed.implode()), reason)
    return contracts.join(
        pairs.select("id", "kind", "listed"), on="id", how="left", maintain_order="left_right"
    )


def communes_of(
    contracts: pl.DataFrame, path: Path, table: str, tally: Tally, known: Known
) -> pl.DataFrame:
    """Read the communes that a spatial join puts in contracts, and reject those it cannot hold.

    Arguments as for ``join_communes``. A contract of one commune holds no other than its namesake.
    """
    pairs = once(read_table(path, _PAIRS, tally), list(_PAIRS), tally)
    pairs = resolve_members(pairs, "insee_com", table, tally, known)
    about = contracts.unique("id", keep="first").select("id", "lib", "nbcom")
    pairs = pairs.join(about, on="id", how="left", maintain_order="left")
    pairs = keep(tally, table, pairs, pl.col("lib").is_not_null(), "unknown contract")
    alone = (pl.col("nbcom") == "1") & (pl.len().over("id") > 1)
    fits = ~alone | (pl.col("name") == pl.col("lib"))
    return keep(tally, table, pairs, fits, "join-contradicted: the contract has one commune")


def _state(
    source: Source, rows: pl.DataFrame, listing: Listing, graph: Graph, known: Known
) -> None:
    """State contracts; the perimeter of those without a commune is not known."""
    empty = pl.col("kind").is_null()
    for frame in (rows.filter(~empty), rows.filter(empty).drop("kind", "listed")):
        if frame.height:
            state_list(source, frame, listing, graph, known)


def map_descriptions(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Keep what the map of 2019 says of each instrument, as the remark of a record.

    The text of the contrat de ruralité is partly that of the CPIER, and is not kept.
    """
    table, path = next(iter(files.items()))
    rows = read_table(path, _DESCRIPTIONS.split(","), tally)
    slug = pl.col("ACRONYME").replace_strict(_DESCRIBED, default=None)
    rows = rows.with_columns(_subject=minted("instrument", slug))
    base = pl.Series([f"<{iri}>" for iri in known.subjects], dtype=pl.String)
    exists = pl.col("_subject").is_in(base.implode())
    rows = keep(tally, table, rows, exists, "unknown instrument")
    wrong = pl.col("ACRONYME").eq("CR") & pl.col("DESCRIPTION_COURTE").str.contains("bassins hydro")
    apply(tally, "wrong-label", rows.filter(wrong).height)
    state_records(source, graph, rows, table)
    key = pl.concat_str(pl.lit(f"{source.identifier}/"), pl.col("row").cast(pl.String))
    fit = rows.filter(~wrong & ~pl.col("DESCRIPTION_COURTE").str.starts_with("A VENIR"))
    said = text(pl.col("DESCRIPTION_COURTE"), "fr")
    graph.state(fit, minted("record", key), emp("recordNote"), said)
