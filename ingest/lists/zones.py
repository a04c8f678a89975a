"""Zones of study (employment, urban units, catchment and living areas) and their communes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from ingest.columns import minted, node, text
from ingest.frames import keep
from ingest.known import Known
from ingest.lists.statements import once, resolve_members
from ingest.lists.typologies import state_classes
from ingest.quads import Graph, emp, label, type_
from ingest.sheets import read_sheet
from ingest.sources import Source
from ingest.tables import Tally


class Zoning(NamedTuple):
    """One zoning of the membership table.

    Args:
        kind: of its zones, in `ingest.identity`.
        fr: what follows the name of a zone, in French.
        en: the same, in English.
        none: the codes that say that a commune is in no zone, as a pattern.
    """

    kind: str
    fr: str
    en: str
    none: str


_ZONINGS: Final = {
    "ZE2020": Zoning("zone-emploi", "zone d'emploi 2020", "employment zone 2020", r"^$"),
    "UU2020": Zoning("unite-urbaine", "unité urbaine 2020", "urban unit 2020", r"000$"),
    "AAV2020": Zoning("aire-attraction", "aire d'attraction 2020", "catchment area 2020", r"^000$"),
    "BV2012": Zoning("bassin-de-vie", "bassin de vie 2012", "living area 2012", r"^ZZZZZ$"),
}
_HEADER: Final = 6
_COMMUNES: Final = (
    "CODGEO,LIBGEO,DEP,REG,ARR,CV,EPCI,NATURE_EPCI,ZE2020,UU2020,TUU2017,TDUU2017,AAV2020,"
    "TAAV2017,TDAAV2017,CATEAAV2020,BV2012"
)


def map_zones(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the membership table of one geography; arguments as for every mapping."""
    del source
    path = next(iter(files.values()))
    sheet = "Zones_supra_communales"
    zones = read_sheet(path, sheet, ["NIVGEO", "CODGEO", "LIBGEO", "NB_COM"], tally, header=_HEADER)
    rows = read_sheet(path, "COM", _COMMUNES.split(","), tally, header=_HEADER)
    rows = once(rows, ["CODGEO", *_ZONINGS, "CATEAAV2020"], tally)
    rows = resolve_members(rows, "CODGEO", path.name, tally, known)
    rows = keep(
        tally, path.name, rows, pl.len().over("kind", "listed") == 1, "two rows for one commune"
    )
    for column, zoning in _ZONINGS.items():
        listed = zones.filter(NIVGEO=column).unique("CODGEO", keep="first", maintain_order=True)
        reason = pl.concat_str(pl.lit(f"no such zone: {column} "), pl.col(column).fill_null(""))
        rows = keep(
            tally, path.name, rows, pl.col(column).is_in(listed["CODGEO"].implode()), reason
        )
        _describe(listed.filter(~pl.col("CODGEO").str.contains(zoning.none)), zoning, graph)
    rows = state_classes(rows, pl.col("CATEAAV2020"), "attraction", path.name, graph, tally)
    for column, zoning in _ZONINGS.items():
        inside = rows.filter(~pl.col(column).str.contains(zoning.none))
        state_zones(inside, zoning.kind, column, graph)


def _describe(zones: pl.DataFrame, zoning: Zoning, graph: Graph) -> None:
    """Name the zones, their zoning included: Cahors is one of each."""
    zone = minted(zoning.kind, pl.col("CODGEO"))
    graph.state(zones, zone, type_, node(emp("StatisticalZone").value))
    graph.state(zones, zone, emp("officialCode"), text(pl.col("CODGEO")))
    for language, what in (("fr", zoning.fr), ("en", zoning.en)):
        name = pl.concat_str(pl.col("LIBGEO"), pl.lit(f" ({what})"))
        graph.state(zones, zone, label, text(name, language))


def state_zones(frame: pl.DataFrame, zone_kind: str, column: str, graph: Graph) -> None:
    """State the zone of each territory.

    Args:
        frame: ``kind`` and ``listed`` are the territory.
        zone_kind: kind of the zones.
        column: holds their codes.
        graph: receives the statements.

    """
    for kind in frame["kind"].unique().sort():
        rows = frame.filter(kind=kind)
        zone = minted(zone_kind, pl.col(column))
        graph.state(rows, minted(kind, pl.col("listed")), emp("inZone"), zone)
