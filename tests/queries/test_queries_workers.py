"""The pool: limits that hold, faults that stay in one worker, processes that leave nothing."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries.engine import Dataset, EmbeddedEngine
from queries.errors import (
    EngineUnavailableError,
    FormatError,
    ParameterError,
    PoolBusyError,
    QueryCancelledError,
    QueryFormError,
    QueryMemoryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
)
from queries.formats import RESULTS
from queries.workers import Cancellation, WorkerPool

THINGS = 3000
SECONDS = 2.0
LABELS = "SELECT ?s ?o { ?s rdfs:label ?o } ORDER BY ?s"
BURN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HOG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workers") / "dataset.nq"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = [
        f'<x:s{n}> {label} "chose n° {n}, \\"citée\\""@fr <x:g{n % 3}> .\n' for n in range(THINGS)
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


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
    assert made.wait_ready(60)
    yield made
    made.close()


def alive(pid: int) -> bool:
    """Whether a process exists, as a zombie or not."""
    return Path(f"/proc/{pid}").exists()


def processes(pool: WorkerPool) -> list[int]:
    """Numbers of the pool's processes, the resident first."""
    return [pool._process.pid, *(worker.pid for worker in pool._all)]


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait for a condition."""
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.01)
    return condition()


def started(pool: WorkerPool, query: str, wish: Cancellation) -> threading.Thread:
    """Put a query from another thread and wait until a worker has it."""
    idle = len(pool._idle)

    def put() -> None:
        with pytest.raises((QueryCancelledError, QueryTimeoutError, EngineUnavailableError)):
            pool.answer(query, cancellation=wish)

    thread = threading.Thread(target=put)
    thread.start()
    assert until(lambda: len(pool._idle) < idle)
    return thread


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
    assert not any(alive(pid) for pid in killed)


def test_a_query_that_overruns_its_memory_is_stopped_alone(graph: Path) -> None:
    with WorkerPool(graph, workers=1, seconds=60, memory_mb=64) as small:
        small.wait_ready(60)
        with pytest.raises(QueryMemoryError, match="memory"):
            small.answer(HOG)
        assert small.ask("ASK { <x:s1> ?p ?o }")


def test_nesting_beyond_reason_stops_one_worker_at_most(pool: WorkerPool) -> None:
    with pytest.raises((QueryMemoryError, QuerySyntaxError)):
        pool.answer("ASK { FILTER" + "(" * 100_000 + "1" + ")" * 100_000 + "}")
    assert pool.ask("ASK {}")


def test_an_answer_larger_than_its_limit_is_refused(graph: Path) -> None:
    with WorkerPool(graph, workers=1, answer_mb=1) as small:
        small.wait_ready(60)
        with pytest.raises(QueryMemoryError, match="too large"):
            small.answer("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000")
        assert small.ask("ASK {}")


def test_a_worker_worn_by_a_heavy_query_is_replaced(graph: Path) -> None:
    with WorkerPool(graph, workers=1, seconds=60, memory_mb=128) as small:
        small.wait_ready(60)
        before = processes(small)
        small.answer(LABELS)
        assert processes(small) == before
        body = small.answer("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 220000", "tsv").body
        assert body.count(b"\n") == 220001
        assert processes(small)[0] == before[0]
        assert processes(small)[1] != before[1]
        assert small.ask("ASK {}")


def test_light_queries_pass_while_one_burns(pool: WorkerPool) -> None:
    wish = Cancellation()
    burning = started(pool, BURN, wish)
    with ThreadPoolExecutor(20) as threads:
        start = time.monotonic()
        found = list(
            threads.map(
                lambda n: pool.select(f"SELECT ?o {{ <x:s{n}> rdfs:label ?o }}").rows, range(20)
            )
        )
        passed = time.monotonic() - start
    assert burning.is_alive(), "the heavy query was still running"
    assert passed < SECONDS
    assert [rows[0][0] for rows in found] == [
        ox.Literal(f'chose n° {n}, "citée"', language="fr") for n in range(20)
    ]
    wish.cancel()
    burning.join(5)


def test_who_gives_up_frees_the_worker(pool: WorkerPool) -> None:
    wish = Cancellation()
    thread = started(pool, BURN, wish)
    start = time.monotonic()
    wish.cancel()
    thread.join(5)
    assert not thread.is_alive()
    assert time.monotonic() - start < 1
    assert until(lambda: len(pool._idle) == 2)
    assert pool.ask("ASK {}")
    with pytest.raises(QueryCancelledError):
        pool.answer("ASK {}", cancellation=wish)


def test_who_gives_up_while_waiting_is_let_go(graph: Path) -> None:
    with WorkerPool(graph, workers=1, seconds=20) as single:
        single.wait_ready(60)
        first, second = Cancellation(), Cancellation()
        burning = started(single, BURN, first)

        def wait() -> None:
            with pytest.raises(QueryCancelledError):
                single.answer("ASK {}", cancellation=second)

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert until(lambda: single._waiting == 1)
        second.cancel()
        waiting.join(2)
        assert not waiting.is_alive()
        first.cancel()
        burning.join(5)


def test_a_cancellation_after_the_answer_harms_nobody(pool: WorkerPool) -> None:
    wish = Cancellation()
    pool.answer("ASK {}", cancellation=wish)
    before = set(processes(pool))
    wish.cancel()
    assert pool.ask("ASK {}")
    assert set(processes(pool)) == before


def test_a_full_queue_is_refused_at_once_and_a_long_wait_in_the_end(graph: Path) -> None:
    with (
        WorkerPool(graph, workers=1, seconds=1.0, queue=1) as single,
        ThreadPoolExecutor(1) as threads,
    ):
        single.wait_ready(60)
        wish = Cancellation()
        burning = started(single, BURN, wish)
        waiting = threads.submit(single.ask, "ASK {}")
        assert until(lambda: single._waiting == 1)
        with pytest.raises(PoolBusyError, match="already wait"):
            single.ask("ASK {}")
        wish.cancel()
        assert waiting.result(5)
        burning.join(5)
        worker = single._take(Cancellation(), time.monotonic() + 5)
        with pytest.raises(PoolBusyError, match="in time"):
            single.ask("ASK {}")
        single._give_back(worker, sound=True)
        assert single.ask("ASK {}")


def test_an_idle_worker_killed_from_outside_is_replaced_unseen(pool: WorkerPool) -> None:
    victims = [worker.pid for worker in pool._all]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    assert pool.ask("ASK { <x:s1> ?p ?o }")
    assert until(lambda: pool.ask("ASK {}") and not set(victims) & set(processes(pool)))
    assert not any(alive(pid) for pid in victims)
    assert len(pool._all) == 2


def test_a_busy_worker_killed_from_outside_is_told_and_replaced(graph: Path) -> None:
    with WorkerPool(graph, workers=1, seconds=20) as single:
        single.wait_ready(60)
        pid = processes(single)[1]
        with ThreadPoolExecutor(1) as threads:
            future = threads.submit(single.answer, BURN)
            assert until(lambda: not single._idle)
            time.sleep(0.8)
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(EngineUnavailableError, match="from outside"):
                future.result(5)
        assert single.ask("ASK { <x:s1> ?p ?o }")
        assert not alive(pid)


def test_a_resident_killed_from_outside_is_loaded_again(graph: Path) -> None:
    with WorkerPool(graph, workers=1, seconds=20) as single:
        single.wait_ready(60)
        holder, worker = processes(single)
        os.kill(holder, signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)
        assert single.ask("ASK { <x:s1> ?p ?o }")
        assert processes(single)[0] != holder


def test_close_leaves_no_process_and_refuses_what_comes(graph: Path) -> None:
    made = WorkerPool(graph, workers=2, seconds=20)
    assert made.wait_ready(60)
    assert len(list(Path(f"/proc/{made._process.pid}/task").iterdir())) == 1, "safe to fork"
    pids = processes(made)
    assert len(set(pids)) == 3
    burning = started(made, BURN, Cancellation())
    made.close()
    burning.join(5)
    assert not burning.is_alive()
    assert not any(alive(pid) for pid in pids)
    assert not made.ready()
    with pytest.raises(EngineUnavailableError, match="stopping"):
        made.ask("ASK {}")
    made.close()


def test_close_while_the_graph_is_loading(graph: Path) -> None:
    made = WorkerPool(graph)
    assert not made.ready()
    made.close()
    assert made._process is None
    assert not made._starter.is_alive()


def test_queries_wait_for_the_graph_to_be_loaded(graph: Path) -> None:
    with WorkerPool(graph, workers=1) as early:
        assert not early.ready()
        assert early.ask("ASK { <x:s1> ?p ?o }")
        assert early.ready()


def test_a_graph_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    with WorkerPool(tmp_path / "missing.nq") as lost:
        with pytest.raises(EngineUnavailableError, match="not loaded"):
            lost.wait_ready(60)
        with pytest.raises(EngineUnavailableError, match="not loaded"):
            lost.ask("ASK {}")
        assert not lost.ready()
    wrong = tmp_path / "wrong.nq"
    wrong.write_text("<x:a> no")
    with WorkerPool(wrong) as lost, pytest.raises(EngineUnavailableError, match="not loaded"):
        lost.wait_ready(60)


def test_a_store_on_disk_is_served_alike(pool: WorkerPool, folder: Path) -> None:
    with WorkerPool(folder, workers=1, seconds=SECONDS) as disk:
        disk.wait_ready(60)
        assert disk.answer(LABELS, "tsv") == pool.answer(LABELS, "tsv")
        with pytest.raises(QueryTimeoutError):
            disk.answer(BURN)
        assert disk.ask("ASK { <x:s1> ?p ?o }")
