"""LEADER 2014-2020: local action groups of which a name is known and no commune.

Each name stands for one application of LEADER: the strategy of a group. Neither the group, as a
body, nor the body that bears it, is in the sources: none is stated.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl
from pyoxigraph import NamedNode

from ingest.columns import concepts, decimals, integers, minted, node, text
from ingest.frames import ROW, keep, read_table
from ingest.identity import mint
from ingest.known import Known
from ingest.lists.statements import Listing, state_list
from ingest.quads import Graph, emp, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_INSTRUMENT: Final = "eu-leader-2014"
_PERIMETERS: Final = "id_aides_territoires,code,nom,echelle,categorie"
_GROUPS: Final = (
    "code_gal,nom,id_aides_territoires,prefixe,pdr_2014_2020_deduit,code_insee_region_2016_deduit"
)
_COUNTS: Final = "region,code_insee_region,n_gal_2014_2022,n_gal_2023_2027,portee"
_CODE: Final = r"^GAL-[0-9]+$"
_TEST: Final = r"(?i)^(?:ddd|test\b.*)$"
_UNKNOWN: Final = {
    "fr": "Les communes de ce groupe d'action locale ne sont dans aucune source chargée.",
    "en": "The communes of this local action group are in no source loaded.",
}
_TWICE: Final = {
    "fr": "Un autre code porte le même nom : peut-être le même groupe, écrit deux fois.",
    "en": "Another code bears the same name: perhaps the same group, written twice.",
}
_SCOPES: Final = {
    "1re vague seulement": "First wave only.",
}
_PERIODS: Final = {"2014-2022": "derived", "2023-2027": "sourced"}


def map_perimeter_names(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the names of ad hoc perimeters; arguments as for every mapping.

    Only the local action groups have a code of their programme. The other names (pays, parks,
    SCoT, départements…) identify nothing that is not told elsewhere: they are rejected.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _PERIMETERS.split(","), tally)
    test = pl.col("code").str.contains(_TEST) | pl.col("nom").str.contains(_TEST)
    rows = keep(tally, path.name, rows, ~test, "test-row")
    group = pl.col("categorie") == "leader-gal-2014-2020"
    reason = pl.concat_str(pl.lit("name-only: "), pl.col("categorie").fill_null("(empty)"))
    rows = keep(tally, path.name, rows, group, reason)
    rows = _groups(rows.with_columns(key=pl.col("code"), label=pl.col("nom")), path, tally)
    listing = Listing(_INSTRUMENT, "Deployment", path.name, complete_within=())
    state_list(source, rows, listing, graph, known)
    deployment = _deployment()
    for language, note in _UNKNOWN.items():
        graph.state(rows, deployment, emp("recordNote"), text(pl.lit(note), language))
    twice = rows.filter(pl.col("label").is_duplicated())
    apply(tally, "name-repeated", twice.height)
    for language, note in _TWICE.items():
        graph.state(twice, deployment, emp("recordNote"), text(pl.lit(note), language))


def map_action_groups(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the list of action groups with the region that their code implies.

    Arguments as for every mapping. The region is read from the first digits of the code, which
    follow the rural development programmes: it is a remark, not a perimeter.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _GROUPS.split(","), tally)
    rows = _groups(rows.with_columns(key=pl.col("code_gal")), path, tally)
    listing = Listing(_INSTRUMENT, "Deployment", path.name, complete_within=())
    state_list(source, rows, listing, graph, known)
    implied = [pl.col("pdr_2014_2020_deduit"), pl.col("code_insee_region_2016_deduit")]
    texts = {
        "fr": "Programme de développement rural {} (région {}) : déduit du code.",
        "en": "Rural development programme {} (region {}): deduced from the code.",
    }
    for language, note in texts.items():
        graph.state(
            rows, _deployment(), emp("recordNote"), text(pl.format(note, *implied), language)
        )


def _groups(rows: pl.DataFrame, path: Path, tally: Tally) -> pl.DataFrame:
    rows = keep(tally, path.name, rows, pl.col("key").str.contains(_CODE), "unknown-code")
    return keep(tally, path.name, rows, pl.col("key").is_first_distinct(), "repeated-code")


def _deployment() -> pl.Expr:
    return minted("deployment", pl.concat_str(pl.lit(f"{_INSTRUMENT}/"), pl.col("key")))


def map_action_group_counts(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map how many action groups each region had, in two periods; arguments as for every mapping.

    The article states the later counts and how much they vary: the earlier ones are derived.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _COUNTS.split(","), tally)
    regions = [item["code"] for item in known.packages[max(known.packages)]["regions"]]
    code = pl.col("code_insee_region")
    country = code.is_null() & (pl.col("region") == "France entière")
    rows = keep(tally, path.name, rows, country | code.is_in(regions), "unknown-code")
    area = pl.coalesce(minted("region", code), node(mint("pays", "FR")))
    for period, confidence in _PERIODS.items():
        value = pl.col(f"n_gal_{period.replace('-', '_')}")
        counted = rows.filter(value.is_not_null())
        key = pl.concat_str(pl.lit(f"gal-{period}-"), pl.coalesce(code, pl.lit("FR")))
        of = minted("observation", key)
        indicator = known.require(NamedNode(mint("indicator", "nombre-gal")))
        graph.state(counted, of, type_, node(emp("IndicatorObservation").value))
        graph.state(counted, of, emp("ofIndicator"), node(indicator.value))
        graph.state(counted, of, emp("refArea"), area)
        graph.state(counted, of, emp("refPeriod"), text(pl.lit(period)))
        graph.state(counted, of, emp("measureValue"), decimals(value))
        graph.state(counted, of, emp("confidence"), concepts("confidence", pl.lit(confidence)))
        _support(source, counted, of, path.name, graph)
    later = minted("observation", pl.concat_str(pl.lit("gal-2023-2027-"), code))
    for french, english in _SCOPES.items():
        partial = rows.filter(
            (pl.col("portee") == french) & pl.col("n_gal_2023_2027").is_not_null()
        )
        graph.state(
            partial, later, emp("recordNote"), text(pl.lit(f"{french.capitalize()}."), "fr")
        )
        graph.state(partial, later, emp("recordNote"), text(pl.lit(english), "en"))


def _support(
    source: Source, rows: pl.DataFrame, subject: pl.Expr, table: str, graph: Graph
) -> None:
    line = pl.col(ROW).cast(pl.String)
    record = minted("record", pl.concat_str(pl.lit(f"{source.identifier}/"), line))
    graph.state(rows, subject, emp("supportedBy"), record)
    graph.state(rows, record, type_, node(emp("SourceRecord").value))
    graph.state(rows, record, emp("recordOf"), node(source.graph))
    graph.state(rows, record, emp("rowNumber"), integers(pl.col(ROW)))
    graph.state(rows, record, emp("recordKey"), text(pl.concat_str(pl.lit(f"{table}#"), line)))
