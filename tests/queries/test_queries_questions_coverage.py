"""Covered, not covered, not known: the three answers and their grounds, on a small world."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.queries.conftest import Memory

WORLD = Path(__file__).parent / "coverage.trig"
PREFIX = "PREFIX emp: <https://w3id.org/empilement/def#>\nBASE <https://w3id.org/empilement/>\n"
TOURS, BALLAN, LOCHES, ABILLY, MERGED = "37261", "37018", "37132", "37001", "commune/37900"


@pytest.fixture
def world() -> Memory:
    store = ox.Store()
    store.load(path=WORLD, format=ox.RdfFormat.TRIG)
    return Memory(store)


@pytest.fixture
def told(rows):
    """Ask of one instrument; give back the status, its ground and the relation."""

    def ask(world: Memory, territory: str, date: str, only: str):
        (row,) = rows(world, "coverage-status", territory=territory, date=date, only=only)
        return row["status"], row["basis"], row["relation"]

    return ask


@pytest.mark.parametrize(
    ("territory", "date", "only", "expected"),
    [
        # Named by two lists: certain from the first to the second.
        (LOCHES, "2021-01-22", "fr-pvd", ("covered", "named", "direct")),
        (LOCHES, "2023-01-01", "fr-pvd", ("covered", "named", "direct")),
        # Between the last list that has it and the first that lacks it, it may have left any day.
        (LOCHES, "2025-01-01", "fr-pvd", ("not-known", "possible", None)),
        (LOCHES, "2026-04-27", "fr-pvd", ("not-covered", "list-that-day", None)),
        # Named by no list: a "no" on their days and between them, nothing outside.
        (TOURS, "2021-01-22", "fr-pvd", ("not-covered", "list-that-day", None)),
        (TOURS, "2023-01-01", "fr-pvd", ("not-covered", "lists-around", None)),
        (TOURS, "2020-12-31", "fr-pvd", ("not-known", "no-list-around", None)),
        (TOURS, "2026-04-28", "fr-pvd", ("not-known", "no-list-around", None)),
        # One list: its day only.
        (LOCHES, "2025-07-10", "fr-frr", ("covered", "named", "direct")),
        (ABILLY, "2025-07-10", "fr-frr", ("partly", "named", "partial")),
        (TOURS, "2025-07-10", "fr-frr", ("not-covered", "list-that-day", None)),
        (TOURS, "2025-07-11", "fr-frr", ("not-known", "no-list-around", None)),
        (LOCHES, "2025-07-11", "fr-frr", ("not-known", "possible", None)),
        # Not yet, or no longer, in force.
        (LOCHES, "2024-06-30", "fr-frr", ("not-covered", "not-in-force", None)),
        (LOCHES, "2024-07-01", "fr-zrr", ("not-covered", "not-in-force", None)),
        (LOCHES, "2024-06-30", "fr-zrr", ("not-known", "no-list-around", None)),
        # Through the group that the commune was in that day.
        (TOURS, "2023-06-01", "fr-crte", ("covered", "named", "inherited")),
        (BALLAN, "2024-01-01", "fr-crte", ("covered", "named", "inherited")),
        (BALLAN, "2023-12-31", "fr-crte", ("not-known", "no-complete-list", None)),
        # Before the first vintage the group is not certain.
        (TOURS, "2020-06-01", "cvl-sraddet", ("not-known", "possible", None)),
        (TOURS, "2021-06-01", "cvl-sraddet", ("covered", "named", "collective")),
        ("region/24", "2021-06-01", "cvl-sraddet", ("covered", "named", "direct")),
        (TOURS, "2021-06-01", "fr-fs", ("partly", "named", "partial")),
        # Proposed or unsigned: not in application.
        (TOURS, "2021-06-01", "fr-ort", ("not-known", "no-complete-list", None)),
        (TOURS, "2021-06-01", "fr-va", ("not-known", "no-complete-list", None)),
        # A list complete in an area says nothing outside it.
        (TOURS, "2023-08-09", "fr-zrr", ("not-covered", "list-that-day", None)),
        ("departement/37", "2023-08-09", "fr-zrr", ("not-covered", "list-that-day", None)),
        ("region/24", "2023-08-09", "fr-zrr", ("not-covered", "list-that-day", None)),
    ],
)
def test_answer_and_its_ground(world, told, territory, date, only, expected):
    assert told(world, territory, date, only) == expected


def test_group_is_covered_when_each_of_its_communes_is(world, told):
    # From 2024 the group is Tours and Ballan-Miré: FRR names the second only.
    group = "243700754"
    assert told(world, group, "2025-07-10", "fr-frr") == ("partly", "named", "partial")
    world.store.update(
        PREFIX + "INSERT DATA { GRAPH <graph/frr/2025-07> { "
        "<id/deployment/fr-frr/2025-07/perimeter> emp:perimeterMember <id/commune/37261> } }"
    )
    assert told(world, group, "2025-07-10", "fr-frr") == ("covered", "named", "inherited")
    assert told(world, group, "2023-06-01", "fr-crte") == ("covered", "named", "direct")


def test_merged_commune_reaches_its_successor_in_part_and_only_once_merged(world, told):
    assert told(world, ABILLY, "2023-06-01", "fr-pvd") == ("partly", "named", "partial")
    assert told(world, ABILLY, "2022-06-01", "fr-pvd") == ("not-covered", "lists-around", None)
    assert told(world, MERGED, "2022-06-01", "fr-pvd") == ("covered", "named", "direct")


def test_neighbourhood_is_reached_by_what_targets_it(world, told):
    day = "2026-06-01"
    assert told(world, "qpv/QN03705M", day, "fr-qpv") == ("covered", "named", "direct")
    assert told(world, TOURS, day, "fr-qpv") == ("partly", "named", "partial")
    assert told(world, BALLAN, day, "fr-qpv") == ("not-covered", "list-that-day", None)
    # What reaches a part of Tours need not reach another neighbourhood there.
    assert told(world, "qpv/QN03706M", day, "fr-qpv") == ("not-known", "possible", None)
    # What holds of the whole of both communes holds of a neighbourhood astride them.
    assert told(world, "qpv/QN03706M", "2025-01-01", "fr-crte") == ("covered", "named", "inherited")
    assert told(world, "qpv/QN03706M", "2023-01-01", "fr-crte") == ("partly", "named", "partial")


def test_no_between_two_lists_needs_both_to_lack_it(world, told):
    # A stay that its own papers close before the second list: the first list had it.
    world.store.update(
        PREFIX + "DELETE { GRAPH ?g { ?d emp:validBefore ?b ; emp:certainBefore ?c } } "
        "INSERT { GRAPH ?g { ?d emp:validBefore '2022-01-01'^^<http://www.w3.org/2001/"
        "XMLSchema#date> ; emp:certainBefore '2022-01-01'^^<http://www.w3.org/2001/XMLSchema#date>"
        " } } WHERE { BIND(<id/deployment/fr-pvd/37132> AS ?d) "
        "GRAPH ?g { ?d emp:validBefore ?b ; emp:certainBefore ?c } }"
    )
    assert told(world, LOCHES, "2023-01-01", "fr-pvd") == ("not-known", "no-list-around", None)
    assert told(world, LOCHES, "2025-01-01", "fr-pvd") == ("not-covered", "lists-around", None)


def test_without_the_statement_of_completeness_a_no_becomes_unknown(world, told):
    assert told(world, TOURS, "2025-07-10", "fr-frr")[0] == "not-covered"
    world.store.update(
        PREFIX + "DELETE WHERE { GRAPH ?g { ?s emp:completeFor <id/instrument/fr-frr> } }"
    )
    assert told(world, TOURS, "2025-07-10", "fr-frr") == ("not-known", "no-complete-list", None)


def test_each_answer_names_its_sources(world, rows):
    def row(territory: str, date: str, only: str):
        (found,) = rows(world, "coverage-status", territory=territory, date=date, only=only)
        return found

    around = row(TOURS, "2023-01-01", "fr-pvd")
    assert (around["listBefore"], around["listAfter"]) == ("2021-01-22", "2024-08-07")
    assert around["sources"] == "pvd/2021-01; pvd/2024-09"
    assert (around["instrumentLabel"], around["instrumentLabelEn"]) == (
        "Petites villes",
        "Small towns",
    )
    named = row(LOCHES, "2025-07-10", "fr-frr")
    assert (named["deployments"], named["sources"]) == ("fr-frr/2025-07", "frr/2025-07")
    assert row(TOURS, "2025-07-10", "fr-frr")["sources"] == "frr/2025-07"
    assert row(LOCHES, "2024-06-30", "fr-frr")["sources"] == "instruments/2026-11"


def test_every_instrument_has_one_answer(world, rows):
    answer = rows(world, "coverage-status", territory=TOURS, date="2025-07-10")
    assert [row["instrument"] for row in sorted(answer, key=lambda r: r["instrument"])] == [
        "cvl-sraddet",
        "fr-crte",
        "fr-frr",
        "fr-fs",
        "fr-ort",
        "fr-pvd",
        "fr-qpv",
        "fr-va",
        "fr-zrr",
    ]
    assert {row["status"] for row in answer} == {"covered", "partly", "not-covered", "not-known"}
