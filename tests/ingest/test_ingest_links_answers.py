"""What an answer must be to become a link, and what is set aside with which reason."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import QueryResultsFormat, Store, parse_query_results

from ingest.links.answers import Link, Refusal, judge, rows_of
from ingest.links.client import LinksError
from ingest.links.endpoints import CLOSE, ENDPOINTS, EXACT, SEE, Endpoint

INSEE, WIKIDATA, EUKG = (ENDPOINTS[name] for name in ("insee", "wikidata", "eukg"))
JSON = QueryResultsFormat.JSON
TODAY = date(2026, 11, 24)
COMMUNE = "http://id.insee.fr/geo/commune/"
# The two lives of one code, as INSEE tells them: La Teste, then La Teste-de-Buch.
TESTE = COMMUNE + "72d08f78-9b5c-46c6-bdaf-b31ed46216a0"
TESTE_DE_BUCH = COMMUNE + "34e3a788-bc74-4334-a764-209b5b45b3fc"
ORLEANS = COMMUNE + "4180d005-bb9a-4271-ae5c-dc6b46b874da"
QID = "http://www.wikidata.org/entity/Q"


def cell(kind: str, value: str) -> dict[str, str]:
    return {"type": kind, "value": value}


def row(code: str, item: str, **days: str) -> dict[str, Any]:
    return {
        "code": cell("literal", code),
        "item": cell("uri", item),
        **{name: cell("literal", text) for name, text in days.items()},
    }


def body(endpoint: Endpoint, *rows: dict[str, Any], lacking: str = "") -> bytes:
    names = [name for name in endpoint.variables if name != lacking]
    return json.dumps({"head": {"vars": names}, "results": {"bindings": list(rows)}}).encode()


def judged(
    endpoint: Endpoint, *rows: dict[str, Any], asked: str = "33529 45234"
) -> tuple[list[Link], list[Refusal]]:
    read = rows_of(body(endpoint, *rows), endpoint)
    return judge(endpoint, read, set(asked.split()), TODAY)


def test_the_only_dated_version_of_a_code_is_an_exact_match() -> None:
    links, refusals = judged(INSEE, row("45234", ORLEANS, since="1943-01-01"))
    assert links == [Link("45234", EXACT, ORLEANS)]
    assert not refusals


def test_a_version_whose_beginning_is_unknown_is_only_worth_a_look() -> None:
    links, _ = judged(INSEE, row("45234", ORLEANS))
    assert links == [Link("45234", SEE, ORLEANS)]


def test_of_two_versions_in_turn_neither_is_exact() -> None:
    links, refusals = judged(
        INSEE,
        row("33529", TESTE, since="1943-01-01", until="1994-06-13"),
        row("33529", TESTE_DE_BUCH, since="1994-06-13"),
    )
    assert set(links) == {Link("33529", CLOSE, TESTE_DE_BUCH), Link("33529", SEE, TESTE)}
    assert not refusals


def test_two_versions_in_force_are_ambiguous_and_not_asserted() -> None:
    links, refusals = judged(
        INSEE,
        row("33529", TESTE, since="1943-01-01"),
        row("33529", TESTE_DE_BUCH, since="1994-06-13"),
    )
    assert not links
    assert [r.item for r in refusals] == [TESTE_DE_BUCH, TESTE]
    assert {r.reason for r in refusals} == {"ambiguous: 2 items for this code"}


def test_a_version_of_tomorrow_is_not_linked_today_but_is_known_of() -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    links, refusals = judged(
        INSEE,
        row("33529", TESTE, since="1943-01-01"),
        row("33529", TESTE_DE_BUCH, since=tomorrow),
    )
    assert links == [Link("33529", CLOSE, TESTE)]
    assert [r.reason for r in refusals] == ["it is not in force yet"]


def test_contradictory_days_make_an_item_doubtful_and_its_code_too() -> None:
    links, refusals = judged(
        INSEE,
        row("33529", TESTE, since="1943-01-01"),
        row("33529", TESTE, since="1950-01-01"),
        row("33529", TESTE_DE_BUCH, since="1994-06-13"),
    )
    assert not links
    assert len(refusals) == 2


def test_one_item_for_two_codes_is_ambiguous_for_both() -> None:
    links, refusals = judged(WIKIDATA, row("33529", QID + "1"), row("45234", QID + "1"))
    assert not links
    assert [r.code for r in refusals] == ["33529", "45234"]
    assert all("bears 2" in r.reason for r in refusals)


def test_an_item_of_wikidata_is_never_exact_and_two_are_none() -> None:
    links, refusals = judged(
        WIKIDATA, row("33529", QID + "1"), row("45234", QID + "2"), row("45234", QID + "3")
    )
    assert links == [Link("33529", CLOSE, QID + "1")]
    assert [r.item for r in refusals] == [QID + "2", QID + "3"]


def test_a_dissolved_commune_that_still_bears_the_code_is_left_out() -> None:
    links, refusals = judged(
        WIKIDATA, row("33529", QID + "1", until="2016-01-01T00:00:00Z"), row("33529", QID + "2")
    )
    assert links == [Link("33529", CLOSE, QID + "2")]
    assert refusals == [Refusal("33529", QID + "1", "it ended on 2016-01-01")]


def test_an_end_at_an_unknown_day_leaves_a_doubt() -> None:
    """Wikidata writes an unknown value as a node, not a date."""
    unknown = row("33529", QID + "1") | {"until": cell("bnode", "b0")}
    links, refusals = judged(WIKIDATA, unknown)
    assert not links
    assert "not a day" in refusals[0].reason


@pytest.mark.parametrize(
    "item",
    [
        "https://www.wikidata.org/entity/Q1",
        "http://www.wikidata.org/entity/Q0",
        "http://www.wikidata.org/entity/P374",
        "http://www.wikidata.org/entity/Q1/../x",
        "http://www.wikidata.org/wiki/Q1",
        "http://evil.example/http://www.wikidata.org/entity/Q1",
    ],
)
def test_an_item_of_another_namespace_is_refused(item: str) -> None:
    links, refusals = judged(WIKIDATA, row("33529", item))
    assert not links
    assert refusals == [Refusal("33529", item, "not an item of the endpoint")]


def test_the_older_uris_of_insee_are_not_taken_for_dated_ones() -> None:
    """Of the three generations of INSEE's URIs only the last one is of a version in time."""
    for item in ("http://rdf.insee.fr/geo/COM_33529", COMMUNE + "33529"):
        links, refusals = judged(INSEE, row("33529", item, since="1943-01-01"))
        assert not links
        assert refusals[0].reason == "not an item of the endpoint"


def test_a_code_that_was_not_asked_is_refused() -> None:
    links, refusals = judged(EUKG, row("FRB", "https://linkedopendata.eu/entity/Q1"))
    assert not links
    assert refusals[0].reason == "a code that was not asked"
    assert judged(EUKG, row("FRB", "https://linkedopendata.eu/entity/Q1"), asked="FRB")[0] == [
        Link("FRB", EXACT, "https://linkedopendata.eu/entity/Q1")
    ]


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS)
def test_an_answer_that_has_changed_is_told(endpoint: Endpoint) -> None:
    whole = body(endpoint, row("33529", TESTE))
    rows_of(whole, endpoint)
    for broken in (b"", b"<html>Busy</html>", b"[]", whole[:-3], whole + b"x", b"\xff"):
        with pytest.raises(LinksError, match="no whole SPARQL JSON"):
            rows_of(broken, endpoint)
    with pytest.raises(LinksError, match="yes or no"):
        rows_of(b'{"head":{},"boolean":true}', endpoint)
    for name in endpoint.variables:
        with pytest.raises(LinksError, match=f"lack {name}"):
            rows_of(body(endpoint, lacking=name), endpoint)


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS)
def test_each_query_gives_the_variables_its_answers_must_have(endpoint: Endpoint) -> None:
    """The file itself, before its VALUES are filled, is sound SPARQL that asks for nothing."""
    results = Store().query(endpoint.template())
    shown = results.serialize(format=JSON)  # type: ignore[union-attr]
    assert shown is not None
    solutions = parse_query_results(shown, format=JSON)
    assert tuple(v.value for v in solutions.variables) == endpoint.variables  # type: ignore[union-attr]


CODES = ("33529", "45234", "01001")
ITEMS = st.sampled_from([QID + "1", QID + "2", TESTE, ORLEANS, "http://evil.example/Q1", "x:y"])
DAYS = st.one_of(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(date.isoformat),
    st.sampled_from(["", "2016-01-01T00:00:00Z", "-0044-03-15", "2016", "jadis", "2016-13-01"]),
)
CELLS = st.one_of(
    st.builds(cell, st.just("uri"), ITEMS),
    st.builds(cell, st.just("literal"), st.one_of(st.sampled_from([*CODES, "99999"]), DAYS)),
    st.builds(cell, st.just("bnode"), st.just("b1")),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(INSEE.variables), CELLS), max_size=12)


@given(ROWS, st.sampled_from([INSEE, WIKIDATA]))
def test_whatever_is_answered_no_more_than_one_item_in_force_is_matched(
    rows: list[dict[str, Any]], endpoint: Endpoint
) -> None:
    written = [
        {name: each for name, each in given_.items() if name in endpoint.variables}
        for given_ in rows
    ]
    read = rows_of(body(endpoint, *written), endpoint)
    links, refusals = judge(endpoint, read, set(CODES), TODAY)
    assert all(link.code in CODES and endpoint.item.fullmatch(link.item) for link in links)
    matched = Counter(link.code for link in links if link.relation in {EXACT, CLOSE})
    assert set(matched.values()) <= {1}
    for link in links:
        if link.relation == EXACT:
            assert [other for other in links if other.code == link.code] == [link]
    told = {(each.code, each.item) for each in (*links, *refusals)}
    for given_ in written:
        code, item = (given_.get(name, {}).get("value", "") for name in ("code", "item"))
        kinds = [given_.get(name, {}).get("type") for name in ("code", "item")]
        if kinds == ["literal", "uri"]:
            assert (code, item) in told
    assert len({(link.code, link.item) for link in links}) == len(links)
    assert judge(endpoint, reversed(read), set(CODES), TODAY) == (links, refusals)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_rows_or_a_told_error(given_: bytes) -> None:
    try:
        assert isinstance(rows_of(given_, EUKG), list)
    except LinksError as error:
        assert "\n" not in error.why


@given(st.integers(0, 200))
def test_an_answer_broken_off_anywhere_is_never_taken_for_whole(cut: int) -> None:
    whole = body(EUKG, row("FRB", "https://linkedopendata.eu/entity/Q1"))
    with pytest.raises(LinksError):
        rows_of(whole[: min(cut, len(whole) - 1)], EUKG)
