"""Lists of counters, workshops and neighbourhood labels: what lies somewhere in a commune."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from ingest.columns import days, minted, text
from ingest.frames import ROW, keep, read_table
from ingest.known import Known
from ingest.lists.layers import read_later_layer, read_layer
from ingest.lists.statements import Listing, once, resolve_members, state_list
from ingest.quads import Graph, emp
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_LAYER: Final = "id_territoire,lib_territoire,id_geo,lat,lib_geo,liste_geo,lon"
_SHORT_LAYER: Final = "id_territoire,lib_territoire,lat,liste_geo,lon"
_FS_2021: Final = (
    "MATRICULE,DEPARTEMENT,lib_france_services,ADRESSE,COMPLEMENT.D.ADRESSE,insee_com,code_postal,"
    "lib_com,LATITUDE,LONGITUDE,Commentaire.horaires,ITINERANCE,FORMAT_FS,X._groupe,Groupe,"
    "Goupe_France_Services_responsable,Goupe_Antennes,Labellisation,categorie"
)
_FS_2025: Final = "insee_com,lib_fs,annee"
_ALIKE: Final = 8
_REGIONS: Final = "11 24 27 28 32 44 52 53 75 76 84 93 01 02 03 04 06"
_BUT_CORSICA: Final = tuple(("region", code) for code in _REGIONS.split(" "))
_SITE_NOTE: Final = {
    "fr": "Au moins un lieu de la commune ; la liste de 2025 ne donne pas d'identifiant, et ce "
    "lieu est peut-être l'un de ceux des listes antérieures.",
    "en": "At least one place in the commune; the list of 2025 gives no identifier, and that place "
    "may be one of those of earlier lists.",
}


def map_france_services(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one vintage of the list of France services; arguments as for every mapping.

    Only the vintage of 2024 is stated to give names: one counter is written differently in each.
    """
    path = next(iter(files.values()))
    if source.vintage == "2021-04":
        rows = _first_counters(path, tally, known)
        listing = Listing("fr-fs", "LabelAward", path.name, extent="point", complete_within=())
        state_list(source, rows, listing, graph, known)
        counter = minted("deployment", pl.concat_str(pl.lit("fr-fs/"), pl.col("key")))
        graph.state(rows, counter, emp("observedOn"), days(pl.col("labelled")))
    elif source.vintage == "2025":
        rows = resolve_members(
            read_table(path, _FS_2025.split(","), tally), "insee_com", path.name, tally, known
        )
        _communes_with_a_counter(source, rows, path.name, graph, tally, known)
    else:
        rows = _pairs(path, _LAYER, tally, known)
        listing = Listing("fr-fs", "LabelAward", path.name, extent="point", complete_within=())
        state_list(source, rows, listing, graph, known)


def _pairs(path: Path, columns: str, tally: Tally, known: Known) -> pl.DataFrame:
    return resolve_members(read_layer(path, columns, tally), "member", path.name, tally, known)


def _first_counters(path: Path, tally: Tally, known: Known) -> pl.DataFrame:
    """Read the map of 2021, whose numbers the later lists write ``fs-<number>``.

    A row whose commune code is contradicted by both its commune name and its postal code is
    rejected. The label's month is written with or without a day: by the later day that it may
    mean, the counter was in application.
    """
    rows = resolve_members(
        read_table(path, _FS_2021.split(","), tally), "insee_com", path.name, tally, known
    )
    rows = rows.with_columns(contradicted=_contradicted(rows, known))
    rows = keep(tally, path.name, rows, ~pl.col("contradicted"), "contradicted-code")
    apply(tally, "id-respelt", rows.height)
    date = pl.col("Labellisation")
    month = date.str.extract(r"^Espace labellisé ([0-9]{2}/[0-9]{4})$")
    full = date.str.extract(r"^Espace labellisé ([0-9]{2}/[0-9]{2}/[0-9]{4})$")
    labelled = pl.coalesce(
        pl.concat_str(pl.lit("01/"), month).str.to_date("%d/%m/%Y", strict=False).dt.month_end(),
        pl.max_horizontal(
            full.str.to_date("%d/%m/%Y", strict=False), full.str.to_date("%m/%d/%Y", strict=False)
        ),
    )
    rows = rows.with_columns(key=pl.concat_str(pl.lit("fs-"), "MATRICULE"), labelled=labelled)
    apply(tally, "date-unreadable", rows["labelled"].null_count())
    return rows


def _contradicted(rows: pl.DataFrame, known: Known) -> pl.Series:
    codes = [
        (item["code"], postal)
        for items in known.packages.values()
        for item in items["communes"]
        for postal in item.get("codesPostaux", [])
    ]
    posts = pl.DataFrame(codes, {"listed": pl.String, "post": pl.String}, orient="row").unique()
    of = posts.group_by("listed").agg("post")
    written = pl.col("code_postal").str.strip_chars().str.zfill(5)
    name, said = _letters(pl.col("name")), _letters(pl.col("lib_com"))
    alike = (
        name.str.contains(said, literal=True)
        | said.str.contains(name, literal=True)
        | (name.str.slice(0, _ALIKE) == said.str.slice(0, _ALIKE))
    )
    elsewhere = ~pl.col("post").list.contains(written)
    joined = rows.join(of, on="listed", how="left", maintain_order="left")
    return joined.select((elsewhere & ~alike).fill_null(value=False)).to_series()


def _letters(name: pl.Expr) -> pl.Expr:
    plain = name.str.to_uppercase().str.normalize("NFKD").str.replace_all(r"[^A-Z0-9]+", " ")
    return plain.str.replace_all(r"\bST\b", "SAINT").str.replace_all(" ", "")


def _communes_with_a_counter(
    source: Source, rows: pl.DataFrame, table: str, graph: Graph, tally: Tally, known: Known
) -> None:
    """State, for each commune of a list without identifiers, that it has at least one counter.

    A counter cannot be known again by its name, so none is stated to go on or to begin; the list
    says where there is one that year, and, but in Corsica, where there is none.
    """
    apply(tally, "grain", rows.height)
    apply(tally, "corsica", rows.height)
    rows = rows.with_columns(key=pl.concat_str(pl.lit("commune-"), "listed"), label=pl.col("name"))
    listing = Listing(
        "fr-fs",
        "LabelAward",
        table,
        extent="point",
        names=(("fr", "France services : commune de "), ("en", "France services: commune of ")),
        complete_within=_BUT_CORSICA,
    )
    state_list(source, rows, listing, graph, known)
    subject = minted("deployment", pl.concat_str(pl.lit("fr-fs/"), pl.col("key")))
    for language, note in _SITE_NOTE.items():
        graph.state(rows, subject, emp("recordNote"), text(pl.lit(note), language))


def map_fabriques(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one list of workshops or third places; arguments as for every mapping."""
    path = next(iter(files.values()))
    list_ = source.identifier.partition("/")[0]
    if list_ == "fabriques-prospectives":
        _foresight(source, path, graph, tally, known)
        return
    instrument = {
        "fabriques-territoire": "fr-fabriques",
        "manufactures-proximite": "fr-manufactures-proximite",
    }[list_]
    rows = _pairs(path, _LAYER, tally, known)
    listing = Listing(instrument, "LabelAward", path.name, 2024, extent="point")
    state_list(source, rows.with_columns(code=pl.col("key")), listing, graph, known)


def _foresight(source: Source, path: Path, graph: Graph, tally: Tally, known: Known) -> None:
    """Map the groups of intermunicipal bodies that work together on one subject.

    The layer of 2026 keeps only members still found that day: it is not exhaustive.
    """
    later = source.vintage == "2026-07"
    columns = "id_fabp,lib_groupement,siren_groupement"
    if later:
        pairs = read_later_layer(path, "id_fabp", columns, tally)
        apply(tally, "stale-resource", pairs[ROW].n_unique())
    else:
        pairs = read_layer(path, "id_territoire,lib_territoire,liste_geo", tally)
    rows = resolve_members(pairs, "member", path.name, tally, known).with_columns(
        code=pl.col("key")
    )
    listing = Listing("fr-fabriques-prospectives", "LabelAward", path.name)
    if later:
        listing = replace(listing, complete_within=())
    state_list(source, rows, listing, graph, known)


def map_cites(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the list of educational or employment cities; arguments as for every mapping.

    The label bears on neighbourhoods that the layer does not give: the commune is touched in part.
    """
    path = next(iter(files.values()))
    if source.identifier.startswith("cites-educatives/"):
        instrument = "fr-cites-educ"
        names = (("fr", "Cité éducative : "), ("en", "Cité éducative (educational city): "))
    else:
        instrument = "fr-cites-emploi"
        names = (("fr", "Cité de l'emploi : "), ("en", "Cité de l'emploi (employment city): "))
    rows = _pairs(path, _SHORT_LAYER, tally, known)
    listing = Listing(instrument, "LabelAward", path.name, 2024, extent="part", names=names)
    rows = rows.with_columns(code=pl.col("key"))
    state_list(source, once(rows, ["key", "kind", "listed"], tally), listing, graph, known)
