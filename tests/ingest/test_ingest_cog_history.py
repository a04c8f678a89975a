"""What became of communes between two vintages, from made-up packages and from the real ones."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from ingest.cog_history import change, current_communes, read_package
from ingest.quads import Graph
from tests.conftest import ROOT
from tests.ingest.listed import Said, read

FOLDERS = {
    "2022": "decoupage-administratif-2022",
    "2023": "decoupage-administratif-2023",
    "2024": "decoupage-administratif-2024",
    "2025": "decoupage-administratif-2025",
}
Packages = Mapping[str, Mapping[str, list[dict[str, Any]]]]


def said(packages: Packages) -> Said:
    graph = Graph("https://example.org/g")
    change(packages, graph)
    return read(f"{line}\n" for line in graph.lines())


def commune(code: str, name: str, *former: str) -> dict[str, Any]:
    return {"code": code, "nom": name, "type": "commune-actuelle", "anciensCodes": list(former)}


@pytest.mark.parametrize(
    ("before", "after", "event", "kind", "inputs"),
    [
        (
            [commune("27058", "Lacs")],
            [commune("27676", "Lacs", "27058")],
            "event/2023-27676",
            "code-change",
            {"commune/27058"},
        ),
        (
            [commune("01187", "Haut"), commune("01330", "Bas")],
            [commune("01187", "Haut", "01330")],
            "event/2023-01187",
            "new-commune",
            {"commune/01187", "commune/01330"},
        ),
        # Two communes make one that takes a third code: a merger all the same.
        (
            [commune("01001", "Un"), commune("01002", "Deux")],
            [commune("01003", "Trois", "01001", "01002")],
            "event/2023-01003",
            "new-commune",
            {"commune/01001", "commune/01002"},
        ),
    ],
)
def test_a_commune_alone_under_another_code_is_no_merger(
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    event: str,
    kind: str,
    inputs: set[str],
) -> None:
    found = said({"2022": {"communes": before}, "2023": {"communes": after}})
    assert found[event, "eventType"] == {f"event-type/{kind}"}
    assert found[event, "eventInput"] == inputs
    assert found[event, "eventOutput"] == {f"commune/{after[0]['code']}"}


def test_the_changes_of_code_of_the_real_vintages() -> None:
    """Les Trois Lacs, and four communes that took back the code of another of their parts."""
    packages = {
        year: read_package((ROOT / "node_modules" / name / "data").glob("*.json"))
        for year, name in FOLDERS.items()
    }
    listed = {
        year: {item["code"]: item["nom"] for item in current_communes(items)}
        for year, items in packages.items()
    }
    # The same name under a code that comes, in the département of a code that goes.
    expected = {
        f"event/{year}-{new}"
        for last, year in pairwise(sorted(listed))
        for new in listed[year].keys() - listed[last].keys()
        for old in listed[last].keys() - listed[year].keys()
        if (new[:2], listed[year][new]) == (old[:2], listed[last][old])
    }
    assert {"event/2023-27676", "event/2025-49126"} < expected
    found = said(packages)
    assert expected == {
        event
        for (event, name), values in found.items()
        if name == "eventType" and values == {"event-type/code-change"}
    }
