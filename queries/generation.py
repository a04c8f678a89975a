"""One loaded graph as the pool sees it: the resident process and the line to it.

Its functions block, and are called from one thread at a time.
"""

import contextlib
import json
import multiprocessing as mp
import os
import signal
import socket
from multiprocessing import reduction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from queries import resident
from queries.faults import closed, lost
from queries.worker import Limits

_FAREWELL_SECONDS: Final = 10.0


class Generation:
    """A resident process, started at the first need and again if it dies.

    Args:
        graph: file of N-Quads, or folder of a store.
        limits: what each worker may take.
    """

    def __init__(self, graph: Path, limits: Limits) -> None:
        self.graph = graph
        self._limits = limits
        self._control: Connection | None = None
        self._process: Any = None
        self._closed = False
        self.loaded = False
        self.loads = 0

    def load(self) -> None:
        """Start the resident and wait until it holds the graph.

        Raises:
            EngineUnavailableError: the graph cannot be loaded.
        """
        context = mp.get_context("spawn")
        self._control, theirs = context.Pipe()
        self._process = context.Process(
            target=resident.hold, args=(theirs, self.graph, self._limits), name="resident"
        )
        self._process.start()
        theirs.close()
        try:
            first = json.loads(self._control.recv_bytes())
        except (EOFError, OSError):
            first = {"error": "The process that loads the graph was stopped."}
        if "error" in first:
            self.hang_up()
            raise lost(first["error"])
        self.loaded = True
        self.loads += 1

    def fork(self) -> tuple[int, socket.socket]:
        """Have a worker forked; the resident is loaded again if it has died.

        Returns:
            The process id and our end of the line.

        Raises:
            EngineUnavailableError: the graph cannot be loaded.
        """
        for _ in range(2):
            if self._closed:
                raise closed()
            if self._control is None:
                self.load()
            ours, theirs = socket.socketpair()
            try:
                with theirs:
                    pid = self._forked(theirs)
            except (EOFError, OSError):
                ours.close()
                self.hang_up()
            else:
                return pid, ours
        raise lost("The process that holds the graph stops as soon as it starts.")

    def _forked(self, line: socket.socket) -> int:
        if self._control is None:
            raise EOFError
        self._control.send_bytes(resident.FORK)
        reduction.send_handle(self._control, line.fileno(), self._process.pid)
        return int(self._control.recv_bytes())

    def bury(self, pid: int) -> int | None:
        """Have a dead or leaving worker waited for; give its exit code if it is known."""
        with contextlib.suppress(EOFError, OSError, ValueError):
            if self._control is not None:
                self._control.send_bytes(resident.END + b" " + str(pid).encode())
                return int(self._control.recv_bytes())
        return None

    def update(self, text: str) -> dict[str, Any]:
        """Have the resident carry out an update that a worker has rehearsed.

        Returns:
            Nothing, or an error to be read by ``worker.unpacked``.

        Raises:
            EngineUnavailableError: the resident died, and with it what had been updated before.
        """
        try:
            if self._control is None:
                raise EOFError
            self._control.send_bytes(resident.UPDATE + b" " + text.encode())
            done: dict[str, Any] = json.loads(self._control.recv_bytes())
        except (EOFError, OSError):
            raise lost("The process that holds the graph was stopped.") from None
        return done

    def interrupt_loading(self) -> None:
        """Load no more, and kill a resident that still loads; from any thread."""
        self._closed = True
        process = self._process
        if process is not None and not self.loads:
            with contextlib.suppress(ValueError, AttributeError):
                process.kill()

    def hang_up(self) -> None:
        """End the resident, which takes its idle workers along."""
        self.loaded = False
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


class Member:
    """A worker process of a generation.

    Args:
        generation: that which it was forked from.
        pid: its number.
        edition: how many updates it knows of.
    """

    def __init__(self, generation: Generation, pid: int, edition: int) -> None:
        self.generation = generation
        self.pid = pid
        self.edition = edition
        self.heavy = False
        self.killed = False
        self.code: int | None = None
        self._handle = os.pidfd_open(pid)

    def kill(self) -> None:
        """Kill the process; its handle keeps the number from meaning another one."""
        self.killed = True
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def lower(self, niceness: int) -> None:
        """Let others go first."""
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, niceness)

    def release(self) -> None:
        """Let go of the handle."""
        os.close(self._handle)
