"""The worked case against the national files it was written from, read independently."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.shared
ROOT = Path(__file__).parent.parent.parent
DATA = ROOT.parent / "shared/data"
TABLES = ROOT / "ingest/tables/cvl"
REGION = {"18", "28", "36", "37", "41", "45"}
Raw = dict[str, list[dict[str, Any]]]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def members(instrument: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows(TABLES / "members.csv"):
        if row["instrument"] == instrument:
            found[row["key"]].add(row["code"])
    return dict(found)


def today(raw_cog: Raw) -> dict[str, str]:
    """Codes of merged communes, and the commune each is part of now."""
    return {
        former: item["code"]
        for item in raw_cog["communes"]
        if item["type"] == "commune-actuelle"
        for former in item.get("anciensCodes", [])
    }


def cross_table(column: str, raw_cog: Raw) -> dict[str, set[str]]:
    """Communes of the region by identifier of one programme, in the ANCT cross table."""
    current, found = today(raw_cog), defaultdict(set)
    for row in rows(DATA / "anct-croisement/ngeo-anct-cog2023.csv"):
        if row["insee_com"][:2] in REGION:
            for identifier in row[column].split(" ; "):
                if identifier:
                    found[identifier].add(current.get(row["insee_com"], row["insee_com"]))
    return dict(found)


def test_crte_members_and_carriers_are_those_of_the_official_list() -> None:
    official: dict[str, set[str]] = defaultdict(set)
    carriers: dict[str, set[str]] = defaultdict(set)
    for row in rows(DATA / "crte/epci-et-crte_2022.csv"):
        if row["insee_reg"] == "24":
            official[row["id_crte"]].add(row["siren_groupement"])
            carriers[row["id_crte"]] |= {
                siren.strip() for siren in row["siren_grp_supra"].split(";") if siren.strip()
            }
    assert len(official) == 42
    assert members("fr-crte") == dict(official)
    for row in rows(TABLES / "deployments.csv"):
        if row["instrument"] == "fr-crte" and carriers[row["key"]]:
            assert set(row["carrier"].split(";")) == carriers[row["key"]], row["key"]


@pytest.mark.parametrize(
    ("instrument", "column"), [("fr-acv2", "id_acv"), ("fr-cites-educ", "id_cite")]
)
def test_labels_are_those_of_the_cross_table(instrument: str, column: str, raw_cog: Raw) -> None:
    assert members(instrument) == cross_table(column, raw_cog)


def test_small_towns_are_those_of_the_cross_table(raw_cog: Raw) -> None:
    communes = set().union(*cross_table("id_pvd", raw_cog).values())
    assert set(members("fr-pvd")) == communes
    assert len(communes) == 99


def test_revitalisation_dates_are_those_of_the_official_table() -> None:
    """D4 is the state of mid-2023; dates of conventions signed by then must be found again."""
    signed = {
        row["Code commune"]: row["Si signée, date de signature"][:10]
        for row in rows(DATA / "ort/ort_dgaln_2024-09.csv")
        if row["Code commune"].startswith("37")
    }
    ours = {
        row["key"].removeprefix("37-"): row["start"]
        for row in rows(TABLES / "deployments.csv")
        if row["instrument"] == "fr-ort" and row["start"]
    }
    assert len(ours) == 16
    assert {code: signed.get(code) for code in ours} == ours


def test_petr_are_the_six_carriers_of_that_nature() -> None:
    """§9: six PETR carry a CRTE in the region."""
    official = {
        row["siren_grp_supra"]
        for row in rows(DATA / "crte/epci-et-crte_2022.csv")
        if row["insee_reg"] == "24" and row["nat_jur_grp_supra"] == "PETR"
    }
    ours = {row["siren"] for row in rows(TABLES / "actors.csv")}
    assert len(official) == 6
    assert official <= ours
