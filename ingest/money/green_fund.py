"""The Fonds vert of 2023: one award a file number, whose rows are sums that add up."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.codes import count_rules
from ingest.frames import read_table
from ingest.known import Known
from ingest.money.awards import Awarding, check_sums, distinct, read_number, state_awards
from ingest.money.bodies import communes_by_siren, read_sirens
from ingest.quads import Graph
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

INSTRUMENT: Final = "fr-fondsvert"
_COLUMNS: Final = (
    "nom_region,code_departement,nom_departement,code_commune,nom_commune,axe,numero_demarche_ds,"
    "nom_demarche_ds,numero_dossier_ds,nom_du_projet,nom_beneficiaire_principal,siren,"
    "montant_engage"
)


def map_green_fund(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the awards of one year; arguments as for every mapping.

    The commune of a row is where the file was sorted: often the seat of who receives, so it is
    never taken for the place of the works.
    """
    path = next(iter(files.values()))
    rows = distinct(read_table(path, _COLUMNS.split(","), tally), tally)
    file = pl.col("numero_dossier_ds")
    numbered = file.str.contains(r"^[0-9]+$").fill_null(value=False)
    apply(tally, "key-absent", int(rows.select((~numbered).sum()).item()))
    line = pl.concat_str(pl.lit(f"{source.vintage}-"), pl.col("row").cast(pl.String))
    rows = rows.select(
        "row",
        "code_commune",
        instrument=pl.lit(INSTRUMENT),
        key=pl.when(numbered).then(file).otherwise(line),
        number=pl.col("siren"),
        written=pl.col("nom_beneficiaire_principal"),
        label=pl.col("nom_du_projet"),
        note=pl.concat_str(
            pl.lit("Axe "), pl.col("axe"), pl.lit(", démarche : "), pl.col("nom_demarche_ds")
        ),
        cost=pl.lit(None, pl.String),
        amount=pl.col("montant_engage"),
    )
    apply(tally, "row-cumulative", rows.height - rows["key"].n_unique())
    rows = seat(read_sirens(rows, "number", tally), "code_commune", tally, known)
    rows = check_sums(read_number(rows, "amount", tally), tally)
    awarding = Awarding(path.name, "committed", source.vintage, instalments=True)
    state_awards(source, rows, awarding, graph, known)


def seat(frame: pl.DataFrame, column: str, tally: Tally, known: Known) -> pl.DataFrame:
    """Add ``kind`` and ``listed``: the seat of who receives, as the row tells it.

    A commune sits in itself: where its number and the code name two communes, or the code none,
    the number decides.

    Args:
        frame: rows with ``siren`` and the codes as the source writes them.
        column: holds the codes.
        tally: receives the rules applied.
        known: what codes have named.

    """
    rows = known.codes.resolve(frame, column).drop("name")
    rows = rows.join(communes_by_siren(known), on="siren", how="left", maintain_order="left")
    other = (pl.col("own_now") != pl.col("current")) | pl.col("kind").is_null()
    moved = (pl.col("own").is_not_null() & other).fill_null(value=False)
    count_rules(tally, rows.filter(~moved))
    rows = rows.with_columns(
        kind=pl.when(moved).then(pl.lit("commune")).otherwise("kind"),
        listed=pl.when(moved).then("own").otherwise("listed"),
    )
    apply(tally, "seat-by-siren", int(rows.select(moved.sum()).item()))
    apply(tally, "seat-unknown", rows["kind"].null_count())
    return rows.drop("current", "rule", "spelling", "own", "own_now")
