"""The endpoint over HTTP against the real process: formats, negotiation, methods, validators."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import product

import httpx
import pyoxigraph as ox
import pytest

from ingest.settings import Settings
from ontology.namespaces import BASE
from tests.serving import serving

TOKEN = "the token of updates"  # noqa: S105
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SELECT = f"SELECT ?name WHERE {{ <{BASE}id/commune/37261> rdfs:label ?name }}"
ASK = f"ASK {{ <{BASE}id/commune/37261> a emp:Commune }}"
CONSTRUCT = "CONSTRUCT { ?s emp:partOf ?o } WHERE { ?s emp:partOf ?o }"
# Terms of every kind that a value can be: what a format that keeps types must give back.
TERMS = """SELECT ?a ?b ?c ?d ?e ?f ?g ?h {
  VALUES (?a ?b ?c ?d ?e ?f ?g ?h) {
    ("Tours"@fr "37261" 139259 1.50 "2026-01-01"^^xsd:date <https://e.org/é?a=1&b> true UNDEF)
    ("a,\\"b\\"\\n\\tc;<&>'é"@fr-FR "" "01"^^xsd:integer -0.0 "P1D"^^<urn:d> <urn:x> false 1e3)
  }
}"""
RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
XSD = "http://www.w3.org/2001/XMLSchema#"
JSON, XML, TSV = RESULTS
CSV = "text/csv"
TURTLE = "text/turtle"
HTML = "text/html"
LARGE = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f } LIMIT 300"


@pytest.fixture(scope="module")
def http(town: Settings) -> Iterator[httpx.Client]:
    """A client of the real service over the town, in which updates are enabled."""
    with (
        serving(town.data, update_token=TOKEN, log_level="WARNING") as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


def ask(http: httpx.Client, query: str, method: str = "GET", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.request(method, "/sparql", params={"query": query}, headers=named)


def media_of(answer: httpx.Response) -> str:
    return answer.headers["content-type"].partition(";")[0]


def rows_of(answer: httpx.Response) -> list[tuple[object, ...]]:
    found = ox.parse_query_results(answer.content, format=RESULTS[media_of(answer)])
    return [tuple(row) for row in found]


def test_types_and_languages_are_the_same_in_all_formats_that_keep_them(http: httpx.Client) -> None:
    number, text, iri = f"{XSD}integer", ox.Literal, ox.NamedNode
    for media in RESULTS:
        first, second = rows_of(ask(http, TERMS, accept=media))
        assert first[:3] == (
            text("Tours", language="fr"),
            text("37261"),
            text("139259", datatype=iri(number)),
        )
        assert first[4] == text("2026-01-01", datatype=iri(f"{XSD}date"))
        assert first[5] == iri("https://e.org/é?a=1&b")
        assert first[6:] == (text("true", datatype=iri(f"{XSD}boolean")), None)
        assert second[0] == text('a,"b"\n\tc;<&>\'é', language="fr-fr")
        assert second[1] == text("")
        assert second[4] == text("P1D", datatype=iri("urn:d"))


def test_csv_gives_the_plain_texts(http: httpx.Client) -> None:
    answer = ask(http, TERMS, accept=CSV)
    first, second = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert (first["a"], first["b"], first["c"], first["h"]) == ("Tours", "37261", "139259", "")
    assert second["a"] == 'a,"b"\n\tc;<&>\'é'


@pytest.mark.parametrize("media", [*RESULTS, CSV])
def test_a_truth_value_comes_in_every_format_of_results(http: httpx.Client, media: str) -> None:
    answer = ask(http, ASK, accept=media)
    assert (answer.status_code, media_of(answer)) == (200, media)
    if media in (JSON, XML):
        assert bool(ox.parse_query_results(answer.content, format=RESULTS[media])) is True
    else:
        assert answer.text.strip() == "true"


@pytest.mark.parametrize("media", GRAPHS)
def test_triples_are_the_same_in_every_format(http: httpx.Client, media: str) -> None:
    answer = ask(http, CONSTRUCT, accept=media)
    assert media_of(answer) == media
    found = {quad.triple for quad in ox.parse(answer.content, format=GRAPHS[media])}
    other = ask(http, CONSTRUCT, accept="application/n-triples")
    assert found == {quad.triple for quad in ox.parse(other.content, format=ox.RdfFormat.N_TRIPLES)}
    tours = ox.NamedNode(f"{BASE}id/commune/37261")
    part = ox.NamedNode(f"{BASE}def#partOf")
    assert ox.Triple(tours, part, ox.NamedNode(f"{BASE}id/departement/37")) in found


NEGOTIATED = [
    # accept, of rows, of triples; "" is 406 (RFC 9110 §12.5.1)
    ("*/*", JSON, TURTLE),
    ("application/*", JSON, "application/n-triples"),
    ("text/*", CSV, TURTLE),
    ("text/*;q=0.5, application/*;q=0.4", CSV, TURTLE),
    (f"{XML}, {JSON}", JSON, ""),
    (f"{JSON};q=0.9, {XML}", XML, ""),
    (f"{JSON};q=0.1, */*;q=0.2", XML, TURTLE),
    (f"*/*, {JSON};q=0, {TURTLE};q=0", XML, "application/n-triples"),
    (f"text/*;q=0.9, {CSV};q=0.1, {TURTLE};q=0.2", TSV, TURTLE),
    ("application/json", JSON, "application/ld+json"),
    ("application/xml", XML, "application/rdf+xml"),
    ("text/xml;q=0.3, text/plain", XML, TURTLE),
    ("text/turtle, text/csv;q=0.001", CSV, TURTLE),
    (f"{JSON}; charset=utf-8; q=0.5, {CSV};q=0.4", JSON, ""),
    ("TEXT/CSV, Text/Turtle", CSV, TURTLE),
    ("image/png", "", ""),
    ("*/*;q=0", "", ""),
    ("image/png, garbled, ;;q=2", "", ""),
    ("garbled", JSON, TURTLE),
    ("application/trig, application/n-quads;q=0.7", "", "application/trig"),
    (f"{HTML};q=0.1, {CSV}, {TURTLE}", CSV, TURTLE),
    (f"{HTML}, {CSV};q=0.5", HTML, HTML),
]


@pytest.mark.parametrize(("accept", "rows", "triples"), NEGOTIATED)
def test_accept_decides(http: httpx.Client, accept: str, rows: str, triples: str) -> None:
    for query, media in ((SELECT, rows), (CONSTRUCT, triples)):
        answer = ask(http, query, accept=accept)
        if media:
            assert (answer.status_code, media_of(answer)) == (200, media)
        else:
            assert answer.status_code == 406
            assert media_of(answer) == "application/problem+json"


def test_406_lists_what_exists(http: httpx.Client) -> None:
    refused = ask(http, SELECT, accept="image/png").json()
    assert set(refused["available"]) == {*RESULTS, CSV, *GRAPHS, HTML}
    of_rows = ask(http, SELECT, accept=TURTLE)
    assert of_rows.status_code == 406
    assert all(media in of_rows.text for media in (*RESULTS, CSV))
    of_triples = ask(http, CONSTRUCT, accept=CSV)
    assert of_triples.status_code == 406
    assert all(media in of_triples.text for media in GRAPHS)


FORMATS = {
    "json": (JSON, "application/ld+json"),
    "xml": (XML, "application/rdf+xml"),
    "csv": (CSV, ""),
    "tsv": (TSV, ""),
    "turtle": ("", TURTLE),
    "ttl": ("", TURTLE),
    "nt": ("", "application/n-triples"),
    "nq": ("", "application/n-quads"),
    "trig": ("", "application/trig"),
    "rdf": ("", "application/rdf+xml"),
    "jsonld": ("", "application/ld+json"),
    "application/sparql-results+xml": (XML, ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_in_the_address_wins_over_accept(http: httpx.Client, name: str) -> None:
    for query, media in zip((SELECT, CONSTRUCT), FORMATS[name], strict=True):
        asked = {"query": query, "format": name}
        answer = http.get("/sparql", params=asked, headers={"Accept": "image/png"})
        if media:
            assert (answer.status_code, media_of(answer)) == (200, media)
        else:
            assert answer.status_code == 406


@pytest.mark.parametrize(
    ("query", "encoding"),
    list(product((SELECT, LARGE, CONSTRUCT, "ASK {", ""), ("gzip", "identity"))),
)
def test_head_has_the_headers_of_get_and_no_body(
    http: httpx.Client, query: str, encoding: str
) -> None:
    asked = {"query": query} if query else {}
    headers = {"Accept-Encoding": encoding}
    got = http.get("/sparql", params=asked, headers=headers)
    head = http.head("/sparql", params=asked, headers=headers)
    assert head.status_code == got.status_code
    assert head.content == b""
    kept = {"content-type", "content-length", "content-encoding", "vary", "etag", "cache-control"}
    assert {n: head.headers.get(n) for n in kept} == {n: got.headers.get(n) for n in kept}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_another_method_is_405_with_all_that_are_allowed(http: httpx.Client, method: str) -> None:
    answer = ask(http, SELECT, method)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_a_large_answer_is_compressed_for_who_can_read_it(http: httpx.Client) -> None:
    plain = ask(http, LARGE, accept_encoding="identity")
    packed = ask(http, LARGE, accept_encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert packed.content == plain.content
    assert packed.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize("query", [SELECT, LARGE, CONSTRUCT])
def test_an_answer_says_what_it_varies_with(http: httpx.Client, query: str) -> None:
    answer = ask(http, query)
    known = ask(http, query, if_none_match=answer.headers["etag"])
    assert known.status_code == 304
    for each in (answer, known):
        assert {"Accept", "Accept-Encoding"} <= set(each.headers["vary"].split(", "))


def test_a_client_that_holds_the_answer_gets_304(http: httpx.Client) -> None:
    first = ask(http, SELECT, accept=JSON)
    tag = first.headers["etag"]
    for held in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        again = ask(http, SELECT, accept=JSON, if_none_match=held)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert ask(http, SELECT, "HEAD", accept=JSON, if_none_match=tag).status_code == 304
    assert ask(http, SELECT, accept=CSV, if_none_match=tag).status_code == 200
    assert ask(http, ASK, accept=JSON, if_none_match=tag).status_code == 200
    graphs = {"query": SELECT, "default-graph-uri": f"{BASE}graph/cog/2026"}
    other = http.get("/sparql", params=graphs, headers={"Accept": JSON, "If-None-Match": tag})
    assert other.status_code == 200


def test_an_update_changes_answers_and_tags(http: httpx.Client) -> None:
    query = "SELECT ?o { <urn:new> rdfs:label ?o }"
    before = ask(http, query)
    assert before.json()["results"]["bindings"] == []
    update = {"update": 'INSERT DATA { GRAPH <urn:g> { <urn:new> rdfs:label "nouveau"@fr } }'}
    assert http.post("/sparql", data=update).status_code == 401
    assert ask(http, query, if_none_match=before.headers["etag"]).status_code == 304
    assert http.post("/sparql", data=update, headers=BEARER).status_code == 204
    after = ask(http, query, if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert after.json()["results"]["bindings"] == [
        {"o": {"type": "literal", "value": "nouveau", "xml:lang": "fr"}}
    ]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (RAND() AS ?x) {}",
        "SELECT (NOW() AS ?x) {}",
        "SELECT (uuid() AS ?x) {}",
        "SELECT (StrUUID() AS ?x) {}",
        "CONSTRUCT { <urn:a> <urn:b> ?now } { BIND (now () AS ?now) }",
    ],
)
def test_what_changes_by_itself_is_not_kept(http: httpx.Client, query: str) -> None:
    answer = ask(http, query)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_random_answers_differ(http: httpx.Client) -> None:
    assert len({ask(http, "SELECT (RAND() AS ?x) {}").text for _ in range(3)}) == 3


def test_an_answer_to_post_has_no_validator(http: httpx.Client) -> None:
    answer = http.post("/sparql", data={"query": SELECT})
    assert answer.status_code == 200
    assert "etag" not in answer.headers
    assert json.loads(answer.content)["head"] == {"vars": ["name"]}


@pytest.mark.parametrize("query", ["ASK {", "SELECT * { SERVICE <http://127.0.0.1/> {} }"])
def test_a_failure_is_not_kept(http: httpx.Client, query: str) -> None:
    answer = ask(http, query)
    assert answer.status_code >= 400
    assert "etag" not in answer.headers
    assert "max-age" not in answer.headers.get("cache-control", "")
