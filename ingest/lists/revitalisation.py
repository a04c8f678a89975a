"""Territory revitalisation operations (ORT): signed agreements, and whose act they may also be."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.columns import minted, text
from ingest.frames import ROW, keep, read_table
from ingest.known import Known
from ingest.lists.acv import FIRST, SECOND, SECOND_PHASE, acv_towns
from ingest.lists.statements import Listing, once, parse_day, resolve_members, state_list
from ingest.quads import Graph, emp
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_TABLE_2024: Final = "ort_dgaln_2024-09.csv"
_LIST_2026: Final = "ort_gazetteer_2026-05.csv"
_PVD_2026: Final = "pvd_gazetteer_2026-05.csv"
_ACV_2025: Final = "acv_gazetteer_2026-05.csv"
_NAMES: Final = (
    ("fr", "Opération de revitalisation de territoire : "),
    ("en", "Territory revitalisation operation: "),
)
_SIGNED: Final = "Si signée, date de signature"
_DURATION: Final = "Durée (en années)"
_END: Final = "Date de fin estimée"
_COLUMNS_2024: Final = (
    *[
        "Commune",
        "EPCI",
        "Département",
        "Région",
        "Code commune",
        "Statut de la commune",
        "Signée ?",
    ],
    _SIGNED,
    "Si non signée, date de signature envisagée",
    _DURATION,
    _END,
    *["Avancement", "ACV", "PVD", "longitude", "latitude", "Dernière actualisation"],
)
_LISTED: Final = "insee_com,lib_com,date_signature,date_jour_mois_ambigu"


def map_ort(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one list of signed operations; arguments as for every mapping.

    The agreement has no identifier: each commune that it covers counts for one. Where the commune
    is also in Action cœur de ville or Petites villes de demain, the agreement may be theirs.
    """
    if source.vintage == "2024-09":
        table, rows = _TABLE_2024, _table_2024(files[_TABLE_2024], tally)
    else:
        table, rows = _LIST_2026, _list_2026(files, tally, known)
    rows = once(resolve_members(rows, "insee_com", table, tally, known), ["listed"], tally)
    future = (pl.col("signed") > pl.col("told")).fill_null(value=False)
    if source.reference_date:
        future |= (pl.col("signed") > source.reference_date).fill_null(value=False)
    apply(tally, "date-future", rows.filter(future).height)
    apply(tally, "date-unreadable", rows["signed"].null_count())
    rows = rows.with_columns(signed=pl.when(~future).then(pl.col("signed")))
    code = pl.col("listed")
    overseas = code.str.contains("^9[78]")
    departement = pl.when(overseas).then(code.str.head(3)).otherwise(code.str.head(2))
    key = pl.concat_str(departement, pl.lit("-"), code)
    rows = rows.with_columns(key=key, label=pl.col("name"))
    # A later list names communes of which the table of 2024 says nothing, signed before it.
    within = () if source.vintage == "2024-09" else (("pays", "FR"),)
    listing = Listing(
        "fr-ort", "Contract", table, extent="part", names=_NAMES, complete_within=within
    )
    state_list(source, rows, listing, graph, known)
    if "note" in rows.columns:
        _note_ends(source, rows, graph)
    _same_acts(rows, acv_towns(files, known), graph, tally)


def _table_2024(path: Path, tally: Tally) -> pl.DataFrame:
    rows = read_table(path, _COLUMNS_2024, tally)
    status = pl.col("Signée ?").fill_null("(empty)")
    why = pl.concat_str(pl.lit("not-signed: "), status)
    rows = keep(tally, path.name, rows, status == "Signée", why)
    apply(tally, "zero-duration", rows.filter(pl.col(_DURATION) == "0").height)
    return rows.select(
        ROW,
        insee_com=pl.col("Code commune"),
        signed=parse_day(pl.col(_SIGNED), "%Y-%m-%d"),
        told=parse_day(pl.col("Dernière actualisation").str.head(10), "%d-%m-%Y"),
        note=parse_day(pl.col(_END), "%d-%m-%Y").dt.strftime("%Y-%m-%d"),
        acv=pl.col("ACV") == "true",
        pvd=pl.col("PVD") == "true",
    )


def _list_2026(files: Mapping[str, Path], tally: Tally, known: Known) -> pl.DataFrame:
    rows = read_table(files[_LIST_2026], _LISTED.split(","), tally)
    return rows.select(
        ROW,
        "insee_com",
        signed=parse_day(pl.col("date_signature"), "%Y-%m-%d"),
        told=pl.lit(None, pl.Date),
        acv=pl.col("insee_com").is_in(_communes(files[_ACV_2025], known)),
        pvd=pl.col("insee_com").is_in(_communes(files[_PVD_2026], known)),
    )


def _communes(path: Path, known: Known) -> list[str]:
    rows = known.codes.resolve(read_table(path, _LISTED.split(","), Tally()), "insee_com")
    return rows["listed"].drop_nulls().to_list()


def _note_ends(source: Source, rows: pl.DataFrame, graph: Graph) -> None:
    """Keep the estimated ends in words: later lists still have agreements past theirs."""
    key = pl.concat_str(pl.lit(f"{source.identifier}/"), pl.col(ROW).cast(pl.String))
    for language, before in (
        ("fr", "Fin estimée par la source : "),
        ("en", "End estimated by the source: "),
    ):
        note = text(pl.concat_str(pl.lit(before), pl.col("note")), language)
        graph.state(rows, minted("record", key), emp("recordNote"), note)


def _same_acts(rows: pl.DataFrame, towns: pl.DataFrame, graph: Graph, tally: Tally) -> None:
    """State of which other deployment each agreement may be the act.

    No list loaded says that an agreement is worth an ORT: the remarks that say so are not in it.
    """
    rows = rows.join(
        towns.select("listed", "first", acv_key="acv"), on="listed", how="left"
    ).with_columns(later=pl.col("signed") >= SECOND_PHASE)
    phase = pl.when(pl.col("later")).then(pl.lit(SECOND)).when(pl.col("first")).then(pl.lit(FIRST))
    acv = pl.concat_str(phase, pl.lit("/"), pl.col("acv_key"))
    pvd = pl.concat_str(pl.lit("fr-pvd/"), pl.col("listed"))
    rows = rows.with_columns(
        _acv=pl.when(pl.col("acv") & pl.col("later").is_not_null()).then(acv),
        _pvd=pl.when("pvd").then(pvd),
    )
    ort = minted("deployment", pl.concat_str(pl.lit("fr-ort/"), pl.col("key")))
    for column in ("_acv", "_pvd"):
        linked = rows.filter(pl.col(column).is_not_null())
        apply(tally, "same-legal-act", linked.height)
        other = minted("deployment", pl.col(column))
        graph.state(linked, ort, emp("possiblySameAgreementAs"), other)
