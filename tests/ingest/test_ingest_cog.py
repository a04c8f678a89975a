"""The mapping of the geographic code: a row that cannot be trusted is rejected, and whole."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.cog import FILES, map_cog
from ingest.quads import Graph
from ingest.sources import Source
from ingest.tables import Tally

Items = dict[str, list[dict[str, Any]]]
SOURCE = Source(
    graph="https://w3id.org/empilement/graph/cog/2026",
    identifier="cog/2026",
    vintage="2026",
    title={},
    publisher="",
    licence="",
    retrieved=date(2026, 1, 1),
    reference_date=date(2026, 1, 1),
    mapping="cog",
    distributions=(),
)


def package() -> Items:
    """One région, one département, one commune in one EPCI, one delegated commune."""
    member = {"code": "37261", "siren": "213702616"}
    return {
        "regions.json": [{"code": "24", "nom": "Centre-Val de Loire", "zone": "metro"}],
        "departements.json": [
            {"code": "37", "nom": "Indre-et-Loire", "region": "24", "zone": "metro"}
        ],
        "arrondissements.json": [{"code": "372", "nom": "Tours", "departement": "37"}],
        "epci.json": [
            {
                "code": "243700754",
                "nom": "Tours Métropole Val de Loire",
                "type": "METRO",
                "modeFinancement": "FPU",
                "populationMunicipale": 299019,
                "membres": [member],
            }
        ],
        "ept.json": [],
        "communes.json": [
            {
                "code": "37261",
                "nom": "Tours",
                "type": "commune-actuelle",
                "departement": "37",
                "region": "24",
                "arrondissement": "372",
                "siren": "213702616",
            },
            {
                "code": "37235",
                "nom": "Sainte-Radegonde",
                "type": "commune-deleguee",
                "departement": "37",
                "region": "24",
                "chefLieu": "37261",
            },
        ],
    }


def mapped(folder: Path, items: Items) -> tuple[set[str], Tally]:
    for name in FILES:
        (folder / name).write_text(json.dumps(items[name]), encoding="utf-8")
    graph, tally = Graph(SOURCE.graph), Tally()
    map_cog(SOURCE, {name: folder / name for name in FILES}, graph, tally)
    return {quad.subject.value.partition("/id/")[2] for quad in graph}, tally


def test_sound_package_is_kept_whole(tmp_path: Path) -> None:
    subjects, tally = mapped(tmp_path, package())
    assert tally.kept == tally.read == 6
    assert {"commune/37261", "commune-deleguee/37235", "actor/243700754"} <= subjects


@pytest.mark.parametrize(
    ("file", "change", "reason", "absent"),
    [
        ("communes.json", {"siren": "213702617"}, "SIREN", "commune/37261"),
        ("communes.json", {"departement": "99"}, "code of kind", "commune/37261"),
        ("communes.json", {"departement": "36"}, "does not list", "commune/37261"),
        ("communes.json", {"type": "hameau"}, "unknown type", "commune/37261"),
        ("communes.json", {"code": "1001"}, "code of kind", "commune/1001"),
        ("communes.json", {"nom": ""}, "no text", "commune/37261"),
        ("epci.json", {"code": "243700755"}, "SIREN", "epci/243700755"),
        ("epci.json", {"type": "SIVU"}, "legal form", "epci/243700754"),
        ("epci.json", {"modeFinancement": "XX"}, "funding regime", "epci/243700754"),
        ("epci.json", {"membres": []}, "no member", "epci/243700754"),
        ("departements.json", {"region": "25"}, "does not list", "departement/37"),
    ],
)
def test_row_that_cannot_be_trusted_is_rejected_and_leaves_nothing(
    tmp_path: Path, file: str, change: dict[str, Any], reason: str, absent: str
) -> None:
    items = package()
    items[file][0] |= change
    subjects, tally = mapped(tmp_path, items)
    assert reason in tally.rejections[0].reason
    assert tally.rejections[0].table == file
    assert absent not in subjects


def test_second_row_of_one_code_is_rejected(tmp_path: Path) -> None:
    items = package()
    items["regions.json"] *= 2
    _, tally = mapped(tmp_path, items)
    assert [rejection.reason for rejection in tally.rejections] == ["region 24 stands twice"]


@pytest.mark.parametrize("drop", [lambda item: item.pop("siren"), lambda item: item.pop("nom")])
def test_missing_key_is_no_crash(tmp_path: Path, drop: Callable[[dict[str, Any]], object]) -> None:
    items = package()
    drop(items["communes.json"][0])
    _, tally = mapped(tmp_path, items)
    assert tally.read == 6
