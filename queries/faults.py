"""The faults of the pool and its processes, in words."""

import signal
from typing import Final

from queries.errors import (
    FASTER,
    EngineUnavailableError,
    PoolBusyError,
    QueryError,
    QueryTimeoutError,
)
from queries.worker import out_of_memory

_BROKEN: Final = frozenset((signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL))


def overrun(seconds: float) -> QueryTimeoutError:
    """Make the error of a query that was stopped at its time limit."""
    return QueryTimeoutError(
        f"The query was stopped after {seconds:g} seconds.",
        "It takes longer than one query may.",
        *FASTER,
    )


def busy(why: str) -> PoolBusyError:
    """Make the error of a query that no worker took up."""
    return PoolBusyError(
        "The service is too busy to take the query.", why, "Send it again in a moment."
    )


def closed() -> EngineUnavailableError:
    """Make the error of a pool that is stopping."""
    return EngineUnavailableError(
        "The service is stopping.", "It was told to stop.", "Send the query again in a moment."
    )


def lost(why: str) -> EngineUnavailableError:
    """Make the error of a graph that is not there."""
    return EngineUnavailableError(
        "The graph is not loaded.", why, "Build the graph again, then start the service again."
    )


def fallen(code: int | None) -> QueryError:
    """Make the error of a query whose worker died.

    Args:
        code: exit code of the worker, negative for a signal; None if unknown.
    """
    if code is not None and -code in _BROKEN:
        return out_of_memory()
    return EngineUnavailableError(
        "The query was lost: the process that answered it was stopped from outside.",
        "An operator stopped it, or the machine ran out of memory.",
        "Send the query again; if it is heavy, narrow it first.",
    )
