"""The named questions over HTTP, and what injected text does on every route: nothing."""

import csv
import io

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

PAGE = {"Accept": "text/html"}
EVIL = [
    '"',
    "'",
    "\\",
    "> } SERVICE <http://127.0.0.1:1/> {",
    '" } SERVICE <http://127.0.0.1:1/> { ?s ?p ?o',
    "37261> ?p ?o } # ",
    "{{iri}}",
    "{{ 7 * 7 }}",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "%00",
    "\x00",
    "\n\r\n",
    "é" * 300,
    "🏘️",
    "\u202e",
    "a" * 5000,
]
ROUTES = [
    ("/search", ("q", "lang")),
    ("/", ("lang",)),
    ("/doc/commune/37261", ("date", "lang", "former")),
    ("/doc/instrument/fr-crte", ("lang",)),
    ("/id/commune/37261", ("lang",)),
    ("/query", ("lang",)),
    ("/query/stack", ("territory", "date", "format", "lang", "other")),
    ("/query/instruments", ("confirmed", "format")),
    ("/sparql", ("query", "format", "lang", "default-graph-uri", "named-graph-uri", "edit")),
    ("/def", ("lang",)),
    ("/def/Commune", ("lang",)),
]
PATHS = [
    "/id/commune/{}",
    "/id/{}/37261",
    "/doc/commune/{}",
    "/doc/{}/37261",
    "/doc/instrument/{}",
    "/doc/deployment/{}",
    "/voc/{}",
    "/voc/kind/{}",
    "/graph/{}/2026",
    "/graph/cog/{}",
    "/query/{}",
    "/static/{}",
    "/def.{}",
    "/def/{}",
    "/ont/{}",
]


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize(("path", "names"), ROUTES)
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_no_text_in_a_parameter_makes_a_route_fail(client, path, names, text, accept) -> None:
    for name in names:
        answer = client.get(path, params={name: text}, headers={"Accept": accept})
        assert answer.status_code in {200, 303, 400, 403, 404, 406}
        assert "<script>alert(1)</script>" not in answer.text or accept == "*/*"
        assert "49" not in answer.headers.get("location", "")


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("pattern", PATHS)
def test_no_text_in_a_path_makes_a_route_fail(client: TestClient, pattern, text) -> None:
    from urllib.parse import quote

    answer = client.get(pattern.format(quote(text, safe="")), headers=PAGE)
    assert answer.status_code in {303, 301, 404, 200}
    if answer.status_code == 200:
        assert text in {"../../etc/passwd"} or pattern == "/static/{}"


@pytest.mark.parametrize("text", EVIL)
def test_no_header_makes_a_route_fail(client: TestClient, text) -> None:
    value = text.encode("utf-8").replace(b"\x00", b"").replace(b"\n", b"").replace(b"\r", b"")
    for name in ("Accept", "Accept-Language", "If-None-Match", "Content-Type"):
        answer = client.get("/doc/commune/37261", headers={name: value})
        assert answer.status_code in {200, 406}
    assert client.post("/sparql", content=b"x", headers={"Content-Type": value}).status_code == 415


def test_the_questions_are_listed(client: TestClient) -> None:
    listed = client.get("/query", headers={"Accept": "application/json"}).json()
    stack = next(each for each in listed if each["slug"] == "stack")
    assert {each["name"]: each["type"] for each in stack["parameters"]} == {
        "territory": "territory",
        "date": "date",
    }
    page = client.get("/query", headers=PAGE).text
    assert all(f'href="/query/{each["slug"]}"' in page for each in listed)


def test_a_question_answers_in_json_csv_and_page(client: TestClient) -> None:
    asked = {"territory": "37261", "date": "2024-07-01"}
    found = client.get("/query/stack", params=asked, headers={"Accept": "application/json"})
    assert found.headers["content-type"].split(";")[0] == "application/sparql-results+json"
    rows = list(ox.parse_query_results(found.content, format=ox.QueryResultsFormat.JSON))
    assert {row["relation"].value for row in rows} == {"direct", "inherited"}
    table = client.get("/query/stack", params=asked | {"format": "csv"})
    lines = list(csv.DictReader(io.StringIO(table.text)))
    assert {line["relation"] for line in lines} == {"direct", "inherited"}
    page = client.get("/query/stack", params=asked | {"lang": "en"}, headers=PAGE).text
    assert "2 rows." in page and 'value="2024-07-01"' in page and 'value="37261"' in page
    assert "format=csv" in page
    assert '<th scope="col">instrument</th>' in page and "instrumentLabel</th>" not in page
    assert "instrumentLabelEn" in lines[0]


def test_the_parameters_change_the_answer(client: TestClient) -> None:
    def relations(date: str) -> list[str]:
        asked = {"territory": "37018", "date": date, "format": "csv"}
        answer = client.get("/query/stack", params=asked)
        return sorted(line["relation"] for line in csv.DictReader(io.StringIO(answer.text)))

    # The shared counter has no known day, so it may stand at any.
    assert relations("2024-07-01") == ["inherited", "point"]
    assert relations("2021-07-01") == ["point"]


@pytest.mark.parametrize(
    ("parameters", "status", "code", "named"),
    [
        ({"date": "tomorrow"}, 400, "parameter", "'date'"),
        ({"date": "2024-02-30"}, 400, "parameter", "'date'"),
        ({"other": "1"}, 400, "parameter", "'other'"),
        ({"territory": "99999"}, 404, "unknown-territory", "99999"),
        ({"territory": "24"}, 400, "identifier", "'24'"),
        ({"format": "ttl"}, 406, "not-acceptable", "ttl"),
        ({"format": "nope"}, 406, "not-acceptable", "nope"),
    ],
)
def test_a_wrong_parameter_says_which(client, parameters, status, code, named) -> None:
    problem = client.get("/query/stack", params=parameters)
    assert problem.status_code == status
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["code"] == code
    assert named in problem.json()["detail"]
    page = client.get("/query/stack", params=parameters, headers=PAGE)
    assert page.status_code == status
    assert "problem" in page.text


def test_a_parameter_sent_twice_is_refused(client: TestClient) -> None:
    answer = client.get("/query/stack?date=2024-01-01&date=2025-01-01")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter")


def test_an_unknown_question_is_404(client: TestClient) -> None:
    answer = client.get("/query/no-such-question")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-query")
    assert client.get("/query/no-such-question", headers=PAGE).status_code == 404


def test_an_unacceptable_form_is_406(client: TestClient) -> None:
    for path in ("/query", "/query/stack"):
        answer = client.get(path, headers={"Accept": "image/png"})
        assert answer.status_code == 406 and "text/html" in answer.json()["available"]


def test_a_question_has_a_validator(client: TestClient) -> None:
    first = client.get("/query/stack", headers=PAGE)
    tag = {"If-None-Match": first.headers["etag"]}
    assert client.get("/query/stack", headers=PAGE | tag).status_code == 304
    other = client.get("/query/stack?date=2020-01-01", headers=PAGE | tag)
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("suffix", "media"),
    [
        ("csv", "text/csv"),
        ("json", "application/sparql-results+json"),
        ("tsv", "text/tab-separated-values"),
        ("html", "text/html"),
    ],
)
def test_a_suffix_chooses_the_form_whatever_is_accepted(client, suffix: str, media: str) -> None:
    answer = client.get(f"/query/stack.{suffix}?territory=37261", headers={"Accept": "image/png"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == media


@pytest.mark.parametrize("suffix", ["ttl", "exe", "", "csv.csv"])
def test_a_suffix_that_is_no_form_of_rows_is_refused(client, suffix: str) -> None:
    assert client.get(f"/query/stack.{suffix or 'x'}").status_code in {404, 406}
