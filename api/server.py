"""The HTTP server: uvicorn with bounded heads, log lines for machines, an orderly end."""

import asyncio
import signal
import sys
from asyncio import TimerHandle
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.app import create_app
from api.logs import logging_of
from ingest.settings import Settings

MOST_HEAD: Final = 1 << 16
HEAD_SECONDS: Final = 20.0
_GRACE_SECONDS: Final = 5
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
_TOO_LATE: Final = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 that gives up a head that is too large, or too long in coming.

    llhttp bounds neither: without this, one connection could fill the memory, and a thousand that
    say nothing would stay for ever.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head = 0
        self._reading = True
        self._timer: TimerHandle | None = None

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
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MOST_HEAD:
            self._give_up(_TOO_LARGE)
        else:
            super().on_headers_complete()

    def _wind(self) -> None:
        self._unwind()
        self._timer = self.loop.call_later(HEAD_SECONDS, self._give_up, _TOO_LATE)

    def _unwind(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self, answer: bytes) -> None:
        self._unwind()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


def run(settings: Settings) -> None:
    """Serve until told to stop (SIGTERM, SIGINT): what is being answered is answered first.

    Args:
        settings: where the build lies, where to listen, how far queries may go.

    """
    # uvicorn raises the signal again once all is done: to have been told to stop is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        create_app(settings),
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
