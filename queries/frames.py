"""The frames that a worker and the pool exchange: one byte of kind, four of length, the bytes."""

import asyncio
import json
import socket
import struct
from enum import IntEnum
from typing import Any, Final

_HEAD: Final = struct.Struct("!BI")


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


async def read(reader: asyncio.StreamReader) -> tuple[Kind, bytes]:
    """Read a frame from an asynchronous line.

    Raises:
        EOFError, OSError: the other side is dead.
    """
    kind, length = _HEAD.unpack(await reader.readexactly(_HEAD.size))
    return Kind(kind), await reader.readexactly(length) if length else b""


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
