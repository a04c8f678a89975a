"""The process that holds the graph in memory and forks the workers.

A resident never answers a query. It has one thread, so that forking is safe, and its pages are
shared with its workers until one of them writes. It is a process of its own rather than the
fork server of ``multiprocessing``, of which an interpreter has only one: two versions of the
graph can thus be held side by side while one takes over from the other.
"""

import contextlib
import gc
import json
import os
import signal
import socket
import time
from multiprocessing import reduction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from queries import engine
from queries.errors import QueryError
from queries.worker import Limits, packed, serve

FORK: Final = b"fork"
END: Final = b"end"
UPDATE: Final = b"update"
_DYING_SECONDS: Final = 1.0
_FAREWELL_SECONDS: Final = 5.0
_GLANCE_SECONDS: Final = 0.01


def hold(control: Connection, graph: Path, limits: Limits) -> None:
    """Load the graph, then do what the pool says, until it hangs up.

    Args:
        control: line to the pool. ``FORK``, followed by the worker's end of its own line, is
            answered by a process id; ``END`` and a process id by the exit code of that worker,
            or by nothing if it is no child of this resident; ``UPDATE`` and a SPARQL update,
            rehearsed by a worker before, by an error or an empty object.
        graph: a file of N-Quads, loaded into memory; or the folder of a RocksDB store, which
            each worker opens for itself.
        limits: what each worker may take.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        store = None if graph.is_dir() else load(graph)
    except (OSError, SyntaxError) as error:
        control.send_bytes(json.dumps({"error": " ".join(str(error).split())}).encode())
        return
    gc.collect()
    gc.freeze()
    control.send_bytes(json.dumps({"loaded": True}).encode())
    workers: set[int] = set()
    with contextlib.suppress(EOFError, OSError):
        while True:
            command, _, said = control.recv_bytes().partition(b" ")
            if command == FORK:
                line = socket.socket(fileno=reduction.recv_handle(control))
                pid = os.fork()
                if not pid:
                    _work(control, line, store, graph, limits)
                line.close()
                workers.add(pid)
                control.send_bytes(str(pid).encode())
            elif command == UPDATE:
                control.send_bytes(json.dumps(_updated(store, said.decode())).encode())
            else:
                pid = int(said)
                known = pid in workers
                workers.discard(pid)
                control.send_bytes(str(_bury(pid, _DYING_SECONDS) if known else "").encode())
    for pid in workers:
        _bury(pid, _FAREWELL_SECONDS)


def load(graph: Path) -> ox.Store:
    """Load a file of N-Quads into a store in memory.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: the file is not N-Quads.
    """
    store = ox.Store()
    store.bulk_load(path=str(graph), format=ox.RdfFormat.N_QUADS)
    return store


def _work(
    control: Connection, line: socket.socket, store: ox.Store | None, graph: Path, limits: Limits
) -> None:
    """Be a worker, to the end of this process."""
    code = 1
    try:
        control.close()
        serve(line, store, graph, limits)
        code = 0
    finally:
        os._exit(code)


def _updated(store: ox.Store | None, update: str) -> dict[str, object]:
    if store is None:
        return packed(engine.read_only())
    try:
        engine.update(store, update)
    except QueryError as error:
        return packed(error)
    return {}


def _bury(pid: int, patience: float) -> int:
    """Wait for a worker to die, kill it in the end; give its exit code as ``Popen`` does."""
    limit = time.monotonic() + patience
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > limit:
            os.kill(pid, signal.SIGKILL)
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        time.sleep(_GLANCE_SECONDS)
