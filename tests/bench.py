"""Benchmarks on the real graph, in one run: figures and ratios, printed and written to a file.

Run by ``make bench``. Absolute times depend on the machine; ratios within one run are the result.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
from rdflib import Graph

from ingest.settings import Settings
from ingest.store import Version, current
from queries.catalogue import load_catalogue
from queries.engine import EmbeddedEngine
from queries.workers import WorkerPool
from tests.bench_endpoint import endpoint
from tests.bench_ingest import build_from_nothing, national_build, writing
from tests.serving import COMMAND, ROOT, serving

LOOKUP = (
    """SELECT ?c ?name WHERE {{ ?c emp:inseeCode "{code}" ; a emp:Commune ; rdfs:label ?name }}"""
)
PREFIXES = """PREFIX emp: <https://w3id.org/empilement/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


def timed(action: Callable[[], object]) -> float:
    """Return the seconds an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def median(action: Callable[[], object], times: int) -> float:
    """Return the median seconds of an action repeated."""
    return statistics.median(timed(action) for _ in range(times))


def command_line() -> dict[str, float]:
    """Ask the stack of a commune from the shell, process start included."""

    def ask() -> None:
        subprocess.run([*COMMAND, "stack", "37261"], cwd=ROOT, check=True, capture_output=True)

    return {"stack command seconds": median(ask, 5)}


def engines(version: Version, codes: list[str]) -> dict[str, float]:
    """Compare one lookup by code in the embedded store, the worker pool and rdflib."""
    chooser = random.Random(1)  # noqa: S311

    def query() -> str:
        return PREFIXES + LOOKUP.format(code=chooser.choice(codes))

    embedded = EmbeddedEngine(version.store)
    disk = median(lambda: embedded.select(query()), 300)
    embedded.close()
    with WorkerPool(version.dataset, workers=2) as pool:
        pool.wait_ready(60)
        pooled = median(lambda: pool.select(query()), 300)
    reference = Graph()
    start = time.perf_counter()
    reference.parse(version.dataset, format="nquads")
    load = time.perf_counter() - start
    slow = median(lambda: list(reference.query(query())), 30)
    return {
        "lookup, store on disk, ms": disk * 1000,
        "lookup, worker pool, ms": pooled * 1000,
        "lookup, rdflib, ms": slow * 1000,
        "worker pool against rdflib, times": slow / pooled,
        "rdflib load seconds": load,
    }


def http(codes: list[str]) -> dict[str, float]:
    """Ask the service, one request at a time, over one connection."""
    chooser = random.Random(2)  # noqa: S311
    data = Settings().data.resolve()
    with serving(data) as base, httpx.Client(base_url=base, timeout=30) as client:

        def get(path: str, accept: str) -> httpx.Response:
            answer = client.get(path, headers={"Accept": accept})
            answer.raise_for_status()
            return answer

        def lookup() -> httpx.Response:
            query = PREFIXES + LOOKUP.format(code=chooser.choice(codes))
            return client.get("/sparql", params={"query": query})

        def turtle() -> httpx.Response:
            return get(f"/doc/commune/{chooser.choice(codes)}", "text/turtle")

        def page() -> httpx.Response:
            return get(f"/doc/commune/{chooser.choice(codes)}", "text/html")

        def stack() -> httpx.Response:
            return get(f"/query/stack?territory={chooser.choice(codes)}", "application/json")

        return {
            "HTTP lookup by code, median ms": median(lookup, 200) * 1000,
            "HTTP commune as Turtle, median ms": median(turtle, 100) * 1000,
            "HTTP stack of one commune, median ms": median(stack, 50) * 1000,
            "HTTP commune page, median ms": median(page, 50) * 1000,
        }


def main() -> None:
    """Run every benchmark and write ``build/bench.json``."""
    version = current(Settings())
    raw = ROOT / "node_modules/@etalab/decoupage-administratif/data/communes.json"
    items = json.loads(raw.read_text(encoding="utf-8"))
    codes = [item["code"] for item in items if item["type"] == "commune-actuelle"]
    figures: dict[str, Any] = {"version": version.id, "load average": os.getloadavg()[0]}
    parts = (
        command_line,
        lambda: engines(version, codes),
        lambda: http(codes),
        writing,
        build_from_nothing,
        national_build,
        lambda: endpoint(version, codes),
    )
    for part in parts:
        figures |= part()
    figures["questions"] = len(load_catalogue())
    target = Settings().data / "bench.json"
    target.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for name, value in figures.items():
        if isinstance(value, list):
            continue  # printed as a table
        sys.stdout.write(
            f"{name}: {value:.3g}\n" if isinstance(value, float) else f"{name}: {value}\n"
        )


if __name__ == "__main__":
    main()
