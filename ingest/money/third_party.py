"""What a third party says of the Fonds vert in one région: projects of 2024, places of 2023."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from ingest.codes import count_rules
from ingest.columns import concepts, iri, minted, node
from ingest.errors import SourceError
from ingest.frames import ROW, keep
from ingest.known import Known
from ingest.lists.statements import state_records
from ingest.money.awards import Awarding, check_sums, state_awards
from ingest.money.bodies import communes_by_siren, read_sirens
from ingest.money.green_fund import INSTRUMENT
from ingest.quads import Graph, emp, term, type_
from ingest.sources import Source
from ingest.tables import Tally, missing, wrong_header

_COMMUNE: Final = (
    "code,commune,code_dept,dept,montant,count,demarche_short,projets,lat,lng,population"
)
_PROJECT: Final = "nom,montant,demarche_short,beneficiaire,siren"
_PLACE: Final = "code_commune,commune,source,montant,dept"
# How the third party says that it found a commune, and what that makes of the commune.
_MEANINGS: Final = {
    "titre": "worksLocation",
    "titre_fix": "worksLocation",
    "audit_libelle": "worksLocation",
    "benef": "beneficiarySeat",
}


def map_region(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the projects of 2024; arguments as for every mapping.

    Nothing tells whether the commune of a project is the seat of who receives or the place of the
    works: it is written in a note. A beneficiary that is a commune sits in itself.
    """
    path = next(iter(files.values()))
    communes = _objects(path, list, _COMMUNE)
    for commune in communes:
        _same_keys(
            path, commune["projets"] if isinstance(commune["projets"], list) else [None], _PROJECT
        )
    projects = [
        {name: str(value) for name, value in project.items()}
        | {"code": commune["code"], "commune": commune["commune"], "rank": str(rank)}
        for commune in communes
        for rank, project in enumerate(commune["projets"], start=1)
    ]
    tally.read += len(projects)
    rows = pl.DataFrame(projects).with_columns(pl.all().str.strip_chars())
    rows = rows.with_row_index(ROW, offset=1).with_columns(
        pl.col(ROW).cast(pl.Int64),
        instrument=pl.lit(INSTRUMENT),
        key=pl.concat_str(
            pl.lit(f"{source.vintage}-paca-"), pl.col("code"), pl.lit("-"), pl.col("rank")
        ),
        label=pl.col("nom"),
        written=pl.col("beneficiaire"),
        amount=pl.col("montant"),
        cost=pl.lit(None, pl.String),
        note=pl.concat_str(
            pl.lit("Rangé par un tiers à "),
            pl.col("commune"),
            pl.lit(" ("),
            pl.col("code"),
            pl.lit("), siège ou lieu des travaux ; mesure : "),
            pl.col("demarche_short"),
        ),
    )
    rows = keep(tally, path.name, rows, minted("commune", pl.col("code")).is_not_null(), "no code")
    rows = read_sirens(rows.rename({"siren": "number"}), "number", tally)
    rows = rows.join(communes_by_siren(known), on="siren", how="left", maintain_order="left")
    kind = pl.when(pl.col("own").is_not_null()).then(pl.lit("commune"))
    rows = rows.with_columns(kind=kind, listed="own")
    awarding = Awarding(path.name, "committed", source.vintage, confidence="doubtful")
    state_awards(source, check_sums(rows, tally), awarding, graph, known)


def map_places(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the communes proposed for awards of 2023, each as a statement of the third party."""
    path = next(iter(files.values()))
    found = _objects(path, dict, _PLACE)
    places = [
        {"file": file, "code": str(place["code_commune"]), "how": str(place["source"])}
        for file, place in found.items()
    ]
    tally.read += len(places)
    rows = pl.DataFrame(places).with_row_index(ROW, offset=1)
    meaning = pl.col("how").str.extract(r"^([a-z_]+):").replace_strict(_MEANINGS, default=None)
    rows = rows.with_columns(pl.col(ROW).cast(pl.Int64), meaning=meaning)
    guess = "the prefecture stands for a commune that is not known"
    rows = keep(tally, path.name, rows, pl.col("meaning").is_not_null(), guess)
    rows = known.codes.resolve(rows, "code")
    reason = pl.concat_str(pl.lit("unknown-code: "), pl.col("code"))
    rows = keep(tally, path.name, rows, pl.col("kind") == "commune", reason)
    count_rules(tally, rows)
    name = pl.concat_str(pl.lit(f"{source.identifier}/"), pl.col("file"))
    rows = rows.with_columns(minted("statement", name).alias("_subject"))
    subject = pl.col("_subject")
    award = pl.concat_str(pl.lit(f"{INSTRUMENT}/"), pl.col("file"))
    said = pl.concat_str(pl.lit(emp("").value), pl.col("meaning"))
    graph.state(rows, subject, type_, node(emp("CatalogueStatement").value))
    graph.state(rows, subject, term("rdf", "subject"), minted("deployment", award))
    graph.state(rows, subject, term("rdf", "predicate"), iri(said))
    graph.state(rows, subject, term("rdf", "object"), minted("commune", pl.col("listed")))
    graph.state(rows, subject, emp("confidence"), concepts("confidence", pl.lit("doubtful")))
    graph.state(rows, subject, emp("heldBy"), node(source.publisher))
    state_records(source, graph, rows, path.name)


def _objects(path: Path, kind: type[list[Any]] | type[dict[str, Any]], keys: str) -> Any:
    """Read a JSON list, or object, of objects that all have the keys named."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise missing(path) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SourceError(
            f"{path.name} cannot be read as JSON.",
            f"{error}.",
            "Fetch the file again: it may be cut short or be of another format.",
        ) from error
    if not isinstance(found, kind) or not found:
        raise SourceError(
            f"{path.name} is not a {'list' if kind is list else 'table'} of objects.",
            f"It is a {type(found).__name__}, or has nothing in it.",
            "Fetch the file again.",
        )
    _same_keys(path, found.values() if isinstance(found, dict) else found, keys)
    return found


def _same_keys(path: Path, items: Iterable[Any], keys: str) -> None:
    expected = keys.split(",")
    for item in items:
        if not isinstance(item, dict) or sorted(item) != sorted(expected):
            raise wrong_header(path, list(item) if isinstance(item, dict) else [], expected)
