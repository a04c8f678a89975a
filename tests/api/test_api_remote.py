"""The service in front of a SPARQL server elsewhere: the same answers, or a clear failure."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from ingest.identity import mint
from ingest.progress import Silent
from ingest.provenance import META
from ingest.push import Remote, push
from ingest.settings import Settings
from ingest.store import Version, current
from tests.api.conftest import INFO, TOWN, in_process
from tests.elsewhere import Reply, Server, breaks_off, faulty, says
from tests.watching import until

OLD, NEW = "0" * 16, "1" * 16
ROWS = "SELECT ?c ?l { ?c a emp:Commune ; rdfs:label ?l } ORDER BY ?c"
SLOW = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'?a{n} ?b{n} ?c{n} .' for n in range(6))} }}"
TOKEN = {"Authorization": "Bearer open"}
Opened = Callable[..., TestClient]


def build(data: Path, version: str, more: str = "") -> Version:
    """Make the town a build of its own, current from then on."""
    folder = data / "versions" / version
    folder.mkdir(parents=True)
    store = ox.Store(str(folder / "store"))
    store.load(path=TOWN, format=ox.RdfFormat.TRIG)
    run = f"<{mint('run', version)}> a <http://www.w3.org/ns/prov#Activity> ."
    store.load(f"{run} {more}", format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(META))
    store.flush()
    (folder / "dataset.nq").write_bytes(store.dump(format=ox.RdfFormat.N_QUADS) or b"")
    (folder / "build.json").write_text(json.dumps(INFO), encoding="utf-8")
    link = data / "next"
    link.symlink_to(Path("versions") / version)
    link.replace(data / "current")
    return current(Settings(data=data))


def load(server: Server, version: Version) -> None:
    with Remote(server.endpoint, server.store, pause=0.01) as there:
        push(version, there, Silent())


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the town."""
    path = tmp_path_factory.mktemp("here")
    build(path, OLD)
    return path


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Iterator[Server]:
    """A server that holds the town, for tests that leave it as it is."""
    with Server(tmp_path_factory.mktemp("there")) as server:
        load(server, current(Settings(data=data)))
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An empty server for one test."""
    with Server(tmp_path / "there") as found:
        yield found


def service(data: Path, endpoint: str, **more: object) -> TestClient:
    limits = {"query_seconds": 5.0, "reload_seconds": 0.1} | more
    settings = Settings(data=data, sparql_endpoint=endpoint, **limits)
    return TestClient(create_app(settings), follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Open services that are closed at the end of the test."""
    with ExitStack() as stack:
        yield lambda *given, **more: stack.enter_context(service(*given, **more))


@pytest.fixture(scope="module")
def there(filled: Server, data: Path) -> Iterator[TestClient]:
    """The service in front of the server that holds the town."""
    with service(data, filled.endpoint) as client:
        wait(client, 200)
        yield client


@pytest.fixture(scope="module")
def replies() -> list[Reply]:
    """What the server with faults answers from then on: one reply, put here by each test."""
    return [says(503)]


@pytest.fixture(scope="module")
def faults(replies: list[Reply], data: Path) -> Iterator[TestClient]:
    """The service in front of a server with faults."""
    with faulty(replies, []) as url, service(data, url, query_seconds=0.7) as client:
        yield client


def wait(client: TestClient, status: int) -> None:
    until = time.monotonic() + 30
    while client.get("/ready").status_code != status and time.monotonic() < until:
        time.sleep(0.05)
    assert client.get("/ready").status_code == status


def test_its_answers_are_those_of_the_store_here(there: TestClient, data: Path) -> None:
    addresses: list[tuple[str, dict[str, str]]] = [
        ("/query/stack", {"territory": "37261", "date": "2026-01-01", "format": "csv"}),
        ("/query/stack", {"territory": "37261", "date": "2026-01-01", "format": "json"}),
        ("/doc/commune/37261", {}),
        ("/doc/commune/37261.nt", {}),
        ("/search", {"q": "tours"}),
        ("/", {}),
        ("/dataset.nt", {}),
        ("/sparql", {"format": "nt"}),
        ("/sparql", {"query": ROWS}),
        ("/sparql", {"query": "ASK { ?s emp:inseeCode '37261' }"}),
        ("/sparql", {"query": "CONSTRUCT { ?s rdfs:label ?l } { ?s rdfs:label ?l }"}),
        ("/sparql", {"query": "DESCRIBE <x:nothing>", "format": "nt"}),
        ("/sparql", {"query": f"{ROWS} LIMIT 0", "format": "tsv"}),
        ("/sparql", {"query": "SELECT * FROM <x:nothing> { ?s ?p ?o }", "format": "csv"}),
    ]
    with TestClient(create_app(Settings(data=data), in_process), follow_redirects=False) as here:
        for address, fields in addresses:
            one, other = (client.get(address, params=fields) for client in (there, here))
            assert one.status_code == other.status_code == 200
            assert one.headers["content-type"] == other.headers["content-type"]
            assert sorted(one.text.splitlines()) == sorted(other.text.splitlines()), address
    assert len(there.get("/sparql", params={"query": ROWS}).json()["results"]["bindings"]) == 4
    assert "empilement_" in there.get("/metrics").text


def test_limits_are_those_that_were_wished(there: TestClient) -> None:
    few = there.get("/sparql", params={"query": ROWS, "rows": "3"})
    assert (few.status_code, few.json()["code"]) == (507, "query-memory")
    assert there.get("/sparql", params={"query": ROWS, "rows": "4"}).status_code == 200


def test_entity_tags_hold_for_the_version(there: TestClient) -> None:
    first = there.get("/sparql", params={"query": ROWS})
    tag = {"If-None-Match": first.headers["etag"]}
    assert there.get("/sparql", params={"query": ROWS}, headers=tag).status_code == 304


def test_it_is_ready_only_for_the_build_that_was_pushed_to_its_end(
    opened: Opened, server: Server, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    first = build(data, OLD)
    client = opened(data, server.endpoint)
    assert client.get("/health").status_code == 200
    assert client.get("/ready").status_code == 503
    refused = client.get("/sparql", params={"query": ROWS})
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "another version" in refused.json()["detail"]
    load(server, first)
    wait(client, 200)
    before = client.get("/sparql", params={"query": ROWS})
    assert before.status_code == 200

    second = build(data, NEW, "<x:new> a <x:New> .")
    time.sleep(0.5)
    assert client.get("/ready").json()["version"] == OLD

    class Halfway(Silent):
        def step(self, name: str):
            if name == "meta/build":
                raise KeyboardInterrupt
            return super().step(name)

    with (
        Remote(server.endpoint, server.store) as there,
        pytest.raises(KeyboardInterrupt),
    ):
        push(second, there, Halfway())
    assert client.get("/ready").status_code == 503
    assert client.get("/sparql", params={"query": f"{ROWS} LIMIT 9"}).status_code == 503

    load(server, second)
    wait(client, 200)
    assert client.get("/ready").json()["version"] == NEW
    after = client.get(
        "/sparql", params={"query": ROWS}, headers={"If-None-Match": before.headers["etag"]}
    )
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert client.get("/sparql", params={"query": "ASK { ?s a <x:New> }"}).json()["boolean"]


def test_a_slow_query_is_a_504_and_holds_nobody_up(server: Server, data: Path) -> None:
    load(server, current(Settings(data=data)))
    codes: list[int] = []
    with service(data, server.endpoint) as client:
        wait(client, 200)

        def burn() -> None:
            wished = {"query": SLOW, "timeout": "1"}
            codes.append(client.get("/sparql", params=wished).status_code)

        start = time.monotonic()
        thread = threading.Thread(target=burn)
        thread.start()
        time.sleep(0.2)
        assert client.get("/health").status_code == 200
        assert codes == []
        thread.join()
    assert codes == [504]
    assert time.monotonic() - start < 4


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (says(500, b"java.lang.NullPointerException"), 502, "endpoint"),
        (says(200, b"<html></html>"), 502, "endpoint"),
        (says(200, b'{"head":{"vars":["c"]},"results":{"bindings":['), 502, "endpoint"),
        (says(404), 502, "endpoint"),
        (says(503), 503, "unavailable"),
        (breaks_off, 503, "unavailable"),
        (says(504), 504, "query-timeout"),
        (says(200, b"", delay=2), 504, "query-timeout"),
    ],
)
def test_failures_there_have_their_status_here(
    faults: TestClient, replies: list[Reply], reply: Reply, status: int, code: str
) -> None:
    replies[:] = [reply]
    for address, fields in (
        ("/sparql", {"query": ROWS}),
        ("/query/stack", {"territory": "37261", "format": "csv"}),
    ):
        found = faults.get(address, params=fields)
        assert (found.status_code, found.json()["code"]) == (status, code)
        assert found.headers["content-type"] == "application/problem+json"
        assert ("retry-after" in found.headers) == (status == 503)
    assert faults.get("/ready").status_code == 503
    assert faults.get("/health").status_code == 200


def test_wrong_queries_never_leave_here(faults: TestClient, replies: list[Reply]) -> None:
    paths: list[str] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        paths.append(handler.path)
        says(500)(handler)

    replies[:] = [note]
    for query, status in (("SELEC", 400), ("ASK { SERVICE <http://127.0.0.1/> {} }", 403)):
        assert faults.get("/sparql", params={"query": query}).status_code == status
    assert not any("SELEC&" in path or "SERVICE" in path for path in paths)


def test_a_wrong_address_is_a_503(data: Path) -> None:
    with service(data, "http://127.0.0.1:9/query") as client:
        found = client.get("/sparql", params={"query": "ASK {}"})
        assert (found.status_code, found.json()["code"]) == (503, "unavailable")
        assert client.get("/health").status_code == 200


def test_updates_are_handed_on_only_where_they_may(
    opened: Opened, server: Server, data: Path
) -> None:
    load(server, current(Settings(data=data)))
    text = "INSERT DATA { GRAPH <x:g> { <x:s> rdfs:label 'added' } }"
    ask = {"query": "ASK { <x:s> rdfs:label 'added' }"}
    closed = opened(data, server.endpoint, update_token="open")  # noqa: S106
    refused = closed.post("/sparql", data={"update": text}, headers=TOKEN)
    assert (refused.status_code, refused.json()["code"]) == (403, "query-refused")
    assert "EMPILEMENT_SPARQL_UPDATE" in refused.json()["todo"]
    there = opened(data, server.endpoint, sparql_update=server.updates, update_token="open")  # noqa: S106
    before = there.get("/sparql", params=ask)
    assert before.json()["boolean"] is False
    assert there.post("/sparql", data={"update": text}).status_code == 401
    wrong = there.post("/sparql", data={"update": "INSERT DATA { <x:s> }"}, headers=TOKEN)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "query-syntax")
    away = there.post("/sparql", data={"update": "LOAD <http://127.0.0.1/>"}, headers=TOKEN)
    assert away.status_code == 403
    assert there.post("/sparql", data={"update": text}, headers=TOKEN).status_code == 204
    after = there.get("/sparql", params=ask, headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, after.json()["boolean"]) == (200, True)
    again = opened(data, server.endpoint, sparql_update=server.updates)
    assert again.get("/sparql", params=ask).headers["etag"] not in {
        each.headers["etag"] for each in (before, after)
    }


def test_killed_and_started_again_under_load_every_answer_is_right_or_a_clear_failure(
    opened: Opened, server: Server, data: Path
) -> None:
    load(server, current(Settings(data=data)))
    client = opened(data, server.endpoint, cache_mb=0)
    wait(client, 200)
    addresses = (
        ("/sparql", {"query": ROWS, "format": "csv"}),
        ("/query/stack", {"territory": "37261", "date": "2026-01-01", "format": "csv"}),
        ("/doc/commune/37261.ttl", {}),
    )
    due = [client.get(path, params=fields) for path, fields in addresses]
    assert [each.status_code for each in due] == [200] * 3
    assert len(due[0].text.splitlines()) == 5
    stop = threading.Event()
    answers: set[int] = set()
    wrong: list[str] = []
    right = [0] * 20

    def ask_on(number: int) -> None:
        (path, fields), good = addresses[number % 3], due[number % 3]
        while not stop.is_set():
            found = client.get(path, params=fields)
            answers.add(found.status_code)
            if found.status_code == 200 and found.content == good.content:
                right[number] += 1
            elif found.status_code not in (502, 503, 504):
                wrong.append(found.text)

    threads = [threading.Thread(target=ask_on, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    time.sleep(0.7)
    server.kill()
    # Longer than it tries again: the failures must have been seen.
    until(lambda: bool(answers & {502, 503, 504}))
    server.start()
    before = list(right)
    until(lambda: not any(map(int.__eq__, before, right)))
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert answers & {502, 503, 504}
    assert all(after > start for start, after in zip(before, right, strict=True))
