"""What operators see: a log line and metrics for each request."""

import hashlib
import logging
import time
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.watching import AskerGoneError

LOG: Final = logging.getLogger("empilement.http")
METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_NOTES: Final = "empilement"
_PROBES: Final = frozenset(("/health", "/ready", "/metrics"))
_GONE: Final = 499
_BROKEN: Final = 500
_BUCKETS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)


class BrokenOffError(Exception):
    """An answer failed after its first bytes were sent: the connection must break."""


class Metrics:
    """The metrics of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "empilement_requests", "Requests answered", ("route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "empilement_request_seconds",
            "Time to answer, in seconds",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.queries = Counter(
            "empilement_queries",
            "Queries, by what became of them",
            ("outcome",),
            registry=self.registry,
        )
        self.workers = Gauge(
            "empilement_workers",
            "Processes that answer queries, and queries that wait",
            ("state",),
            registry=self.registry,
        )
        self.version = Gauge(
            "empilement_version",
            "1 for the version of the data that is served",
            ("version",),
            registry=self.registry,
        )

    def count(self, route: str, status: int, seconds: float, outcome: str | None) -> None:
        """Count a request.

        Args:
            route: which route took it.
            status: of HTTP.
            seconds: it took.
            outcome: what became of the query, if it held one.
        """
        self.requests.labels(route, status).inc()
        self.seconds.labels(route).observe(seconds)
        if outcome is not None:
            self.queries.labels(outcome).inc()

    def write(self, version: str, counts: dict[str, int]) -> bytes:
        """Write all metrics in the text format of Prometheus.

        Args:
            version: the version of the data.
            counts: the state of the pool (see ``Crew.counts``); empty if there is none.
        """
        self.version.clear()
        self.version.labels(version).set(1)
        for state, count in counts.items():
            self.workers.labels(state).set(count)
        return generate_latest(self.registry)


def note(scope: Scope, **said: Any) -> None:
    """Add to the log line of a request: ``query``, ``rows``, ``outcome``…

    A query is logged by a mark of its text: the text may hold what its author looks for.
    """
    if "query" in said:
        said["query"] = hashlib.sha256(said["query"].encode("utf-8", "replace")).hexdigest()[:16]
    scope.setdefault(_NOTES, {}).update(said)


def notes_of(scope: Scope) -> dict[str, Any]:
    """Give what was noted of a request."""
    notes: dict[str, Any] = scope.get(_NOTES, {})
    return notes


def log(
    route: str,
    method: str,
    path: str,
    status: int,
    size: int,
    seconds: float,
    notes: dict[str, Any],
) -> None:
    """Write the log line of a request; of a probe only if all is to be seen.

    Args:
        route: which route took it.
        method: of HTTP.
        path: that was asked for.
        status: of HTTP.
        size: bytes of the body.
        seconds: it took.
        notes: what else is to be said.

    """
    level = logging.DEBUG if route in _PROBES else logging.INFO
    if LOG.isEnabledFor(level):
        said = {
            "method": method,
            "path": path,
            "status": status,
            "milliseconds": round(seconds * 1000, 3),
            "bytes": size,
        }
        LOG.log(level, "request", extra=said | notes)


class Observed:
    """Logs and counts each request. Plain ASGI; the outermost but for the server's own.

    Args:
        app: what answers.
        metrics: what counts.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status, size = _BROKEN, 0

        async def sending(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except AskerGoneError:
            status = _GONE
        except BrokenOffError as error:
            # Left unfinished, the answer makes the server break the connection off.
            LOG.warning("broken off", extra={"path": scope["path"], "why": str(error)})
        finally:
            self._record(scope, status, size, time.perf_counter() - start)

    def _record(self, scope: Scope, status: int, size: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        notes = notes_of(scope)
        self._metrics.count(route, status, seconds, notes.get("outcome"))
        log(route, scope["method"], scope["path"], status, size, seconds, notes)
