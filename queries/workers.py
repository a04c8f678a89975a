"""The engine of the service: a pool of processes, each of which can be stopped at any moment.

pyoxigraph gives up no query on demand. So a query that overruns its time, or whose asker has
gone, is stopped by killing the process that runs it; another is forked from the resident, which
holds the graph (see ``queries.resident``).
"""

import atexit
import contextlib
import json
import multiprocessing as mp
import signal
import threading
import time
from collections import deque
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, NoReturn

from queries import engine, errors, resident
from queries.engine import Answer, Dataset, Table
from queries.errors import (
    EngineUnavailableError,
    PoolBusyError,
    QueryCancelledError,
    QueryError,
    QueryTimeoutError,
)
from queries.formats import Format, QueryForm
from queries.line import Cancellation, Worker, exchange, forked

_MIB: Final = 1 << 20
_FAREWELL_SECONDS: Final = 10.0
_PROMPT_SECONDS: Final = 0.5
_BROKEN: Final = frozenset((signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL))
_KINDS: Final = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, QueryError)
}


class WorkerPool:
    """Answers queries in processes of their own, within limits. May be used by many threads.

    The graph is loaded in the background: ``ready`` tells when. Until then queries wait.

    Args:
        graph: a file of N-Quads, to serve from memory; or the folder of a RocksDB store, to
            serve from disk. From disk the workers keep the right to open files, and only the
            guard stands between a query and the network.
        workers: processes that answer.
        seconds: time limit of one query.
        memory_mb: memory one query may take beyond the graph, in MiB.
        queue: queries that may wait for a worker; one more is refused.
        answer_mb: size of the largest answer, in MiB.
    """

    def __init__(
        self,
        graph: Path,
        *,
        workers: int = 2,
        seconds: float = 30.0,
        memory_mb: int = 2048,
        queue: int = 64,
        answer_mb: int = 256,
    ) -> None:
        self._graph = graph
        self._size = workers
        self._seconds = seconds
        self._queue = queue
        self._limits = resident.Limits(memory_mb * _MIB, answer_mb * _MIB)
        self._turn = threading.Condition()
        self._idle: deque[Worker] = deque()
        self._all: set[Worker] = set()
        self._waiting = 0
        self._closed = False
        self._failed = ""
        self._resident = threading.Lock()
        self._control: Connection | None = None
        self._process: Any = None
        self._starter = threading.Thread(target=self._start, name="pool-start", daemon=True)
        atexit.register(self.close)
        self._starter.start()

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ready(self) -> bool:
        """Whether the graph is loaded and a query would be taken up."""
        with self._turn:
            return bool(self._all) and not self._closed

    def wait_ready(self, seconds: float | None = None) -> bool:
        """Wait until the graph is loaded.

        Returns:
            Whether the pool is ready.

        Raises:
            EngineUnavailableError: the graph could not be loaded.
        """
        self._starter.join(seconds)
        if self._failed:
            self._unavailable()
        return self.ready()

    def answer(
        self,
        query: str,
        media_type: str | None = None,
        dataset: Dataset | None = None,
        cancellation: Cancellation | None = None,
    ) -> Answer:
        """Answer in bytes; see ``Engine.answer``.

        Args:
            query: SPARQL 1.1 query.
            media_type: wanted formats, the most wanted first.
            dataset: graphs chosen beside the query.
            cancellation: by which the asker may have it stopped.

        Raises:
            QueryTimeoutError: the query overran its time.
            QueryMemoryError: it overran its memory, or its answer is too large.
            QueryCancelledError: the asker gave up.
            PoolBusyError: no worker came free.
            EngineUnavailableError: the pool is closed, or the graph cannot be loaded.
            QueryError: the query is wrong or refused.
        """
        wish = cancellation or Cancellation()
        graphs = None if dataset is None else (dataset.default, dataset.named)
        fields = {"query": query, "media_type": media_type, "dataset": graphs}
        request = json.dumps(fields).encode()
        start = time.monotonic()
        try:
            header, body = self._run(request, wish)
        except EngineUnavailableError:
            # A worker that dies so soon was dying before: the query had no part in it.
            if self._closed or self._failed or time.monotonic() - start > _PROMPT_SECONDS:
                raise
            header, body = self._run(request, wish)
        if "error" in header:
            raise resident.unpacked(header, _KINDS)
        return Answer(QueryForm(header["form"]), header["media_type"], body)

    def select(self, query: str) -> Table:
        """Answer a SELECT with its rows; see ``Engine.select``."""
        return engine.table_from(self.answer(query, Format.JSON.media_type))

    def ask(self, query: str) -> bool:
        """Answer an ASK; see ``Engine.ask``."""
        return engine.truth_from(self.answer(query, Format.JSON.media_type))

    def close(self) -> None:
        """Stop every query and every process. Waiting queries raise ``EngineUnavailableError``."""
        with self._turn:
            if self._closed:
                return
            self._closed = True
            idle, busy = list(self._idle), self._all - set(self._idle)
            self._idle.clear()
            self._turn.notify_all()
        atexit.unregister(self.close)
        for worker in busy:
            worker.kill()
        for worker in idle:
            worker.release()
        loading = self._process
        if self._starter.is_alive() and loading is not None:
            with contextlib.suppress(ValueError, AttributeError):
                loading.kill()
        self._starter.join()
        with self._resident:
            with self._turn:
                late = list(self._idle)
                self._idle.clear()
            for worker in late:
                worker.release()
            self._hang_up()

    def _start(self) -> None:
        try:
            self._fill()
        except EngineUnavailableError as error:
            self._failed = error.why
        with self._turn:
            self._turn.notify_all()

    def _run(self, request: bytes, wish: Cancellation) -> tuple[dict[str, Any], bytes]:
        worker = self._acquire(wish)
        sound = False
        try:
            wish.when_asked(worker.kill)
            header, body = exchange(worker.line, request, self._seconds)
            sound = not (header.get("worn") or header.get("last"))
        except TimeoutError:
            raise self._overrun() from None
        except (EOFError, OSError):
            raise self._died(worker, wish) from None
        finally:
            wish.when_asked(None)
            self._give_back(worker, sound)
        return header, body

    def _acquire(self, wish: Cancellation) -> Worker:
        limit = time.monotonic() + self._seconds
        wish.when_asked(self._wake)
        while True:
            if len(self._all) < self._size and not self._starter.is_alive():
                self._fill()
            worker = self._take(wish, limit)
            if not worker.gone():
                return worker
            self._give_back(worker, sound=False)

    def _take(self, wish: Cancellation, limit: float) -> Worker:
        with self._turn:
            if not self._idle and self._waiting >= self._queue:
                self._busy(f"{self._waiting} queries already wait for a worker.")
            self._waiting += 1
            try:
                while True:
                    if self._closed or self._failed:
                        self._unavailable()
                    if wish.asked:
                        raise _cancelled()
                    if self._idle:
                        return self._idle.popleft()
                    left = limit - time.monotonic()
                    if left <= 0:
                        self._busy("No worker came free in time, or the graph is being loaded.")
                    self._turn.wait(left)
            finally:
                self._waiting -= 1

    def _wake(self) -> None:
        with self._turn:
            self._turn.notify_all()

    def _give_back(self, worker: Worker, sound: bool) -> None:
        with self._turn:
            if sound and not worker.killed and not self._closed:
                self._idle.append(worker)
                self._turn.notify()
                return
        self._end(worker)
        with self._turn:
            self._all.discard(worker)
        worker.release()
        with contextlib.suppress(EngineUnavailableError):
            self._fill()

    def _fill(self) -> None:
        with self._resident:
            while len(self._all) < self._size and not self._closed:
                worker = self._fork()
                with self._turn:
                    self._all.add(worker)
                    self._idle.append(worker)
                    self._turn.notify()

    def _fork(self) -> Worker:
        for _ in range(2):
            if self._control is None:
                self._load()
            try:
                return forked(self._control, self._process.pid)
            except (EOFError, OSError):
                self._hang_up()
        raise _lost("The process that holds the graph stops as soon as it starts.")

    def _load(self) -> None:
        context = mp.get_context("spawn")
        self._control, theirs = context.Pipe()
        self._process = context.Process(
            target=resident.hold, args=(theirs, self._graph, self._limits), name="resident"
        )
        self._process.start()
        theirs.close()
        try:
            first = json.loads(self._control.recv_bytes())
        except (EOFError, OSError):
            first = {"error": "The process that loads the graph was stopped."}
        if "error" in first:
            self._hang_up()
            raise _lost(first["error"])

    def _hang_up(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.join(_FAREWELL_SECONDS)
            if self._process.exitcode is None:
                self._process.kill()
                self._process.join()
            self._process.close()
            self._process = None

    def _end(self, worker: Worker) -> int | None:
        """Have a worker dead and buried, once; give its exit code if it is known."""
        if worker.buried:
            return worker.code
        worker.buried = True
        worker.kill()
        with self._resident, contextlib.suppress(EOFError, OSError, ValueError):
            if self._control is not None:
                self._control.send_bytes(resident.END + b" " + str(worker.pid).encode())
                worker.code = int(self._control.recv_bytes())
        return worker.code

    def _died(self, worker: Worker, wish: Cancellation) -> QueryError:
        if wish.asked:
            return _cancelled()
        if self._closed:
            return _closed()
        code = self._end(worker)
        if code is not None and -code in _BROKEN:
            return resident.out_of_memory()
        return EngineUnavailableError(
            "The query was lost: the process that answered it was stopped from outside.",
            "An operator stopped it, or the machine ran out of memory.",
            "Send the query again; if it is heavy, narrow it first.",
        )

    def _overrun(self) -> QueryTimeoutError:
        return QueryTimeoutError(
            f"The query was stopped after {self._seconds:g} seconds.",
            "It takes longer than one query may.",
            "Narrow the question, or select the few things first in a sub-select.",
        )

    def _busy(self, why: str) -> NoReturn:
        raise PoolBusyError(
            "The service is too busy to take the query.", why, "Send it again in a moment."
        )

    def _unavailable(self) -> NoReturn:
        raise _closed() if self._closed else _lost(self._failed)


def _cancelled() -> QueryCancelledError:
    return QueryCancelledError(
        "The query was stopped.", "The one who asked gave up.", "Send it again if need be."
    )


def _closed() -> EngineUnavailableError:
    return EngineUnavailableError(
        "The service is stopping.", "It was told to stop.", "Send the query again in a moment."
    )


def _lost(why: str) -> EngineUnavailableError:
    return EngineUnavailableError(
        "The graph is not loaded.", why, "Build the graph again, then start the service again."
    )
