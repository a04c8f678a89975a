"""A load generator, the same for every server: connections that ask as soon as they are answered.

It is cheap (raw bytes, no parsing beyond the framing of HTTP/1.1) and a process of its own, so that
it weighs on every server alike: ``python -m tests.bench_load``, an order as JSON on standard input,
what was seen as JSON on standard output.
"""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit

import uvloop

from tests.serving import ROOT

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE: Final = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_LATER: Final = re.compile(rb"\r\nretry-after: *\d", re.IGNORECASE)
_LAST_CHUNK: Final = b"0\r\n\r\n"
_UNAVAILABLE: Final = 503
_GRACE_SECONDS: Final = 60
JSON_RESULTS: Final = "application/sparql-results+json"


@dataclass(slots=True)
class Seen:
    """What a load saw.

    Args:
        seconds: it lasted.
        latencies: seconds of each answer, to its last byte.
        firsts: seconds of each answer, to its first byte.
        statuses: how many answers of each HTTP status.
        rude: answers 503 without Retry-After.
        broken: connections that broke, or could not be made.
        unanswered: requests that had no answer a minute after the end.
        bytes: of the last answer, head included.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    rude: int = 0
    broken: int = 0
    unanswered: int = 0
    bytes: int = 0

    @property
    def rate(self) -> float:
        """Answers of status 200 a second."""
        return self.statuses.get("200", 0) / self.seconds

    @property
    def sound(self) -> bool:
        """Whether every request had its answer, of status 200."""
        return set(self.statuses) == {"200"} and not self.broken and not self.unanswered

    @property
    def failures(self) -> int:
        """Answers 5xx but the 503 that says when to come again, and requests without any answer."""
        errors = sum(count for status, count in self.statuses.items() if status[0] == "5")
        polite = self.statuses.get(str(_UNAVAILABLE), 0) - self.rude
        return errors - polite + self.broken + self.unanswered


def addressed(endpoint: str, queries: Sequence[str], parameters: str = "") -> list[str]:
    """Give the addresses at which an endpoint answers queries (SPARQL 1.1 Protocol §2.1.1)."""
    return [f"{endpoint}?query={quote(each, safe='')}{parameters}" for each in queries]


def load(
    addresses: Sequence[str],
    *,
    connections: int = 8,
    seconds: float = 3.0,
    most: int = 0,
    accept: str = JSON_RESULTS,
    post: bool = False,
) -> Seen:
    """Put a server under load, and tell what was seen.

    Args:
        addresses: of the requests, one after the other and then again; of one server.
        connections: kept alive, each with one request at a time.
        seconds: it lasts.
        most: requests, after which it ends earlier; 0 for no such end.
        accept: the header.
        post: send the parameters in the body, as queries must be that are long.

    Returns:
        What was seen.

    """
    process = start(
        addresses, connections=connections, seconds=seconds, most=most, accept=accept, post=post
    )
    return result(process, seconds)


def start(addresses: Sequence[str], **order: Any) -> subprocess.Popen[str]:
    """Begin a load, to be waited for with ``result``; the arguments are those of ``load``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench_load"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdin is None:
        raise RuntimeError("The load generator has no standard input.")
    json.dump({"addresses": list(addresses), **order}, process.stdin)
    process.stdin.close()
    process.stdin = None
    return process


def result(process: subprocess.Popen[str], seconds: float) -> Seen:
    """Wait for a load to end, and tell what was seen."""
    out, _ = process.communicate(timeout=seconds + 2 * _GRACE_SECONDS)
    return Seen(**json.loads(out))


class _Connection(asyncio.Protocol):
    """A connection that asks, reads to the end of the answer, and asks again."""

    def __init__(self, load: "_Load") -> None:
        self._load = load
        self._transport: Any = None
        self._asked = self._first = 0.0
        self._reset()

    def _reset(self) -> None:
        self._head = b""
        self._in_head = True
        self._left = 0
        self._tail = b""
        self._size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        request = self._load.next()
        if request is None:
            self._transport.close()
            return
        self._reset()
        self._first = 0.0
        self._asked = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if not self._first:
            self._first = time.perf_counter()
        self._size += len(data)
        if self._in_head:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            data = self._head[end + 4 :]
            self._head = self._head[: end + 2]
            self._in_head = False
            found = _LENGTH.search(self._head)
            self._left = int(found[1]) if found else -1
        if self._left >= 0:
            self._left -= len(data)
            done = self._left <= 0
        else:
            self._tail = (self._tail + data)[-len(_LAST_CHUNK) :]
            done = self._tail == _LAST_CHUNK
        if done:
            self._load.answered(self._head, self._asked, self._first, self._size)
            if _CLOSE.search(self._head):
                self._asked = 0.0
                self._transport.close()
            else:
                self._asked = 0.0
                self._ask()

    def connection_lost(self, _: Exception | None) -> None:
        self._load.lost(broken=bool(self._asked))


class _Load:
    """All connections, and what they see."""

    def __init__(self, order: dict[str, Any]) -> None:
        target = urlsplit(order["addresses"][0])
        self.host, self.port = target.hostname or "", target.port or 80
        head = f" HTTP/1.1\r\nHost: {target.netloc}\r\nAccept: {order['accept']}\r\n"
        paths = [each[each.index("/", 8) :] for each in order["addresses"]]
        made = [
            _posted(each, head) if order.get("post") else f"GET {each}{head}\r\n" for each in paths
        ]
        self._requests = self._turning([each.encode() for each in made])
        self._most = order["most"] or sys.maxsize
        self._asked = 0
        self._seconds = order["seconds"]
        self._connections = order["connections"]
        self._open = 0
        self._statuses: Counter[str] = Counter()
        self._ended = asyncio.Event()
        self.seen = Seen()

    @staticmethod
    def _turning(requests: list[bytes]) -> Iterator[bytes]:
        while True:
            yield from requests

    def next(self) -> bytes | None:
        """Give the next request, or nothing once the load is to end."""
        if time.perf_counter() >= self._limit or self._asked >= self._most:
            return None
        self._asked += 1
        return next(self._requests)

    def answered(self, head: bytes, asked: float, first: float, size: int) -> None:
        """Note an answer."""
        status = head[9:12].decode()
        self._statuses[status] += 1
        if int(status) == _UNAVAILABLE and not _LATER.search(head):
            self.seen.rude += 1
        self.seen.latencies.append(time.perf_counter() - asked)
        self.seen.firsts.append(first - asked)
        self.seen.bytes = size

    def lost(self, *, broken: bool) -> None:
        """Note that a connection is over; open another if the load goes on."""
        self._open -= 1
        self.seen.broken += broken
        if time.perf_counter() < self._limit and self._asked < self._most:
            asyncio.ensure_future(self._connect())  # noqa: RUF006
        elif not self._open:
            self._ended.set()

    async def _connect(self) -> None:
        self._open += 1
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: _Connection(self), self.host, self.port)
        except OSError:
            await asyncio.sleep(0.1)
            self.lost(broken=True)

    async def run(self) -> Seen:
        """Load the server until the time is over, and the last answers are there."""
        start = time.perf_counter()
        self._limit = start + self._seconds
        await asyncio.gather(*(self._connect() for _ in range(self._connections)))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), self._seconds + _GRACE_SECONDS)
        self.seen.unanswered = self._open
        self.seen.seconds = time.perf_counter() - start
        self.seen.statuses = dict(self._statuses)
        return self.seen


def _posted(path: str, head: str) -> str:
    path, _, form = path.partition("?")
    kind = "Content-Type: application/x-www-form-urlencoded"
    return f"POST {path}{head}{kind}\r\nContent-Length: {len(form)}\r\n\r\n{form}"


def main() -> None:
    """Carry out the order on standard input."""
    order = json.load(sys.stdin)

    async def run() -> Seen:
        return await _Load(order).run()

    seen = uvloop.run(run())
    json.dump({name: getattr(seen, name) for name in Seen.__slots__}, sys.stdout)


if __name__ == "__main__":
    main()
