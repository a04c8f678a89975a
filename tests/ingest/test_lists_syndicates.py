"""Groupings with a planning power: bodies, members, competences, and what is left to the COG."""

from collections import Counter, defaultdict

import pytest

from ingest.errors import SourceError
from ingest.known import Known
from tests.ingest.listed import (
    Mapped,
    Rows,
    Said,
    deployments,
    files_of,
    map_files,
    members,
    raw,
    source_of,
)

pytestmark = pytest.mark.shared
VINTAGES = ("2023", "2026-06")
OWN_TAX = {"CC", "CA", "CU", "METRO", "MET69"}
OUTSIDE = OWN_TAX | {"EPT"}


def tables(vintage: str) -> tuple[Rows, Rows]:
    """The groupings, and their members."""
    path = f"scot-petr-poles/groupements_{vintage}"
    return raw(f"{path}.csv"), raw(f"{path}_membres.csv")


def bodies(said: Said) -> set[str]:
    return {s.removeprefix("actor/") for (s, p) in said if p == "administers"}


@pytest.mark.parametrize("vintage", VINTAGES)
def test_each_grouping_is_a_body_and_a_territory_of_its_members(
    vintage: str, mapped: Mapped
) -> None:
    said, tally = mapped(f"groupements/{vintage}")
    groups, rows = tables(vintage)
    types = {row["siren"]: row["type"] for row in groups if row["type"] not in OUTSIDE}
    assert bodies(said) == set(types)
    expected: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["siren_groupement"] in types:
            expected[row["siren_groupement"]].add(row["code_membre"])
    for siren in types:
        assert said[f"actor/{siren}", "administers"] == {f"groupement/{siren}"}
        assert said[f"groupement/{siren}", "type"] == {"AdHocTerritory"}
        parts = {part.partition("/")[2] for part in said[f"groupement/{siren}", "hasPart"]}
        assert parts == expected[siren], siren
    day = {"2023": "2023-01-01", "2026-06": "2024-01-01"}[vintage]
    seen = {s for (s, p), v in said.items() if p == "observedOn" and s.startswith("membership/")}
    assert len(seen) == sum(map(len, expected.values()))
    assert all(said[each, "observedOn"] == {day} for each in seen)
    assert not tally.rejections
    assert all(
        int(row["nb_membres"]) == len(expected[row["siren"]])
        for row in groups
        if row["siren"] in types
    )


@pytest.mark.parametrize("vintage", VINTAGES)
def test_classes_follow_the_type_and_a_body_is_not_its_territory(
    vintage: str, mapped: Mapped, national_known: Known
) -> None:
    said, _ = mapped(f"groupements/{vintage}")
    groups, _ = tables(vintage)
    for row in groups:
        if row["type"] in OUTSIDE:
            assert (f"actor/{row['siren']}", "type") not in said
            continue
        actor = f"https://w3id.org/empilement/id/actor/{row['siren']}"
        found = said.get((f"actor/{row['siren']}", "type"), set())
        if actor in national_known.subjects:
            assert not found
        else:
            single = row["type"] in {"SIVU", "SIVOM"}
            assert found == {"IntermunicipalBody" if single else "MixedSyndicate"}
            assert said[f"actor/{row['siren']}", "altLabel"] == {row["nom"].strip() + "@fr"}


def test_petr_and_metropolitan_poles_are_deployments_of_their_members(mapped: Mapped) -> None:
    said, _ = mapped("groupements/2026-06")
    groups, rows = tables("2026-06")
    counts = Counter(row["type"] for row in groups)
    assert (counts["PETR"], counts["POLEM"], counts["SMF"], counts["SMO"]) == (88, 7, 151, 22)
    for type_, instrument in (("PETR", "fr-petr"), ("POLEM", "fr-polemetro")):
        sirens = {row["siren"] for row in groups if row["type"] == type_}
        assert deployments(said, instrument) == sirens
        for siren in sirens:
            found = {m.partition("/")[2] for m in members(said, instrument, siren)}
            assert found == {r["code_membre"] for r in rows if r["siren_groupement"] == siren}
            assert said[f"deployment/{instrument}/{siren}", "carriedBy"] == {f"actor/{siren}"}
    before, _ = mapped("groupements/2023")
    assert len(deployments(before, "fr-petr")) == 84
    # The extract has not all of them: nothing follows from an absence.
    assert not any(
        p == "completeWithin" for v in VINTAGES for _, p in mapped(f"groupements/{v}")[0]
    )


def test_a_body_that_may_make_a_scot_is_not_a_scot(mapped: Mapped) -> None:
    for vintage in VINTAGES:
        said, _ = mapped(f"groupements/{vintage}")
        groups, _ = tables(vintage)
        assert not deployments(said, "fr-scot")
        for power in ("scot", "plu"):
            held = {
                s.removeprefix("actor/")
                for (s, p), values in said.items()
                if p == "holdsCompetence" and f"competence/{power}" in values
            }
            expected = {
                row["siren"]
                for row in groups
                if row["type"] not in OUTSIDE and row[f"competence_{power}"] == "True"
            }
            assert held == expected
    groups, _ = tables("2026-06")
    own_tax = [row for row in groups if row["type"] in OWN_TAX]
    assert sum(row["competence_scot"] == "True" for row in own_tax) / len(own_tax) > 0.9


@pytest.mark.parametrize(("vintage", "number"), [("2023", 3), ("2026-06", 43 + 5)])
def test_bodies_without_any_power_are_doubted(vintage: str, number: int, mapped: Mapped) -> None:
    _, tally = mapped(f"groupements/{vintage}")
    groups, _ = tables(vintage)
    powerless = [
        row
        for row in groups
        if row["type"] in OWN_TAX and row["competence_scot"] == row["competence_plu"] == "False"
    ]
    assert tally.uncertain["competence-doubtful"] == len(powerless) == number


@pytest.mark.parametrize("vintage", VINTAGES)
def test_the_day_is_that_whose_composition_it_has(
    vintage: str, mapped: Mapped, national_known: Known
) -> None:
    _, tally = mapped(f"groupements/{vintage}")
    groups, rows = tables(vintage)
    said = {
        (r["siren_groupement"], r["code_membre"]) for r in rows if r["type_groupement"] in OWN_TAX
    }
    differs = {}
    for year, items in national_known.packages.items():
        official = {(e["code"], m["code"]) for e in items["epci"] for m in e["membres"]}
        differs[year] = len(said ^ official)
    closest = min(differs, key=lambda year: differs[year])
    day = source_of(f"groupements/{vintage}").reference_date
    assert day and str(day.year) == closest
    assert tally.uncertain["composition-differs"] == differs[closest] <= 2
    outside = sum(row["type"] in OUTSIDE for row in groups)
    assert tally.corrected["told-elsewhere"] == outside + sum(
        row["type_groupement"] in OUTSIDE for row in rows
    )


def test_member_communes_that_merged_stay_as_they_were(
    mapped: Mapped, national_known: Known
) -> None:
    today = {
        item["code"]
        for item in national_known.packages[max(national_known.packages)]["communes"]
        if item["type"] == "commune-actuelle"
    }
    said, tally = mapped("groupements/2026-06")
    groups, rows = tables("2026-06")
    kept = {row["siren"] for row in groups if row["type"] not in OUTSIDE}
    merged = [
        row for row in rows if row["type_membre"] == "commune" and row["code_membre"] not in today
    ]
    here = [row for row in merged if row["siren_groupement"] in kept]
    assert len({row["code_membre"] for row in merged}) == 68
    assert tally.corrected["merged-commune"] == len(here)
    for row in here:
        part = f"commune/{row['code_membre']}"
        assert part in said[f"groupement/{row['siren_groupement']}", "hasPart"]


def test_groupings_without_their_members_are_refused(national_known: Known) -> None:
    source = source_of("groupements/2026-06")
    files = files_of(source)
    del files["groupements_2026-06_membres.csv"]
    with pytest.raises(SourceError, match="membres"):
        map_files(source, files, national_known)
