"""The remote engine against servers that misbehave: each failure is told for what it is."""

import asyncio
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from queries.errors import (
    EndpointError,
    EngineUnavailableError,
    FunctionCallError,
    GraphStateError,
    QueryError,
    QueryTimeoutError,
)
from queries.remote import RemoteEngine, declared
from tests.elsewhere import Reply, Server, breaks_off, faulty, never_ends, says

TRUE = b'{"head":{},"boolean":true}'
ROWS = "SELECT ?s { ?s ?p ?o }"
TRIPLES = "CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s rdfs:label ?l }"
LINE = b"<x:a> <x:b> <x:c> .\n"
HEAD = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"x:a"}}'
Seen = list[tuple[dict[str, str], bytes]]
Opened = Callable[..., RemoteEngine]


@pytest.fixture
def replies() -> list[Reply]:
    return []


@pytest.fixture
def seen() -> Seen:
    return []


@pytest.fixture
def opened(replies: list[Reply], seen: Seen) -> Iterator[Opened]:
    """Open engines on a server that gives the replies in turn."""
    made: list[RemoteEngine] = []
    with faulty(replies, seen) as url:

        def make(**limits: float) -> RemoteEngine:
            made.append(RemoteEngine(url, pause=0.01, **limits))
            return made[-1]

        yield make
        for each in made:
            each.close()


@pytest.mark.parametrize("code", [429, 503])
def test_an_overloaded_server_is_asked_again(
    code: int, opened: Opened, replies: list[Reply], seen: Seen
) -> None:
    engine = opened()
    replies += [says(code), says(code), says(200, TRUE)]
    assert engine.ask("ASK {}") is True
    assert len(seen) == 3
    seen.clear()
    replies[:] = [says(code)]
    with pytest.raises(EngineUnavailableError, match=str(code)):
        engine.ask("ASK {}")
    assert len(seen) == 3


@pytest.mark.parametrize("code", [301, 302, 400, 401, 404, 414, 500, 502])
def test_any_other_refusal_is_told_and_not_repeated(
    code: int, opened: Opened, replies: list[Reply], seen: Seen
) -> None:
    engine = opened()
    replies += [says(code, b"no, because", Location="http://127.0.0.1:9/"), says(200, TRUE)]
    with pytest.raises(EndpointError, match=f"{code}: no, because"):
        engine.ask("ASK {}")
    assert len(seen) == 1
    assert engine.ask("ASK {}") is True


@pytest.mark.parametrize("code", [408, 504])
def test_a_server_out_of_time_is_told(code: int, opened: Opened, replies: list[Reply]) -> None:
    replies += [says(code)]
    with pytest.raises(QueryTimeoutError):
        opened().ask("ASK {}")


@pytest.mark.parametrize(
    "late", [says(200, TRUE, delay=2), never_ends(b" ", pause=0.1)], ids=["silent", "dripping"]
)
def test_the_limit_holds_from_the_first_byte_to_the_last(
    late: Reply, opened: Opened, replies: list[Reply]
) -> None:
    replies += [late]
    start = time.monotonic()
    with pytest.raises(QueryTimeoutError, match=r"0\.4 seconds"):
        opened(seconds=0.4).ask("ASK {}")
    assert time.monotonic() - start < 1.5


def test_pauses_count_as_time(opened: Opened, replies: list[Reply], seen: Seen) -> None:
    replies += [says(503)]
    start = time.monotonic()
    with pytest.raises((EngineUnavailableError, QueryTimeoutError)):
        opened(seconds=0.3, attempts=1000).ask("ASK {}")
    assert time.monotonic() - start < 1.5
    assert len(seen) > 1


def test_an_answer_without_end_meets_the_limit_of_size(
    opened: Opened, replies: list[Reply]
) -> None:
    replies += [never_ends(b" " * 65536)]
    with pytest.raises(QueryError, match="1 MiB"):
        opened(answer_mb=1).answer(ROWS)


BROKEN = [HEAD, HEAD + b",The SPARQL operation has been cancelled", b"", b"<html>Hello</html>"]


@pytest.mark.parametrize("body", BROKEN, ids=["half", "cancelled", "empty", "html"])
def test_an_answer_broken_off_is_never_taken_for_whole(
    body: bytes, opened: Opened, replies: list[Reply]
) -> None:
    replies += [says(200, body)]
    engine = opened()
    with pytest.raises(EndpointError, match="broken"):
        engine.select(ROWS)
    with pytest.raises(EndpointError, match="broken"):
        engine.answer(ROWS, "csv")
    with pytest.raises(EndpointError, match="broken"):
        engine.ask("ASK {}")


def unframed(handler: BaseHTTPRequestHandler) -> None:
    """Send a sound line and close, without a word of how many were to come."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(LINE)


@pytest.mark.parametrize(
    "reply",
    [says(200, LINE + b"The SPARQL operation has been cancelled"), says(200, LINE[:9]), unframed],
    ids=["cancelled", "half a line", "unframed"],
)
def test_a_graph_broken_off_is_never_taken_for_whole(
    reply: Reply, opened: Opened, replies: list[Reply]
) -> None:
    replies += [reply]
    with pytest.raises(EndpointError, match="broken"):
        opened().answer(TRIPLES)


def test_an_answer_of_another_form_is_broken(opened: Opened, replies: list[Reply]) -> None:
    replies += [says(200, TRUE)]
    with pytest.raises(EndpointError, match="another form"):
        opened().select(ROWS)


def test_a_connection_cut_short_is_told(opened: Opened, replies: list[Reply]) -> None:
    replies += [breaks_off]
    with pytest.raises(EngineUnavailableError, match="broke off"):
        opened().ask("ASK {}")


def test_what_is_asked_of_the_server(opened: Opened, replies: list[Reply], seen: Seen) -> None:
    paths: list[str] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        paths.append(handler.path)
        says(200, TRUE)(handler)

    replies += [note]
    opened().ask("ASK { ?s rdfs:label ?o }")
    from urllib.parse import parse_qs

    assert [parse_qs(path.partition("?")[2]) for path in paths] == [
        {"query": [declared("ASK { ?s rdfs:label ?o }")]}
    ]
    ((headers, body),) = seen
    assert headers["accept"] == "application/sparql-results+json"
    assert headers["accept-encoding"] == "identity"
    assert body == b""


@pytest.fixture
def writable(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "store") as found:
        yield found


def test_the_asker_s_faults_are_told_as_they_are_here(writable: Server) -> None:
    engine = RemoteEngine(writable.endpoint, update_url=writable.updates)
    call = "<http://example.org/f>"
    with pytest.raises(FunctionCallError, match=call):
        engine.select(f"SELECT ({call}(1) AS ?x) {{}}")
    with pytest.raises(FunctionCallError, match="given: 2"):
        engine.select("SELECT (xsd:integer(1, 2) AS ?x) {}")
    with pytest.raises(FunctionCallError, match=call):
        asyncio.run(engine.update(f"INSERT {{ <x:a> <x:b> ?y }} WHERE {{ BIND({call}(1) AS ?y) }}"))
    with pytest.raises(GraphStateError, match="<x:none> does not exist"):
        asyncio.run(engine.update("DROP GRAPH <x:none>"))
    with pytest.raises(GraphStateError, match="<x:a> already exists"):
        asyncio.run(engine.update("CREATE GRAPH <x:a> ; CREATE GRAPH <x:a>"))
    engine.close()


@pytest.mark.parametrize(
    "reply",
    [
        says(500, b"what-the-other-said"),
        says(200, b"what-the-other-said", Content_Type="text/plain"),
        says(200, b"<what-the-other-said>", Content_Type="application/sparql-results+xml"),
        says(302, b"", Location="http://127.0.0.1:9/what-the-other-said"),
    ],
)
def test_what_another_endpoint_said_there_is_not_repeated_here(
    writable: Server, reply: Reply
) -> None:
    with faulty([reply], []) as other:
        engine = RemoteEngine(writable.endpoint, allowed=frozenset((other,)))
        query = f"SELECT * {{ SERVICE <{other}> {{ ?s ?p ?o }} }}"
        with pytest.raises(QueryError) as told:
            engine.select(query)
        engine.close()
    assert isinstance(told.value, EndpointError)
    assert "what-the-other-said" not in f"{told.value.what} {told.value.why} {told.value.todo}"
