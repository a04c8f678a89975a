"""Published figures by territory: population, income, benefits, unemployment."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl
from pyoxigraph import Literal, NamedNode

from ingest.columns import concepts, decimals, minted, node, text
from ingest.frames import keep, read_table
from ingest.identity import mint
from ingest.known import Known
from ingest.lists.statements import once, resolve_members
from ingest.lists.zones import state_zones
from ingest.quads import Graph, emp, term, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

TABLE: Final = "indicators.csv"
_DEFINITIONS: Final = "id,name_fr,name_en,definition_fr,definition_en,unit"
_NUMBER: Final = r"^-?[0-9]+(?:\.[0-9]+)?$"
_ZONE: Final = "zone-emploi"


class Series(NamedTuple):
    """One column of figures.

    Args:
        column: holds the values.
        indicator: its id in the table of indicators.
        period: the period of every value, or the column that holds it.
        secret_zero: whether 0 also means "under statistical secrecy".
    """

    column: str
    indicator: str
    period: pl.Expr
    secret_zero: bool = False


_SERIES: Final = {
    "filosofi": (
        Series("revenu_median_uc_2021", "revenu-median-uc", pl.lit("2021")),
        Series("part_minima_sociaux_pct", "part-minima-sociaux", pl.lit("2021")),
    ),
    "population": tuple(
        Series(f"pop_{year}", "population-municipale-communale", pl.lit(year))
        for year in ("2010", "2015", "2020", "2021", "2022")
    ),
    "rsa": (Series("part_rsa_pct", "part-rsa", pl.col("annee"), secret_zero=True),),
}
_UNEMPLOYMENT: Final = Series("taux_chomage_pct", "taux-chomage-localise", pl.col("trimestre"))


def map_communal_figures(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map figures by commune or municipal arrondissement; arguments as for every mapping."""
    series = _SERIES[source.identifier.partition("/")[0]]
    path = _table(files)
    columns = [each.column for each in series]
    periods = [name for each in series for name in each.period.meta.root_names()]
    rows = read_table(path, ["insee_com", *columns, *periods], tally)
    rows = resolve_members(rows, "insee_com", path.name, tally, known)
    rows = rows.with_columns(area_kind=pl.col("kind"), area=pl.col("listed"))
    record = _attest(source, path.name, graph)
    _state(_checked(rows, path.name, columns, periods, tally), series, record, graph, tally)
    _define(files[TABLE], (each.indicator for each in series), graph)


def map_unemployment(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the communes of employment zones and the unemployment of each quarter.

    Arguments as for every mapping. A zone that no commune is in has no figure.
    """
    communes = files["ze2020_communes_cog2025.csv"]
    inside = read_table(communes, ["insee_com", "ze2020"], tally)
    inside = once(inside, ["insee_com", "ze2020"], tally)
    inside = resolve_members(inside, "insee_com", communes.name, tally, known)
    formed = minted(_ZONE, pl.col("ze2020")).is_not_null()
    inside = keep(tally, communes.name, inside, formed, "not the code of an employment zone")
    alone = pl.len().over("kind", "listed") == 1
    inside = keep(tally, communes.name, inside, alone, "two zones for one commune")
    state_zones(inside, _ZONE, "ze2020", graph)
    path = files["chomage_ze2020_trimestriel.csv"]
    quarter, figure = "trimestre", "taux_chomage_pct"
    rows = read_table(path, ["ze2020", "lib_ze2020", quarter, figure], tally)
    exists = pl.col("ze2020").is_in(inside["ze2020"].unique().implode())
    rows = keep(tally, path.name, rows, exists, "no commune is in this zone")
    dated = pl.col(quarter).str.contains(r"^[0-9]{4}-T[1-4]$")
    rows = keep(tally, path.name, rows, dated, "not a quarter")
    rows = rows.with_columns(area_kind=pl.lit(_ZONE), area=pl.col("ze2020"))
    record = _attest(source, path.name, graph)
    rows = _checked(rows, path.name, [figure], [quarter], tally)
    _state(rows, (_UNEMPLOYMENT,), record, graph, tally)
    _define(files[TABLE], (_UNEMPLOYMENT.indicator,), graph)


def _table(files: Mapping[str, Path]) -> Path:
    (path,) = (path for name, path in files.items() if name != TABLE)
    return path


def _attest(source: Source, table: str, graph: Graph) -> str:
    """Describe the file as the record of all its figures: their lines are found by their area."""
    record = mint("record", f"{source.identifier}/list")
    graph.add(record, type_, emp("SourceRecord"))
    graph.add(record, emp("recordOf"), NamedNode(source.graph))
    graph.add(record, emp("recordKey"), Literal(table))
    return record


def _checked(
    rows: pl.DataFrame, table: str, columns: list[str], periods: list[str], tally: Tally
) -> pl.DataFrame:
    """Keep one row for each area and period, whose figures are numbers or not given."""
    number = pl.all_horizontal(pl.col(columns).is_null() | pl.col(columns).str.contains(_NUMBER))
    rows = keep(tally, table, rows, number, "not a number")
    key = ["area_kind", "area", *periods]
    rows = once(rows, [*key, *columns], tally)
    return keep(tally, table, rows, pl.len().over(key) == 1, "two figures for one area and period")


def _state(
    rows: pl.DataFrame, series: Iterable[Series], record: str, graph: Graph, tally: Tally
) -> None:
    for each in series:
        value = pl.col(each.column)
        given = rows.filter(value.is_not_null())
        apply(tally, "statistical-gap", rows.height - given.height)
        if each.secret_zero:
            zero = value.cast(pl.Float64) == 0
            apply(tally, "secrecy-zero", given.filter(zero).height)
            given = given.filter(~zero)
        key = pl.concat_str(pl.lit(each.indicator), "area", each.period, separator="-")
        of = minted("observation", key)
        graph.state(given, of, type_, node(emp("IndicatorObservation").value))
        graph.state(given, of, emp("ofIndicator"), node(mint("indicator", each.indicator)))
        graph.state(given, of, emp("refPeriod"), text(each.period))
        graph.state(given, of, emp("measureValue"), decimals(value))
        graph.state(given, of, emp("supportedBy"), node(record))
        graph.state(given, of, emp("confidence"), concepts("confidence", pl.lit("sourced")))
        for kind in given["area_kind"].unique().sort():
            area = minted(kind, pl.col("area"))
            graph.state(given.filter(area_kind=kind), of, emp("refArea"), area)


def _define(path: Path, indicators: Iterable[str], graph: Graph) -> None:
    """State the definitions of the indicators used, from the project's own table."""
    rows = read_table(path, _DEFINITIONS.split(","), Tally())
    rows = rows.filter(pl.col("id").is_in(list(indicators)))
    of = minted("indicator", pl.col("id"))
    graph.state(rows, of, type_, node(emp("Indicator").value))
    graph.state(rows, of, emp("unit"), text(pl.col("unit")))
    for language in ("fr", "en"):
        name, definition = pl.col(f"name_{language}"), pl.col(f"definition_{language}")
        graph.state(rows, of, term("rdfs", "label"), text(name, language))
        graph.state(rows, of, term("skos", "definition"), text(definition, language))
