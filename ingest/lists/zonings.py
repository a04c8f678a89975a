"""Zonings by commune: FRR and FRR+, ZRR, regional aid, defence restructuring, tax-free zones."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl
from pyoxigraph import NamedNode

from ingest.columns import minted, node, text
from ingest.fetch import TABLES_FOLDER
from ingest.frames import ROW, keep, read_table
from ingest.identity import mint
from ingest.known import Known
from ingest.lists.statements import Listing, once, resolve_members, state_list
from ingest.local_ids import several
from ingest.quads import Graph, emp, term, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_TABLE: Final = TABLES_FOLDER / "lists" / "zonings.csv"
_FRR_CLASS: Final = "Classement FRR et FRR+ au 10 juillet 2025"
_FRR_COLUMNS: Final = ("Code_insee", "Departement", "Commune", _FRR_CLASS, "")
_RECODED_COLUMNS: Final = (
    "id_source",
    "insee_com_2019",
    "insee_com_2026",
    "lib_com",
    "statut_source",
    "methode_code",
    "confirme_par_geometrie",
)
_NOT_CLASSIFIED: Final = "Non classée"
_MISLABELLED: Final = "Partiellement classée"
_UNCONFIRMED: Final = {
    "fr": "Code refait d'après le nom, non confirmé par la géométrie.",
    "en": "Code rebuilt from the name, not confirmed by the geometry.",
}


@dataclass(frozen=True, slots=True)
class Zoning:
    """What one class of a list opens rights to: one deployment, whose perimeter is the class.

    Args:
        list: first part of the identifier of the source, such as ``frr``.
        instrument: id of the zoning applied.
        part: what its key has after the vintage, empty for the class that is the zoning itself.
        words: how the list calls the communes of the class.
        extent: how far a commune is included: ``whole``, ``part``, ``infra``.
        names: labels of the deployment, by language.
        notes: what the reader must know of the class, by language.
        acts: legal acts, as (property, id).
    """

    list: str
    instrument: str
    part: str
    words: tuple[str, ...]
    extent: str
    names: dict[str, str]
    notes: dict[str, str]
    acts: tuple[tuple[str, str], ...]


@cache
def load_zonings() -> tuple[Zoning, ...]:
    """Read the classes of every list of zonings."""
    with _TABLE.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Zoning(
                list=row["list"],
                instrument=row["instrument"],
                part=row["part"],
                words=tuple(several(row["words"])),
                extent=row["extent"],
                names={"fr": row["name_fr"], "en": row["name_en"]},
                notes={"fr": row["note_fr"], "en": row["note_en"]},
                acts=tuple(_act(each) for each in several(row["acts"])),
            )
            for row in csv.DictReader(stream)
        )


def _act(cell: str) -> tuple[str, str]:
    prop, _, act = cell.partition(":")
    return prop, act


def map_frr(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map France ruralités revitalisation; arguments as for every mapping.

    The list has every commune: that one is not classified is said by the list being complete.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _FRR_COLUMNS, tally, separator=";")
    rows = resolve_members(rows, "Code_insee", path.name, tally, known)
    rows = rows.rename({_FRR_CLASS: "class"})
    listing = Listing("fr-frr", "ZoningDesignation", path.name, vintage=2025)
    _state(source, rows, listing, graph, tally, known)


def map_recoded(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map a zoning of the State's map of 2019, which names communes; their codes were rebuilt.

    The map shows every commune of the zoning. It is taken as complete only in the départements
    where each code is confirmed: elsewhere a commune may be missing under a wrong one.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _RECODED_COLUMNS, tally)
    rows = resolve_members(rows, "insee_com_2019", path.name, tally, known)
    rows = _former(graph, rows).rename({"statut_source": "class"})
    unsure = pl.col("confirme_par_geometrie").fill_null("") != "oui"
    doubtful = rows.filter(unsure)
    apply(tally, "code-rebuilt", doubtful.height)
    for language, said in _UNCONFIRMED.items():
        _note(source, graph, doubtful, pl.lit(said), language)
    if source.identifier.startswith("zrr/"):
        mislabelled = rows.filter(pl.col("class") == _MISLABELLED)
        apply(tally, "wrong-label", mislabelled.height)
        _note(source, graph, mislabelled, pl.col("class"), "fr")
    sure = _confirmed(known, doubtful)
    listing = Listing(
        "", "ZoningDesignation", path.name, confidence="derived", complete_within=sure
    )
    _state(source, rows, listing, graph, tally, known)


def _state(
    source: Source,
    rows: pl.DataFrame,
    listing: Listing,
    graph: Graph,
    tally: Tally,
    known: Known,
) -> None:
    name = source.identifier.partition("/")[0]
    zonings = [each for each in load_zonings() if each.list == name]
    words = {_NOT_CLASSIFIED} if name == "frr" else set[str]()
    words.update(word for each in zonings for word in each.words)
    reason = pl.concat_str(pl.lit("unknown class: "), pl.col("class").fill_null("(empty)"))
    rows = keep(tally, listing.table, rows, pl.col("class").is_in(sorted(words)), reason)
    rows = once(rows, ["listed", "class"], tally)
    for each in zonings:
        key = "-".join(filter(None, (source.vintage, each.part)))
        members = rows.filter(pl.col("class").is_in(each.words)).with_columns(
            key=pl.lit(key), label=pl.lit("")
        )
        if members.is_empty():
            continue
        about = Listing(
            each.instrument,
            listing.class_,
            listing.table,
            listing.vintage,
            each.extent,
            listing.confidence,
            tuple(each.names.items()),
            listing.complete_within,
        )
        state_list(source, members, about, graph, known)
        deployment = mint("deployment", f"{each.instrument}/{key}")
        graph.labels(deployment, emp("recordNote"), each.notes)
        for prop, act in each.acts:
            graph.add(deployment, emp(prop), known.require(NamedNode(mint("legal-act", act))))


def _former(graph: Graph, rows: pl.DataFrame) -> pl.DataFrame:
    """Give back their own code to communes that merged before the first vintage loaded."""
    own = pl.col("insee_com_2019")
    merged = (pl.col("rule") == "merged-commune") & (pl.col("listed") != own)
    gone = rows.filter(merged.fill_null(value=False))
    subject = minted("commune", own)
    graph.state(gone, subject, type_, node(emp("FormerCommune").value))
    graph.state(gone, subject, term("skos", "altLabel"), text(pl.col("lib_com"), "fr"))
    graph.state(gone, subject, emp("inseeCode"), text(own))
    graph.state(gone, subject, term("dcterms", "isReplacedBy"), minted("commune", pl.col("listed")))
    return rows.with_columns(listed=pl.when(merged).then(own).otherwise(pl.col("listed")))


def _note(source: Source, graph: Graph, rows: pl.DataFrame, said: pl.Expr, language: str) -> None:
    key = pl.concat_str(pl.lit(f"{source.identifier}/"), pl.col(ROW).cast(pl.String))
    graph.state(rows, minted("record", key), emp("recordNote"), text(said, language))


def _confirmed(known: Known, doubtful: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    """Return the départements of the mainland and Corsica that have no doubtful row."""
    latest = known.packages[max(known.packages)]["departements"]
    unsure = set(doubtful["insee_com_2019"].str.slice(0, 2))
    mainland = (item["code"] for item in latest if item["zone"] == "metro")
    return tuple(("departement", code) for code in mainland if code not in unsure)
