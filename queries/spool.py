"""Bytes on their way from a worker to a client: kept in memory, then in a file without a name."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import Final

from queries.errors import QueryError

_IN_MEMORY: Final = 1 << 20
_PIECE: Final = 1 << 16


class Spool:
    """Takes an answer as fast as its worker gives it, gives it as fast as its reader takes it.

    So a slow reader does not hold a worker, and memory stays flat whatever the answer's size.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._written = 0
        self._read = 0
        self._ended = False
        self._error: QueryError | None = None
        self._news = asyncio.Event()

    def write(self, piece: bytes) -> None:
        """Add a piece."""
        if not self._file.closed:
            self._file.seek(self._written)
            self._written += self._file.write(piece)
            self._news.set()

    def end(self, error: QueryError | None = None) -> None:
        """Say that all is there, or why the rest will not come."""
        self._ended = True
        self._error = error
        self._news.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the pieces, in order.

        Raises:
            QueryError: the answer broke off.
        """
        try:
            while True:
                self._news.clear()
                while self._read < self._written:
                    self._file.seek(self._read)
                    piece = self._file.read(_PIECE)
                    self._read += len(piece)
                    yield piece
                if self._error is not None:
                    raise self._error
                if self._ended and self._read == self._written:
                    return
                if not self._ended:
                    await self._news.wait()
        finally:
            self._file.close()
