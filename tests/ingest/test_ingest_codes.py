"""Codes through six vintages: what each names, what it has become, how it was misspelt."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ingest.codes import Codes, clean, count_rules, read_codes
from ingest.cog_history import Packages, compose, read_package
from ingest.quads import Graph
from ingest.tables import Tally
from tests.conftest import ROOT

YEARS = ("2021", "2022", "2023", "2024", "2025")
Items = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def packages() -> Packages:
    folders = {year: f"decoupage-administratif-{year}" for year in YEARS}
    folders["2026"] = "@etalab/decoupage-administratif"
    return {
        year: read_package((ROOT / "node_modules" / name / "data").glob("*.json"))
        for year, name in folders.items()
    }


@pytest.fixture(scope="module")
def codes(packages: Packages) -> Codes:
    return read_codes(packages)


def resolved(codes: Codes, written: str) -> dict[str, str | None]:
    frame = codes.resolve(pl.DataFrame({"x": [written]}), "x")
    return frame.select(pl.exclude("x")).row(0, named=True)


@pytest.mark.parametrize(
    ("written", "kind", "listed", "current", "rule", "spelling"),
    [
        ("37261", "commune", "37261", "37261", None, None),
        ("01330", "commune", "01330", "01187", "merged-commune", None),
        ("93059", "commune", "93059", "93066", "merged-commune", None),
        ("1004", "commune", "01004", "01004", None, "lost-zero"),
        ('="01004"', "commune", "01004", "01004", None, "quoted-code"),
        ("2A004", "commune", "2A004", "2A004", None, None),
        ("243700754", "epci", "243700754", "243700754", None, None),
        ("200071892.0", "epci", "200071892", "200071892", None, "float-code"),
        ("210401261", "commune", "04126", "04126", "commune-siren", None),
        ("75105", "arrondissement-municipal", "75105", "75056", "municipal-arrondissement", None),
    ],
)
def test_what_a_code_names(
    codes: Codes,
    written: str,
    kind: str,
    listed: str,
    current: str,
    rule: str | None,
    spelling: str | None,
) -> None:
    """Issue 4: 01330 resolves to 01187, 93059 to 93066; data README §3.5 to 3.9 for the others."""
    found = resolved(codes, written)
    assert (found["kind"], found["listed"], found["current"]) == (kind, listed, current)
    assert (found["rule"], found["spelling"]) == (rule, spelling)


@pytest.mark.parametrize("fake", ["999999", "NULL", "NA", "2B10", "#Invalid Ref: x", "", "-103"])
def test_fake_codes_name_nothing(codes: Codes, fake: str) -> None:
    assert resolved(codes, fake)["kind"] is None


def test_every_code_that_once_named_a_commune_still_leads_somewhere(
    codes: Codes, packages: Packages
) -> None:
    current = {i["code"] for i in packages["2026"]["communes"] if i["type"] == "commune-actuelle"}
    once = {
        item["code"]
        for items in packages.values()
        for item in items["communes"]
        if item["type"] == "commune-actuelle"
    }
    table = {row["code"]: row for row in codes.table.iter_rows(named=True)}
    assert {table[code]["current"] for code in once} == current
    assert all(table[code]["listed"] == code for code in once)


def test_rules_are_counted_once_a_row(codes: Codes) -> None:
    tally = Tally()
    frame = pl.DataFrame({"x": ["01330", "1004", "37261", "nothing"]})
    count_rules(tally, codes.resolve(frame, "x"))
    assert dict(tally.corrected) == {"merged-commune": 1, "lost-zero": 1}


def test_cleaning_changes_no_good_code() -> None:
    good = ["37261", "2A004", "243700754", "QN03705M", "97105"]
    assert pl.DataFrame({"x": good}).select(clean(pl.col("x"))).to_series().to_list() == good


@pytest.fixture(scope="module")
def stays(packages: Packages) -> pl.DataFrame:
    return compose(packages, Graph("https://example.org/g"))


class TestMemberships:
    """Dated memberships, recounted year by year from the packages."""

    def test_each_year_is_that_of_its_package(
        self, stays: pl.DataFrame, packages: Packages
    ) -> None:
        for year, items in packages.items():
            expected = {
                (member["code"], group["code"])
                for group in items["epci"]
                for member in group["membres"]
            }
            inside = (pl.col("first") <= int(year)) & (pl.col("last") >= int(year))
            held = stays.filter(inside & (pl.col("whole_kind") == "epci"))
            assert set(held.select("part", "whole").rows()) == expected

    def test_a_pair_never_overlaps_itself(self, stays: pl.DataFrame) -> None:
        pairs = ["part", "whole_kind", "whole"]
        ordered = stays.sort(*pairs, "first")
        gap = ordered.with_columns(before=pl.col("last").shift(1).over(pairs))
        assert gap.filter(pl.col("first") <= pl.col("before") + 1).is_empty()

    def test_a_move_is_dated_on_both_sides(self, packages: Packages) -> None:
        graph = Graph("https://example.org/g")
        compose(packages, graph)
        text = "\n".join(graph.lines())
        moved = next((before, after, year, code) for code, before, after, year in _moves(packages))
        before, after, year, code = moved
        id_ = "https://w3id.org/empilement/id/membership"
        emp = "https://w3id.org/empilement/def#"
        date_ = "^^<http://www.w3.org/2001/XMLSchema#date>"
        assert f'<{emp}validBefore> "{year}-01-01"{date_}' in "\n".join(
            line for line in text.splitlines() if line.startswith(f"<{id_}/{code}/epci-{before}/")
        )
        assert f'<{id_}/{code}/epci-{after}/{year}> <{emp}validFrom> "{year}-01-01"' in text

    def test_collectivities_do_not_join_the_day_the_package_first_tells(
        self, packages: Packages
    ) -> None:
        """97501 has no département in the package of 2021, and has always been in 975."""
        graph = Graph("https://example.org/g")
        compose(packages, graph)
        mine = [line for line in graph.lines() if "/membership/97501/departement-975/" in line]
        assert mine
        assert not any("validFrom" in line for line in mine)


def _moves(packages: Packages) -> list[tuple[str, str, str, str]]:
    """Communes that change EPCI between two packages: code, before, after, year."""
    found = []
    groups = {
        year: {m["code"]: g["code"] for g in items["epci"] for m in g["membres"]}
        for year, items in packages.items()
    }
    for before, after in pairwise(YEARS):
        for code, group in groups[before].items():
            other = groups[after].get(code)
            if other and other != group:
                found.append((code, group, other, after))
    return sorted(found)


def test_the_raw_packages_are_there() -> None:
    assert (ROOT / "node_modules/decoupage-administratif-2021").is_dir(), "run `npm ci`"
    assert Path(ROOT / "package-lock.json").is_file()
