"""Work done for a client, and given up when it has gone."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from starlette.types import Receive

T = TypeVar("T")

_QUICK_SECONDS: Final = 0.05


class AskerGoneError(Exception):
    """The client hung up before its answer was there: nobody reads what is said now."""


async def watched(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Do some work as long as the client is there.

    Args:
        receive: the channel of a request whose body has been read.
        work: what is done for it; cancelled if the client goes.

    Raises:
        AskerGoneError: it went.

    """
    task = asyncio.ensure_future(work)
    gone: asyncio.Future[None] | None = None
    try:
        if not (await asyncio.wait({task}, timeout=_QUICK_SECONDS))[0]:
            gone = asyncio.ensure_future(departure(receive))
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise AskerGoneError
        return task.result()
    finally:
        task.cancel()
        if gone is not None:
            gone.cancel()


async def departure(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
