"""Files of answers, written beside the event loop: small ones in a thread, large in a process."""

import asyncio
from typing import Final

from anyio import BrokenWorkerProcess, CapacityLimiter, to_process
from fastapi.concurrency import run_in_threadpool
from starlette.types import Receive

from api.watching import watched
from queries.engine import Answer, table_from
from queries.errors import FormatError
from queries.faults import fallen, overrun
from queries.origin import Origin
from queries.outlet import too_large
from queries.tables import TableFormat, write_table

_SMALL: Final = 1 << 19
"""Bytes of an answer that a thread writes in about a tenth of a second."""
MOST: Final = 1 << 27
"""Bytes of the largest answer that is read whole: ten times its size in memory."""
_AT_ONCE: Final = CapacityLimiter(2)


async def written(
    receive: Receive, found: Answer, chosen: TableFormat, origin: Origin, seconds: float
) -> bytes:
    """Write an answer as a file.

    Args:
        receive: what tells that the client has gone.
        found: the answer, in JSON.
        chosen: the kind of file.
        origin: what the file says of itself.
        seconds: the most time it may take.

    Raises:
        AskerGoneError: the client hung up.
        FormatError: the rows do not fit into a file of that kind.
        QueryMemoryError: the answer is too large to be read whole.
        QueryTimeoutError: it took too long.

    """
    if len(found.body) <= _SMALL:
        made = await run_in_threadpool(write_file, found, chosen, origin)
    elif len(found.body) <= MOST:
        work = to_process.run_sync(
            write_file, found, chosen, origin, cancellable=True, limiter=_AT_ONCE
        )
        try:
            made = await watched(receive, asyncio.wait_for(work, seconds))
        except TimeoutError as error:
            raise overrun(seconds) from error
        except BrokenWorkerProcess as error:
            raise fallen(None) from error
    else:
        raise too_large(MOST)
    if isinstance(made, bytes):
        return made
    raise FormatError(*made)


def write_file(found: Answer, chosen: TableFormat, origin: Origin) -> bytes | tuple[str, str, str]:
    """Write an answer as a file; called in a process of its own, out of which no error comes.

    Returns:
        The file, or what, why and todo of the ``FormatError`` met.

    """
    try:
        return write_table(table_from(found), chosen, origin)
    except FormatError as error:
        return error.what, error.why, error.todo
