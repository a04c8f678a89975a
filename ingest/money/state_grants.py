"""Investment grants of the State to local bodies: DETR, DSIL and DSID of 2018 and 2019."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.codes import count_rules
from ingest.frames import keep, read_table
from ingest.known import Known
from ingest.money.awards import Awarding, check_sums, distinct, read_number, state_awards
from ingest.money.bodies import (
    describe_former,
    is_public,
    known_codes,
    read_sirens,
    siren_of_communes,
)
from ingest.quads import Graph
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_COLUMNS_2018: Final = (
    "IDENTIFIANT,DOT,ECHELON,INSEEDEP,INSEECOM,INSEEEPCI,CODGEO,BENEFICIAIRE,NUMCATEGORIE,"
    "CATGEORIE,DESCRIPTION,COUT,SUBVENTION,LEVIER,LIBGEO,LAT,LONG,POP18"
)
_COLUMNS_2019: Final = (
    "id_projet,id_dep,id_terr,nom_terr,pop19,dotation,echelon,categorie,description,cout_total,"
    "montant_sub,pct_sub,lat,long"
)
_DEPARTEMENTS: Final = "identifiants_departements_2022.csv"
_DEPARTEMENT_COLUMNS: Final = "nom,SIREN,COG,type,COG_3digits,code_region"
_CORSICA: Final = {"20A": "2A", "20B": "2B"}
_LEVELS: Final = {
    "Commune": "commune",
    "EPCI": "epci",
    "Syndicat": "syndicat",
    "commune": "commune",
    "epci": "epci",
    "conseil_departemental": "departement",
}


def map_grants_2018(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the DETR and DSIL of 2018; arguments as for every mapping.

    ``CODGEO`` is not read: it repeats ``INSEECOM`` or ``INSEEEPCI``, with errors of its own.
    """
    path = next(iter(files.values()))
    rows = distinct(read_table(path, _COLUMNS_2018.split(","), tally), tally)
    level = pl.col("ECHELON").replace_strict(_LEVELS, default=None)
    number = pl.when(pl.col("INSEEEPCI") != "0").then(pl.col("INSEEEPCI"))
    rows = rows.select(
        "row",
        instrument=pl.concat_str(pl.lit("fr-"), pl.col("DOT").str.to_lowercase()),
        key=pl.col("IDENTIFIANT").str.to_lowercase(),
        level=level,
        place=pl.when(level == "commune")
        .then(pl.col("INSEECOM"))
        .when(level == "epci")
        .then(number),
        number=pl.when(level != "commune").then(number),
        written=pl.col("BENEFICIAIRE"),
        label=pl.col("DESCRIPTION"),
        note=pl.concat_str(
            pl.lit("Catégorie : "), pl.col("NUMCATEGORIE"), pl.lit(" - "), pl.col("CATGEORIE")
        ),
        cost=pl.col("COUT"),
        amount=pl.col("SUBVENTION"),
    )
    _state(source, rows, Awarding(path.name, "committed", "2018"), graph, tally, known)


def map_grants_2019(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the DETR, DSIL and DSID of 2019; arguments as for every mapping.

    The list names a département by its code: the number of its body is in a file of its own.
    """
    path = next(path for name, path in files.items() if name != _DEPARTEMENTS)
    rows = distinct(read_table(path, _COLUMNS_2019.split(","), tally), tally)
    bodies = read_table(files[_DEPARTEMENTS], _DEPARTEMENT_COLUMNS.split(","), Tally())
    level = pl.col("echelon").replace_strict(_LEVELS, default=None)
    corsica = pl.col("id_terr").is_in(list(_CORSICA))
    apply(tally, "corsica", int(rows.select(corsica.sum()).item()))
    place = pl.col("id_terr").replace(_CORSICA)
    # The body is joined by the code as written: Corsica's départements had ended in 2018.
    rows = rows.join(
        bodies.select(id_terr="COG", number="SIREN"),
        on="id_terr",
        how="left",
        maintain_order="left",
    ).select(
        "row",
        instrument=pl.concat_str(pl.lit("fr-"), pl.col("dotation").str.to_lowercase()),
        key=pl.col("id_projet").str.to_lowercase(),
        level=level,
        place=place,
        number=pl.when(level == "epci").then(place).otherwise(pl.col("number")),
        written=pl.col("nom_terr"),
        label=pl.col("description"),
        note=pl.concat_str(pl.lit("Catégorie : "), pl.col("categorie")),
        cost=pl.col("cout_total"),
        amount=pl.col("montant_sub"),
    )
    _state(source, rows, Awarding(path.name, "committed", "2019"), graph, tally, known)


def _state(
    source: Source,
    rows: pl.DataFrame,
    awarding: Awarding,
    graph: Graph,
    tally: Tally,
    known: Known,
) -> None:
    level, place = pl.col("level"), pl.col("place")
    again = pl.concat_str(pl.lit("repeats the key "), pl.col("key"))
    rows = keep(tally, awarding.table, rows, pl.col("key").is_first_distinct(), again)
    rows = known.codes.resolve(rows, "place").drop("current", "name")
    count_rules(tally, rows)
    whole = (level == "departement") & place.is_in(known_codes("departement", rows["place"], known))
    rows = read_sirens(rows, "number", tally)
    ended = (level == "epci") & pl.col("kind").is_null() & is_public(pl.col("siren"))
    gone = rows.filter(ended)
    apply(tally, "ended-epci", gone.height)
    describe_former(gone, graph)
    rows = rows.with_columns(
        kind=pl.when(whole)
        .then(pl.lit("departement"))
        .when(ended)
        .then(pl.lit("epci"))
        .otherwise("kind"),
        listed=pl.when(whole).then(place).when(ended).then("siren").otherwise("listed"),
    )
    lost = rows.select(((level != "syndicat") & pl.col("kind").is_null()).sum()).item()
    apply(tally, "seat-unknown", int(lost))
    own = siren_of_communes(known).rename({"siren": "_own"})
    rows = rows.join(own, on="listed", how="left", maintain_order="left")
    same = (level == "commune") & (place.str.zfill(5) == pl.col("listed"))
    rows = rows.with_columns(siren=pl.when(same).then("_own").otherwise("siren"))
    for column in ("cost", "amount"):
        rows = read_number(rows, column, tally)
    state_awards(source, check_sums(rows, tally), awarding, graph, known)
