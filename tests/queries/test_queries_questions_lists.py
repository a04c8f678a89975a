"""Vintages of a list compared: entered, left, came back; a day known only between two lists."""

import pytest

from tests.queries.changing import PREFIXES, Case, case, drop, follows, insert

PVD = "<id/instrument/fr-pvd>"
LISTS = ("2021-01-22", "2024-07-01", "2024-08-07", "2026-04-27")
SEEN = {
    "01348": LISTS[:1],
    "29165": (LISTS[0], LISTS[1], LISTS[3]),
    "37132": LISTS,
    "74012": LISTS[3:],
}


def seen(code: str, *days: str) -> str:
    listed = " , ".join(f'"{day}"^^xsd:date' for day in days)
    return f"<id/deployment/fr-pvd/{code}> emp:observedOn {listed} ."


def town(code: str, days: tuple[str, ...]) -> str:
    deployment = f"<id/deployment/fr-pvd/{code}>"
    return (
        f"{deployment} emp:appliesInstrument {PVD} ; rdfs:label 'PVD {code}'@fr ;"
        f" emp:supportedBy <id/record/pvd/{code}> ;"
        f" emp:perimeter <id/deployment/fr-pvd/{code}/perimeter> ."
        f" <id/deployment/fr-pvd/{code}/perimeter> emp:perimeterMember <id/commune/{code}> ."
        f" {seen(code, *days)}"
    )


def complete(day: str, area: str = "pays/FR") -> str:
    return (
        f"<id/completeness/fr-pvd/pvd/{day}> emp:completeFor {PVD} ;"
        f' emp:completeWithin <id/{area}> ; emp:observedOn "{day}"^^xsd:date .'
    )


WORLD = (
    f"{PVD} a emp:Instrument ; rdfs:label 'PVD'@fr ."
    + "".join(complete(day) for day in LISTS)
    + "".join(town(code, days) for code, days in SEEN.items())
)
CASES = [
    case(
        "list-changes",
        {"instrument": "fr-pvd"},
        "change",
        ["left", "left", "came back", "entered"],
        insert(seen("01348", *LISTS[1:])),
        ["left", "came back", "entered"],
        id="lists: what no list lacks has not left",
        given=WORLD,
    ),
    case(
        "list-changes",
        {"instrument": "fr-pvd"},
        "before",
        ["2024-07-01", "2024-08-07", "2026-04-27", "2026-04-27"],
        insert(complete("2022-06-01") + seen("01348", "2022-06-01")),
        # Those that the new list lacks have left before it, and come back after it.
        [
            *("2022-06-01", "2022-06-01", "2024-07-01", "2024-07-01", "2024-07-01"),
            *("2024-08-07", "2026-04-27", "2026-04-27"),
        ],
        id="lists: one list more bounds the days closer",
        given=WORLD,
    ),
    case(
        "coverage-status",
        {"territory": "37261", "date": "2024-07-01", "only": "fr-acv1"},
        "status",
        ["covered"],
        drop("<id/deployment/fr-acv1/1/perimeter> emp:perimeterMember ?m"),
        ["not-known"],
        id="coverage: without a member and without a complete list, nothing can be said",
    ),
]


@pytest.mark.parametrize("case", CASES)
def test_answer_follows_what_is_stated(case: Case, micro, rows) -> None:
    follows(case, micro, rows)


def test_each_change_with_its_days_and_town(micro, rows) -> None:
    """Data README §3.12: 29165 left between July and August 2024, and was back in April 2026."""
    micro.store.update(PREFIXES + insert(WORLD))
    found = [
        tuple(row[name] for name in ("member", "change", "after", "before"))
        for row in rows(micro, "list-changes", instrument="fr-pvd")
    ]
    assert found == [
        ("01348", "left", "2021-01-22", "2024-07-01"),
        ("29165", "left", "2024-07-01", "2024-08-07"),
        ("29165", "came back", "2024-08-07", "2026-04-27"),
        ("74012", "entered", "2024-08-07", "2026-04-27"),
    ]


def test_an_incomplete_list_says_nothing_of_exits(micro, rows) -> None:
    micro.store.update(PREFIXES + insert(WORLD + complete("2025-01-01", "region/24")))
    days = {row["before"] for row in rows(micro, "list-changes", instrument="fr-pvd")}
    assert "2025-01-01" not in days


def test_with_one_list_nothing_can_be_compared(micro, rows) -> None:
    (row,) = rows(micro, "list-changes", instrument="fr-crte")
    assert row["change"] == "not known"
