"""Answers sent again by the server itself: the same as before, never one that no longer holds."""

import http.client
import re
import socket
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import httpx
import pytest

from ingest.settings import Settings
from tests.serving import Running, running

TOKEN = "a-token-for-updates"  # noqa: S105
COUNT = "SELECT (COUNT(*) AS ?n) { ?s <http://example.org/repeated> ?o }"
LIGHT = "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 3"
LONG = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 60"


@pytest.fixture(scope="module")
def service(town: Settings) -> Iterator[Running]:
    with running(town.data, update_token=TOKEN, query_seconds="2", log_level="ERROR") as found:
        yield found


@pytest.fixture
def line(service: Running) -> Iterator[http.client.HTTPConnection]:
    """One connection, kept alive."""
    found = http.client.HTTPConnection(urlsplit(service.address).netloc, timeout=30)
    yield found
    found.close()


def repeated(service: Running) -> int:
    """Count the answers that were sent again, as the metrics have it."""
    text = httpx.get(f"{service.address}/metrics").text
    found = re.search(r'empilement_queries_total\{outcome="repeated"\} (\S+)', text)
    return int(float(found[1])) if found else 0


def get(
    line: http.client.HTTPConnection, query: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    line.request(method, f"/sparql?query={quote(query, safe='')}", headers=named)
    answer = line.getresponse()
    fields = {name.lower(): value for name, value in answer.getheaders() if name != "date"}
    return answer.status, fields, answer.read()


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        (LIGHT, {"Accept": "text/csv"}),
        (LIGHT, {"Accept": "application/sparql-results+xml", "Accept_Encoding": "identity"}),
        (LONG, {"Accept": "application/sparql-results+json", "Accept_Encoding": "gzip"}),
        ("ASK {}", {}),
    ],
)
def test_the_same_request_has_the_same_answer(service, line, query, headers) -> None:
    first = get(line, query, **headers)
    before = repeated(service)
    assert first[0] == 200
    assert [get(line, query, **headers) for _ in range(3)] == [first] * 3
    assert repeated(service) == before + 3


def test_not_modified_is_repeated_too(service, line) -> None:
    tag = get(line, LIGHT)[1]["etag"]
    first = get(line, LIGHT, If_None_Match=tag)
    before = repeated(service)
    assert (first[0], first[2]) == (304, b"")
    assert get(line, LIGHT, If_None_Match=tag) == first
    assert repeated(service) == before + 1


def test_another_header_is_another_request(line) -> None:
    types = ("text/csv", "application/sparql-results+json", "text/tab-separated-values")
    for _ in range(2):
        found = [get(line, LIGHT, Accept=each)[1]["content-type"] for each in types]
        assert [each.partition(";")[0] for each in found] == list(types)
    assert get(line, LIGHT)[0] == 200
    assert get(line, LIGHT, Authorization="Bearer wrong")[0] == 401
    assert get(line, LIGHT, Authorization="Bearer wrong")[0] == 401


def test_an_update_ends_what_was_kept(service, line) -> None:
    def counted() -> bytes:
        return get(line, COUNT, Accept="text/csv")[2]

    assert [counted(), counted()] == [b"n\r\n0\r\n"] * 2
    for number in (1, 2):
        done = httpx.post(
            f"{service.address}/sparql",
            content="INSERT DATA { GRAPH <g:r> "
            f"{{ <x:{number}> <http://example.org/repeated> 1 }} }}",
            headers={
                "Content-Type": "application/sparql-update",
                "Authorization": f"Bearer {TOKEN}",
            },
        )
        assert done.status_code == 204
        assert [counted(), counted()] == [f"n\r\n{number}\r\n".encode()] * 2


@pytest.mark.parametrize(
    "query", ["SELECT (RAND() AS ?r) {}", "SELECT (UUID() AS ?r) {}", "SELECT (NOW() AS ?r) {}"]
)
def test_what_does_not_last_is_asked_again(line, query) -> None:
    first, second = get(line, query), get(line, query)
    assert (first[0], second[0]) == (200, 200)
    assert first[2] != second[2]
    assert second[1]["cache-control"] == "no-store"


def test_failures_are_not_repeated(service, line) -> None:
    before = repeated(service)
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    assert [get(line, "SELECT")[0] for _ in range(2)] == [400, 400]
    assert [get(line, endless)[0] for _ in range(2)] == [504, 504]
    assert [get(line, LIGHT, Accept="image/png")[0] for _ in range(2)] == [406, 406]
    assert repeated(service) == before


def test_head_has_no_body(line) -> None:
    whole = get(line, LIGHT)
    for _ in range(2):
        status, fields, body = get(line, LIGHT, "HEAD")
        assert (status, body) == (200, b"")
        assert fields == whole[1]


def test_requests_in_one_go_are_answered_in_their_order(service) -> None:
    """Some of them known, others not (RFC 9112 §9.3.2)."""
    host, port = urlsplit(service.address).netloc.split(":")
    queries = [f"SELECT ({number} AS ?n) {{}}" for number in (1, 2, 1, 3, 1, 1, 4, 2)]
    heads = "".join(
        f"GET /sparql?query={quote(each, safe='')} HTTP/1.1\r\nHost: {host}\r\nAccept: text/csv\r\n"
        + ("Connection: close\r\n\r\n" if number == len(queries) else "\r\n")
        for number, each in enumerate(queries, 1)
    )
    for _ in range(2):
        with socket.create_connection((host, int(port)), timeout=30) as plain:
            plain.sendall(heads.encode())
            found = b"".join(iter(lambda: plain.recv(1 << 16), b""))
        assert re.findall(rb"\r\n\r\nn\r\n(\d)\r\n", found) == [
            b"%c" % each for each in b"12131142"
        ]
