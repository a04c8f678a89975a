"""Mergers and splits of communes before the vintages loaded, and the communes they have ended."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl
from pyoxigraph import Literal, NamedNode

from ingest.codes import clean
from ingest.columns import concepts, minted, node, text
from ingest.frames import keep, read_table
from ingest.identity import mint
from ingest.known import Known
from ingest.lists.statements import describe_vintage, once
from ingest.quads import Graph, emp, label, term, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

MERGERS: Final = "fusions_2003-2024.csv"
SPLITS: Final = "scissions.csv"
_COLUMNS: Final = "ANNEE_MODIF,COM_INI,COM_FIN,LIB_COM_INI,LIB_COM_FIN"
# The act of 16 December 2010 leaves the new commune as the only form of merger; those begun before
# it were still completed under the act of 1971 until 2012, and the tables do not say which.
_ONE_REGIME: Final = 2013


def map_mergers(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the tables of mergers and of splits; arguments as for every mapping.

    An event that the geographic code has stated already is only given one more source.
    """
    mergers = _read(files[MERGERS], tally, known)
    splits = _read(files[SPLITS], tally, known)
    _state(source, MERGERS, _merger_events(mergers), graph, known)
    _state(source, SPLITS, _split_events(splits), graph, known)
    _describe(pl.concat([mergers, splits]), graph, known)


def _read(path: Path, tally: Tally, known: Known) -> pl.DataFrame:
    """Read one table: ``year``, ``before`` and ``after`` (codes), ``was`` and ``now`` (names)."""
    columns = _COLUMNS.split(",")
    rows = once(read_table(path, columns, tally), columns, tally)
    rows = rows.with_columns(
        year=pl.col("ANNEE_MODIF"), before=clean(pl.col("COM_INI")), after=clean(pl.col("COM_FIN"))
    )
    dated = pl.col("year").str.contains(r"^20[0-9]{2}$")
    rows = keep(tally, path.name, rows, dated, "not a year of this century")
    communes = known.codes.table.filter(kind="commune")["code"].implode()
    exists = pl.all_horizontal(pl.col("before", "after").is_in(communes))
    written = pl.col("COM_INI", "COM_FIN").fill_null("(empty)")
    reason = pl.concat_str(pl.lit("unknown-code:"), written, separator=" ")
    rows = keep(tally, path.name, rows, exists, reason)
    lost = (pl.col("before") != pl.col("COM_INI")) | (pl.col("after") != pl.col("COM_FIN"))
    apply(tally, "lost-zero", rows.filter(lost).height)
    return rows.select("year", "before", "after", was="LIB_COM_INI", now="LIB_COM_FIN")


def _merger_events(rows: pl.DataFrame) -> pl.DataFrame:
    """Gather the communes that become one in one year: an event for each commune they form."""
    events = (
        rows.sort("year", "after", "before")
        .group_by("year", code="after", maintain_order=True)
        .agg(
            before="before",
            after=pl.col("after").first().implode(),
            names=pl.col("was"),
            now=pl.col("now").first(),
        )
    )
    moved = (pl.col("before").list.len() == 1) & (pl.col("before") != pl.col("after"))
    names = pl.col("names").list.join(", ")
    return events.with_columns(
        type=pl.when(moved)
        .then(pl.lit("code-change"))
        .when(pl.col("year").cast(pl.Int32) >= _ONE_REGIME)
        .then(pl.lit("new-commune")),
        fr=pl.when(moved)
        .then(
            pl.format("{} : code {} remplacé par {}", names, pl.col("before").list.first(), "code")
        )
        .otherwise(pl.format("{} : fusion en {}", names, "now")),
        en=pl.when(moved)
        .then(pl.format("{}: code {} replaced by {}", names, pl.col("before").list.first(), "code"))
        .otherwise(pl.format("{}: merged into {}", names, "now")),
    )


def _split_events(rows: pl.DataFrame) -> pl.DataFrame:
    """Take each commune that leaves another as an event of its own."""
    stays = rows.filter(pl.col("before") == pl.col("after"))["before"].implode()
    return rows.filter(pl.col("before") != pl.col("after")).select(
        "year",
        code="after",
        before=pl.concat_list("before"),
        after=pl.when(pl.col("before").is_in(stays))
        .then(pl.concat_list("after", "before"))
        .otherwise(pl.concat_list("after")),
        type=pl.lit("split"),
        fr=pl.format("{} : séparée de {}", "now", "was"),
        en=pl.format("{}: split from {}", "now", "was"),
    )


def _state(source: Source, table: str, events: pl.DataFrame, graph: Graph, known: Known) -> None:
    record = mint("record", f"{source.identifier}/{table}")
    graph.add(record, type_, emp("SourceRecord"))
    graph.add(record, emp("recordOf"), NamedNode(source.graph))
    graph.add(record, emp("recordKey"), Literal(table))
    event = minted("event", pl.concat_str("year", "code", separator="-"))
    graph.state(events, event, emp("supportedBy"), node(record))
    stated = pl.Series(sorted(f"<{iri}>" for iri in known.subjects), dtype=pl.String)
    new = events.filter(~event.is_in(stated.implode()))
    graph.state(new, event, type_, node(emp("TerritorialEvent").value))
    for language in ("fr", "en"):
        graph.state(new, event, label, text(pl.col(language), language))
    graph.state(new, event, emp("eventType"), concepts("event-type", pl.col("type")))
    vintages = minted("vintage", pl.concat_str(pl.lit("cog-"), "year"))
    graph.state(new, event, emp("firstReadIn"), vintages)
    for year in new["year"].unique():
        describe_vintage(graph, int(year))
    for prop, side in (("eventInput", "before"), ("eventOutput", "after")):
        graph.state(new.explode(side), event, emp(prop), minted("commune", pl.col(side)))


def _describe(rows: pl.DataFrame, graph: Graph, known: Known) -> None:
    """Describe the communes that no vintage loaded lists, by the last name they bore."""
    sides = [
        rows.select("year", code=code, name=name, late=pl.lit(late))
        for code, name, late in (("before", "was", False), ("after", "now", True))
    ]
    named = pl.concat(sides).sort("year", "late").unique("code", keep="last")
    commune = minted("commune", pl.col("code"))
    stated = pl.Series(sorted(f"<{iri}>" for iri in known.subjects), dtype=pl.String)
    gone = named.filter(~commune.is_in(stated.implode())).join(
        known.codes.table.select("code", "current"), on="code"
    )
    graph.state(gone, commune, type_, node(emp("FormerCommune").value))
    graph.state(gone, commune, label, text(pl.col("name"), "fr"))
    graph.state(gone, commune, emp("inseeCode"), text(pl.col("code")))
    heir = minted("commune", pl.col("current"))
    graph.state(gone, commune, term("dcterms", "isReplacedBy"), heir)
