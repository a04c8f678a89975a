"""Heads of requests that no route could answer soundly, refused before any route sees them."""

import re
from collections.abc import Iterable
from typing import Final

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import MEDIA_TYPE, problem_of
from api.protocol import ProtocolError

# A name or an address and a port, as browsers send them (RFC 3986 §3.2.2, without escapes).
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_MOST_PORT: Final = 65_535


class SoundHeads:
    """Answers 400 where the host or the address is none. Plain ASGI.

    What is sent names this service by the host it was asked for, so a host that is none would
    make IRIs that are none; and an address that is not ASCII means something else to each reader.

    Args:
        app: what answers the others.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            _check(scope)
        except ProtocolError as error:
            problem = problem_of(error)
            answer = JSONResponse(problem.body(), problem.status, media_type=MEDIA_TYPE)
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _check(scope: Scope) -> None:
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if not is_host(hosts, needed=scope.get("http_version") == "1.1"):
        raise ProtocolError(
            400, "The header Host names no host.", "Send it once, as name or name:port."
        )
    if not scope["query_string"].isascii():
        raise ProtocolError(
            400, "The address is not percent-encoded.", "Encode what is not ASCII as UTF-8, in %XX."
        )


def is_host(values: Iterable[str], *, needed: bool) -> bool:
    """Tell whether the headers Host of a request name one host (RFC 9112 §3.2).

    Args:
        values: the values of all headers Host.
        needed: whether there must be one, as from HTTP/1.1 on.

    """
    found = list(values)
    if len(found) != 1:
        return not found and not needed
    match = _HOST.fullmatch(found[0])
    return match is not None and int(match[1] or 0) <= _MOST_PORT
