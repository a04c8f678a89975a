"""The service over real worker processes: readiness, limits, failures, its end."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from api.app import create_app
from api.problems import TABLE, problem_of
from api.service import pool
from ingest.errors import MissingBuildError
from ingest.settings import Settings
from ingest.store import Version
from queries import errors
from queries.engine import Engine
from queries.workers import WorkerPool
from tests.api.conftest import broken

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def real(town: Settings) -> Iterator[TestClient]:
    """A client of the service as it runs: queries in processes of their own."""
    with TestClient(create_app(town), follow_redirects=False) as client:
        until = time.monotonic() + 60
        while client.get("/ready").status_code != 200 and time.monotonic() < until:
            time.sleep(0.05)
        yield client


def test_it_is_alive_at_once_and_ready_when_the_graph_answers(town: Settings) -> None:
    gate = threading.Event()

    class Slow:
        """An engine that is being loaded until the gate opens."""

        def __init__(self, settings: Settings, version: Version) -> None:
            self.inner = pool(settings, version)

        def ready(self) -> bool:
            return gate.is_set() and self.inner.ready()

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

    def factory(settings: Settings, version: Version) -> Engine:
        return Slow(settings, version)

    with TestClient(create_app(town, factory)) as client:
        assert client.get("/health").json() == {"status": "alive"}
        before = client.get("/ready")
        assert (before.status_code, before.json()["code"]) == (503, "not-ready")
        assert int(before.headers["retry-after"]) > 0
        assert client.get("/doc/commune/37261").status_code == 503
        gate.set()
        until = time.monotonic() + 60
        while client.get("/ready").status_code != 200 and time.monotonic() < until:
            time.sleep(0.05)
        assert client.get("/ready").json() == {"status": "ready", "version": "town"}
        assert client.get("/doc/commune/37261").status_code == 200


def test_pages_and_data_come_through_the_pool(real: TestClient) -> None:
    page = real.get("/doc/commune/37261?date=2024-07-01", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "CRTE de Tours" in page.text
    assert real.get("/doc/instrument/fr-crte.ttl").status_code == 200
    assert real.get("/search", params={"q": "st claude"}).status_code == 200


def test_a_query_over_its_time_is_stopped_and_the_next_answers(real: TestClient) -> None:
    began = time.monotonic()
    answer = real.get("/sparql", params={"query": CROSS})
    assert time.monotonic() - began < 3 + 2
    assert (answer.status_code, answer.json()["code"]) == (504, "query-timeout")
    assert "retry-after" not in answer.headers
    assert real.get("/sparql", params={"query": "ASK {}"}).status_code == 200
    page = real.get("/sparql", params={"query": CROSS}, headers={"Accept": "text/html"})
    assert page.status_code == 504 and "<textarea" in page.text


def test_a_heavy_query_never_holds_up_the_others(real: TestClient) -> None:
    heavy = threading.Thread(target=lambda: real.get("/sparql", params={"query": CROSS}))
    heavy.start()
    time.sleep(0.3)
    for path in ("/health", "/sparql?query=ASK%7B%7D"):
        began = time.monotonic()
        assert real.get(path).status_code == 200
        assert time.monotonic() - began < 1
    heavy.join()


def test_graphs_chosen_beside_the_query_reach_the_workers(real: TestClient) -> None:
    asked = {
        "query": "ASK { ?s a emp:Commune }",
        "default-graph-uri": "https://w3id.org/empilement/graph/instruments/2026-11",
    }
    assert real.get("/sparql", params=asked).json()["boolean"] is False
    del asked["default-graph-uri"]
    assert real.get("/sparql", params=asked).json()["boolean"] is True


def test_service_is_refused_by_the_running_service(real: TestClient) -> None:
    query = "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
    assert real.get("/sparql", params={"query": query}).status_code == 403


def test_the_engine_is_closed_with_the_service(town: Settings) -> None:
    opened: list[WorkerPool] = []

    def factory(_: Settings, version: Version) -> Engine:
        opened.append(WorkerPool(version.dataset, workers=1))
        return opened[0]

    with TestClient(create_app(town, factory)):
        opened[0].wait_ready()
    assert not opened[0].ready()
    with pytest.raises(errors.EngineUnavailableError):
        opened[0].ask("ASK {}")


def test_without_a_build_it_does_not_start(tmp_path: Path) -> None:
    with (
        pytest.raises(MissingBuildError, match="empilement build"),
        TestClient(create_app(Settings(data=tmp_path))),
    ):
        pass


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.QuerySyntaxError(1, 2, "why"), 400),
        (errors.QueryRefusedError("a", "b", "c"), 403),
        (errors.FormatError("a", "b", "c"), 406),
        (errors.QueryTimeoutError("a", "b", "c"), 504),
        (errors.QueryMemoryError("a", "b", "c"), 507),
        (errors.PoolBusyError("a", "b", "c"), 503),
        (errors.EngineUnavailableError("a", "b", "c"), 503),
        (errors.QueryEvaluationError("a", "b", "c"), 500),
        (errors.UnknownTerritoryError("a", "b", "c"), 404),
        (errors.ParameterError("a", "b", "c"), 400),
        (RuntimeError("inner detail"), 500),
    ],
)
def test_each_failure_has_its_status(error: Exception, status: int) -> None:
    problem = problem_of(error)
    assert problem.status == status
    assert problem.body()["status"] == status
    assert ("Retry-After" in problem.headers) == (status == 503)
    assert "inner detail" not in str(problem.body())


def test_no_class_of_the_table_is_hidden_by_an_earlier_one() -> None:
    kinds = [kind for kind, _, _ in TABLE]
    for number, kind in enumerate(kinds):
        assert not any(issubclass(kind, earlier) for earlier in kinds[:number])


def test_an_unforeseen_failure_tells_nothing_of_the_inside(town: Settings) -> None:
    app = create_app(town, broken)
    with TestClient(app, raise_server_exceptions=False) as client:
        for accept in ("*/*", "text/html"):
            answer = client.get("/doc/commune/37261", headers={"Accept": accept})
            assert answer.status_code == 500
            assert "inner detail" not in answer.text
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_query_whose_asker_has_gone_is_stopped(town: Settings) -> None:
    patient = town.model_copy(update={"query_seconds": 60.0, "workers": 1, "heavy_workers": 0})
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(patient), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            until = time.monotonic() + 60
            while not _ready(address) and time.monotonic() < until:
                time.sleep(0.1)
            with pytest.raises(httpx.ReadTimeout):
                httpx.get(f"{address}/sparql", params={"query": CROSS}, timeout=0.5)
            answer = httpx.get(f"{address}/sparql", params={"query": "ASK {}"}, timeout=10)
            assert answer.status_code == 200
        finally:
            server.should_exit = True
            thread.join()


def _ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/ready", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
