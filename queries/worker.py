"""A worker: a process forked from the resident, confined, that answers one query at a time."""

import contextlib
import json
import os
import resource
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from queries import engine
from queries.errors import QueryError, QueryMemoryError, QuerySyntaxError
from queries.failures import blamed, failure
from queries.formats import choose
from queries.frames import Kind, frame, receive, told
from queries.outlet import Outlet

_WEAR: Final = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may take.

    Args:
        memory: bytes of address space beyond what the worker holds when it starts.
        body: bytes of one serialised answer.
        allowed: IRIs of the endpoints that SERVICE may call; if there is any, the kernel no
            longer refuses sockets, and the guard alone stands between a query and the network.
    """

    memory: int
    body: int
    allowed: frozenset[str] = frozenset()


def serve(line: socket.socket, store: ox.Store | None, graph: Path, limits: Limits) -> None:
    """Answer the requests that come over the line, one after the other, until it is closed.

    A request is JSON: ``query``, ``media_type``, ``dataset`` (two lists of IRIs, or nothing) and
    ``rows``; or ``update``, which is rehearsed here on pages of this process alone. The answer is
    a header and, if that is not an error, the whole body in one piece (``whole``), or pieces and
    an end. A header or an end with ``last`` announces that the worker leaves.

    Args:
        line: the line to the pool.
        store: the graph in memory; None to open it on disk.
        graph: folder of the store on disk.
        limits: what this worker may take.
    """
    held = engine.open_store(graph) if store is None else store
    files = store is None or bool(limits.allowed)
    with contextlib.suppress(EOFError, OSError), confined(limits, files=files) as size:
        start = size()
        while True:
            request = json.loads(receive(line))
            rest, end = (rehearse if "update" in request else reply)(held, request, limits, line)
            worn = size() - start > limits.memory // _WEAR
            # In one go: whoever waits is woken once.
            line.sendall(rest + told(Kind.END, end | {"worn": worn}))
            if end.get("last"):
                return


def reply(
    store: ox.Store, request: dict[str, Any], limits: Limits, line: socket.socket
) -> tuple[bytes, dict[str, Any]]:
    """Answer a query over the line, all but the last frames; give these, and what the end says."""
    dataset = request["dataset"]
    graphs = None if dataset is None else engine.Dataset(tuple(dataset[0]), tuple(dataset[1]))
    header = b""
    sent = False

    def send(piece: bytes) -> None:
        nonlocal sent
        line.sendall((b"" if sent else header) + frame(Kind.PIECE, piece))
        sent = True

    try:
        results = engine.evaluate(store, request["query"], graphs, limits.allowed)
        form = engine.form_of(results)
        chosen = choose(form, request["media_type"])
        header = told(Kind.HEADER, {"form": form.value, "media_type": chosen.media_type})
        outlet = Outlet(chosen, send, rows=request["rows"], most=limits.body)
        engine.write(results, chosen, outlet, request["rows"])
        rest = outlet.close()
        last = frame(Kind.PIECE, rest) if rest or not sent else b""
    except QueryError as error:
        return b"", packed(blamed(error, request["query"], limits.allowed))
    except MemoryError:
        return b"", packed(out_of_memory()) | {"last": True}
    except BaseException as error:  # a panic of the engine is no Exception
        told_of = blamed(failure(error), request["query"], limits.allowed)
        return b"", packed(told_of) | {"last": True}
    return (b"" if sent else header) + last, {"rows": outlet.rows}


def rehearse(
    store: ox.Store, request: dict[str, Any], _: Limits, __: socket.socket
) -> tuple[bytes, dict[str, Any]]:
    """Carry out an update on the pages of this process, which leaves; give what the end says."""
    done: dict[str, Any] = {}
    try:
        engine.update(store, request["update"])
    except QueryError as error:
        done = packed(error)
    except MemoryError:
        done = packed(out_of_memory())
    except BaseException as error:  # a panic of the engine is no Exception
        done = packed(failure(error))
    return b"", done | {"last": True}


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


def unpacked(told: dict[str, Any], kinds: dict[str, type[QueryError]]) -> QueryError:
    """Make again the error that ``packed`` packed.

    Args:
        told: what came over the line.
        kinds: the classes of errors by name.
    """
    kind = kinds[told["error"]]
    if issubclass(kind, QuerySyntaxError):
        return kind(told["line"], told["column"], told["why"], told["todo"])
    return kind(told["what"], told["why"], told["todo"])
