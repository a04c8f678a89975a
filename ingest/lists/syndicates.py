"""Groupings that hold a planning power: the bodies, their members, PETR and metropolitan poles.

The file is an extract of BANATIC: it has only the groupings that hold, or held, a planning power.
A body that may draw up a SCoT is not a SCoT: no planning document is stated from it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.columns import concepts, days, minted, node, text
from ingest.errors import SourceError
from ingest.frames import keep, read_table
from ingest.known import Known
from ingest.lists.statements import Listing, resolve_members, state_list
from ingest.quads import Graph, emp, term, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_GROUPS: Final = "siren,nom,type,departement_siege,competence_plu,competence_scot,nb_membres"
_MEMBERS: Final = "siren_groupement,type_groupement,code_membre,type_membre"
_OWN_TAX: Final = ("CC", "CA", "CU", "METRO", "MET69")
_ESTABLISHMENT: Final = "EPT"
_CLASSES: Final = {
    "PETR": "MixedSyndicate",
    "POLEM": "MixedSyndicate",
    "SMF": "MixedSyndicate",
    "SMO": "MixedSyndicate",
    "SIVU": "IntermunicipalBody",
    "SIVOM": "IntermunicipalBody",
}
_OTHER_NAME: Final = term("skos", "altLabel")
_POLES: Final = {"PETR": "fr-petr", "POLEM": "fr-polemetro"}
_TRUTHS: Final = ("True", "False")
_PRIMARY: Final = "2026-06"


def map_groupings(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one extract of groupings with their members; arguments as for every mapping.

    Raises:
        SourceError: the entry of the catalogue lacks one of the files.

    """
    table = f"groupements_{source.vintage}.csv"
    lists = f"groupements_{source.vintage}_membres.csv"
    if lacking := {table, lists} - set(files):
        raise SourceError(
            f"The groupings of {source.vintage} lack a file.",
            f"There is no {', '.join(sorted(lacking))}.",
            "Complete the entry in ingest/catalogue/.",
        )
    groups = _read_groups(files[table], tally)
    members = read_table(files[lists], _MEMBERS.split(","), tally)
    _own_tax(source, groups, members, tally, known)
    bodies = groups.filter(pl.col("type").is_in(list(_CLASSES)))
    _bodies(bodies, graph, known)
    of = members.filter(pl.col("type_groupement").is_in(list(_CLASSES)))
    of = resolve_members(of, "code_membre", lists, tally, known)
    of = keep(
        tally, lists, of, pl.col("siren_groupement").is_in(bodies["siren"].implode()), "no-grouping"
    )
    _compose(source, of, graph)
    _poles(source, of, bodies, lists, graph, known)


def _read_groups(path: Path, tally: Tally) -> pl.DataFrame:
    groups = read_table(path, _GROUPS.split(","), tally)
    kinds = [*_OWN_TAX, _ESTABLISHMENT, *_CLASSES]
    said = pl.col("competence_scot").is_in(_TRUTHS) & pl.col("competence_plu").is_in(_TRUTHS)
    groups = keep(tally, path.name, groups, pl.col("type").is_in(kinds) & said, "unknown-type")
    return keep(tally, path.name, groups, pl.col("siren").is_first_distinct(), "repeated-siren")


def _own_tax(
    source: Source, groups: pl.DataFrame, members: pl.DataFrame, tally: Tally, known: Known
) -> None:
    """Compare the EPCI with those of the geographic code, which states them; count what differs.

    Nearly every EPCI is said to hold the power over a SCoT, which most have handed to a syndicate:
    it is not read. One said to hold neither power is doubtful.
    """
    epci = groups.filter(pl.col("type").is_in(_OWN_TAX))
    none = epci.filter(
        (pl.col("competence_scot") == "False") & (pl.col("competence_plu") == "False")
    )
    apply(tally, "competence-doubtful", none.height)
    pairs = members.filter(pl.col("type_groupement").is_in(_OWN_TAX))
    outside = ~pl.col("type").is_in(list(_CLASSES))
    elsewhere = members.select(pl.col("type_groupement").alias("type")).filter(outside).height
    apply(tally, "told-elsewhere", groups.filter(outside).height + elsewhere)
    year = str(source.reference_date.year) if source.reference_date else ""
    if items := known.packages.get(year):
        official = [(e["code"], member["code"]) for e in items["epci"] for member in e["membres"]]
        columns = ["siren_groupement", "code_membre"]
        stated = pl.DataFrame(official, columns, orient="row")
        more = pairs.join(stated, on=columns, how="anti").height
        less = stated.join(pairs, on=columns, how="anti").height
        apply(tally, "composition-differs", more + less)


def _bodies(bodies: pl.DataFrame, graph: Graph, known: Known) -> None:
    """Describe each body and the territory of its members: two things of one SIREN.

    Other lists name the same bodies in other words: a name given here is one among others.
    """
    actor, territory = minted("actor", pl.col("siren")), minted("groupement", pl.col("siren"))
    base = pl.Series(sorted(f"<{iri}>" for iri in known.subjects), dtype=pl.String)
    new = bodies.filter(~actor.is_in(base.implode()))
    for type_of, class_ in _CLASSES.items():
        kind = new.filter(pl.col("type") == type_of)
        graph.state(kind, actor, type_, node(emp(class_).value))
    code = text(pl.col("siren"))
    graph.state(new, actor, emp("sirenCode"), code)
    graph.state(bodies, territory, type_, node(emp("AdHocTerritory").value))
    graph.state(bodies, territory, emp("sirenCode"), code)
    graph.state(bodies, actor, emp("administers"), territory)
    name = text(pl.col("nom"), "fr")
    graph.state(new, actor, _OTHER_NAME, name)
    graph.state(bodies, territory, _OTHER_NAME, name)
    for power in ("scot", "plu"):
        held = bodies.filter(pl.col(f"competence_{power}") == "True")
        graph.state(held, actor, emp("holdsCompetence"), concepts("competence", pl.lit(power)))


def _compose(source: Source, members: pl.DataFrame, graph: Graph) -> None:
    """State who belongs to each grouping, as seen on the day that the file describes."""
    key = pl.concat_str("listed", pl.lit("/groupement-"), "siren_groupement")
    whole, membership = minted("groupement", pl.col("siren_groupement")), minted("membership", key)
    graph.state(members, membership, type_, node(emp("TerritorialMembership").value))
    graph.state(members, membership, emp("membershipWhole"), whole)
    graph.state(members, membership, emp("observedOn"), days(pl.lit(source.reference_date)))
    for kind in members["kind"].unique().sort():
        rows, part = members.filter(pl.col("kind") == kind), minted(kind, pl.col("listed"))
        graph.state(rows, membership, emp("membershipPart"), part)
        graph.state(rows, whole, emp("hasPart"), part)


def _poles(
    source: Source,
    members: pl.DataFrame,
    bodies: pl.DataFrame,
    table: str,
    graph: Graph,
    known: Known,
) -> None:
    """State the poles as applications of the kind of pole they are, each carried by its body.

    Their names differ from one file to the next: the later one gives them.
    """
    named = members.join(
        bodies.select(siren_groupement="siren", label="nom"), on="siren_groupement", how="inner"
    )
    for type_of, instrument in _POLES.items():
        rows = named.filter(pl.col("type_groupement") == type_of)
        rows = rows.with_columns(key=pl.col("siren_groupement"), code=pl.col("siren_groupement"))
        if source.vintage != _PRIMARY:
            rows = rows.drop("label")
        listing = Listing(instrument, "Deployment", table, complete_within=())
        state_list(source, rows, listing, graph, known)
        pole = minted("deployment", pl.concat_str(pl.lit(f"{instrument}/"), pl.col("key")))
        graph.state(rows.unique("key"), pole, emp("carriedBy"), minted("actor", pl.col("key")))
