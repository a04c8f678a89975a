"""How the endpoint is asked, and what of its answers is taken as right."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.conformance.cases import Case, Exchange, Graphs
from tests.conformance.endpoint import Endpoint
from tests.conformance.judging import Verdict, fault_of, judge, judge_all

Handler = Callable[[httpx.Request], httpx.Response]
JSON = "application/sparql-results+json"


def endpoint(handler: Handler) -> Endpoint:
    found = Endpoint("http://here/sparql", "secret")
    headers = found.client.headers
    found.client = httpx.Client(transport=httpx.MockTransport(handler), headers=headers)
    return found


def exchange(statuses: set[int], form: str = "", boolean: bool | None = None) -> Exchange:
    return Exchange("GET", "", (), None, frozenset(statuses), form, boolean)


def boolean(value: bool) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": JSON}, json={"head": {}, "boolean": value})


def test_a_request_goes_over_the_wire_as_the_manifest_has_it() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(400)

    body = "ASK {}".encode("utf-16")
    query = "query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D&update=CLEAR+ALL"
    endpoint(handler).send(
        Exchange("PUT", query, (("content-type", "text/x"),), body, frozenset({4}), "", None)
    )
    endpoint(handler).send(Exchange("POST", "", (), b"update=CLEAR", frozenset({4}), "", None))
    first, second = seen
    assert first.method == "PUT"
    assert first.url.raw_path == b"/sparql?" + query.encode()
    assert (first.content, first.headers["content-type"]) == (body, "text/x")
    assert first.headers["authorization"] == "Bearer secret"
    assert "content-type" not in second.headers


@pytest.mark.parametrize(
    ("expected", "response"),
    [
        (exchange({4}), httpx.Response(415)),
        (exchange({2, 3}), httpx.Response(204)),
        (exchange({2}, "boolean", True), boolean(True)),
        (exchange({2}, "RDF"), httpx.Response(200, headers={"content-type": "text/turtle"})),
        (
            exchange({2}, "tabular"),
            httpx.Response(200, headers={"content-type": "text/csv; charset=utf-8"}),
        ),
    ],
)
def test_an_answer_as_expected_has_no_fault(expected: Exchange, response: httpx.Response) -> None:
    assert fault_of(expected, response) == ""


@pytest.mark.parametrize(
    ("expected", "response"),
    [
        (exchange({4}), httpx.Response(200)),
        (exchange({4}), httpx.Response(500)),
        (exchange({2, 3}), httpx.Response(400)),
        (exchange({2}, "boolean", True), boolean(False)),
        (exchange({2}, "RDF"), boolean(True)),
        (exchange({2}, "boolean"), httpx.Response(200, headers={"content-type": "text/csv"})),
        (exchange({2}, "tabular"), httpx.Response(200)),
    ],
)
def test_any_other_answer_has_one(expected: Exchange, response: httpx.Response) -> None:
    assert fault_of(expected, response)


def case(tmp_path: Path, kind: str, text: str, **more: object) -> Case:
    path = tmp_path / ("text.ru" if "Update" in kind else "text.rq")
    path.write_text(text, encoding="utf-8")
    return Case("urn:test", "test", kind, "Query", "bind", text=path, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "status", "verdict"),
    [
        ("PositiveSyntaxTest11", 200, Verdict.PASSED),
        ("PositiveSyntaxTest11", 400, Verdict.FAILED),
        ("PositiveSyntaxTest11", 403, Verdict.FAILED),
        ("PositiveSyntaxTest11", 503, Verdict.FAILED),
        ("PositiveUpdateSyntaxTest11", 500, Verdict.PASSED),
        ("NegativeSyntaxTest11", 400, Verdict.PASSED),
        ("NegativeSyntaxTest11", 200, Verdict.FAILED),
        ("NegativeUpdateSyntaxTest11", 500, Verdict.FAILED),
    ],
)
def test_a_text_is_taken_or_refused(
    tmp_path: Path, kind: str, status: int, verdict: Verdict
) -> None:
    found = judge(endpoint(lambda _: httpx.Response(status)), case(tmp_path, kind, "ASK {}"), 0)
    assert found.verdict is verdict
    assert bool(found.why) == (verdict is Verdict.FAILED)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("query-function", Verdict.PASSED),
        ("graph-state", Verdict.PASSED),
        ("query-syntax", Verdict.FAILED),
    ],
)
def test_a_sound_text_may_fail_as_it_runs(tmp_path: Path, code: str, verdict: Verdict) -> None:
    answer = httpx.Response(
        400, json={"code": code}, headers={"content-type": "application/problem+json"}
    )
    found = judge(endpoint(lambda _: answer), case(tmp_path, "PositiveSyntaxTest11", "ASK {}"), 0)
    assert found.verdict is verdict


def rows(*values: str) -> bytes:
    bindings = [{"x": {"type": "literal", "value": value}} for value in values]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()


def asked(tmp_path: Path, text: str, body: bytes) -> tuple[Verdict, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers={"content-type": JSON}, content=body)

    expected = tmp_path / "expected.srj"
    expected.write_bytes(rows("a", "b"))
    data = tmp_path / "data.ttl"
    data.write_text("<urn:s> <urn:p> _:o .", encoding="utf-8")
    before = Graphs(named=(("urn:g", data),))
    kind = "QueryEvaluationTest"
    test = case(tmp_path, kind, text, result=expected, before=before)
    (found,) = judge_all(endpoint(handler), [test])
    return found.verdict, seen


def test_the_order_counts_where_the_query_asks_for_one(tmp_path: Path) -> None:
    turned = rows("b", "a")
    assert asked(tmp_path, "SELECT ?x { ?s ?p ?x }", turned)[0] is Verdict.PASSED
    assert asked(tmp_path, "SELECT ?x { ?s ?p ?x } ORDER BY ?x", turned)[0] is Verdict.FAILED
    inner = "SELECT ?x { { SELECT ?x { ?s ?p ?x } ORDER BY ?x } }"
    assert asked(tmp_path, inner, turned)[0] is Verdict.PASSED
    assert asked(tmp_path, "SELECT ?x { ?s ?p ?x }", rows("a"))[0] is Verdict.FAILED


def test_the_dataset_is_chosen_beside_the_query_unless_it_chooses(tmp_path: Path) -> None:
    _, (update, query) = asked(tmp_path, "SELECT ?x { ?s ?p ?x }", rows("a", "b"))
    assert update.headers["content-type"] == "application/sparql-update"
    assert b"GRAPH <urn:g> {\n<urn:s> <urn:p> _:" in update.content
    assert query.url.params.get_list("named-graph-uri") == ["urn:g"]
    assert query.url.params.get_list("default-graph-uri") == ["urn:nothing"]
    _, (_, query) = asked(tmp_path, "SELECT ?x FROM <urn:g> { ?s ?p ?x }", rows("a", "b"))
    assert query.url.params.get_list("named-graph-uri") == []
    assert query.url.params.get_list("default-graph-uri") == []


def test_a_connection_that_breaks_is_a_failure(tmp_path: Path) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    test = case(tmp_path, "PositiveSyntaxTest11", "ASK {}")
    found = judge(endpoint(handler), test, 0)
    assert (found.verdict, found.why) == (Verdict.FAILED, "ReadError: gone")
