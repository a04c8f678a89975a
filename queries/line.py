"""One worker as the pool sees it: its process, its line, and the wish to have it stopped."""

import contextlib
import json
import multiprocessing as mp
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any

from queries import resident


class Cancellation:
    """The wish of an asker to have its query stopped; one for each query.

    ``cancel`` may be called from any thread, before, during or after the query, and returns at
    once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop: Callable[[], None] | None = None
        self.asked = False

    def cancel(self) -> None:
        """Have the query stopped: it raises ``QueryCancelledError`` in the thread that waits."""
        with self._lock:
            self.asked = True
            if self._stop is not None:
                self._stop()

    def when_asked(self, stop: Callable[[], None] | None) -> None:
        """Say what stops the query now; None when nothing is left to stop."""
        with self._lock:
            self._stop = stop
            if self.asked and stop is not None:
                stop()


@dataclass(slots=True, eq=False)
class Worker:
    """A worker process.

    Args:
        pid: its number.
        line: line over which it takes queries.
        handle: descriptor that stands for this very process.
        killed: it was told to die.
        buried: its parent was told of its end.
        code: its exit code, once known.
    """

    pid: int
    line: Connection
    handle: int
    killed: bool = False
    buried: bool = False
    code: int | None = None

    def kill(self) -> None:
        """Kill the process; its handle keeps the number from meaning another one."""
        self.killed = True
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    def gone(self) -> bool:
        """Whether an idle worker has died: it has nothing to say but the end of its line."""
        return self.line.poll()

    def release(self) -> None:
        """Close the line, at which an idle worker leaves."""
        self.line.close()
        os.close(self.handle)


def exchange(line: Connection, request: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
    """Send a request to a worker and wait for its answer.

    Returns:
        The header and the body (see ``resident.reply``).

    Raises:
        TimeoutError: no answer in time.
        EOFError, OSError: the worker is dead.
    """
    line.send_bytes(request)
    if not line.poll(seconds):
        raise TimeoutError
    header = json.loads(line.recv_bytes())
    return header, b"" if "error" in header else line.recv_bytes()


def forked(control: Connection | None, pid: int) -> Worker:
    """Have the resident fork a worker.

    Args:
        control: line to the resident.
        pid: process of the resident.

    Raises:
        EOFError, OSError: the resident is dead.
    """
    if control is None:
        raise EOFError
    ours, theirs = mp.Pipe()
    try:
        control.send_bytes(resident.FORK)
        reduction.send_handle(control, theirs.fileno(), pid)
        worker = int(control.recv_bytes())
        return Worker(worker, ours, os.pidfd_open(worker))
    except (EOFError, OSError):
        ours.close()
        raise
    finally:
        theirs.close()
