"""Territories over time: what each vintage lists, dated memberships, mergers and splits."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from pyoxigraph import NamedNode

from ingest.codes import Items, successors
from ingest.columns import days, minted, node, text
from ingest.identity import mint
from ingest.local_ids import concept
from ingest.quads import Graph, day, emp, label, term, type_
from ingest.sources import Source
from ingest.tables import Tally

if TYPE_CHECKING:
    from ingest.known import Known

Packages = Mapping[str, Items]

_KINDS: Final = {"regions": "region", "departements": "departement", "epci": "epci", "ept": "ept"}
_PARTS: Final = {
    "part_kind": pl.String,
    "part": pl.String,
    "whole_kind": pl.String,
    "whole": pl.String,
    "year": pl.Int32,
}
_PAIR: Final = ["part_kind", "part", "whole_kind", "whole"]


def read_package(files: Iterable[Path]) -> Items:
    """Read the lists of one vintage of the package, by name (``communes``, ``epci``…)."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def current_communes(items: Items) -> list[dict[str, Any]]:
    """Return the communes that exist in a vintage, their former parts left out."""
    return [item for item in items["communes"] if item["type"] == "commune-actuelle"]


def map_vintage(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: "Known"
) -> None:
    """State which territories a vintage lists, and describe those that no later one has.

    Args:
        source: the catalogue entry.
        files: its lists, already read among the packages of every vintage.
        graph: receives the statements.
        tally: counts the territories.
        known: holds the packages.

    """
    del files
    year, packages = source.vintage, known.packages
    tally.read = sum(len(items) for items in packages[year].values())
    vintage = mint("vintage", f"cog-{year}")
    title = {"fr": f"Code officiel géographique {year}", "en": f"Official geographic code {year}"}
    graph.named(vintage, "ReferenceVintage", title)
    graph.add(vintage, emp("vintageDate"), day(date(int(year), 1, 1)))
    listed = _listed(packages[year])
    for kind in listed["kind"].unique().sort():
        rows = listed.filter(kind=kind)
        graph.state(rows, minted(kind, pl.col("code")), emp("existsIn"), node(vintage))
    later = pl.concat(_listed(packages[other]) for other in packages if other > year)
    gone = listed.join(later, on=["kind", "code"], how="anti")
    for kind, class_ in (("commune", "FormerCommune"), ("epci", "FormerIntermunicipality")):
        rows = gone.filter(kind=kind)
        subject = minted(kind, pl.col("code"))
        code = "inseeCode" if kind == "commune" else "sirenCode"
        graph.state(rows, subject, type_, node(emp(class_).value))
        graph.state(rows, subject, label, text(pl.col("name"), "fr"))
        graph.state(rows, subject, emp(code), text(pl.col("code")))


def _listed(items: Items) -> pl.DataFrame:
    rows = [("commune", item["code"], item["nom"]) for item in current_communes(items)]
    for name, kind in _KINDS.items():
        rows += [(kind, item["code"], item["nom"].strip()) for item in items.get(name, [])]
    return pl.DataFrame(rows, ["kind", "code", "name"], orient="row")


def compose(packages: Packages, graph: Graph) -> pl.DataFrame:
    """State the dated memberships of every vintage, from commune to what it belongs to.

    A vintage describes the whole year that it opens. Before the first one nothing is known: its
    memberships may be older. In the last one they go on.

    Args:
        packages: every vintage loaded, by year.
        graph: receives one ``emp:TerritorialMembership`` for each unbroken stay.

    Returns:
        The stays: part, whole, first and last year.

    """
    stays = _stays(pl.concat(_memberships(year, items) for year, items in packages.items()))
    first, last = int(min(packages)), int(max(packages))
    exists = pl.concat(
        pl.DataFrame({"part": [item["code"] for item in current_communes(items)]}).with_columns(
            year=pl.lit(int(year), pl.Int32)
        )
        for year, items in packages.items()
    )
    # A part that was there the year before without any whole of that kind shows a gap of the
    # package (the overseas collectivities before 2022), not the day it joined.
    before = exists.with_columns(first=pl.col("year") + 1).select("part", "first", old=True)
    earlier = stays.select(*_PAIR[:3], first=pl.col("last") + 1, moved=True).unique()
    stays = stays.join(before, on=["part", "first"], how="left").join(
        earlier, on=[*_PAIR[:3], "first"], how="left"
    )
    joined = (pl.col("first") > first) & (pl.col("moved").is_not_null() | pl.col("old").is_null())
    start = pl.date(pl.col("first"), 1, 1)
    end = pl.date(pl.col("last") + 1, 1, 1)
    key = pl.concat_str(
        pl.col("part"), pl.lit("/"), pl.col("whole_kind"), pl.lit("-"), pl.col("whole"),
        pl.lit("/"), pl.col("first").cast(pl.String),
    )  # fmt: skip
    subject = minted("membership", key)
    graph.state(stays, subject, type_, node(emp("TerritorialMembership").value))
    for prop, side in (("membershipPart", "part"), ("membershipWhole", "whole")):
        for kind in stays[f"{side}_kind"].unique().sort():
            rows = stays.filter(pl.col(f"{side}_kind") == kind)
            graph.state(rows, subject, emp(prop), minted(kind, pl.col(side)))
    graph.state(stays.filter(joined), subject, emp("validFrom"), days(start))
    graph.state(stays, subject, emp("certainFrom"), days(start))
    graph.state(stays, subject, emp("certainBefore"), days(end))
    graph.state(stays.filter(pl.col("last") < last), subject, emp("validBefore"), days(end))
    return stays.select(*_PAIR, "first", "last")


def snapshot(year: str, packages: Packages, graph: Graph) -> None:
    """State what lay in what in one vintage, flat: each territory within itself and each whole.

    What questions about a date read: no path to follow, one graph a vintage.

    Args:
        year: the vintage.
        packages: every vintage loaded, by year.
        graph: receives ``emp:within``.

    """
    items = packages[year]
    direct = _memberships(year, items).select(*_PAIR)
    above = pl.DataFrame(
        [
            *(("arrondissement", i["code"], "departement", i["departement"]) for i in
              items["arrondissements"]),
            *(("departement", i["code"], "region", i["region"]) for i in items["departements"]),
            *(("region", i["code"], "pays", "FR") for i in items["regions"]),
        ],
        dict.fromkeys(_PAIR, pl.String),
        orient="row",
    )  # fmt: skip
    itself = [
        frame.select(kind=f"{side}_kind", code=side)
        for frame in (direct, above)
        for side in ("part", "whole")
    ]
    # The collectivities of which a package gives no département are within themselves all the same.
    alone = pl.DataFrame({"code": [item["code"] for item in current_communes(items)]})
    itself.append(alone.select(pl.lit("commune").alias("kind"), "code"))
    everyone = pl.concat(itself).unique()
    kind, code = pl.col("kind"), pl.col("code")
    reached = [everyone.select(part_kind=kind, part=code, whole_kind=kind, whole=code), direct]
    # From a département to the country there are two more steps at the most.
    for _ in range(3):
        further = pl.concat(reached).join(
            above.select(
                whole_kind="part_kind",
                whole="part",
                whole_kind_above="whole_kind",
                whole_above="whole",
            ),
            on=["whole_kind", "whole"],
        )
        above_it = {"whole_kind": "whole_kind_above", "whole": "whole_above"}
        reached.append(further.select("part_kind", "part", **above_it))
    for (inner, outer), rows in pl.concat(reached).unique().group_by("part_kind", "whole_kind"):
        part, whole = minted(str(inner), pl.col("part")), minted(str(outer), pl.col("whole"))
        graph.state(rows, part, emp("within"), whole)


def _memberships(year: str, items: Items) -> pl.DataFrame:
    arrondissements = {item["code"] for item in items["arrondissements"]}
    rows = []
    for item in current_communes(items):
        for kind in ("departement", "region", "arrondissement"):
            whole = item.get(kind)
            if not whole or (kind == "region" and item.get("departement")):
                continue
            # Mayotte's only arrondissement is named by its communes but not always listed.
            if kind != "arrondissement" or whole in arrondissements:
                rows.append(("commune", item["code"], kind, whole, int(year)))
    for kind in ("epci", "ept"):
        for group in items.get(kind, []):
            rows += [
                ("commune", member["code"], kind, group["code"], int(year))
                for member in group["membres"]
            ]
    return pl.DataFrame(rows, _PARTS, orient="row")


def _stays(pairs: pl.DataFrame) -> pl.DataFrame:
    """Gather the years of each pair into unbroken stays."""
    gap = (pl.col("year").diff().over(_PAIR) != 1).fill_null(value=True)
    return (
        pairs.unique()
        .sort(*_PAIR, "year")
        .with_columns(stay=gap.cum_sum())
        .group_by(*_PAIR, "stay", maintain_order=True)
        .agg(first=pl.col("year").min(), last=pl.col("year").max())
        .drop("stay")
    )


def change(packages: Packages, graph: Graph) -> None:
    """State the mergers, restorations and changes of code between each vintage and the next.

    Args:
        packages: every vintage loaded, by year.
        graph: receives the events; what a merged commune has become is also stated plainly
            (``dcterms:isReplacedBy``), as of the latest vintage.

    """
    years = sorted(packages)
    for before, after in pairwise(years):
        old = {item["code"]: item["nom"] for item in current_communes(packages[before])}
        new = {item["code"]: item["nom"] for item in current_communes(packages[after])}
        became, was = successors(packages[after]), successors(packages[before])
        mergers: dict[str, list[str]] = {}
        for code in old.keys() - new.keys():
            if code in became:
                mergers.setdefault(became[code], []).append(code)
        for heir, merged in mergers.items():
            inputs = {*merged, heir} & old.keys()
            if len(inputs) == 1:
                _recoded(graph, after, (merged[0], old[merged[0]]), (heir, new[heir]))
                continue
            names = ", ".join(old[code] for code in sorted(inputs))
            texts = {
                "fr": f"{names} : fusion en {new[heir]}",
                "en": f"{names}: merged into {new[heir]}",
            }
            sides = {"eventInput": inputs, "eventOutput": {heir}}
            _event(graph, f"{after}-{heir}", "new-commune", sides, texts)
        for code in sorted(new.keys() - old.keys() - mergers.keys()):
            parent = was.get(code, "")
            if parent in old:
                texts = {
                    "fr": f"{new[code]} : rétablie à partir de {old[parent]}",
                    "en": f"{new[code]}: restored from {old[parent]}",
                }
                sides = {"eventInput": {parent}, "eventOutput": {code, parent}}
                _event(graph, f"{after}-{code}", "restoration", sides, texts)
    heirs = successors(packages[years[-1]])
    described = {item["code"] for year in years for item in current_communes(packages[year])}
    for code in heirs.keys() & described:
        today = NamedNode(mint("commune", heirs[code]))
        graph.add(mint("commune", code), term("dcterms", "isReplacedBy"), today)


def _recoded(graph: Graph, year: str, old: tuple[str, str], new: tuple[str, str]) -> None:
    """State that one commune, alone, goes on under a code that the vintage before did not have."""
    texts = {
        "fr": f"{old[1]} ({old[0]}) : change de code, devient {new[1]} ({new[0]})",
        "en": f"{old[1]} ({old[0]}): changes its code, becomes {new[1]} ({new[0]})",
    }
    sides = {"eventInput": {old[0]}, "eventOutput": {new[0]}}
    _event(graph, f"{year}-{new[0]}", "code-change", sides, texts)


def _event(
    graph: Graph, key: str, kind: str, sides: Mapping[str, Iterable[str]], texts: dict[str, str]
) -> None:
    event, vintage = mint("event", key), mint("vintage", f"cog-{key.partition('-')[0]}")
    graph.named(event, "TerritorialEvent", texts)
    for prop, codes in sides.items():
        for commune in codes:
            graph.add(event, emp(prop), NamedNode(mint("commune", commune)))
    graph.add(event, emp("eventType"), concept("event-type", kind))
    graph.add(event, emp("firstReadIn"), NamedNode(vintage))
