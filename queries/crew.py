"""The crew of the pool: workers forked, lent out, taken back, ended and replaced.

All of this lives on one event loop; what blocks (loading, forking, burying) is done in a thread
of its own.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from queries import faults
from queries.errors import EngineUnavailableError, QueryError
from queries.frames import Line
from queries.generation import Generation, Member

T = TypeVar("T")

_NICENESS: Final = 10


@dataclass(slots=True, eq=False)
class Worker:
    """A worker and the line to it."""

    member: Member
    line: Line


class Crew:
    """Keeps so many workers at hand, whatever happens to them.

    Args:
        generation: the graph they hold.
        workers: how many answer light queries.
        heavy: how many more there may be, for heavy queries.
        queue: how many may wait for one.
    """

    def __init__(self, generation: Generation, workers: int, heavy: int, queue: int) -> None:
        self._generation = generation
        self.size = workers
        self._most_heavy = heavy
        self._queue = queue
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "pool")
        self._idle: deque[Worker] = deque()
        self._members: set[Worker] = set()
        self._waiters: deque[asyncio.Future[Worker]] = deque()
        self._light = 0
        self._heavy = 0
        self._edition = 0
        self._filling: asyncio.Task[None] | None = None
        self._chores: set[asyncio.Future[Any]] = set()
        self.closed = False
        self.failed = ""
        self.revision = 0
        self._refill()

    def ready(self) -> bool:
        """Whether there is a worker, or the graph from which one is forked at once."""
        return (bool(self._members) or self._generation.loaded) and not self.closed

    async def wait_ready(self) -> None:
        """Wait until the graph is loaded.

        Raises:
            EngineUnavailableError: it could not be.
        """
        if self._filling is not None:
            await asyncio.shield(self._filling)
        if not self.ready():
            raise faults.closed() if self.closed else faults.lost(self.failed)

    @property
    def counts(self) -> dict[str, int]:
        """How many workers are idle, at light and at heavy queries, and how many askers wait."""
        return {
            "idle": len(self._idle),
            "light": self._light - len(self._idle),
            "heavy": self._heavy,
            "waiting": len(self._waiters),
        }

    def update(self, text: str) -> "asyncio.Future[dict[str, Any]]":
        """Have the resident carry out an update; see ``Generation.update``."""
        generation = self._generation
        return self._loop.run_in_executor(self._thread, lambda: generation.update(text))

    def replace(self, fresh: Generation) -> None:
        """Let a loaded graph take over; queries that run finish on the old one."""
        old, self._generation = self._generation, fresh
        self.outdate()
        self._leave(old)

    async def close(self) -> None:
        """Stop every query and every process; who waits is refused."""
        self.closed = True
        self._refuse_all(faults.closed())
        self._generation.interrupt_loading()
        if self._filling is not None:
            with contextlib.suppress(QueryError):
                await self._filling
        self._idle.clear()
        for worker in tuple(self._members):
            self._end(worker)
        while self._chores:
            await asyncio.wait(self._chores)
        await self.apart(self._generation.hang_up)
        self._thread.shutdown()

    async def acquire(self, seconds: float) -> Worker:
        """Wait for a worker.

        Raises:
            PoolBusyError: none came free in time, or too many wait already.
            EngineUnavailableError: the pool is closed, or the graph cannot be loaded.
        """
        limit = self._loop.time() + seconds
        while True:
            worker = await self._take(limit)
            if not worker.line.ended:
                return worker
            self.give_back(worker, sound=False)

    async def _take(self, limit: float) -> Worker:
        if self.closed:
            raise faults.closed()
        if self._idle:
            return self._idle.popleft()
        if len(self._waiters) >= self._queue:
            raise faults.busy(f"{len(self._waiters)} queries already wait for a worker.")
        if self.failed:
            self.failed = ""
            self._refill()
        waiter: asyncio.Future[Worker] = self._loop.create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout_at(limit):
                return await waiter
        except TimeoutError:
            why = "No worker came free in time, or the graph is being loaded."
            raise faults.busy(why) from None
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            taken = waiter.done() and not waiter.cancelled() and waiter.exception() is None
            current = asyncio.current_task()
            if taken and current is not None and current.cancelling():
                self._hand(waiter.result())

    def _hand(self, worker: Worker) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(worker)
                return
        self._idle.append(worker)

    def give_back(self, worker: Worker, sound: bool) -> None:
        """Take a worker back; one that is not sound is ended and replaced."""
        if sound and not worker.member.heavy and self._current(worker.member):
            self._hand(worker)
        else:
            self._end(worker)

    def _current(self, member: Member) -> bool:
        return (
            not (self.closed or member.killed)
            and member.generation is self._generation
            and member.edition == self._edition
        )

    def weigh(self, worker: Worker) -> None:
        """Move a query that takes long out of the way of the others, if there is room."""
        if self._heavy < self._most_heavy and worker in self._members:
            worker.member.heavy = True
            worker.member.lower(_NICENESS)
            self._heavy += 1
            self._light -= 1
            self._refill()

    def _end(self, worker: Worker) -> None:
        """Have a worker dead and buried, and another one in its place."""
        if worker not in self._members:
            return
        self._members.discard(worker)
        member = worker.member
        if member.heavy:
            self._heavy -= 1
        else:
            self._light -= 1
        member.kill()
        worker.line.close()
        self._chore(lambda: self._bury(member))
        self._leave(member.generation)
        self._refill()

    @staticmethod
    def _bury(member: Member) -> None:
        if member.code is None:
            member.code = member.generation.bury(member.pid)
        member.release()

    def _leave(self, generation: Generation) -> None:
        """Let go of a generation that has been replaced, once its last query is over."""
        used = any(worker.member.generation is generation for worker in self._members)
        if generation is not self._generation and not used:
            self._chore(generation.hang_up)

    def outdate(self) -> None:
        """Replace the workers that know the graph as it was; those at work finish first."""
        self._edition += 1
        self.revision += 1
        for worker in tuple(self._idle):
            self._end(worker)
        self._idle.clear()

    def _refill(self) -> None:
        if self._filling is None and not self.closed and self._light < self.size:
            self._filling = asyncio.create_task(self._fill())

    async def _fill(self) -> None:
        try:
            while self._light < self.size and not self.closed:
                generation, edition = self._generation, self._edition
                loads = generation.loads
                pid, line = await self.apart(generation.fork)
                if loads and generation.loads != loads:
                    self.revision += 1
                _, end = await self._loop.create_unix_connection(Line, sock=line)
                worker = Worker(Member(generation, pid, edition), end)
                self._members.add(worker)
                self._light += 1
                self.give_back(worker, sound=True)
        except EngineUnavailableError as error:
            self.failed = error.why
            self._refuse_all(error)
        finally:
            self._filling = None

    def _refuse_all(self, error: QueryError) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(error)

    async def died(self, worker: Worker) -> QueryError:
        """Find out why a worker died."""
        if self.closed:
            return faults.closed()
        member = worker.member
        member.kill()
        member.code = await self.apart(lambda: member.generation.bury(member.pid))
        return faults.fallen(member.code)

    def _chore(self, work: Callable[[], None]) -> None:
        done = self._loop.run_in_executor(self._thread, work)
        self._chores.add(done)
        done.add_done_callback(self._chores.discard)

    async def apart(self, work: Callable[[], T]) -> T:
        """Do what blocks, in the thread that alone speaks with the resident."""
        return await self._loop.run_in_executor(self._thread, work)
