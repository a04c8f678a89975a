"""The remote engine, against a real server and against one that misbehaves."""

import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries.engine import Dataset, EmbeddedEngine
from queries.errors import (
    EngineUnavailableError,
    FormatError,
    QueryEvaluationError,
    QueryFormError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
)
from queries.formats import GRAPHS, RESULTS
from queries.remote import RemoteEngine, declared

LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
QUADS = (
    "".join(f'<x:s{n}> {LABEL} "chose \\"{n}\\""@fr <x:g{n % 2}> .\n' for n in range(20))
    + '<x:s0> <x:rank> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <x:g0> .\n'
)
ROWS = "SELECT ?s ?l ?r { ?s rdfs:label ?l OPTIONAL { ?s <x:rank> ?r } } ORDER BY ?s"
TRIPLES = "CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s rdfs:label ?l }"
EXECUTABLE = Path(sys.executable).parent / "oxigraph"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("remote") / "store"
    store = ox.Store(str(path))
    store.load(QUADS, format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    return path


@pytest.fixture(scope="module")
def endpoint(folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(EXECUTABLE, "serve-read-only", "--union-default-graph"),
            *("--location", folder, "--bind", f"127.0.0.1:{port}"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(address, timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield address + "/query"
    server.kill()
    server.wait()


@pytest.fixture
def remote(endpoint: str) -> RemoteEngine:
    return RemoteEngine(endpoint, seconds=20)


def test_answers_are_those_of_the_embedded_engine(remote: RemoteEngine, folder: Path) -> None:
    embedded = EmbeddedEngine(folder)
    assert remote.select(ROWS) == embedded.select(ROWS)
    assert len(remote.select(ROWS).rows) == 20
    for each in RESULTS:
        assert remote.answer(ROWS, each.media_type) == embedded.answer(ROWS, each.media_type)
    for each in GRAPHS:
        there, here = (engine.answer(TRIPLES, each.media_type) for engine in (remote, embedded))
        assert (there.form, there.media_type) == (here.form, here.media_type)
        assert set(ox.parse(there.body, format=each.rdf)) == set(
            ox.parse(here.body, format=each.rdf)
        )
    assert remote.ask('ASK { ?s rdfs:label "chose \\"3\\""@fr }') is True
    assert remote.ask("ASK { <x:nothing> ?p ?o }") is False
    remote.close()


def test_long_queries_travel_too(remote: RemoteEngine) -> None:
    values = " ".join(f'"chose \\"{n}\\""@fr' for n in range(400))
    query = f"SELECT ?s {{ VALUES ?l {{ {values} }} ?s rdfs:label ?l }}"
    assert len(query) > 2000
    assert len(remote.select(query).rows) == 20


def test_the_dataset_is_handed_on(remote: RemoteEngine) -> None:
    query = "SELECT ?s { ?s rdfs:label ?l }"
    body = remote.answer(query, "csv", Dataset(default=("x:g1",))).body
    assert len(body.split()) - 1 == 10
    named = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    assert remote.answer(named, "csv", Dataset(named=("x:g1",))).body.split() == [b"g", b"x:g1"]


def test_faults_are_told_without_asking_the_server() -> None:
    nowhere = RemoteEngine("http://127.0.0.1:9/query")
    with pytest.raises(QuerySyntaxError, match="line 1, column 1"):
        nowhere.answer("SELEC * { ?s ?p ?o }")
    with pytest.raises(QuerySyntaxError, match="read-only"):
        nowhere.answer("DELETE WHERE { ?s ?p ?o }")
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        nowhere.select("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(QueryFormError, match="SELECT is due"):
        nowhere.select("ASK {}")
    with pytest.raises(QueryFormError, match="ASK is due"):
        nowhere.ask(ROWS)
    with pytest.raises(FormatError, match="text/csv"):
        nowhere.answer(TRIPLES, "text/csv")
    with pytest.raises(EngineUnavailableError, match="cannot be reached"):
        nowhere.ask("ASK {}")
    with pytest.raises(EngineUnavailableError, match="no endpoint"):
        RemoteEngine("file:///etc/hostname")


def test_used_prefixes_are_declared_once_on_the_first_line() -> None:
    assert declared("ASK { ?s skos:notation ?o }\n") == (
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> ASK { ?s skos:notation ?o }\n"
    )
    for complete in ("PREFIX emp: <x:> ASK { ?s emp:a ?o }", "ASK { ?s <x:skos:> 'emp:a' }"):
        assert declared(complete) == complete


Reply = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def server() -> Iterator[tuple[str, list[Reply], list[BaseHTTPRequestHandler]]]:
    replies: list[Reply] = []
    seen: list[BaseHTTPRequestHandler] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self)
            replies[min(len(seen), len(replies)) - 1](self)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that went away is what some tests are about."""

    made = Quiet(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_address[1]}/sparql", replies, seen
    made.shutdown()
    made.server_close()


def says(code: int, body: bytes, delay: float = 0) -> Reply:
    """Make a reply."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(delay)
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


TRUE = b'{"head":{},"boolean":true}'
Server = tuple[str, list[Reply], list[BaseHTTPRequestHandler]]


def test_only_an_overloaded_server_is_asked_again(server: Server) -> None:
    url, replies, seen = server
    replies += [says(503, b""), says(503, b""), says(200, TRUE)]
    assert RemoteEngine(url, pause=0.01).ask("ASK {}") is True
    assert len(seen) == 3
    seen.clear()
    replies[:] = [says(503, b"")]
    with pytest.raises(EngineUnavailableError, match="503"):
        RemoteEngine(url, pause=0.01).ask("ASK {}")
    assert len(seen) == 3
    for code in (400, 401, 404, 414, 429, 500, 502):
        seen.clear()
        replies[:] = [says(code, b"no, because")]
        with pytest.raises(QueryEvaluationError, match="no, because"):
            RemoteEngine(url, pause=0.01).ask("ASK {}")
        assert len(seen) == 1


def test_what_is_asked_of_the_server(server: Server) -> None:
    url, replies, seen = server
    replies += [says(200, TRUE)]
    RemoteEngine(url).ask("ASK { ?s rdfs:label ?o }")
    (request,) = seen
    fields = urllib.parse.parse_qs(request.path.partition("?")[2])
    assert fields == {"query": [declared("ASK { ?s rdfs:label ?o }")]}
    assert request.headers["Accept"] == "application/sparql-results+json"


def test_a_server_out_of_time_is_told(server: Server) -> None:
    url, replies, _ = server
    replies += [says(200, TRUE, delay=2)]
    with pytest.raises(QueryTimeoutError, match="1 seconds"):
        RemoteEngine(url, seconds=1).ask("ASK {}")
    for code in (408, 504):
        replies[:] = [says(code, b"")]
        with pytest.raises(QueryTimeoutError):
            RemoteEngine(url).ask("ASK {}")


def test_an_answer_broken_off_is_never_taken_for_whole(server: Server) -> None:
    url, replies, _ = server
    head = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"x:a"}}'
    for body in (head, head + b",The SPARQL operation has been cancelled", b"", b"<html>"):
        replies[:] = [says(200, body)]
        engine = RemoteEngine(url)
        with pytest.raises(QueryEvaluationError, match="broken"):
            engine.select("SELECT ?s { ?s ?p ?o }")
        with pytest.raises(QueryEvaluationError, match="broken"):
            engine.answer("SELECT ?s { ?s ?p ?o }", "csv")
        with pytest.raises(QueryEvaluationError, match="broken"):
            engine.ask("ASK {}")
    replies[:] = [says(200, b"<x:a> <x:b> <x:c> .\nThe SPARQL operation has been cancelled")]
    with pytest.raises(QueryEvaluationError, match="broken"):
        RemoteEngine(url).answer(TRIPLES)


def test_an_answer_of_another_form_is_broken(server: Server) -> None:
    url, replies, _ = server
    replies[:] = [says(200, TRUE)]
    with pytest.raises(QueryEvaluationError, match="another form"):
        RemoteEngine(url).select("SELECT ?s { ?s ?p ?o }")


def test_a_connection_cut_short_is_told(server: Server) -> None:
    url, replies, _ = server

    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"{")
        handler.close_connection = True

    replies[:] = [cut]
    with pytest.raises((QueryEvaluationError, EngineUnavailableError)):
        RemoteEngine(url).ask("ASK {}")
