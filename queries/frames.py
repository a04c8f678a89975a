"""The frames that a worker and the pool exchange: one byte of kind, four of length, the bytes."""

import asyncio
import json
import socket
import struct
from enum import IntEnum
from typing import Any, Final, cast

_HEAD: Final = struct.Struct("!BI")
_MOST_HELD: Final = 1 << 18


class Kind(IntEnum):
    """What a frame holds: a request, the header of an answer, a piece of it, its end."""

    REQUEST = 0
    HEADER = 1
    PIECE = 2
    END = 3


def frame(kind: Kind, body: bytes | bytearray | memoryview) -> bytes:
    """Make a frame.

    Args:
        kind: what it holds.
        body: the bytes, fewer than 4 GiB.
    """
    return _HEAD.pack(kind, len(body)) + bytes(body)


def told(kind: Kind, fields: dict[str, Any]) -> bytes:
    """Make a frame of JSON."""
    return frame(kind, json.dumps(fields).encode())


class Line(asyncio.Protocol):
    """The pool's end of a line to a worker; a light answer, all its frames, wakes it once.

    What is not read in time stays with the worker, which waits. ``ended`` tells that it is dead.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._held = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self.ended = False

    def tell(self, fields: dict[str, Any]) -> None:
        """Send a request."""
        if self._transport is not None:
            self._transport.write(told(Kind.REQUEST, fields))

    async def read(self) -> tuple[Kind, bytes]:
        """Read a frame.

        Raises:
            EOFError: the other side is dead.
        """
        while True:
            if len(self._held) >= _HEAD.size:
                kind, length = _HEAD.unpack_from(self._held)
                end = _HEAD.size + length
                if len(self._held) >= end:
                    body = bytes(self._held[_HEAD.size : end])
                    del self._held[:end]
                    return Kind(kind), body
            if self.ended or self._transport is None:
                raise EOFError
            self._transport.resume_reading()
            self._waiter = self._loop.create_future()
            await self._waiter

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take what has come; no more of it if nobody waits for it."""
        self._held += data
        if not self._wake() and len(self._held) > _MOST_HELD and self._transport is not None:
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Tell who waits that nothing more will come."""
        self.ended = True
        self._wake()

    def _wake(self) -> bool:
        waiter, self._waiter = self._waiter, None
        if waiter is None or waiter.done():
            return False
        waiter.set_result(None)
        return True


def receive(line: socket.socket) -> bytes:
    """Read the body of a frame from a blocking line.

    Raises:
        EOFError, OSError: the other side has hung up.
    """
    _, length = _HEAD.unpack(_exactly(line, _HEAD.size))
    return _exactly(line, length)


def _exactly(line: socket.socket, length: int) -> bytes:
    found = bytearray()
    while len(found) < length:
        piece = line.recv(length - len(found))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)
