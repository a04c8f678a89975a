"""The HTTP server: uvicorn with bounded heads, log lines for machines, an orderly end."""

import asyncio
import json
import signal
import sys
import time
from asyncio import TimerHandle
from typing import Any, Final, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.app import HEADERS, create_app, front
from api.direct import Direct
from api.logs import logging_of
from api.observing import log
from api.problems import MEDIA_TYPE, Problem
from api.repeating import ENDPOINT
from ingest.settings import Settings

MOST_HEAD: Final = 1 << 16
HEAD_SECONDS: Final = 20.0
# A colon, a space and the end of the line.
_LINE: Final = 4
_GRACE_SECONDS: Final = 5
_TOO_LARGE: Final = Problem(
    431, "too-large", "The head of the request is too large.", todo="Send fewer or shorter headers."
)
_TOO_LATE: Final = Problem(
    408, "too-late", "The head of the request is too long in coming.", todo="Send it at once."
)
_MALFORMED: Final = Problem(
    400, "malformed", "The request is not HTTP/1.1.", todo="Send a request of RFC 9112."
)


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 that gives up a head that is too large, or too long in coming.

    llhttp bounds neither: without this, one connection could fill the memory, and a thousand that
    say nothing would stay for ever.

    What was answered to the same request before, and still holds, it sends by itself.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head = 0
        self._reading = True
        self._timer: TimerHandle | None = None
        self._repeated = False
        direct = cast("Direct", self.config.app)
        self._sent = direct.sent
        self._metrics = direct.metrics

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock of the first head."""
        super().connection_made(transport)
        self._wind()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._unwind()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what has come as long as the head is not complete."""
        super().data_received(data)
        if self._reading:
            self._head += len(data)
            if self._head > MOST_HEAD and not self.transport.is_closing():
                self._give_up(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Start the clock of another head."""
        super().on_message_begin()
        self._reading, self._head = True, 0
        self._wind()

    def on_headers_complete(self) -> None:
        """Stop the clock: the head is there."""
        self._reading = False
        self._unwind()
        lines = (len(name) + len(value) + _LINE for name, value in self.headers)
        size = len(self.url) + sum(lines)
        if size > MOST_HEAD:
            self._give_up(_TOO_LARGE)
        elif not self._repeat():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass a part of the body on, unless the answer was sent."""
        if not self._repeated:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Pass the end of the request on, unless the answer was sent."""
        if not self._repeated:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP (the message of the parser tells nobody more)."""
        del msg
        self._give_up(_MALFORMED)

    def _repeat(self) -> bool:
        """Send what was sent to the same request, if it holds; nothing else may be under way."""
        self._repeated = False
        parser = self.parser
        busy = self.pipeline or (self.cycle is not None and not self.cycle.response_complete)
        if busy or self.flow.write_paused or self.transport.is_closing():
            return False
        if parser.get_method() != b"GET" or parser.get_http_version() != "1.1":
            return False
        if parser.should_upgrade() or not parser.should_keep_alive():
            return False
        found = self._sent.find(self.url, self.headers)
        if found is None:
            return False
        self._repeated = True
        start = time.perf_counter()
        added = [name + b": " + value for name, value in self.server_state.default_headers]
        head = [STATUS_LINE[found.status], *(line + b"\r\n" for line in added), found.head, b"\r\n"]
        self.transport.write(b"".join((*head, found.body)))
        # Counts the answer, and begins to wait for the next request.
        self.on_response_complete()
        seconds = time.perf_counter() - start
        self._metrics.count(ENDPOINT, found.status, seconds, "repeated")
        log(ENDPOINT, "GET", ENDPOINT, found.status, len(found.body), seconds, found.said)
        return True

    def _wind(self) -> None:
        self._unwind()
        self._timer = self.loop.call_later(HEAD_SECONDS, self._give_up, _TOO_LATE)

    def _unwind(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self, problem: Problem) -> None:
        self._unwind()
        if not self.transport.is_closing():
            self.transport.write(_written(problem))
            self.transport.close()


def _written(problem: Problem) -> bytes:
    """Write a refusal that the application has no part in."""
    body = json.dumps(problem.body()).encode()
    fields = HEADERS | {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = "".join(f"{name.lower()}: {value}\r\n" for name, value in fields.items())
    return STATUS_LINE[problem.status] + lines.encode() + b"\r\n" + body


def run(settings: Settings) -> None:
    """Serve until told to stop (SIGTERM, SIGINT): what is being answered is answered first.

    Args:
        settings: where the build lies, where to listen, how far queries may go.

    """
    # uvicorn raises the signal again once all is done: to have been told to stop is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        front(create_app(settings)),
        host=settings.host,
        port=settings.port,
        http=BoundedProtocol,
        loop="uvloop",
        ws="none",
        log_config=logging_of(settings.log_format, settings.log_level),
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.query_seconds) + _GRACE_SECONDS,
    )
