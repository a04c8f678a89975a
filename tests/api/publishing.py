"""Small builds as folders, made current while a service runs; what the service says of itself."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pyoxigraph as ox

from ingest.settings import Settings
from ingest.store import switch

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
# No answer in any time a test may wait: 300 things give 300^4 rows.
BURN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def labels(texts: list[str]) -> str:
    """N-Quads of things with one French label each, in one graph."""
    return "".join(f'<x:s{n}> <{LABEL}> "{text}"@fr <x:g> .\n' for n, text in enumerate(texts))


def publish(data: Path, version: str, quads: str) -> None:
    """Write a version and make it the current one."""
    folder = data / "versions" / version
    folder.mkdir(parents=True)
    (folder / "dataset.nq").write_text(quads, encoding="utf-8")
    store = ox.Store(str(folder / "store"))
    with suppress(SyntaxError):
        store.load(path=str(folder / "dataset.nq"), format=ox.RdfFormat.N_QUADS)
    store.flush()
    info = {"id": version, "dataDate": "2026-11-24", "quads": 0, "sources": []}
    (folder / "build.json").write_text(json.dumps(info), encoding="utf-8")
    switch(version, Settings(data=data))


def ask(address: str, query: str, accept: str = "*/*", **parameters: str) -> httpx.Response:
    """Put a query with GET."""
    return httpx.get(
        f"{address}/sparql",
        params={"query": query} | parameters,
        headers={"Accept": accept},
        timeout=60,
    )


def workers(address: str, state: str) -> int:
    """How many workers are in a state, as /metrics says."""
    text = httpx.get(f"{address}/metrics", timeout=60).text
    name = f'empilement_workers{{state="{state}"}} '
    return int(
        float(next(line for line in text.splitlines() if line.startswith(name))[len(name) :])
    )


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait for a condition."""
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.05)
    return condition()
