"""The pool as an engine: for code that waits (see ``queries.pool`` for what it does)."""

import asyncio
import atexit
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from queries import engine
from queries.engine import Answer, Dataset, Table
from queries.faults import closed
from queries.formats import Format
from queries.pool import Pool

T = TypeVar("T")


class PoolEngine:
    """A pool, asked from other threads than that of its loop.

    Args:
        pool: the pool.
        loop: the event loop it lives on.
        seconds: another time limit of one query than the pool's.
    """

    def __init__(
        self, pool: Pool, loop: asyncio.AbstractEventLoop, seconds: float | None = None
    ) -> None:
        self.pool = pool
        self._loop = loop
        self._seconds = seconds
        self._closed = False

    def answer(
        self, query: str, media_type: str | None = None, dataset: Dataset | None = None
    ) -> Answer:
        """Answer in bytes; see ``Engine.answer``, and ``Pool.stream`` for the errors."""
        return self._wait(self.pool.answer(query, media_type, dataset, seconds=self._seconds))

    def select(self, query: str) -> Table:
        """Answer a SELECT with its rows; see ``Engine.select``."""
        return engine.table_from(self.answer(query, Format.JSON.media_type))

    def ask(self, query: str) -> bool:
        """Answer an ASK; see ``Engine.ask``."""
        return engine.truth_from(self.answer(query, Format.JSON.media_type))

    def patient(self, seconds: float) -> "PoolEngine":
        """Give the same engine with another time limit of one query, in seconds."""
        return PoolEngine(self.pool, self._loop, seconds)

    def ready(self) -> bool:
        """Whether the graph is loaded and a query would be taken up."""
        return self.pool.ready()

    def wait_ready(self) -> None:
        """Wait until the graph is loaded; see ``Pool.wait_ready``."""
        self._wait(self.pool.wait_ready())

    def close(self) -> None:
        """Stop every query and every process. What comes after is refused."""
        if not self._closed:
            self._wait(self.pool.close())
            self._closed = True

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        if self._closed:
            # The loop may have stopped: nobody would ever do the work.
            work.close()
            raise closed()
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise


class WorkerPool(PoolEngine):
    """A pool with a loop of its own, in a thread. May be asked by many threads.

    Args:
        graph: see ``Pool``.
        limits: see ``Pool``.
    """

    def __init__(self, graph: Path, **limits: Any) -> None:
        loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="pool", daemon=True)
        self._thread.start()
        made: Future[Pool] = asyncio.run_coroutine_threadsafe(_made(graph, limits), loop)
        super().__init__(made.result(), loop)
        atexit.register(self.close)

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop every query, every process and the loop."""
        if self._closed:
            return
        atexit.unregister(self.close)
        super().close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


async def _made(graph: Path, limits: dict[str, Any]) -> Pool:
    return Pool(graph, **limits)
