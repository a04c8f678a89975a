"""Limits that hold, seen from outside: time, rows, memory, the queue, and who has gone."""

import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import httpx
import pytest

from ingest.settings import Settings
from tests.serving import Running, running
from tests.watching import descendants, living, peak_mib, until

SECONDS = 2.0
TRUSTED_SECONDS = 4.0
ROWS = 20_000
TOKEN = "the token of the trusted"  # noqa: S105
TRUSTED = {"Authorization": f"Bearer {TOKEN}"}
LINE = "?a ?b ?c . ?d ?e ?f"
BURN = f"SELECT (COUNT(*) AS ?n) {{ {LINE} . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }}"
ENDLESS = f"SELECT ?a ?d {{ {LINE} . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }}"
# A row of a megabyte, which comes at once, then one that never comes.
STALL = f"""SELECT ?long {{
  VALUES ?row {{ 1 2 }}
  BIND (REPLACE(REPLACE("{"a" * 1000}", "a", "{"b" * 32}"), "b", "{"c" * 32}")
    AS ?long)
  FILTER (?row = 1 || EXISTS {{
    {LINE} . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o
    FILTER (STRLEN(CONCAT(STR(?a), STR(?d), STR(?g), STR(?j), STR(?m))) < 1) }})
}}"""
MILLION = f"SELECT ?a ?d {{ {LINE} . ?g ?h ?i }} LIMIT 1000000"
FLAT_MIB = 32
CALM = {"idle": 2, "light": 0, "heavy": 0, "waiting": 0}


@pytest.fixture(scope="module")
def service(town: Settings) -> Iterator[Running]:
    """The real service with short limits."""
    with running(
        town.data,
        query_seconds=str(SECONDS),
        trusted_seconds=str(TRUSTED_SECONDS),
        trusted_token=TOKEN,
        answer_rows=str(ROWS),
        workers="2",
        heavy_workers="1",
        log_level="ERROR",
    ) as found:
        yield found


@pytest.fixture(scope="module")
def http(service: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.address, timeout=60) as client:
        yield client


@pytest.fixture
def calm(service: Running, http: httpx.Client) -> None:
    """Wait until no query runs, both workers are at hand, and those killed before are buried."""
    assert until(lambda: states(http) == CALM and len(workers(service)) == 2)


def workers(service: Running) -> set[int]:
    """Give the processes that answer: the children of a child."""
    children = descendants(service.process.pid)
    return set().union(*map(descendants, children))


def ask(http: httpx.Client, query: str, headers: dict[str, str] | None = None, **asked: object):
    return http.get("/sparql", params={"query": query} | asked, headers=headers)


def states(http: httpx.Client) -> dict[str, int]:
    """Give what the processes of the pool do, as the metrics tell."""
    text = http.get("/metrics").text
    found = re.findall(r'^empilement_workers\{state="(\w+)"\} (\d+)', text, re.MULTILINE)
    return {state: int(count) for state, count in found}


def at_work(http: httpx.Client) -> int:
    now = states(http)
    return now["light"] + now["heavy"]


class Asker:
    """A client on a bare socket, which can hang up at any moment."""

    def __init__(self, address: str, query: str, **asked: object) -> None:
        url = httpx.URL(address)
        self.line = socket.create_connection((url.host, url.port), timeout=30)
        target = "/sparql?" + urlencode({"query": query} | asked)
        head = f"GET {target} HTTP/1.1\r\nHost: {url.host}\r\nAccept: text/csv\r\n"
        self.line.sendall(f"{head}Authorization: Bearer {TOKEN}\r\n\r\n".encode())

    def read(self, size: int) -> None:
        """Read at least so many bytes."""
        while size > 0:
            piece = self.line.recv(1 << 16)
            assert piece, "the service hung up"
            size -= len(piece)

    def read_lines(self, count: int) -> None:
        """Read at least so many lines, those of the head included."""
        while count > 0:
            piece = self.line.recv(1 << 16)
            assert piece, "the service hung up"
            count -= piece.count(b"\n")

    def hang_up(self) -> None:
        self.line.close()


def test_a_timeout_before_the_first_byte_is_told_with_three_hints(http: httpx.Client) -> None:
    answer = ask(http, BURN)
    assert answer.status_code == 504
    assert answer.headers["content-type"] == "application/problem+json"
    assert "retry-after" not in answer.headers
    problem = answer.json()
    assert problem["code"] == "query-timeout"
    assert "2 seconds" in problem["detail"]
    assert len(set(problem["hints"])) == 3
    assert all(hint in problem["todo"] for hint in problem["hints"])


@pytest.mark.parametrize(
    ("headers", "wished", "granted"),
    [
        ({}, "0.4", 0.4),
        ({}, "100", SECONDS),
        (TRUSTED, None, SECONDS),
        (TRUSTED, "3", 3.0),
        (TRUSTED, "100", TRUSTED_SECONDS),
    ],
)
def test_a_client_lowers_its_time_and_a_token_raises_it(
    http: httpx.Client, headers: dict[str, str], wished: str | None, granted: float
) -> None:
    asked = {} if wished is None else {"timeout": wished}
    began = time.monotonic()
    answer = ask(http, BURN, headers, **asked)
    assert time.monotonic() - began >= granted
    assert answer.status_code == 504
    assert f"after {granted:g} seconds" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "wished", "there", "status"),
    [
        ({}, None, 100, 200),
        ({}, 50, 100, 507),
        ({}, 100, 100, 200),
        ({}, 10 * ROWS, ROWS + 1, 507),
        (TRUSTED, None, ROWS + 1, 200),
        (TRUSTED, ROWS, ROWS + 1, 507),
    ],
)
def test_a_client_lowers_its_rows_and_a_token_raises_them(
    http: httpx.Client, headers: dict[str, str], wished: int | None, there: int, status: int
) -> None:
    asked = {"format": "csv"} | ({} if wished is None else {"rows": wished})
    query = f"SELECT (1 AS ?x) {{ {LINE} . ?g ?h ?i }} LIMIT {there}"
    answer = ask(http, query, headers, **asked)
    assert answer.status_code == status
    if status == 200:
        assert len(answer.text.splitlines()) == 1 + there
    else:
        assert answer.json()["code"] == "query-memory"


@pytest.mark.parametrize("given", ["Bearer another", "Bearer", "Basic dTpw", TOKEN])
def test_another_token_raises_nothing(http: httpx.Client, given: str) -> None:
    answer = ask(http, "ASK {}", {"Authorization": given})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", ["timeout", "rows"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "1e3", "inf", "nan", ""])
def test_a_limit_that_is_no_number_is_refused(http: httpx.Client, name: str, value: str) -> None:
    assert ask(http, "ASK {}", **{name: value}).status_code == 400


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize(
    ("query", "form"),
    [(STALL, "csv"), (STALL, "json"), (STALL, "tsv"), (STALL, "xml"), (ENDLESS, "csv")],
    ids=["csv", "json", "tsv", "xml", "endless"],
)
def test_a_timeout_after_the_first_byte_breaks_the_connection(
    http: httpx.Client, query: str, encoding: str, form: str
) -> None:
    asked = {"query": query, "format": form, "timeout": "1.5"}
    headers = TRUSTED | {"Accept-Encoding": encoding}
    received = 0
    with http.stream("GET", "/sparql", params=asked, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers.get("content-encoding", "identity") == encoding
        assert "content-length" not in answer.headers
        with pytest.raises(httpx.RemoteProtocolError):
            for piece in answer.iter_raw():
                received += len(piece)
    assert received > 0


def test_too_many_rows_after_the_first_byte_break_the_connection(http: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        ask(http, MILLION, format="csv")


@pytest.mark.usefixtures("calm")
def test_a_light_query_is_answered_while_a_heavy_one_burns(http: httpx.Client) -> None:
    with ThreadPoolExecutor(1) as threads:
        burning = threads.submit(ask, http, BURN)
        assert until(lambda: at_work(http) == 1)
        for _ in range(10):
            assert ask(http, "ASK {}").json()["boolean"] is True
        assert not burning.done()
        assert burning.result().status_code == 504


@pytest.mark.usefixtures("calm")
@pytest.mark.parametrize(
    ("query", "read"), [(BURN, 0), (STALL, 1 << 18)], ids=["before", "between rows"]
)
def test_a_query_whose_asker_has_gone_is_killed(
    service: Running, http: httpx.Client, query: str, read: int
) -> None:
    asker = Asker(service.address, query, timeout=TRUSTED_SECONDS)
    asker.read(read)
    assert until(lambda: at_work(http) == 1)
    before = workers(service)
    asker.hang_up()
    assert until(lambda: living(before) < before, 1.0)
    assert until(lambda: states(http) == CALM)
    assert len(living(before)) == len(before) - 1


@pytest.mark.usefixtures("calm")
def test_the_first_rows_come_while_the_query_still_runs(
    service: Running, http: httpx.Client
) -> None:
    asker = Asker(service.address, ENDLESS, timeout=TRUSTED_SECONDS)
    asker.read_lines(35_000)
    assert at_work(http) == 1
    asker.hang_up()


def test_a_million_rows_pass_through_flat_memory(service: Running, http: httpx.Client) -> None:
    asked = {"query": MILLION, "format": "csv", "timeout": "60"}
    headers = TRUSTED | {"Accept-Encoding": "identity"}
    assert ask(http, "ASK {}").status_code == 200
    before = peak_mib(service.process.pid)
    lines = size = 0
    with http.stream("GET", "/sparql", params=asked, headers=headers) as answer:
        for piece in answer.iter_raw():
            lines += piece.count(b"\n")
            size += len(piece)
    assert lines == 1 + 1_000_000
    assert size > 2 * FLAT_MIB << 20
    assert peak_mib(service.process.pid) - before < FLAT_MIB


def test_a_full_queue_is_refused_at_once(town: Settings) -> None:
    with (
        running(
            town.data,
            query_seconds="3",
            workers="1",
            heavy_workers="0",
            queue="1",
            log_level="ERROR",
        ) as alone,
        httpx.Client(base_url=alone.address, timeout=60) as http,
        ThreadPoolExecutor(2) as threads,
    ):
        assert until(lambda: states(http)["idle"] == 1)
        running_one = threads.submit(ask, http, BURN)
        assert until(lambda: states(http)["light"] == 1)
        waiting_one = threads.submit(ask, http, "ASK {}")
        assert until(lambda: states(http)["waiting"] == 1)
        refused = ask(http, "ASK {}")
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        assert int(refused.headers["retry-after"]) > 0
        assert not running_one.done()
        assert running_one.result().status_code == 504
        assert waiting_one.result().status_code in (200, 503)
