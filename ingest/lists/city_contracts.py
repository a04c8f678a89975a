"""Contrats de ville of 2015-2023, held by intermunicipal bodies of 2015."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.codes import count_rules
from ingest.columns import minted, node, text
from ingest.frames import keep, read_table
from ingest.known import Known
from ingest.lists.coverage_facts import state_coverage_facts
from ingest.lists.state_contracts import MAP_COLUMNS, communes_of, two_files
from ingest.lists.statements import Listing, once, state_list
from ingest.quads import Graph, emp, term, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_INSTRUMENT: Final = "fr-contrat-ville-2015"
_NAMES: Final = (
    ("fr", "Contrat de ville 2015-2023 : "),
    ("en", "City-policy contract 2015-2023: "),
)
_WHOLE: Final = "codgeo,code_cv,lib_cv,insee_dep,pop,lon,lat"
_DEPARTEMENT: Final = r"^[0-9][0-9AB][0-9]? - "
_BODY: Final = "^C[ACU] "


def map_city_contracts(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map who holds the contrats de ville of the whole period; arguments as for every mapping.

    No list is stated exhaustive: what communes the bodies of 2015 had is not known from here, so
    the absence of a commune would prove nothing.
    """
    table, path = next(iter(files.items()))
    rows = read_table(path, _WHOLE.split(","), tally)
    rows = _bodies(rows, "codgeo", table, tally, known)
    rows = once(rows, ["code_cv", "codgeo"], tally)
    name = pl.col("lib_cv").str.replace(_DEPARTEMENT, "")
    rows = rows.with_columns(key=pl.col("code_cv"), code=pl.col("code_cv"), label=name)
    state_list(source, rows, _listing(table, _NAMES), graph, known)
    ended = rows.filter("ended").unique("codgeo", keep="first", maintain_order=True)
    territory = minted("epci", pl.col("codgeo"))
    graph.state(ended, territory, type_, node(emp("FormerIntermunicipality").value))
    graph.state(ended, territory, term("skos", "altLabel"), text(pl.col("label"), "fr"))
    graph.state(ended, territory, emp("sirenCode"), text(pl.col("codgeo")))


def map_city_contracts_2019(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the contrats de ville of the map of 2019; arguments as for every mapping.

    Its communes come from a spatial join: they are a second, derived evidence, and no members.
    Where one commune holds the contract, the SIREN given is that of the body it belongs to.
    """
    path, table, pairs, other = two_files(files)
    rows = read_table(path, f"{MAP_COLUMNS},siren_epci_2015".split(","), tally)
    alone = (pl.col("nbcom") == "1") & ~pl.col("lib").str.contains(_BODY)
    apply(tally, "grain", rows.filter(alone).height)
    bodies = _bodies(rows.filter(~alone), "siren_epci_2015", table, tally, known)
    columns = ["row", "id", "kind", "listed"]
    absent = (pl.lit(None, pl.String).alias(name) for name in ("kind", "listed"))
    communes = rows.filter(alone).with_columns(*absent)
    stated = pl.concat([bodies[columns], communes[columns]]).with_columns(key=pl.col("id"))
    state_list(source, stated, _listing(table, ()), graph, known)
    facts = communes_of(rows, pairs, other, tally, known).with_columns(key=pl.col("id"))
    state_coverage_facts(
        source, facts, _INSTRUMENT, other, graph, confidence="derived", within="communes/"
    )


def _listing(table: str, names: tuple[tuple[str, str], ...]) -> Listing:
    return Listing(_INSTRUMENT, "Contract", table, names=names, complete_within=())


def _bodies(
    rows: pl.DataFrame, column: str, table: str, tally: Tally, known: Known
) -> pl.DataFrame:
    """Resolve codes, keeping as they are those of bodies that ended before the first vintage."""
    resolved = known.codes.resolve(rows, column)
    ended = pl.col("kind").is_null() & pl.col(column).str.contains(r"^2[0-9]{8}$")
    resolved = resolved.with_columns(ended=ended.fill_null(value=False))
    apply(tally, "ended-epci", int(resolved["ended"].sum()))
    count_rules(tally, resolved)
    resolved = resolved.with_columns(
        kind=pl.when("ended").then(pl.lit("epci")).otherwise("kind"),
        listed=pl.when("ended").then(column).otherwise("listed"),
    )
    reason = pl.concat_str(pl.lit("unknown-code: "), pl.col(column).fill_null("(empty)"))
    return keep(tally, table, resolved, pl.col("kind").is_not_null(), reason)
