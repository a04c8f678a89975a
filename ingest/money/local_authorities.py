"""Communes, départements, régions and EPCI as bodies: their SIREN, and what they administer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.columns import concepts, minted, text
from ingest.frames import keep, read_table
from ingest.identity import mint
from ingest.known import Known
from ingest.lists.statements import once, resolve_members
from ingest.money.bodies import describe_bodies, join_to_base, known_codes, name_bodies, read_sirens
from ingest.quads import Graph, emp
from ingest.sources import Source
from ingest.tables import Tally

_COLUMNS: Final = {
    "communes": "nom,SIREN,COG,type,code_departement,code_departement_3digits,code_region",
    "departements": "nom,SIREN,COG,type,COG_3digits,code_region",
    "epci": "nom,SIREN,type,code_departement,code_region",
    "regions": "nom,SIREN,COG,type",
}
_NAMES: Final = {"departement": "Département", "region": "Région"}


def map_local_authorities(
    _: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the four files of identifiers; arguments as for every mapping."""
    tables = {name.split("_")[1]: path for name, path in files.items()}
    for level in ("communes", "epci"):
        path = tables[level]
        rows = read_sirens(_read(path, level, tally), "SIREN", tally)
        rows = keep(tally, path.name, rows, pl.col("siren").is_not_null(), "no SIREN")
        code = "COG" if level == "communes" else "siren"
        rows = once(resolve_members(rows, code, path.name, tally, known), ["siren"], tally)
        describe_bodies(rows.with_columns(written="nom"), graph, known)
        for kind in rows["kind"].unique().sort():
            _administer(rows.filter(pl.col("kind") == kind), kind, pl.col("listed"), graph)
    for level, kind in (("departements", "departement"), ("regions", "region")):
        path = tables[level]
        rows = read_sirens(_read(path, level, tally), "SIREN", tally)
        there = known_codes(kind, rows["COG"], known)
        fits = pl.col("siren").is_not_null() & pl.col("COG").is_in(there)
        reason = pl.concat_str(pl.lit("unknown-code: "), pl.col("COG").fill_null("(empty)"))
        rows = keep(tally, path.name, rows, fits, reason)
        # Paris is one authority, of a commune and a département: the body is named once.
        new = rows.join(
            known.codes.table.select(siren="code"), on="siren", how="anti", maintain_order="left"
        ).with_columns(name="nom")
        name_bodies(new, graph, _NAMES[kind], "LocalAuthority")
        graph.state(new, minted("actor", pl.col("siren")), emp("sirenCode"), text(pl.col("siren")))
        _administer(rows, kind, pl.col("COG"), graph)
        join_to_base(
            [(mint(kind, c), s) for c, s in rows.select("COG", "siren").rows()], graph, known
        )


def _read(path: Path, level: str, tally: Tally) -> pl.DataFrame:
    return read_table(path, _COLUMNS[level].split(","), tally)


def _administer(rows: pl.DataFrame, kind: str, code: pl.Expr, graph: Graph) -> None:
    body = minted("actor", pl.col("siren"))
    graph.state(rows, body, emp("administers"), minted(kind, code))
    scale = "epci" if kind in ("epci", "ept") else kind
    graph.state(rows, body, emp("actorScale"), concepts("scale", pl.lit(scale)))
