"""The short way to the endpoint, past the layers of the framework.

They cost more than a light query. What needs one of them (another origin, a preflight, an address
that is too long) takes the long way, and gets the same answer.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from fastapi import Request
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observing import Metrics
from api.repeating import ENDPOINT, SentAnswers

LONGEST_ADDRESS: Final = 1 << 15
_METHODS: Final = frozenset(("GET", "HEAD", "POST"))

Failure: TypeAlias = Callable[[Request, Exception], Awaitable[ASGIApp]]
"""Makes the answer to a failure."""


class Direct:
    """Leads requests to the endpoint past what lies between. Plain ASGI.

    Args:
        app: the long way, an application of the framework.
        endpoint: the short way.
        compressed: the short way, for who takes the answer compressed.
        sent: keeps answers to be sent again.
        metrics: what counts.
    """

    def __init__(
        self,
        app: Starlette,
        *,
        endpoint: ASGIApp,
        compressed: ASGIApp,
        sent: SentAnswers,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._endpoint = endpoint
        self._compressed = compressed
        self.sent = sent
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if (
            scope["type"] != "http"
            or scope["path"] != ENDPOINT
            or scope["method"] not in _METHODS
            or len(scope["query_string"]) > LONGEST_ADDRESS
        ):
            await self._app(scope, receive, send)
            return
        way = self._endpoint
        for name, value in scope["headers"]:
            if name == b"origin":
                await self._app(scope, receive, send)
                return
            if name == b"accept-encoding" and b"gzip" in value:
                way = self._compressed
        scope["app"] = self._app
        await way(scope, receive, self.sent.overheard(scope, send))


class Answering:
    """Answers failures, as the framework would. Plain ASGI.

    Args:
        app: what may fail.
        failed: makes the answer.
        foreseen: the failures that are no fault of ours; others are raised again once answered.
    """

    def __init__(
        self, app: ASGIApp, failed: Failure, foreseen: tuple[type[Exception], ...]
    ) -> None:
        self._app = app
        self._failed = failed
        self._foreseen = foreseen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if started:
                raise
            answer = await self._failed(Request(scope, receive), error)
            await answer(scope, receive, send)
            if not isinstance(error, self._foreseen):
                raise
