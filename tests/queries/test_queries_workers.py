"""The pool: limits that hold, and faults that stay in one worker."""

import asyncio
import os
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries.engine import Dataset, EmbeddedEngine
from queries.errors import (
    FormatError,
    ParameterError,
    PoolBusyError,
    QueryFormError,
    QueryMemoryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
)
from queries.formats import RESULTS
from queries.pool import Reply
from queries.workers import WorkerPool
from tests.queries.pooling import (
    BURN,
    HOG,
    LABELS,
    SECONDS,
    THINGS,
    alive,
    processes,
    put,
    started,
    things,
    until,
)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return things(tmp_path_factory.mktemp("workers") / "dataset.nq")


@pytest.fixture(scope="module")
def folder(graph: Path) -> Path:
    path = graph.parent / "store"
    store = ox.Store(str(path))
    store.bulk_load(path=str(graph), format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    return path


@pytest.fixture(scope="module")
def pool(graph: Path) -> Iterator[WorkerPool]:
    made = WorkerPool(graph, workers=2, seconds=SECONDS, memory_mb=256, queue=30)
    made.wait_ready()
    yield made
    made.close()


def test_answers_are_those_of_the_embedded_engine(pool: WorkerPool, folder: Path) -> None:
    embedded = EmbeddedEngine(folder)
    for each in RESULTS:
        expected = embedded.answer(LABELS, each.media_type)
        assert pool.answer(LABELS, each.media_type) == expected
        assert len(expected.body) > 65536, "more than the pipe holds at once"
    assert pool.select(LABELS) == embedded.select(LABELS)
    assert len(pool.select(LABELS).rows) == THINGS
    assert pool.ask("ASK { <x:s1> ?p ?o }") is True
    assert pool.ask("ASK { <x:nothing> ?p ?o }") is False
    graph = pool.answer("CONSTRUCT WHERE { <x:s1> rdfs:label ?o }", "nt")
    assert graph == embedded.answer("CONSTRUCT WHERE { <x:s1> rdfs:label ?o }", "nt")


def test_the_dataset_is_handed_on(pool: WorkerPool) -> None:
    query = "SELECT ?s { ?s ?p ?o }"
    body = pool.answer(query, "csv", Dataset(default=("x:g0",))).body
    assert len(body.split()) - 1 == THINGS // 3


def test_faults_of_the_query_come_back_whole(pool: WorkerPool) -> None:
    with pytest.raises(QuerySyntaxError, match="ODER") as caught:
        pool.answer("SELECT * { ?s ?p ?o }\nODER BY ?s")
    assert (caught.value.line, caught.value.column) == (2, 1)
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        pool.answer("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(FormatError, match="text/turtle"):
        pool.answer("ASK {}", "text/turtle")
    with pytest.raises(QueryFormError, match="ASK is due"):
        pool.ask(LABELS)
    with pytest.raises(QueryFormError, match="SELECT is due"):
        pool.select("ASK {}")
    with pytest.raises(ParameterError, match="IRI"):
        pool.answer("ASK {}", None, Dataset(named=("no iri",)))


def test_a_query_that_overruns_its_time_is_stopped_and_its_worker_replaced(
    pool: WorkerPool,
) -> None:
    before = set(processes(pool))
    start = time.monotonic()
    with pytest.raises(QueryTimeoutError, match="2 seconds"):
        pool.answer(BURN)
    assert SECONDS <= time.monotonic() - start < SECONDS + 1
    assert pool.ask("ASK { <x:s1> ?p ?o }")
    killed = before - set(processes(pool))
    assert len(killed) == 1
    assert until(lambda: not any(alive(pid) for pid in killed))


def test_a_query_that_overruns_its_memory_is_stopped_alone(graph: Path) -> None:
    with WorkerPool(graph, workers=1, seconds=60, memory_mb=64) as small:
        small.wait_ready()
        with pytest.raises(QueryMemoryError, match="memory"):
            small.answer(HOG)
        assert small.ask("ASK { <x:s1> ?p ?o }")


def test_nesting_beyond_reason_stops_one_worker_at_most(pool: WorkerPool) -> None:
    with pytest.raises((QueryMemoryError, QuerySyntaxError)):
        pool.answer("ASK { FILTER" + "(" * 100_000 + "1" + ")" * 100_000 + "}")
    assert pool.ask("ASK {}")


def test_an_answer_larger_than_its_limit_is_refused(graph: Path) -> None:
    with WorkerPool(graph, workers=1, answer_mb=1) as small:
        small.wait_ready()
        with pytest.raises(QueryMemoryError, match="too large"):
            small.answer("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000")
        assert small.ask("ASK {}")


def test_a_worker_worn_by_a_heavy_query_is_replaced(graph: Path) -> None:
    with WorkerPool(graph, workers=1, seconds=60, memory_mb=128) as small:
        small.wait_ready()
        before = processes(small)
        small.answer(LABELS)
        assert processes(small) == before
        many = "{ SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 150000 }"
        body = small.answer(f"SELECT * {{ {many} }} ORDER BY ?c ?f", "tsv").body
        assert body.count(b"\n") == 150001
        assert until(lambda: len(processes(small)) == len(before))
        assert processes(small)[0] == before[0]
        assert processes(small)[1] != before[1]
        assert small.ask("ASK {}")


def test_light_queries_pass_while_more_burn_than_there_are_workers(pool: WorkerPool) -> None:
    burning = [started(pool, BURN)]
    burning.append(put(pool, BURN, seconds=20))
    assert until(lambda: pool.pool.crew.counts["heavy"] == 2), "both left their places"
    burning.append(put(pool, BURN, seconds=20))
    with ThreadPoolExecutor(20) as threads:
        found = list(
            threads.map(
                lambda n: pool.select(f"SELECT ?o {{ <x:s{n}> rdfs:label ?o }}").rows, range(20)
            )
        )
    assert not burning[1].done(), "a heavy query was still running"
    assert [rows[0][0] for rows in found] == [
        ox.Literal(f'chose n° {n}, "citée"', language="fr") for n in range(20)
    ]
    for each in burning:
        each.cancel()
    assert until(lambda: pool.pool.crew.counts == {"idle": 2, "light": 0, "heavy": 0, "waiting": 0})


def test_a_heavy_query_gives_way(graph: Path) -> None:
    with WorkerPool(graph, workers=1, seconds=20) as single:
        single.wait_ready()
        burning = started(single, BURN)
        pid = processes(single)[1]
        assert until(lambda: single.pool.crew.counts["heavy"] == 1)
        assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
        assert single.ask("ASK { <x:s1> ?p ?o }")
        burning.cancel()
        assert until(lambda: not alive(pid))


def test_who_gives_up_frees_the_worker(pool: WorkerPool) -> None:
    future = started(pool, BURN)
    start = time.monotonic()
    future.cancel()
    with pytest.raises(CancelledError):
        future.result(5)
    assert until(lambda: pool.pool.crew.counts["idle"] == 2)
    assert time.monotonic() - start < 1
    assert pool.ask("ASK {}")


def test_who_gives_up_while_waiting_is_let_go(graph: Path) -> None:
    with WorkerPool(graph, workers=1, heavy=0, seconds=20) as single:
        single.wait_ready()
        burning = started(single, BURN)
        waiting = put(single, "ASK {}")
        assert until(lambda: single.pool.crew.counts["waiting"] == 1)
        waiting.cancel()
        assert until(lambda: single.pool.crew.counts["waiting"] == 0)
        burning.cancel()
        assert single.ask("ASK {}")


def test_an_answer_streams_and_a_slow_reader_holds_no_worker(graph: Path) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"

    async def slow(pool: WorkerPool) -> tuple[Reply, bytes, int]:
        reply = await pool.pool.stream(query, "tsv")
        assert reply.whole is None
        pieces = reply.pieces()
        found = await anext(pieces)
        first = len(found)
        while pool.pool.crew.counts["idle"] < 1:
            await asyncio.sleep(0.01)
        async for piece in pieces:
            found += piece
        return reply, found, first

    with WorkerPool(graph, workers=1, seconds=20) as single:
        single.wait_ready()
        future = asyncio.run_coroutine_threadsafe(slow(single), single._loop)
        reply, body, first = future.result(30)
        assert first < len(body) // 4
        assert body == single.answer(query, "tsv").body
        assert body.count(b"\n") == 20001
        assert reply.rows == 20000


def test_an_answer_that_breaks_off_is_never_taken_for_whole(graph: Path) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with WorkerPool(graph, workers=1, seconds=1, answer_mb=4096) as single:
        single.wait_ready()
        with pytest.raises(QueryTimeoutError):
            single.answer(query, "tsv")
        assert single.ask("ASK {}")


@pytest.mark.parametrize("media", ["srj", "srx", "csv", "tsv"])
def test_rows_beyond_the_limit_are_refused(pool: WorkerPool, media: str) -> None:
    limited = pool.pool.answer(f"{LABELS} LIMIT 10", media, rows=10)
    future = asyncio.run_coroutine_threadsafe(limited, pool._loop)
    assert future.result(10).body
    limited = pool.pool.answer(f"{LABELS} LIMIT 11", media, rows=10)
    future = asyncio.run_coroutine_threadsafe(limited, pool._loop)
    with pytest.raises(QueryMemoryError, match="more than 10"):
        future.result(10)


def test_triples_beyond_the_limit_are_refused(pool: WorkerPool) -> None:
    for rows, limit in ((10, 10), (10, 11)):
        query = f"CONSTRUCT WHERE {{ ?s rdfs:label ?o }} LIMIT {limit}"
        limited = pool.pool.answer(query, "nt", rows=rows)
        future = asyncio.run_coroutine_threadsafe(limited, pool._loop)
        if limit > rows:
            with pytest.raises(QueryMemoryError, match="more than 10"):
                future.result(10)
        else:
            assert future.result(10).body.count(b"\n") == limit


def test_a_client_may_lower_its_time(pool: WorkerPool) -> None:
    start = time.monotonic()
    with pytest.raises(QueryTimeoutError, match=r"0\.3 seconds"):
        put(pool, BURN, seconds=0.3).result(10)
    assert time.monotonic() - start < SECONDS


def test_a_full_queue_is_refused_at_once_and_a_long_wait_in_the_end(graph: Path) -> None:
    with WorkerPool(graph, workers=1, heavy=0, seconds=1.5, queue=1) as single:
        single.wait_ready()
        burning = put(single, BURN, seconds=20)
        assert until(lambda: single.pool.crew.counts["idle"] == 0)
        waiting = put(single, "ASK {}")
        assert until(lambda: single.pool.crew.counts["waiting"] == 1)
        with pytest.raises(PoolBusyError, match="already wait"):
            single.ask("ASK {}")
        with pytest.raises(PoolBusyError, match="in time"):
            waiting.result(5)
        burning.cancel()
        assert single.ask("ASK {}")
