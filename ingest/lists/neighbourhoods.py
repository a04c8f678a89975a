"""Priority neighbourhoods (QPV): territories inside communes, each designated by a decree."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl
from pyoxigraph import NamedNode

from ingest.columns import concepts, days, minted, node, text
from ingest.frames import keep, read_table
from ingest.identity import mint
from ingest.known import Known
from ingest.lists.statements import Listing, once, resolve_members, split_cells, state_list
from ingest.quads import Graph, emp, label, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_COLUMNS: Final = {
    "2026-06": "code_qp,lib_qp,insee_com,nb_communes,lon_approx,lat_approx",
    "2026-07": "insee_com,lib_com,code_qp,lib_qp,lon,lat",
}
_NAMES: Final = (("fr", "Quartier prioritaire : "), ("en", "Priority neighbourhood: "))
_OVERSEAS: Final = "^QN9[78]"
# The later list loses the collectivities of the Pacific and Saint-Martin.
_EARLIER_ONLY: Final = "^QN(?:978|98)"
_CODES_OVERSEAS_OR_CORSICAN: Final = "^(?:2[AB]|9[78])"
# The days from which the decrees designate: the 1,362 of the mainland and Corsica, then overseas.
_MAINLAND: Final = ("decret-2023-1314", date(2024, 1, 1))
_BEYOND: Final = ("decret-2024-1212", date(2025, 1, 1))


def map_qpv(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one vintage of the priority neighbourhoods of 2024; arguments as for every mapping.

    The list is taken as complete for the mainland and Corsica, where it has as many neighbourhoods
    as the decree: overseas it has fewer than the 247 counted elsewhere.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _COLUMNS[source.vintage].split(","), tally)
    rows = resolve_members(rows, "insee_com", path.name, tally, known)
    beyond = rows.filter(pl.col("insee_com").str.contains(_CODES_OVERSEAS_OR_CORSICAN))
    apply(tally, "corsica", beyond.height)
    if source.vintage == "2026-07":
        rows = split_cells(rows.drop("lib_qp"), "code_qp", ",", tally)
    qpv = minted("qpv", pl.col("code_qp"))
    reason = pl.concat_str(pl.lit("not the code of a QPV: "), pl.col("code_qp").fill_null(""))
    rows = keep(tally, path.name, rows, qpv.is_not_null(), reason)
    rows = once(rows, ["code_qp", "listed"], tally)
    rows = rows.with_columns(key=pl.col("code_qp"), code=pl.col("code_qp"))
    if "lib_qp" in rows.columns:
        rows = rows.with_columns(label=pl.col("lib_qp"))
    apply(tally, "grain", rows.height)
    regions = known.packages[max(known.packages)]["regions"]
    listing = Listing(
        "fr-qpv",
        "ZoningDesignation",
        path.name,
        extent="infra",
        names=_NAMES,
        complete_within=tuple(("region", x["code"]) for x in regions if x["zone"] == "metro"),
    )
    state_list(source, rows, listing, graph, known)
    _neighbourhoods(graph, rows)
    _in_force(source, graph, rows, known)


def _neighbourhoods(graph: Graph, rows: pl.DataFrame) -> None:
    first = rows.unique("code_qp", keep="first", maintain_order=True)
    subject = minted("qpv", pl.col("code_qp"))
    graph.state(first, subject, type_, node(emp("PriorityNeighbourhood").value))
    graph.state(first, subject, emp("officialCode"), text(pl.col("code_qp")))
    if "label" in rows.columns:
        graph.state(first, subject, label, text(pl.col("label"), "fr"))
    for kind in rows["kind"].unique().sort():
        within = rows.filter(pl.col("kind") == kind)
        graph.state(within, subject, emp("locatedIn"), minted(kind, pl.col("listed")))
    graph.state(first, _deployment(), emp("targetArea"), subject)


def _in_force(source: Source, graph: Graph, rows: pl.DataFrame, known: Known) -> None:
    """State the decree of each, and its bounds: from the decree to the latest list that has it."""
    latest = source.vintage == "2026-07"
    first = rows.unique("code_qp", keep="first", maintain_order=True)
    overseas = pl.col("code_qp").str.contains(_OVERSEAS)
    bounded = pl.lit(latest) | pl.col("code_qp").str.contains(_EARLIER_ONLY)
    for (act, start), here in ((_MAINLAND, ~overseas), (_BEYOND, overseas)):
        known.require(NamedNode(mint("legal-act", act)))
        designated = first.filter(here)
        graph.state(designated, _deployment(), emp("establishedBy"), node(mint("legal-act", act)))
        dated = designated.filter(bounded)
        for prop in ("validFrom", "certainFrom"):
            graph.state(dated, _deployment(), emp(prop), days(pl.lit(start)))
        certainty = concepts("certainty", pl.lit("day"))
        graph.state(dated, _deployment(), emp("startCertainty"), certainty)
        graph.state(
            dated, _deployment(), emp("endStatus"), concepts("end-status", pl.lit("unknown"))
        )
        if source.reference_date:
            after = source.reference_date + timedelta(days=1)
            graph.state(dated, _deployment(), emp("certainBefore"), days(pl.lit(after)))


def _deployment() -> pl.Expr:
    return minted("deployment", pl.concat_str(pl.lit("fr-qpv/"), pl.col("code_qp")))
