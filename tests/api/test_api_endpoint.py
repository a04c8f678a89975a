"""The endpoint over HTTP, against the real process: forms, headers, validators."""

import gzip
from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest

from tests.api.publishing import LABEL, ask, labels, publish
from tests.serving import serving

TOKEN = "for-tests"  # noqa: S105
SELECT = "SELECT ?o { <x:s1> rdfs:label ?o }"
CONSTRUCT = "CONSTRUCT { <x:s1> rdfs:label ?o } WHERE { <x:s1> rdfs:label ?o }"
JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
TERMS = [
    ox.Literal("chose", language="fr"),
    ox.Literal("01001"),
    ox.Literal("1.5", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")),
    ox.Literal("2026-11-24", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")),
    ox.NamedNode("x:iri"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("endpoint")
    typed = "".join(f"<x:typed> <x:p{n}> {term} <x:t> .\n" for n, term in enumerate(TERMS))
    publish(data, "first", labels([f"chose n° {n}" for n in range(300)]) + typed)
    with serving(data, update_token=TOKEN, reload_seconds="0") as found:
        yield found


def media(answer: httpx.Response) -> str:
    return answer.headers["content-type"].split(";")[0]


@pytest.mark.parametrize(
    ("accept", "query", "expected"),
    [
        (f"{JSON};q=0.3, {XML};q=0.9", SELECT, XML),
        (f"{XML};q=0.3, text/csv", SELECT, "text/csv"),
        ("*/*;q=0.1, text/tab-separated-values", SELECT, "text/tab-separated-values"),
        # RFC 9110 §12.5.1: the most specific range decides, so text/csv is refused here.
        ("text/csv;q=0, text/*", SELECT, "text/tab-separated-values"),
        (f"*/*, {JSON};q=0", SELECT, XML),
        (
            "application/rdf+xml;q=0.4, application/n-triples;q=0.8",
            CONSTRUCT,
            "application/n-triples",
        ),
        ("text/*", CONSTRUCT, "text/turtle"),
        ("text/turtle;q=0, application/trig", CONSTRUCT, "application/trig"),
        (f"{JSON}, application/ld+json;q=0.1", CONSTRUCT, "application/ld+json"),
        ("text/turtle, text/csv;q=0.1", SELECT, "text/csv"),
    ],
)
def test_the_most_wanted_form_that_suits_is_sent(address, accept, query, expected) -> None:
    answer = ask(address, query, accept)
    assert (answer.status_code, media(answer)) == (200, expected)
    assert "accept" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("csv", SELECT, "text/csv"),
        ("tsv", SELECT, "text/tab-separated-values"),
        ("xml", SELECT, XML),
        ("json", SELECT, JSON),
        ("turtle", CONSTRUCT, "text/turtle"),
        ("nt", CONSTRUCT, "application/n-triples"),
        ("nq", CONSTRUCT, "application/n-quads"),
        ("trig", CONSTRUCT, "application/trig"),
        ("jsonld", CONSTRUCT, "application/ld+json"),
    ],
)
def test_a_format_in_the_address_wins_over_accept(address, name, query, expected) -> None:
    answer = ask(address, query, "text/html", format=name)
    assert (answer.status_code, media(answer)) == (200, expected)


@pytest.mark.parametrize("accept", ["image/png", f"{JSON};q=0"])
def test_nothing_acceptable_is_406_with_the_list(address, accept) -> None:
    answer = ask(address, SELECT, accept)
    assert answer.status_code == 406
    assert {JSON, XML, "text/csv", "text/turtle"} <= set(answer.json()["available"])


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_types_and_languages_are_kept_in_results(address, form) -> None:
    query = "SELECT ?o { <x:typed> ?p ?o } ORDER BY ?p"
    read = {
        "json": ox.QueryResultsFormat.JSON,
        "xml": ox.QueryResultsFormat.XML,
        "tsv": ox.QueryResultsFormat.TSV,
    }
    rows = ox.parse_query_results(ask(address, query, format=form).content, format=read[form])
    assert [row["o"] for row in rows] == TERMS


@pytest.mark.parametrize(
    "form",
    [ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD],
)
def test_types_and_languages_are_kept_in_graphs(address, form) -> None:
    query = "CONSTRUCT { <x:typed> <http://x/p> ?o } WHERE { <x:typed> ?p ?o }"
    answer = ask(address, query, form.media_type)
    assert {quad.object for quad in ox.parse(answer.content, format=form)} == set(TERMS)


@pytest.mark.parametrize("query", [SELECT, "SELECT * { ?s ?p ?o }", "SELECT * {"])
def test_head_is_get_without_its_body(address, query) -> None:
    fixed = {"Accept-Encoding": "identity"}
    parameters = {"query": query}
    got = httpx.get(f"{address}/sparql", params=parameters, headers=fixed)
    head = httpx.head(f"{address}/sparql", params=parameters, headers=fixed)
    assert head.status_code == got.status_code and head.content == b""

    def lasting(answer: httpx.Response) -> dict[str, str]:
        found = {name: value for name, value in answer.headers.items() if name != "date"}
        varied = {each.strip() for each in found.pop("vary").split(",")}
        return found | {"vary": " ".join(sorted(varied))}

    assert lasting(head) == lasting(got)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "PROPFIND"])
def test_another_method_is_405_with_all_that_are_allowed(address, method) -> None:
    answer = httpx.request(method, f"{address}/sparql", params={"query": SELECT})
    assert answer.status_code == 405
    allowed = {each.strip() for each in answer.headers["allow"].split(",")}
    assert allowed == {"GET", "HEAD", "POST", "OPTIONS"}


def test_an_answer_is_compressed_for_who_reads_gzip(address) -> None:
    asked = {"query": "SELECT * { ?s rdfs:label ?o } ORDER BY ?o", "format": "csv"}
    with httpx.stream(
        "GET", f"{address}/sparql", params=asked, headers={"Accept-Encoding": "gzip"}
    ) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()
    plain = httpx.get(f"{address}/sparql", params=asked, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content and len(packed) < len(plain.content)


def test_a_tag_spares_the_answer_until_an_update_changes_the_data(address) -> None:
    def put(text: str) -> None:
        answer = httpx.post(
            f"{address}/sparql",
            content=text,
            headers={
                "Content-Type": "application/sparql-update",
                "Authorization": f"Bearer {TOKEN}",
            },
            timeout=60,
        )
        assert answer.status_code == 204

    def asked_again(tag: str) -> httpx.Response:
        return httpx.get(
            f"{address}/sparql",
            params={"query": query, "format": "csv"},
            headers={"If-None-Match": tag},
            timeout=60,
        )

    query = "SELECT ?o { <x:s2> rdfs:label ?o } ORDER BY ?o"
    first = ask(address, query, format="csv")
    assert "no-store" not in first.headers["cache-control"]
    spared = asked_again(first.headers["etag"])
    assert (spared.status_code, spared.content) == (304, b"")
    assert spared.headers["etag"] == first.headers["etag"]
    assert ask(address, query, format="json").headers["etag"] != first.headers["etag"]
    put(f'INSERT DATA {{ GRAPH <x:g> {{ <x:s2> <{LABEL}> "autre"@fr }} }}')
    after = asked_again(first.headers["etag"])
    assert after.status_code == 200 and after.headers["etag"] != first.headers["etag"]
    assert set(after.text.split("\r\n")[1:-1]) == {"chose n° 2", "autre"}


@pytest.mark.parametrize("call", ["RAND()", "NOW()", "uuid()", "STRUUID ( )"])
def test_an_answer_that_changes_by_itself_is_never_stored(address, call) -> None:
    answer = ask(address, f"SELECT ({call} AS ?x) {{}}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers


def test_two_draws_differ(address) -> None:
    query = "SELECT (RAND() AS ?x) {}"
    assert ask(address, query).content != ask(address, query).content
