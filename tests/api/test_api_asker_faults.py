"""What is the asker's fault, or another endpoint's, is never told as a failure of the service."""

import json
from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest

from ingest.settings import Settings
from tests.elsewhere import Reply, breaks_off, faulty, says
from tests.serving import serving

TOKEN = "the token of updates"  # noqa: S105
SECRET = "what-the-other-server-said"  # noqa: S105
ROWS = "application/sparql-results+json"
PROBLEM = "application/problem+json"
G = "GRAPH <urn:there>"
NONE = "GRAPH <urn:missing>"
F = "<http://example.org/f>"


@pytest.fixture(scope="module")
def http(town: Settings) -> Iterator[httpx.Client]:
    """A client of the real service over the town, which takes updates."""
    with (
        serving(town.data, update_token=TOKEN, log_level="ERROR") as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


def ask(http: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return http.get("/sparql", params={"query": query}, headers=headers)


def change(http: httpx.Client, update: str) -> httpx.Response:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    return http.post("/sparql", data={"update": update}, headers=bearer)


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT ({F}(1) AS ?x) {{}}",
        f"SELECT ({F}(?x) AS ?y) {{ ?x ?p ?o }}",
        f"SELECT * {{ ?x ?p ?o FILTER({F}(?x)) }}",
        f"SELECT * {{ BIND({F}() AS ?y) }}",
        f"SELECT * {{ ?x ?p ?o }} ORDER BY {F}(?x)",
        f"SELECT (SUM({F}(?o)) AS ?y) {{ ?x ?p ?o }}",
        f"ASK {{ FILTER COALESCE({F}(1), true) }}",
        f"CONSTRUCT {{ ?x ?p ?y }} {{ ?x ?p ?o BIND({F}(?o) AS ?y) }}",
    ],
)
def test_a_function_nobody_knows_is_named_as_a_fault_of_the_query(
    http: httpx.Client, query: str
) -> None:
    answer = ask(http, query)
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)
    assert answer.json()["code"] == "query-function"
    assert F in answer.json()["why"]


def test_a_function_with_too_many_arguments_is_a_fault_of_the_query(http: httpx.Client) -> None:
    answer = ask(http, "SELECT (xsd:integer(1, 2) AS ?x) {}")
    assert (answer.status_code, answer.json()["code"]) == (400, "query-function")
    assert answer.json()["why"].endswith("#integer>: 1; given: 2.")


@pytest.mark.parametrize(
    ("update", "status"),
    [
        # SPARQL 1.1 Update §3.1.3, §3.2: failure, unless SILENT, where the state is not as needed
        (f"DROP {NONE}", 409),
        (f"CLEAR {NONE}", 409),
        ("MOVE <urn:missing> TO <urn:other>", 409),
        (f"CREATE {G}", 409),
        (f"INSERT DATA {{ <urn:a> <urn:b> 1 }} ; DROP {NONE}", 409),
        (f"DROP SILENT {NONE}", 204),
        (f"CLEAR SILENT {NONE}", 204),
        ("MOVE SILENT <urn:missing> TO <urn:other>", 204),
        (f"CREATE SILENT {G}", 204),
        (f"DELETE DATA {{ {NONE} {{ <urn:a> <urn:b> 1 }} }}", 204),
        ("WITH <urn:missing> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", 204),
        ("INSERT { ?s ?p 1 } WHERE { BIND('no subject' AS ?s) BIND(<urn:b> AS ?p) }", 204),
        (f"INSERT {{ ?s ?p ?y }} WHERE {{ ?s ?p ?o BIND({F}(?o) AS ?y) }}", 400),
        ("INSERT DATA { ?s ?p ?o }", 400),
        ("DELETE DATA { _:a <urn:b> 1 }", 400),
        ("INSERT DATA { <not an iri> <urn:b> 1 }", 400),
    ],
)
def test_an_update_that_cannot_be_done_is_refused_as_such(
    http: httpx.Client, update: str, status: int
) -> None:
    put = "INSERT DATA { GRAPH <urn:there> { <urn:a> <urn:b> 1 } }"
    assert change(http, put).status_code == 204
    answer = change(http, update)
    assert answer.status_code == status, answer.text
    if status == httpx.codes.CONFLICT:
        assert answer.headers["content-type"] == PROBLEM
        assert answer.json()["code"] == "graph-state"
        iri = "<urn:there>" if "CREATE" in update else "<urn:missing>"
        assert iri in answer.json()["why"]
    written = ask(http, "ASK { <urn:a> <urn:b> 1 GRAPH ?g { <urn:a> <urn:b> 1 } }", accept=ROWS)
    assert written.json()["boolean"] is True
    plain = "SELECT ?s { ?s <urn:b> 1 }"
    assert len(ask(http, plain, accept=ROWS).json()["results"]["bindings"]) == 1


VALUES = [
    # an expression in error leaves its variable unbound (SPARQL 1.1 Query §18.5, Extend)
    'IRI("not an iri ><")',
    "IRI(1)",
    "1/0",
    "9223372036854775807 + 1",
    "xsd:integer(1e300)",
    "xsd:decimal(1e300)",
    'xsd:integer("a")',
    'xsd:dateTime("yesterday")',
    'STRLANG("a", "not a language")',
    'STRDT("a"@fr, xsd:string)',
    'REGEX("a", "(")',
    'REGEX("a", "a", "unknown flag")',
    'REGEX("a", "(a{1000}){1000}")',
    'REPLACE("a", "[", "b")',
    "CONCAT(1)",
    "YEAR(1)",
]


@pytest.mark.parametrize("value", VALUES)
def test_an_expression_in_error_is_no_failure(http: httpx.Client, value: str) -> None:
    answer = ask(http, f"SELECT ({value} AS ?x) {{}}", accept=ROWS)
    assert answer.status_code == 200, answer.text
    assert answer.json()["results"]["bindings"] == [{}]


@pytest.mark.parametrize(
    "query",
    [
        'SELECT (SUM(?o) AS ?x) { VALUES ?o { 1 "a" <urn:a> } }',
        'SELECT (AVG(?o) AS ?x) { VALUES ?o { "a"@fr } }',
        "SELECT (MIN(?o) AS ?x) (MAX(?o) AS ?y) (SAMPLE(?o) AS ?z) { VALUES ?o { 1 <urn:a> 'b' } }",
        'SELECT * { VALUES ?o { 1 "a" <urn:a> "b"@fr UNDEF } } ORDER BY ?o',
        "DESCRIBE <urn:nothing>",
        "DESCRIBE ?x {}",
        'DESCRIBE ?x { BIND("a text" AS ?x) }',
        'CONSTRUCT { "a" ?p ?o } { ?s ?p ?o }',
        "SELECT * FROM <urn:nothing> { ?s ?p ?o }",
        "SELECT * { ?s ?p ?o } OFFSET 18446744073709551615",
    ],
)
@pytest.mark.parametrize("media", ["json", "xml", "csv", "tsv", "ttl", "nt", "rdf", "jsonld"])
def test_what_is_odd_is_answered_in_every_format_or_refused_as_such(
    http: httpx.Client, query: str, media: str
) -> None:
    graph = query.startswith(("CONSTRUCT", "DESCRIBE"))
    answer = http.get("/sparql", params={"query": query, "format": media})
    suits = media not in ("csv", "tsv") if graph else media in ("json", "xml", "csv", "tsv")
    assert answer.status_code == (200 if suits else 406), answer.text
    if suits and media in ("xml", "rdf"):
        ElementTree.fromstring(answer.content)  # noqa: S314


@pytest.mark.parametrize(
    ("query", "others"),
    [
        ('SELECT ("\\u0001" AS ?x) {}', ("json", "csv", "tsv")),
        ('SELECT ("a\\uFFFE" AS ?x) {}', ("json", "csv", "tsv")),
        ("CONSTRUCT { <urn:a> <http://example.org/1> 1 } {}", ("ttl", "nt", "jsonld")),
        ("CONSTRUCT { ?o ?p ?s } { ?s ?p ?o }", ("ttl", "nt", "jsonld")),
        ("CONSTRUCT { <urn:a> <http://example.org/p> '\\u0001' } {}", ("ttl", "nt", "jsonld")),
    ],
)
def test_what_xml_cannot_hold_is_not_sent_as_xml(
    http: httpx.Client, query: str, others: tuple[str, ...]
) -> None:
    """XML 1.0 §2.2 has no way to write these characters, RDF/XML §2 no property without a name."""
    media = "xml" if query.startswith("SELECT") else "rdf"
    answer = http.get("/sparql", params={"query": query, "format": media})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    for each in others:
        assert http.get("/sparql", params={"query": query, "format": each}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "DESCRIBE <not an iri>",
        "SELECT * {} LIMIT -1",
        "SELECT * {} LIMIT 99999999999999999999999",
        "SELECT ?x { ?x ?p ?o } GROUP BY ?p",
        "SELECT ?a { BIND(1 AS ?a) BIND(2 AS ?a) }",
        "SELECT * { VALUES (?a ?b) { (1) } }",
        f"SELECT ({F}(*) AS ?x) {{}}",
        "",
    ],
)
def test_what_is_not_sparql_is_said_so(http: httpx.Client, query: str) -> None:
    answer = ask(http, query, accept=ROWS)
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)


ELSEWHERE: dict[str, Reply] = {
    "fails": says(500, SECRET.encode()),
    "refuses": says(403, SECRET.encode(), Content_Type="text/plain"),
    "is not there": says(404, SECRET.encode()),
    "leads away": says(307, SECRET.encode(), Location=f"http://127.0.0.1:9/{SECRET}"),
    "breaks off": breaks_off,
    "says no type": says(200, SECRET.encode()),
    "sends a page": says(200, f"<p>{SECRET}".encode(), Content_Type="text/html"),
    "has a type of its own": says(200, b"", Content_Type=f"text/{SECRET}"),
    "sends rubbish": says(200, SECRET.encode(), Content_Type=ROWS),
    "sends other XML": says(
        200, f"<{SECRET}/>".encode(), Content_Type="application/sparql-results+xml"
    ),
    "sends a truth value": says(200, b'{"head":{},"boolean":true}', Content_Type=ROWS),
    "sends a strange term": says(
        200,
        b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"'
        + SECRET.encode()
        + b'","value":"a"}}]}}',
        Content_Type=ROWS,
    ),
    "speaks as the engine does": says(
        200, b"The custom function <http://example.org/f> is not supported", Content_Type=ROWS
    ),
}


@pytest.fixture(scope="module")
def endpoints() -> Iterator[dict[str, str]]:
    """The addresses of endpoints that fail, each in its way; one is down."""
    with faulty([says(200)], []) as down:
        pass
    opened = {name: faulty([reply], []) for name, reply in ELSEWHERE.items()}
    try:
        yield {name: each.__enter__() for name, each in opened.items()} | {"is down": down}
    finally:
        for each in opened.values():
            each.__exit__(None, None, None)


@pytest.fixture(scope="module")
def federated(town: Settings, endpoints: dict[str, str]) -> Iterator[httpx.Client]:
    """A client of a service that may call them."""
    allowed = json.dumps(sorted(endpoints.values()))
    with (
        serving(town.data, service_allowed=allowed, log_level="ERROR") as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


@pytest.mark.parametrize("how", [*ELSEWHERE, "is down"])
def test_the_failure_of_another_endpoint_is_laid_on_it_and_never_quoted(
    federated: httpx.Client, endpoints: dict[str, str], how: str
) -> None:
    iri = endpoints[how]
    clause = f"<{iri}> {{ ?s ?p ?o }}"
    for query in (
        f"SELECT * {{ SERVICE {clause} }}",
        f"ASK {{ SERVICE {clause} }}",
        f"CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE {clause} }}",
    ):
        answer = ask(federated, query)
        assert (answer.status_code, answer.headers["content-type"]) == (502, PROBLEM), answer.text
        assert answer.json()["code"] == "service-failed"
        assert f"<{iri}>" in answer.json()["detail"]
        assert SECRET not in answer.text and "example.org" not in answer.text
    silent = ask(federated, f"SELECT * {{ SERVICE SILENT {clause} }}", accept=ROWS)
    # Oxigraph is silent on what fails at once, not on a row that it cannot read afterwards.
    assert silent.status_code == (502 if how == "sends a strange term" else 200), silent.text
    assert SECRET not in silent.text


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Un autre serveur"), ("en", "Another server")]
)
def test_the_page_says_so_in_either_language(
    federated: httpx.Client, endpoints: dict[str, str], language: str, words: str
) -> None:
    query = f"SELECT * {{ SERVICE <{endpoints['fails']}> {{ ?s ?p ?o }} }}"
    answer = ask(federated, query, accept="text/html", **{"accept-language": language})
    assert answer.status_code == 502
    assert words in answer.text and SECRET not in answer.text


def test_what_fails_here_is_not_laid_on_another_endpoint(
    federated: httpx.Client, endpoints: dict[str, str]
) -> None:
    clause = f"SERVICE SILENT <{endpoints['fails']}> {{ ?s ?p ?o }}"
    answer = ask(federated, f"SELECT ({F}(?s) AS ?x) {{ {clause} }}")
    assert (answer.status_code, answer.json()["code"]) == (400, "query-function")
    mentioned = ask(federated, f"SELECT ({F}('{clause}') AS ?x) {{}}")
    assert (mentioned.status_code, mentioned.json()["code"]) == (400, "query-function")
