"""The process that holds the graph in memory and forks the workers; and the worker's own loop.

A resident never answers a query. It has one thread, so that forking is safe, and its pages are
shared with its workers until one of them writes. It is a process of its own rather than the
fork server of ``multiprocessing``, of which an interpreter has only one: two versions of the
graph can thus be held side by side while one takes over from the other.
"""

import contextlib
import gc
import json
import multiprocessing as mp
import os
import resource
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import reduction
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from queries import engine
from queries.errors import QueryError, QueryMemoryError, QuerySyntaxError

FORK: Final = b"fork"
END: Final = b"end"
_WEAR: Final = 4
_DYING_SECONDS: Final = 1.0
_FAREWELL_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may take.

    Args:
        memory: bytes of address space beyond what the worker holds when it starts.
        body: bytes of one serialised answer.
    """

    memory: int
    body: int


def hold(control: Connection, graph: Path, limits: Limits) -> None:
    """Load the graph, then fork and bury workers as the pool says, until the pool hangs up.

    Args:
        control: line to the pool. ``FORK``, followed by the worker's end of its own line, is
            answered by a process id; ``END`` and a process id by the exit code of that worker,
            or by nothing if it is no child of this resident.
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
    workers: dict[int, BaseProcess] = {}
    with contextlib.suppress(EOFError, OSError):
        while True:
            command, _, pid = control.recv_bytes().partition(b" ")
            if command == FORK:
                line = Connection(reduction.recv_handle(control))
                worker: BaseProcess = mp.get_context("fork").Process(
                    target=serve, args=(control, line, store, graph, limits), daemon=True
                )
                worker.start()
                line.close()
                workers[worker.pid or 0] = worker
                control.send_bytes(str(worker.pid).encode())
            else:
                fallen = workers.pop(int(pid), None)
                code = "" if fallen is None else str(_bury(fallen, _DYING_SECONDS))
                control.send_bytes(code.encode())
    for worker in workers.values():
        _bury(worker, _FAREWELL_SECONDS)


def load(graph: Path) -> ox.Store:
    """Load a file of N-Quads into a store in memory.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: the file is not N-Quads.
    """
    store = ox.Store()
    store.bulk_load(path=str(graph), format=ox.RdfFormat.N_QUADS)
    return store


def _bury(worker: BaseProcess, patience: float) -> int:
    worker.join(patience)
    if worker.exitcode is None:
        worker.kill()
        worker.join()
    code = worker.exitcode
    worker.close()
    return code if code is not None else 0


def serve(
    control: Connection, line: Connection, store: ox.Store | None, graph: Path, limits: Limits
) -> None:
    """Answer the queries that come over the line, one after the other, until it is closed.

    Args:
        control: the resident's own line, not to be kept here.
        line: the line to the pool.
        store: the graph in memory; None to open it on disk.
        graph: folder of the store on disk.
        limits: what this worker may take.
    """
    control.close()
    held = engine.open_store(graph) if store is None else store
    with contextlib.suppress(EOFError, OSError), confined(limits, files=store is None) as size:
        start = size()
        while True:
            request = json.loads(line.recv_bytes())
            header, body = reply(held, request, limits)
            header["worn"] = size() - start > limits.memory // _WEAR
            line.send_bytes(json.dumps(header).encode())
            if "error" not in header:
                line.send_bytes(body)
            if header.get("last"):
                return


@contextlib.contextmanager
def confined(limits: Limits, *, files: bool) -> Iterator[Any]:
    """Confine this process: bounded memory, no core dump and, unless told, no file and no socket.

    The soft limit of descriptors is set to the lowest free number, so that the kernel refuses
    every new one, whatever a query may attempt; those open go on working. The limit is lifted
    at the end, for what the interpreter still writes when it leaves.

    Args:
        limits: what the process may take beyond what it has.
        files: leave it the right to open files, which a store on disk needs.

    Returns:
        A function that gives the present size of the address space, in bytes.
    """
    statm = os.open("/proc/self/statm", os.O_RDONLY)
    page = resource.getpagesize()

    def size() -> int:
        return int(os.pread(statm, 64, 0).split()[0]) * page

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = size() + limits.memory
    resource.setrlimit(resource.RLIMIT_AS, (_least(most, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if not files:
        free = os.dup(statm)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, before[1]))
    try:
        yield size
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        os.close(statm)


def _least(wanted: int, hard: int) -> int:
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def reply(store: ox.Store, request: dict[str, Any], limits: Limits) -> tuple[dict[str, Any], bytes]:
    """Answer one request.

    Args:
        store: the graph.
        request: ``query``, ``media_type`` and ``dataset`` (two lists of IRIs, or nothing).
        limits: what the answer may take.

    Returns:
        A header and a body. A header with ``error`` has no body; one with ``last`` announces
        that the worker leaves, because it can no longer be trusted.
    """
    dataset = request["dataset"]
    chosen = None if dataset is None else engine.Dataset(tuple(dataset[0]), tuple(dataset[1]))
    try:
        given = engine.answer(store, request["query"], request["media_type"], chosen)
        if len(given.body) > limits.body:
            raise QueryMemoryError(
                "The answer is too large to be sent.",
                f"It has {len(given.body) >> 20} MiB, and the limit is {limits.body >> 20} MiB.",
                "Ask for less at a time, with LIMIT and OFFSET or a narrower question.",
            )
    except QueryError as error:
        return packed(error), b""
    except MemoryError:
        return packed(out_of_memory()) | {"last": True}, b""
    except BaseException as error:  # a panic of the engine is no Exception
        return packed(engine.failure(error)) | {"last": True}, b""
    return {"form": given.form.value, "media_type": given.media_type}, given.body


def out_of_memory() -> QueryMemoryError:
    """Make the error of a query that took more memory than it may."""
    return QueryMemoryError(
        "The query was stopped: it took more memory than one query may.",
        "It keeps too many rows at once, or is nested too deep.",
        "Narrow the question, drop ORDER BY or DISTINCT over many rows, or add a LIMIT inside.",
    )


def packed(error: QueryError) -> dict[str, Any]:
    """Pack an error for the line, to be read by ``unpacked``."""
    fields: dict[str, Any] = {"what": error.what, "why": error.why, "todo": error.todo}
    if isinstance(error, QuerySyntaxError):
        fields |= {"line": error.line, "column": error.column}
    return {"error": type(error).__name__, **fields}


def unpacked(header: dict[str, Any], kinds: dict[str, type[QueryError]]) -> QueryError:
    """Make again the error that ``packed`` packed.

    Args:
        header: what came over the line.
        kinds: the classes of errors by name.
    """
    kind = kinds[header["error"]]
    if issubclass(kind, QuerySyntaxError):
        return kind(header["line"], header["column"], header["why"], header["todo"])
    return kind(header["what"], header["why"], header["todo"])
