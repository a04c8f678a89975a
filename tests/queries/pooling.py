"""A small graph and a pool on it, watched from outside."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from queries.engine import Answer
from queries.workers import WorkerPool

THINGS = 3000
SECONDS = 2.0
LABELS = "SELECT ?s ?o { ?s rdfs:label ?o } ORDER BY ?s"
BURN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HOG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"


def things(path: Path) -> Path:
    """Write the graph: things with a label, in three named graphs."""
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = [
        f'<x:s{n}> {label} "chose n° {n}, \\"citée\\""@fr <x:g{n % 3}> .\n' for n in range(THINGS)
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def alive(pid: int) -> bool:
    """Whether a process exists, as a zombie or not."""
    return Path(f"/proc/{pid}").exists()


def processes(pool: WorkerPool) -> list[int]:
    """Numbers of the pool's processes, the resident first."""
    crew = pool.pool.crew
    return [crew._generation._process.pid, *(worker.member.pid for worker in crew._members)]


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait for a condition."""
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.01)
    return condition()


def put(pool: WorkerPool, query: str, **limits: float) -> "Future[Answer]":
    """Put a query without waiting for its answer; cancelled, its asker has gone."""
    return asyncio.run_coroutine_threadsafe(pool.pool.answer(query, **limits), pool._loop)


def started(pool: WorkerPool, query: str) -> "Future[Answer]":
    """Put a query and wait until a worker has it."""
    before = pool.pool.crew.counts["idle"]
    future = put(pool, query)
    assert until(lambda: pool.pool.crew.counts["idle"] < before)
    return future


def updated(pool: WorkerPool, text: str) -> None:
    asyncio.run_coroutine_threadsafe(pool.pool.update(text), pool._loop).result(30)
