"""The SPARQL endpoint over HTTP: ways in, forms out, refusals, and the page without script."""

import csv
import io
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

from ontology.namespaces import BASE

SELECT = "SELECT ?name WHERE { <https://w3id.org/empilement/id/commune/37261> rdfs:label ?name }"
CONSTRUCT = "CONSTRUCT { ?s emp:partOf ?o } WHERE { ?s emp:partOf ?o }"
RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def ask_three_ways(client: TestClient, query: str, accept: str):
    headers = {"Accept": accept}
    yield client.get("/sparql", params={"query": query}, headers=headers)
    yield client.post("/sparql", data={"query": query}, headers=headers)
    yield client.post(
        "/sparql", content=query, headers=headers | {"Content-Type": "application/sparql-query"}
    )


@pytest.mark.parametrize("media", RESULTS)
def test_rows_come_in_every_format_by_every_way(client: TestClient, media) -> None:
    for answer in ask_three_ways(client, SELECT, media):
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == media
        rows = list(ox.parse_query_results(answer.content, format=RESULTS[media]))
        assert [row["name"] for row in rows] == [ox.Literal("Tours", language="fr")]
        assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("media", GRAPHS)
def test_triples_come_in_every_format_by_every_way(client: TestClient, media) -> None:
    for answer in ask_three_ways(client, CONSTRUCT, media):
        assert answer.headers["content-type"].split(";")[0] == media
        found = {quad.triple for quad in ox.parse(answer.content, format=GRAPHS[media])}
        tours = ox.NamedNode(f"{BASE}id/commune/37261")
        part = ox.NamedNode(f"{BASE}def#partOf")
        assert ox.Triple(tours, part, ox.NamedNode(f"{BASE}id/departement/37")) in found


def test_csv_is_csv(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": SELECT, "format": "csv"})
    assert list(csv.reader(io.StringIO(answer.text))) == [["name"], ["Tours"]]


@pytest.mark.parametrize(
    ("accept", "query", "media"),
    [
        ("*/*", SELECT, "application/sparql-results+json"),
        ("application/json", SELECT, "application/sparql-results+json"),
        (
            "text/turtle, application/sparql-results+xml;q=0.2",
            SELECT,
            "application/sparql-results+xml",
        ),
        ("text/csv;q=0.1, text/turtle", CONSTRUCT, "text/turtle"),
        ("*/*", "ASK {}", "application/sparql-results+json"),
        ("*/*", "DESCRIBE <https://w3id.org/empilement/id/actor/anct>", "text/turtle"),
        (BROWSER, SELECT, "text/html"),
    ],
)
def test_the_form_of_the_query_and_accept_decide(client: TestClient, accept, query, media) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == media


def test_head_has_the_headers_of_get(client: TestClient) -> None:
    got = client.get("/sparql", params={"query": SELECT})
    head = client.head("/sparql", params={"query": SELECT})
    for name in ("content-type", "content-length", "vary"):
        assert head.headers[name] == got.headers[name]


def test_graphs_are_chosen_beside_the_query(client: TestClient) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s a emp:Commune }"

    def counted(**graphs: str) -> str:
        answer = client.get("/sparql", params={"query": count, "format": "csv"} | graphs)
        return answer.text.split()[1]

    assert counted() == "4"
    assert counted(**{"default-graph-uri": f"{BASE}graph/cog/2026"}) == "4"
    assert counted(**{"default-graph-uri": f"{BASE}graph/instruments/2026-11"}) == "0"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("SELECT * WHERE { ?s ?p }", 400, "query-syntax"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", 400, "query-syntax"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403, "query-refused"),
        ("SELECT * { sErViCe SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }", 403, "query-refused"),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", BROWSER])
def test_failures_are_told(client: TestClient, query, status, code, accept) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert answer.status_code == status
    if accept == BROWSER:
        assert "problem" in answer.text and "<textarea" in answer.text
        return
    assert answer.headers["content-type"].split(";")[0] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"] and problem["todo"]


def test_a_syntax_error_says_where(client: TestClient) -> None:
    query = "SELECT *\nWHERE ( ?s ?p ?o )"
    problem = client.get("/sparql", params={"query": query}).json()
    assert (problem["line"], problem["column"]) == (2, 7)
    page = client.post(
        "/sparql", data={"query": query}, headers={"Accept": BROWSER, "Accept-Language": "fr"}
    )
    assert "Ligne 2, colonne 7" in page.text


def test_a_format_that_does_not_suit_is_406(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": SELECT}, headers={"Accept": "text/turtle"})
    assert answer.status_code == 406
    answer = client.get("/sparql", params={"query": SELECT, "format": "nope"})
    assert answer.status_code == 406
    answer = client.get("/sparql", params={"query": SELECT}, headers={"Accept": "image/png"})
    assert answer.status_code == 406 and "text/csv" in answer.json()["available"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405_with_allow(client: TestClient, method) -> None:
    answer = client.request(method, "/sparql", params={"query": SELECT})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"


def test_an_update_is_refused(client: TestClient) -> None:
    assert client.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 403


def test_a_request_too_large_is_413(client: TestClient) -> None:
    answer = client.post("/sparql", content=b"query=" + b"a" * (1 << 20), headers=FORM)
    assert answer.status_code == 413


def test_from_a_file_gives_nothing(client: TestClient, tmp_path) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text("<a:secret> <a:is> <a:read> .", encoding="utf-8")
    query = "SELECT ?s FROM <FILE> WHERE { ?s ?p ?o }".replace("FILE", secret.as_uri())
    answer = client.get("/sparql", params={"query": query, "format": "csv"})
    assert answer.status_code == 200
    assert answer.text.split() == ["s"]
    named = {"query": "SELECT ?s { ?s ?p ?o }", "default-graph-uri": secret.as_uri()}
    answer = client.get("/sparql", params=named | {"format": "csv"})
    assert answer.text.split() == ["s"]


def test_any_origin_may_read_without_credentials(client: TestClient) -> None:
    headers = {"Origin": "https://example.org"}
    answer = client.get("/sparql", params={"query": SELECT}, headers=headers)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    preflight = client.options(
        "/sparql", headers=headers | {"Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 200
    assert "POST" in preflight.headers["access-control-allow-methods"]


def test_without_a_query_a_browser_gets_a_page_and_a_program_the_description(
    client: TestClient,
) -> None:
    page = client.get("/sparql", headers={"Accept": BROWSER})
    assert "<textarea" in page.text
    answer = client.get("/sparql", headers={"Accept": "text/turtle"})
    triples = {quad.triple for quad in ox.parse(answer.content, format=ox.RdfFormat.TURTLE)}
    sd = "http://www.w3.org/ns/sparql-service-description#"
    endpoint = ox.NamedNode("http://testserver/sparql")
    assert any(t.predicate.value == sd + "endpoint" and t.object == endpoint for t in triples)
    named = {t.object.value for t in triples if t.predicate.value == sd + "name"}
    assert f"{BASE}graph/cog/2026" in named
    assert client.get("/sparql", params={"format": "csv"}).status_code == 406
    assert client.get("/sparql", headers={"Accept": "image/png"}).status_code == 406


def test_the_page_shows_rows_truth_and_turtle(client: TestClient) -> None:
    def page(query: str) -> str:
        return client.post(
            "/sparql",
            content=urlencode({"query": query, "format": "html"}),
            headers=FORM | {"Accept": BROWSER, "Accept-Language": "en"},
        ).text

    assert '<td><span lang="fr">Tours</span></td>' in page(SELECT)
    assert "Answer: false" in page("ASK { <a:a> ?p ?o }")
    assert "emp:partOf" in page(CONSTRUCT)
    edited = client.get("/sparql", params={"edit": "ASK {}"}, headers={"Accept": BROWSER})
    assert "ASK {}</textarea>" in edited.text
