"""The engine of the service: a pool of processes, each of which can be stopped at any moment.

pyoxigraph gives up no query on demand. So a query that overruns its time, or whose asker has
gone, is stopped by killing the process that runs it; another is forked from the resident, which
holds the graph (see ``queries.resident``). All of this lives on one event loop; what blocks
(loading, forking, burying) is done in a thread of its own.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from queries import errors, faults
from queries.crew import Crew, Worker
from queries.engine import Answer, Dataset
from queries.errors import EngineUnavailableError, QueryError
from queries.formats import QueryForm
from queries.frames import Kind
from queries.generation import Generation
from queries.outlet import PIECE
from queries.spool import Spool
from queries.worker import Limits, unpacked

T = TypeVar("T")

HEAVY_SECONDS: Final = 1.0
_MIB: Final = 1 << 20
_PROMPT_SECONDS: Final = 0.5
_NICENESS: Final = 10
_KINDS: Final = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, QueryError)
}


@dataclass(slots=True)
class Reply:
    """An answer that may still be on its way.

    Args:
        form: what the query gives back.
        media_type: of the bytes.
        whole: the bytes, if they were few; None if they come in pieces.
        spool: where the pieces come.
        task: what brings them.
        rows: how many rows or triples it has; 0 until all of it is there, and for an ASK.
    """

    form: QueryForm
    media_type: str
    whole: bytes | None
    spool: Spool | None = None
    task: "asyncio.Task[None] | None" = None
    rows: int = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the bytes; stop the query if they are no longer wanted.

        Raises:
            QueryError: the answer broke off.
        """
        if self.spool is None:
            yield self.whole or b""
            return
        try:
            async for piece in self.spool.pieces():
                yield piece
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Stop the query, if it still runs."""
        if self.task is not None:
            self.task.cancel()


class Pool:
    """Answers queries in processes of their own, within limits. Lives on one event loop.

    The graph is loaded in the background: ``ready`` tells when. Until then queries wait.

    A query that has run for ``HEAVY_SECONDS`` is heavy: it leaves its place to a fresh worker and
    goes on with a lower priority, as long as there are fewer than ``heavy`` of them. So light
    queries pass while heavy ones burn.

    Args:
        graph: a file of N-Quads, to serve from memory; or the folder of a RocksDB store, to
            serve from disk. From disk the workers keep the right to open files, and only the
            guard stands between a query and the network.
        workers: processes that answer.
        heavy: further processes, for heavy queries.
        seconds: time limit of one query.
        memory_mb: memory one query may take beyond the graph, in MiB.
        queue: queries that may wait for a worker; one more is refused.
        answer_mb: size of the largest answer, in MiB.
        rows: the most rows or triples of an answer; 0 for no limit.
        allowed: IRIs of the endpoints that SERVICE may call.
    """

    def __init__(
        self,
        graph: Path,
        *,
        workers: int = 2,
        heavy: int = 2,
        seconds: float = 30.0,
        memory_mb: int = 2048,
        queue: int = 64,
        answer_mb: int = 1024,
        rows: int = 0,
        allowed: frozenset[str] = frozenset(),
    ) -> None:
        self._seconds = seconds
        self._rows = rows
        self._limits = Limits(memory_mb * _MIB, answer_mb * _MIB, allowed)
        self._loop = asyncio.get_running_loop()
        self._updating = asyncio.Lock()
        self.crew = Crew(Generation(graph, self._limits), workers, heavy, queue)

    def ready(self) -> bool:
        """Whether the graph is loaded and a query would be taken up."""
        return self.crew.ready()

    async def wait_ready(self) -> None:
        """Wait until the graph is loaded.

        Raises:
            EngineUnavailableError: it could not be.
        """
        await self.crew.wait_ready()

    @property
    def revision(self) -> int:
        """A number that changes whenever the graph does."""
        return self.crew.revision

    async def stream(
        self,
        query: str,
        media_type: str | None = None,
        dataset: Dataset | None = None,
        *,
        seconds: float | None = None,
        rows: int | None = None,
    ) -> Reply:
        """Answer as soon as the first bytes are there.

        Args:
            query: SPARQL 1.1 query.
            media_type: wanted formats, the most wanted first.
            dataset: graphs chosen beside the query.
            seconds: another time limit than the pool's.
            rows: another limit of rows.

        Returns:
            The answer; to be read to its end, or abandoned.

        Raises:
            QueryTimeoutError: the query overran its time.
            QueryMemoryError: it overran its memory, or its answer is too large.
            PoolBusyError: no worker came free.
            EngineUnavailableError: the pool is closed, or the graph cannot be loaded.
            QueryError: the query is wrong or refused.
        """
        graphs = None if dataset is None else (dataset.default, dataset.named)
        request = {
            "query": query,
            "media_type": media_type,
            "dataset": graphs,
            "rows": self._rows if rows is None else rows,
        }
        limit = self._seconds if seconds is None else seconds
        start = self._loop.time()
        # A worker that dies so soon was dying before: the query had no part in it. All that were
        # idle may have been killed together; a query that kills them meets no more than these.
        for _ in range(self.crew.size):
            try:
                return await self._put(request, limit)
            except EngineUnavailableError:
                late = self._loop.time() - start > _PROMPT_SECONDS
                if self.crew.closed or self.crew.failed or late:
                    raise
        return await self._put(request, limit)

    async def answer(
        self,
        query: str,
        media_type: str | None = None,
        dataset: Dataset | None = None,
        *,
        seconds: float | None = None,
        rows: int | None = None,
    ) -> Answer:
        """Answer in bytes; see ``stream`` for the arguments and errors."""
        reply = await self.stream(query, media_type, dataset, seconds=seconds, rows=rows)
        body = reply.whole
        if body is None:
            body = b"".join([piece async for piece in reply.pieces()])
        return Answer(reply.form, reply.media_type, body)

    async def update(self, text: str, seconds: float | None = None) -> None:
        """Carry out an update on the graph in memory, whole or not at all.

        It is rehearsed in a worker, within the limits of one query, and only then done by the
        resident. Queries that run go on with the graph as it was. Nothing is written to disk.

        Args:
            text: SPARQL 1.1 update.
            seconds: another time limit than the pool's.

        Raises:
            QueryError: the update is wrong, refused, or overran a limit; nothing was done.
        """
        async with self._updating:
            await self._put({"update": text}, self._seconds if seconds is None else seconds)
            done = await self.crew.update(text)
            if "error" in done:
                raise unpacked(done, _KINDS)
            self.crew.outdate()

    async def renew(self, graph: Path) -> None:
        """Load another graph, then let it take over; queries that run finish on the old one.

        Raises:
            EngineUnavailableError: it cannot be loaded; the old one goes on.
        """
        fresh = Generation(graph, self._limits)
        try:
            await asyncio.to_thread(fresh.load)
        except asyncio.CancelledError:
            fresh.interrupt_loading()
            raise
        self.crew.replace(fresh)

    async def close(self) -> None:
        """Stop every query and every process. Waiting queries raise ``EngineUnavailableError``."""
        if not self.crew.closed:
            await self.crew.close()

    async def _put(self, request: dict[str, Any], seconds: float) -> Reply:
        worker = await self.crew.acquire(seconds)
        limit = self._loop.time() + seconds
        turning = self._loop.call_later(HEAVY_SECONDS, self.crew.weigh, worker)
        handed_on = False
        sound = False
        try:
            async with asyncio.timeout_at(limit):
                worker.line.tell(request)
                kind, body = await worker.line.read()
                if kind is Kind.END:
                    sound, _ = _ended(body)
                    return Reply(QueryForm.GRAPH, "", b"")
                header = json.loads(body)
                _, piece = await worker.line.read()
                form, media_type = QueryForm(header["form"]), header["media_type"]
                if len(piece) != PIECE:
                    _, end = await worker.line.read()
                    sound, rows = _ended(end)
                    return Reply(form, media_type, piece, rows=rows)
            reply = Reply(form, media_type, None, Spool())
            reply.task = asyncio.create_task(
                self._pump(worker, reply, piece, limit, seconds, turning)
            )
            handed_on = True
            return reply
        except TimeoutError:
            raise faults.overrun(seconds) from None
        except (EOFError, OSError):
            raise await self.crew.died(worker) from None
        except _ToldError as said:
            sound = said.sound
            raise said.error from None
        finally:
            if not handed_on:
                turning.cancel()
                self.crew.give_back(worker, sound)

    async def _pump(
        self,
        worker: Worker,
        reply: Reply,
        piece: bytes,
        limit: float,
        seconds: float,
        turning: asyncio.TimerHandle,
    ) -> None:
        sound = False
        spool = reply.spool or Spool()
        spool.write(piece)
        try:
            async with asyncio.timeout_at(limit):
                kind, body = await worker.line.read()
                while kind is Kind.PIECE:
                    spool.write(body)
                    kind, body = await worker.line.read()
            sound, reply.rows = _ended(body)
            spool.end()
        except TimeoutError:
            spool.end(faults.overrun(seconds))
        except (EOFError, OSError):
            spool.end(await self.crew.died(worker))
        except _ToldError as said:
            sound = said.sound
            spool.end(said.error)
        finally:
            turning.cancel()
            self.crew.give_back(worker, sound)


def _ended(body: bytes) -> tuple[bool, int]:
    """Read the end of an answer: whether the worker may go on, and the rows; or its error."""
    end = json.loads(body)
    sound = not (end.get("worn") or end.get("last"))
    if "error" in end:
        raise _ToldError(unpacked(end, _KINDS), sound)
    return sound, end.get("rows", 0)


class _ToldError(Exception):
    """An error that a worker told, and whether it may go on."""

    def __init__(self, error: QueryError, sound: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.sound = sound
