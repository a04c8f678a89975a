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
    loop = asyncio.get_running_loop()
    worker = asyncio.current_task()
    watcher: asyncio.Task[None] | None = None
    gone = False

    async def watch() -> None:
        nonlocal gone
        await departure(receive)
        gone = True
        if worker is not None:
            worker.cancel()

    def begin() -> None:
        nonlocal watcher
        watcher = loop.create_task(watch())

    # Nobody watches over what is done at once: that would cost as much as a light query.
    timer = loop.call_later(_QUICK_SECONDS, begin)
    try:
        return await work
    except asyncio.CancelledError:
        if gone and worker is not None:
            worker.uncancel()
            raise AskerGoneError from None
        raise
    finally:
        timer.cancel()
        if watcher is not None:
            watcher.cancel()


async def departure(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
