"""Coverage that a list states, or a join derives, commune by commune: one fact a pair."""

import polars as pl

from ingest.columns import concepts, minted, node
from ingest.lists.statements import state_records
from ingest.quads import Graph, emp, type_
from ingest.sources import Source


def state_coverage_facts(
    source: Source,
    frame: pl.DataFrame,
    instrument: str,
    table: str,
    graph: Graph,
    *,
    confidence: str = "sourced",
    extent: str = "whole",
    within: str = "",
) -> None:
    """State that a deployment reaches communes, where its perimeter is of another grain.

    Args:
        source: the catalogue entry.
        frame: one row a pair: ``key`` (of the deployment), ``kind`` and ``listed`` (the territory),
            ``row``.
        instrument: id of the instrument applied, such as ``fr-ti2``.
        table: name of the file the rows come from.
        graph: receives one ``emp:CoverageFact`` a pair.
        confidence: ``derived`` where the pairs come from a spatial join.
        extent: how far each commune is reached: ``whole``, ``infra``, ``point``, ``unknown``…
        within: part of the records' keys, where the source has rows of another file too.

    """
    deployment = minted("deployment", pl.concat_str(pl.lit(f"{instrument}/"), pl.col("key")))
    fact = pl.concat_str(pl.lit(f"{instrument}/"), pl.col("key"), pl.lit("/"), pl.col("listed"))
    rows = frame.with_columns(minted("coverage", fact).alias("_subject"))
    graph.state(rows, pl.col("_subject"), type_, node(emp("CoverageFact").value))
    graph.state(rows, pl.col("_subject"), emp("coverageDeployment"), deployment)
    for kind in rows["kind"].unique().sort():
        of = rows.filter(kind=kind)
        unit = minted(kind, pl.col("listed"))
        graph.state(of, pl.col("_subject"), emp("coverageUnit"), unit)
    reached = concepts("extent", pl.lit(extent))
    graph.state(rows, pl.col("_subject"), emp("coverageExtent"), reached)
    trust = concepts("confidence", pl.lit(confidence))
    graph.state(rows, pl.col("_subject"), emp("confidence"), trust)
    state_records(source, graph, rows, table, within)
