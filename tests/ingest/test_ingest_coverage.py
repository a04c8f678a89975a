"""Coverage: what a deployment reaches, by the kind of inheritance of its instrument."""

import pytest
from pyoxigraph import RdfFormat, Store

from ingest.coverage import cover, read_world
from ingest.quads import Graph

# One région of two départements; EPCI e1 = {a, b} inside d1, e2 = {c, d} astride d1 and d2.
WORLD = """
@prefix : <https://w3id.org/empilement/id/x/> .
@prefix emp: <https://w3id.org/empilement/def#> .
@prefix extent: <https://w3id.org/empilement/voc/extent/> .
@prefix inheritance: <https://w3id.org/empilement/voc/inheritance/> .
:d1 emp:partOf :r . :d2 emp:partOf :r .
:old <http://purl.org/dc/terms/isReplacedBy> :a .
:a emp:partOf :d1, :e1 . :b emp:partOf :d1, :e1 . :c emp:partOf :d1, :e2 . :d emp:partOf :d2, :e2 .
:i emp:inheritanceMode inheritance:%s .
:deployment emp:appliesInstrument :i ; emp:perimeter :p .
:p emp:perimeterMember %s ; emp:perimeterExtent extent:%s .
"""


def reached(mode: str, members: str, extent: str = "whole") -> dict[str, set[str]]:
    text = WORLD % (mode, members, extent)
    graph = Graph("https://example.org/g")
    store = Store()
    store.load(text.encode(), format=RdfFormat.TURTLE)
    cover(read_world(store), graph)
    found: dict[str, set[str]] = {}
    for quad in graph:
        name = quad.predicate.value.rpartition("#")[2]
        found.setdefault(name, set()).add(quad.object.value.rpartition("/")[2])
    return found


def test_distributive_instrument_holds_of_each_part() -> None:
    assert reached("distributive", ":e1") == {"coversDirectly": {"e1"}, "covers": {"e1", "a", "b"}}


def test_group_inside_a_region_is_reached_though_no_law_puts_it_there() -> None:
    found = reached("distributive", ":r")
    assert found["covers"] == {"r", "d1", "d2", "e1", "e2", "a", "b", "c", "d"}


def test_group_astride_a_departement_is_not_inside_it() -> None:
    assert reached("distributive", ":d1")["covers"] == {"d1", "a", "b", "c", "e1"}


def test_all_parts_reach_the_whole() -> None:
    assert "d1" in reached("distributive", ":e1, :e2")["covers"]


def test_collective_instrument_holds_of_the_whole_only() -> None:
    found = reached("collective", ":d1")
    assert found["covers"] == {"d1"}
    assert found["coversCollectively"] == {"a", "b", "c", "e1"}


@pytest.mark.parametrize(
    ("mode", "extent"),
    [("punctual", "whole"), ("distributive", "part"), ("distributive", "unknown")],
)
def test_site_or_unknown_extent_only_touches(mode: str, extent: str) -> None:
    assert reached(mode, ":e1", extent) == {"touches": {"e1"}}


def test_unknown_inheritance_stays_on_what_is_named() -> None:
    found = reached("none-of-these", ":d1")
    assert found == {"coversDirectly": {"d1"}, "covers": {"d1"}}


def test_what_covered_a_merged_commune_touches_its_successor() -> None:
    """Design, perimeter rule P4: strict coverage of the successor asks for all of it."""
    assert reached("distributive", ":old") == {
        "coversDirectly": {"old"},
        "covers": {"old"},
        "touches": {"a"},
    }


def test_successor_that_is_named_itself_is_covered() -> None:
    assert "touches" not in reached("distributive", ":old, :a")


def test_a_service_point_covers_nothing() -> None:
    assert reached("distributive", ":a", "point") == {"hasPointIn": {"a"}}


def test_a_neighbourhood_touches_its_commune() -> None:
    assert reached("distributive", ":a", "infra") == {"touches": {"a"}}
