"""The remote engine against a real server: the answers of the embedded one, or none."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from ingest.identity import mint
from ingest.provenance import META
from queries.engine import Dataset, EmbeddedEngine
from queries.errors import (
    EndpointError,
    EngineUnavailableError,
    FormatError,
    PoolBusyError,
    QueryError,
    QueryFormError,
    QueryMemoryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
)
from queries.formats import GRAPHS, RESULTS
from queries.remote import RemoteEngine, declared
from tests.elsewhere import Server

LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
VERSION = "0123456789abcdef"
ACTIVITY = "<http://www.w3.org/ns/prov#Activity>"
QUADS = (
    "".join(f'<x:s{n}> {LABEL} "chose \\"{n}\\""@fr <x:g{n % 2}> .\n' for n in range(20))
    + '<x:s0> <x:rank> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <x:g0> .\n'
    + f"<{mint('run', VERSION)}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> {ACTIVITY}"
    + f" <{META}> .\n"
)
ROWS = "SELECT ?s ?l ?r { ?s rdfs:label ?l OPTIONAL { ?s <x:rank> ?r } } ORDER BY ?s"
TRIPLES = "CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s rdfs:label ?l }"
# 20 labels to the fifth: some seconds of any engine that counts them one by one.
SLOW = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'?a{n} {LABEL} ?b{n} .' for n in range(6))} }}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("remote") / "store"
    store = ox.Store(str(path))
    store.load(QUADS, format=ox.RdfFormat.N_QUADS)
    store.flush()
    return path


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with Server(folder, "serve-read-only") as found:
        yield found


@pytest.fixture
def burning(folder: Path) -> Iterator[Server]:
    """A server of its own: what it was asked burns on after its asker has gone."""
    with Server(folder, "serve-read-only") as found:
        yield found


@pytest.fixture
def remote(server: Server) -> Iterator[RemoteEngine]:
    engine = RemoteEngine(server.endpoint, seconds=20, version=VERSION)
    yield engine
    engine.close()


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


def test_long_queries_travel_too(remote: RemoteEngine) -> None:
    values = " ".join(f'"chose \\"{n}\\""@fr' for n in range(400))
    query = f"SELECT ?s {{ VALUES ?l {{ {values} }} ?s rdfs:label ?l }}"
    assert len(query) > 2000
    assert len(remote.select(query).rows) == 20


def test_a_large_answer_comes_whole(remote: RemoteEngine, folder: Path) -> None:
    query = "SELECT * { ?a rdfs:label ?b . ?c rdfs:label ?d . ?e rdfs:label ?f }"
    body = remote.answer(query, "csv").body
    assert body.count(b"\r\n") == 1 + 20**3
    assert sorted(body.splitlines()) == sorted(
        EmbeddedEngine(folder).answer(query, "csv").body.splitlines()
    )


def test_the_dataset_is_handed_on(remote: RemoteEngine) -> None:
    query = "SELECT ?s { ?s rdfs:label ?l }"
    body = remote.answer(query, "csv", Dataset(default=("x:g1",))).body
    assert len(body.split()) - 1 == 10
    named = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    assert remote.answer(named, "csv", Dataset(named=("x:g1",))).body.split() == [b"g", b"x:g1"]


@pytest.mark.parametrize(
    ("clause", "count"),
    [
        ("FROM <x:g1>", 10),
        ("FROM <x:g1> FROM <x:g0>", 20),
        ("FROM <x:none>", 0),
        ("FROM NAMED <x:g1>", 0),
        ("", 20),
    ],
)
def test_from_chooses_graphs_there_as_here(
    remote: RemoteEngine, folder: Path, clause: str, count: int
) -> None:
    query = f"SELECT ?s {clause} WHERE {{ ?s rdfs:label ?l }} ORDER BY ?s"
    assert len(remote.select(query).rows) == count
    assert remote.select(query) == EmbeddedEngine(folder).select(query)


def test_limits_of_rows_and_bytes_hold(server: Server) -> None:
    strict = RemoteEngine(server.endpoint, rows=19)
    for query in (ROWS, TRIPLES):
        with pytest.raises(QueryMemoryError, match="19"):
            strict.answer(query)
    assert len(strict.answer(f"{ROWS} LIMIT 19", "csv").body.splitlines()) == 20
    strict.close()
    wide = " ".join(f"?s{n} rdfs:label ?l{n} ." for n in range(4))
    narrow = RemoteEngine(server.endpoint, answer_mb=1)
    with pytest.raises(QueryMemoryError, match="1 MiB"):
        narrow.answer(f"SELECT * {{ {wide} }}")
    narrow.close()


def test_faults_are_told_without_asking_the_server() -> None:
    nowhere = RemoteEngine("http://127.0.0.1:9/query", pause=0.01)
    with pytest.raises(QuerySyntaxError, match="line 1, column 1"):
        nowhere.answer("SELEC * { ?s ?p ?o }")
    with pytest.raises(QuerySyntaxError, match="an update"):
        nowhere.answer("DELETE WHERE { ?s ?p ?o }")
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        nowhere.select("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(QueryFormError, match="SELECT is due"):
        nowhere.select("ASK {}")
    with pytest.raises(QueryFormError, match="ASK is due"):
        nowhere.ask(ROWS)
    with pytest.raises(FormatError, match="text/csv"):
        nowhere.answer(TRIPLES, "text/csv")
    with pytest.raises(EngineUnavailableError, match="No connection"):
        nowhere.ask("ASK {}")
    nowhere.close()
    with pytest.raises(EngineUnavailableError, match="stopping"):
        nowhere.ask("ASK {}")


@pytest.mark.parametrize("address", ["file:///etc/hostname", "", "http://", "http://[::1", "x y"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(EngineUnavailableError, match="no endpoint"):
        RemoteEngine(address)


def test_used_prefixes_are_declared_once_on_the_first_line() -> None:
    assert declared("ASK { ?s skos:notation ?o }\n") == (
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> ASK { ?s skos:notation ?o }\n"
    )
    for complete in ("PREFIX emp: <x:> ASK { ?s emp:a ?o }", "ASK { ?s <x:skos:> 'emp:a' }"):
        assert declared(complete) == complete


def test_a_slow_query_is_given_up_on_time(burning: Server) -> None:
    engine = RemoteEngine(burning.endpoint, seconds=0.5)
    start = time.monotonic()
    with pytest.raises(QueryTimeoutError, match=r"0\.5 seconds"):
        engine.select(SLOW)
    assert time.monotonic() - start < 3
    assert engine.ask("ASK {}") is True
    engine.close()


def test_a_query_that_burns_on_values_burns_elsewhere(burning: Server) -> None:
    many = " ".join(map(str, range(3000)))
    values = " ".join(f"VALUES ?v{n} {{ {many} }}" for n in range(4))
    engine = RemoteEngine(burning.endpoint, seconds=0.5)
    start = time.process_time()
    with pytest.raises((QueryTimeoutError, EndpointError)):
        engine.ask(f"ASK {{ {values} FILTER(?v0 + ?v1 + ?v2 + ?v3 < 0) }}")
    assert time.process_time() - start < 2
    engine.close()


def test_more_queries_than_may_wait_are_refused(burning: Server) -> None:
    engine = RemoteEngine(burning.endpoint, seconds=1, connections=1, queue=1)
    found: list[QueryError] = []

    def burn() -> None:
        try:
            engine.select(SLOW)
        except QueryError as error:
            found.append(error)

    threads = [threading.Thread(target=burn) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = sorted(type(error).__name__ for error in found)
    assert kinds == ["PoolBusyError"] * 2 + ["QueryTimeoutError"] * 2
    assert issubclass(PoolBusyError, QueryError)
    assert engine.ask("ASK {}") is True
    engine.close()


def test_another_version_is_never_taken_for_the_one_that_is_due(remote: RemoteEngine) -> None:
    other = remote.holding("f" * 16)
    assert (remote.holds(), other.holds()) == (True, False)
    for query in ("ASK {}", ROWS, TRIPLES):
        with pytest.raises(EngineUnavailableError, match="another version"):
            other.answer(query)


def test_a_server_without_the_union_is_found_out(folder: Path) -> None:
    with Server(folder, "serve-read-only", union=False) as lone:
        engine = RemoteEngine(lone.endpoint, version=VERSION)
        with pytest.raises(EngineUnavailableError, match="union"):
            engine.select(ROWS)
        engine.close()


def test_killed_and_started_again_under_load_it_never_answers_wrong(tmp_path: Path) -> None:
    store = ox.Store(str(tmp_path / "store"))
    store.load(QUADS, format=ox.RdfFormat.N_QUADS)
    store.flush()
    due = ox.Store()
    due.load(QUADS, format=ox.RdfFormat.N_QUADS)
    del store
    wrong: list[object] = []
    right, failed = [0] * 20, [0] * 20
    stop = threading.Event()
    with Server(tmp_path / "store", "serve-read-only") as server:
        engine = RemoteEngine(
            server.endpoint, seconds=5, version=VERSION, connections=20, pause=0.05
        )
        rows = engine.answer(ROWS, "csv").body
        triples = set(ox.parse(engine.answer(TRIPLES, "nt").body, format=ox.RdfFormat.N_TRIPLES))
        assert (len(rows.splitlines()), len(triples)) == (21, 20)

        def ask_on(number: int) -> None:
            while not stop.is_set():
                try:
                    if number % 2:
                        good = engine.answer(ROWS, "csv").body == rows
                    else:
                        body = engine.answer(TRIPLES, "nt").body
                        good = set(ox.parse(body, format=ox.RdfFormat.N_TRIPLES)) == triples
                    if not good:
                        wrong.append(number)
                    right[number] += 1
                except (EngineUnavailableError, QueryTimeoutError, EndpointError):
                    failed[number] += 1
                except BaseException as error:
                    wrong.append(error)

        threads = [threading.Thread(target=ask_on, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for _ in range(2):
            time.sleep(0.7)
            server.kill()
            time.sleep(0.3)
            server.start()
        before = list(right)
        until = time.monotonic() + 20
        while any(map(int.__eq__, before, right)) and time.monotonic() < until:
            time.sleep(0.05)
        stop.set()
        for thread in threads:
            thread.join()
        engine.close()
    assert wrong == []
    assert sum(failed) > 0
    assert all(after > start for start, after in zip(before, right, strict=True))
