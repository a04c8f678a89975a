"""The pool: processes that die and are replaced, graphs that change, an end that leaves nothing."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries.errors import (
    EngineUnavailableError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
)
from queries.workers import WorkerPool
from tests.queries.pooling import (
    BURN,
    LABELS,
    SECONDS,
    THINGS,
    alive,
    processes,
    started,
    things,
    until,
    updated,
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


def test_an_update_is_seen_by_all_that_comes_after(graph: Path) -> None:
    with WorkerPool(graph, workers=2, seconds=5) as changing:
        changing.wait_ready()
        before = changing.pool.revision
        updated(changing, "INSERT DATA { GRAPH <x:g9> { <x:new> rdfs:label 'neuf' } }")
        assert changing.pool.revision > before
        for _ in range(10):
            assert changing.ask("ASK { GRAPH <x:g9> { <x:new> rdfs:label 'neuf' } }")
        updated(changing, "DELETE WHERE { GRAPH ?g { <x:s1> ?p ?o } }")
        assert not changing.ask("ASK { <x:s1> ?p ?o }")


def test_a_wrong_or_heavy_update_changes_nothing(graph: Path) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    with WorkerPool(graph, workers=1, seconds=2) as changing:
        changing.wait_ready()
        before, revision = changing.select(count), changing.pool.revision
        with pytest.raises(QuerySyntaxError):
            updated(changing, "INSERT DATA { <x:a> }")
        for calling in (
            "LOAD <http://127.0.0.1:9/>",
            "LOADx:y",
            "LOAD SILENT <file:///etc/passwd>",
        ):
            with pytest.raises(QueryRefusedError, match="LOAD"):
                updated(changing, calling)
        with pytest.raises(QueryTimeoutError):
            updated(
                changing,
                "DELETE { ?a ?b ?c } WHERE { GRAPH ?x {?a ?b ?c} GRAPH ?y {?d ?e ?f}"
                " GRAPH ?z {?g ?h ?i} FILTER(?c != ?f && ?f != ?i && ?c = ?i && ?a > ?g) }",
            )
        assert changing.select(count) == before
        assert changing.pool.revision == revision


def test_a_new_graph_takes_over_while_queries_finish_on_the_old_one(
    graph: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.nq"
    other.write_text("<x:other> <x:p> <x:o> <x:g> .\n")
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) < STR(?f)) }"
    with WorkerPool(graph, workers=1, seconds=60) as renewed:
        renewed.wait_ready()
        holder = processes(renewed)[0]
        running = started(renewed, slow)
        asyncio.run_coroutine_threadsafe(renewed.pool.renew(other), renewed._loop).result(60)
        assert renewed.ask("ASK { <x:other> ?p ?o }")
        assert not renewed.ask("ASK { <x:s1> ?p ?o }")
        still = not running.done()
        answer = running.result(60).body
        assert int(answer.split(b'"value":"')[1].split(b'"')[0]) > THINGS
        assert still, "the query was still running when the new graph took over"
        assert until(lambda: not alive(holder)), "the old resident has left"
        with pytest.raises(EngineUnavailableError):
            missing = renewed.pool.renew(tmp_path / "missing.nq")
            asyncio.run_coroutine_threadsafe(missing, renewed._loop).result(60)
        assert renewed.ask("ASK { <x:other> ?p ?o }")


def test_an_idle_worker_killed_from_outside_is_replaced_unseen(pool: WorkerPool) -> None:
    victims = processes(pool)[1:]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    assert pool.ask("ASK { <x:s1> ?p ?o }")
    assert until(lambda: pool.ask("ASK {}") and not set(victims) & set(processes(pool)))
    assert until(lambda: not any(alive(pid) for pid in victims))
    assert len(processes(pool)) == 3


def test_a_busy_worker_killed_from_outside_is_told_and_replaced(graph: Path) -> None:
    with WorkerPool(graph, workers=1, seconds=20) as single:
        single.wait_ready()
        pid = processes(single)[1]
        with ThreadPoolExecutor(1) as threads:
            future = threads.submit(single.answer, BURN)
            assert until(lambda: single.pool.crew.counts["idle"] == 0)
            time.sleep(0.8)
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(EngineUnavailableError, match="from outside"):
                future.result(5)
        assert single.ask("ASK { <x:s1> ?p ?o }")
        assert until(lambda: not alive(pid))


def test_a_resident_killed_from_outside_is_loaded_again(graph: Path) -> None:
    with WorkerPool(graph, workers=1, seconds=20) as single:
        single.wait_ready()
        holder, worker = processes(single)
        os.kill(holder, signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)
        assert single.ask("ASK { <x:s1> ?p ?o }")
        assert processes(single)[0] != holder


def test_close_leaves_no_process_and_refuses_what_comes(graph: Path) -> None:
    made = WorkerPool(graph, workers=2, seconds=20)
    made.wait_ready()
    pids = processes(made)
    assert len(list(Path(f"/proc/{pids[0]}/task").iterdir())) == 1, "safe to fork"
    assert until(lambda: len(processes(made)) == 3)
    pids = processes(made)
    burning = started(made, BURN)
    made.close()
    with pytest.raises(EngineUnavailableError, match="stopping"):
        burning.result(5)
    assert not any(alive(pid) for pid in pids)
    assert not made.ready()
    with pytest.raises(EngineUnavailableError, match="stopping"):
        made.ask("ASK {}")
    made.close()


def test_close_while_the_graph_is_loading(graph: Path) -> None:
    made = WorkerPool(graph)
    assert not made.ready()
    made.close()
    assert made.pool.crew._generation._process is None


def test_queries_wait_for_the_graph_to_be_loaded(graph: Path) -> None:
    with WorkerPool(graph, workers=1) as early:
        assert not early.ready()
        assert early.ask("ASK { <x:s1> ?p ?o }")
        assert early.ready()


def test_a_graph_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    with WorkerPool(tmp_path / "missing.nq") as lost:
        with pytest.raises(EngineUnavailableError, match="not loaded"):
            lost.wait_ready()
        with pytest.raises(EngineUnavailableError, match="not loaded"):
            lost.ask("ASK {}")
        assert not lost.ready()
    wrong = tmp_path / "wrong.nq"
    wrong.write_text("<x:a> no")
    with WorkerPool(wrong) as lost, pytest.raises(EngineUnavailableError, match="not loaded"):
        lost.wait_ready()


def test_a_store_on_disk_is_served_alike(pool: WorkerPool, folder: Path) -> None:
    with WorkerPool(folder, workers=1, seconds=SECONDS) as disk:
        disk.wait_ready()
        assert disk.answer(LABELS, "tsv") == pool.answer(LABELS, "tsv")
        with pytest.raises(QueryTimeoutError):
            disk.answer(BURN)
        assert disk.ask("ASK { <x:s1> ?p ?o }")
