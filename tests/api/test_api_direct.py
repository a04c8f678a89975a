"""The short way to the endpoint answers as the long way does, failures included."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient

from api.app import HEADERS, create_app, front
from ingest.settings import Settings
from tests.api.conftest import broken, in_process
from tests.serving import serving

ROWS = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 40"
GRAPH = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
SERVICE = "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"


@pytest.fixture(scope="module")
def ways(town: Settings) -> Iterator[tuple[TestClient, TestClient]]:
    """Clients of the application alone, and of what the server puts before it."""
    app = create_app(town, in_process)
    # The lifetime of the application is one; both clients ask it.
    with TestClient(app) as long:
        yield long, TestClient(front(app))


def fields(answer: httpx.Response) -> dict[str, object]:
    """Give the headers; what an answer varies by has no order, and stands in it once."""
    found: dict[str, object] = dict(answer.headers)
    varied = [each.strip() for each in answer.headers.get("vary", "").split(",")]
    assert len(varied) == len(set(varied))
    return found | {"vary": set(varied)}


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("ASK {}", {}, 200),
        (ROWS, {"Accept": "text/csv"}, 200),
        (ROWS, {"Accept": "text/html"}, 200),
        (ROWS, {"Accept": "image/png"}, 406),
        (ROWS, {"Authorization": "Bearer wrong"}, 401),
        (ROWS, {"Origin": "https://example.org"}, 200),
        (ROWS, {"Host": "%"}, 400),
        (GRAPH, {"Accept": "text/turtle"}, 200),
        ("SELECT", {}, 400),
        ("SELECT", {"Accept": "text/html"}, 400),
        (SERVICE, {}, 403),
        ("SELECT (RAND() < 2 AS ?yes) {}", {}, 200),
        ("", {"Accept": "text/turtle"}, 400),
        ("ASK {} #" + "x" * (1 << 15), {}, 414),
    ],
)
def test_both_ways_give_one_answer(ways, query, headers, status, method, encoding) -> None:
    asked = headers | {"Accept-Encoding": encoding}
    long, short = (
        way.request(method, "/sparql", params={"query": query}, headers=asked) for way in ways
    )
    assert (long.status_code, short.status_code) == (status, status)
    assert fields(short) == fields(long)
    assert short.content == long.content


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/sparql-query", "ASK {}", 200),
        ("application/x-www-form-urlencoded", "query=ASK%20%7B%7D", 200),
        ("application/sparql-update", "CLEAR ALL", 403),
        ("text/plain", "ASK {}", 415),
    ],
)
def test_both_ways_take_one_body(ways, kind, body, status) -> None:
    long, short = (
        way.post("/sparql", content=body, headers={"Content-Type": kind}) for way in ways
    )
    assert (long.status_code, short.status_code) == (status, status)
    assert fields(short) == fields(long)
    assert short.content == long.content


def test_what_is_not_the_endpoint_takes_the_long_way(ways) -> None:
    for method, path in (("GET", "/health"), ("OPTIONS", "/sparql"), ("PUT", "/sparql")):
        long, short = (way.request(method, path) for way in ways)
        assert (short.status_code, short.content) == (long.status_code, long.content)


def test_an_unforeseen_failure_is_told_without_the_inside_and_raised(town: Settings) -> None:
    app = create_app(town, broken)
    with TestClient(app, raise_server_exceptions=False):
        short = TestClient(front(app), raise_server_exceptions=False)
        answer = short.get("/sparql", params={"query": "ASK {}"})
        assert answer.status_code == 500
        assert "inner detail" not in answer.text
        assert all(answer.headers[name] == value for name, value in HEADERS.items())
        with pytest.raises(RuntimeError, match="inner detail"):
            TestClient(front(app)).get("/sparql", params={"query": "ASK {}"})


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        (b"NONSENSE\r\n\r\n", 400, "malformed"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 20_000 + b"\r\n", 431, "too-large"),
    ],
)
def test_what_the_server_itself_refuses_is_a_problem_too(town, head, status, code) -> None:
    with serving(town.data, log_level="ERROR") as address:
        where = urlsplit(address)
        with socket.create_connection((where.hostname, where.port), timeout=30) as plain:
            plain.sendall(head)
            found = b"".join(iter(lambda: plain.recv(1 << 16), b""))
    start, _, body = found.partition(b"\r\n\r\n")
    line, *others = start.decode().split("\r\n")
    headers = httpx.Headers([tuple(each.split(": ", 1)) for each in others])
    assert line.split(" ")[1] == str(status)
    assert headers["content-type"] == "application/problem+json"
    assert all(headers[name] == value for name, value in HEADERS.items())
    assert (json.loads(body)["status"], json.loads(body)["code"]) == (status, code)
