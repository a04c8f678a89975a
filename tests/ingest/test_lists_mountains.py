"""Avenir montagnes: members by SIREN, balance poles, rows written twice."""

from collections import defaultdict

import pytest

from ingest.known import Known
from tests.ingest.listed import Mapped, deployments, members, raw

pytestmark = pytest.mark.shared
SOURCES = {
    "avenir-montagnes-ingenierie/2024-09": ("fr-ami", "ami_membres_2024-09.csv", 61),
    "avenir-montagnes-ingenierie/2026-07": ("fr-ami", "ami_membres_2026-07.csv", 61),
    "avenir-montagnes-mobilites/2024-09": ("fr-amm", "amm_membres_2024-09.csv", 100),
    "avenir-montagnes-mobilites/2026-07": ("fr-amm", "amm_membres_2026-07.csv", 96),
}
POLES = {"200077758", "200075794", "200049583", "200051738"}


@pytest.fixture(scope="module")
def communes(national_known: Known) -> dict[str, str]:
    """The codes of communes by their SIREN, over all vintages."""
    return {
        item["siren"]: item["code"]
        for items in national_known.packages.values()
        for item in items["communes"]
        if item.get("siren") and item["type"] == "commune-actuelle"
    }


@pytest.mark.parametrize("identifier", SOURCES)
def test_members_are_those_drawn_from_the_layer_apart(
    identifier: str, mapped: Mapped, communes: dict[str, str]
) -> None:
    said, tally = mapped(identifier)
    instrument, path, number = SOURCES[identifier]
    expected: defaultdict[str, set[str]] = defaultdict(set)
    for row in raw(f"avenir-montagnes/{path}"):
        expected[row["id_territoire"]].add(communes.get(row["code_membre"], row["code_membre"]))
    stated = deployments(said, instrument)
    assert stated == set(expected) and len(stated) == number
    for key in stated:
        found = {member.partition("/")[2] for member in members(said, instrument, key)}
        assert found == expected[key], key
    assert not tally.rejections


def test_siren_of_merged_communes_are_those_communes(
    mapped: Mapped, communes: dict[str, str], national_known: Known
) -> None:
    said, tally = mapped("avenir-montagnes-ingenierie/2024-09")
    today = {
        item["code"]
        for item in national_known.packages[max(national_known.packages)]["communes"]
        if item["type"] == "commune-actuelle"
    }
    rows = raw("avenir-montagnes/ami_membres_2024-09.csv")
    named = [communes[row["code_membre"]] for row in rows if row["code_membre"] in communes]
    merged = [code for code in named if code not in today]
    assert tally.corrected["merged-commune"] == len(merged) > 0
    assert tally.corrected["commune-siren"] == len(named) - len(merged)
    later, _ = mapped("avenir-montagnes-ingenierie/2026-07")
    for code in merged:
        keys = {k for k in deployments(said, "fr-ami")
                if f"commune/{code}" in members(said, "fr-ami", k)}  # fmt: skip
        assert keys
        # The layer of 2026 dropped them: what is stated of 2024 is not taken back by it.
        assert all(f"commune/{code}" not in members(later, "fr-ami", key) for key in keys)


def test_each_row_of_mobility_is_written_twice_and_counts_once(mapped: Mapped) -> None:
    _, tally = mapped("avenir-montagnes-mobilites/2024-09")
    rows = raw("avenir-montagnes/amm_superposeur_2024-09.csv")
    assert len(rows) == 200 and len({tuple(row.values()) for row in rows}) == 100
    assert (tally.read, tally.corrected["row-repeated"]) == (200, 100)


def test_a_balance_pole_that_is_listed_is_a_member_and_not_its_members(mapped: Mapped) -> None:
    said, tally = mapped("avenir-montagnes-mobilites/2024-09")
    assert members(said, "fr-amm", "amm-mas-25") == {"groupement/200075794"}
    assert members(said, "fr-amm", "amm-vos-04") == {
        "groupement/200051738",
        "groupement/200049583",
    }
    assert tally.corrected["grain"] == len(POLES)
    for siren in POLES:
        assert said[f"groupement/{siren}", "type"] == {"AdHocTerritory"}
        assert said[f"groupement/{siren}", "sirenCode"] == {siren}
        assert len(said[f"groupement/{siren}", "altLabel"]) == 1
    later, _ = mapped("avenir-montagnes-mobilites/2026-07")
    gone = deployments(said, "fr-amm") - deployments(later, "fr-amm")
    assert gone == {"amm-alp-09", "amm-alp-31", "amm-mas-25", "amm-vos-04"}


def test_only_the_lists_of_2024_are_called_complete_and_give_names(mapped: Mapped) -> None:
    for identifier in SOURCES:
        said, tally = mapped(identifier)
        complete = any(p == "completeWithin" for _, p in said)
        assert complete == identifier.endswith("2024-09")
        assert any(p == "label" for _, p in said) == identifier.endswith("2024-09")
        assert (tally.corrected["stale-resource"] > 0) == identifier.endswith("2026-07")
