"""Lists of Avenir montagnes: engineering and mobility, with members named by their SIREN."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.codes import count_rules
from ingest.columns import minted, node, text
from ingest.frames import ROW, keep
from ingest.known import Known
from ingest.lists.layers import read_later_layer, read_layer
from ingest.lists.statements import Listing, state_list
from ingest.quads import Graph, emp, term, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_NAMES: Final = {
    "fr-ami": (
        ("fr", "Avenir montagnes ingénierie : "),
        ("en", "Future mountains engineering: "),
    ),
    "fr-amm": (("fr", "Avenir montagnes mobilités : "), ("en", "Future mountains mobility: ")),
}


def map_mountains(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one list of one of the two components; arguments as for every mapping.

    The layers of 2026 dropped the members that had merged by then: they show what goes on and say
    nothing of what they lack.
    """
    path = next(iter(files.values()))
    instrument = "fr-ami" if source.identifier.startswith("avenir-montagnes-ing") else "fr-amm"
    if source.vintage == "2026-07":
        key = instrument.removeprefix("fr-")
        columns = f"id_{key},lib_groupement,siren_groupement"
        columns += f",lib_{key}" if key == "ami" else ""
        pairs = read_later_layer(path, f"id_{key}", columns, tally)
        pairs = pairs.with_columns(member_name=pl.lit(None, pl.String))
        apply(tally, "stale-resource", pairs[ROW].n_unique())
        listing = Listing(instrument, "LabelAward", path.name, complete_within=())
    else:
        columns = "id_territoire,lib_territoire,liste_geo"
        columns += ",lib_massif" if instrument == "fr-ami" else ""
        pairs = read_layer(path, columns, tally)
        listing = Listing(instrument, "LabelAward", path.name, names=_NAMES[instrument])
    rows = _members(pairs, path.name, graph, tally, known)
    state_list(source, rows.with_columns(code=pl.col("key")), listing, graph, known)


def _members(
    pairs: pl.DataFrame, table: str, graph: Graph, tally: Tally, known: Known
) -> pl.DataFrame:
    """Say which territory each member is, a balance pole that the list names being one of them.

    A pole has no code of the geographic code; its own members are not put in its place.
    """
    resolved = known.codes.resolve(pairs, "member")
    pole = pl.col("kind").is_null() & pl.col("member_name").str.starts_with("PETR ")
    resolved = resolved.with_columns(
        kind=pl.when(pole).then(pl.lit("groupement")).otherwise("kind"),
        listed=pl.when(pole).then("member").otherwise("listed"),
        rule=pl.when(pole).then(pl.lit("grain")).otherwise("rule"),
    )
    reason = pl.concat_str(pl.lit("unknown-code: "), pl.col("member").fill_null("(empty)"))
    rows = keep(tally, table, resolved, pl.col("kind").is_not_null(), reason)
    count_rules(tally, rows)
    poles = rows.filter(pl.col("kind") == "groupement").unique("listed")
    territory = minted("groupement", pl.col("listed"))
    graph.state(poles, territory, type_, node(emp("AdHocTerritory").value))
    graph.state(poles, territory, term("skos", "altLabel"), text(pl.col("member_name"), "fr"))
    graph.state(poles, territory, emp("sirenCode"), text(pl.col("listed")))
    return rows
