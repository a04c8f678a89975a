"""Answers sent again, byte for byte, to who asks in the same words while the data are the same.

What a request for a SPARQL query costs is mostly the way through the framework. An answer that was
sent and is known to last (see ``caching.lasting``) is kept as it went over the wire, so that the
server can send it again without going that way.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from cachetools import LRUCache
from starlette.types import Message, Scope, Send

from api.observing import notes_of

ENDPOINT: Final = "/sparql"
_TARGET: Final = ENDPOINT.encode() + b"?"
_LASTING: Final = "empilement.lasting"
# By these headers no answer changes: who sends a message, and how it travels.
_ASIDE: Final = frozenset(
    (b"user-agent", b"referer", b"accept-language", b"connection", b"keep-alive")
)
_KEPT: Final = frozenset((HTTPStatus.OK, HTTPStatus.NOT_MODIFIED))
_LARGEST: Final = 1 << 18
_OVERHEAD: Final = 1 << 10

RawHeaders: TypeAlias = Iterable[tuple[bytes, bytes]]
Key: TypeAlias = tuple[bytes, tuple[tuple[bytes, bytes], ...]]


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it was sent.

    Args:
        mark: of the data it was made from (see ``Service.mark``).
        status: of HTTP.
        head: the header fields as lines, without those that the server adds.
        body: the bytes.
        said: what the log says of it.
    """

    mark: str
    status: int
    head: bytes
    body: bytes
    said: dict[str, Any]


def lasts(scope: Scope, mark: str) -> None:
    """Note that what is answered to a request holds as long as the data of this mark."""
    scope[_LASTING] = mark


def key_of(target: bytes, headers: RawHeaders) -> Key | None:
    """Tell two requests apart by all that may change their answers.

    Args:
        target: of the request line.
        headers: with names in lower case.

    Returns:
        Nothing if it is not a query to the endpoint.

    """
    if not target.startswith(_TARGET) or b"#" in target:
        return None
    return target, tuple(pair for pair in headers if pair[0] not in _ASIDE)


class SentAnswers:
    """The answers sent last; small ones only. For one thread: the loop's.

    Args:
        most: bytes kept in all.
        mark: gives the mark of the present data.
    """

    def __init__(self, most: int, mark: Callable[[], str]) -> None:
        self._kept: LRUCache[Key, Sent] = LRUCache(
            max(most, 1), getsizeof=lambda sent: len(sent.head) + len(sent.body) + _OVERHEAD
        )
        self._mark = mark

    def find(self, target: bytes, headers: RawHeaders) -> Sent | None:
        """Give what was answered to the same request, if it still holds."""
        key = key_of(target, headers)
        found = None if key is None else self._kept.get(key)
        if found is None or found.mark != self._mark():
            return None
        return found

    def keep(self, key: Key, sent: Sent) -> None:
        """Keep an answer, if it is small enough."""
        if len(sent.body) <= min(_LARGEST, self._kept.maxsize - len(sent.head) - _OVERHEAD):
            self._kept[key] = sent

    def overheard(self, scope: Scope, send: Send) -> Send:
        """Give what sends the answer to a request, and keeps it if it turns out to last."""
        start: Message = {}

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            elif start and _LASTING in scope and not message.get("more_body"):
                self._overhear(scope, start, message.get("body", b""))
                start = {}
            else:
                start = {}
            await send(message)

        return sending

    def _overhear(self, scope: Scope, start: Message, body: bytes) -> None:
        key = key_of(_TARGET + scope["query_string"], scope["headers"])
        if key is not None and scope["method"] == "GET" and start["status"] in _KEPT:
            lines = (name + b": " + value + b"\r\n" for name, value in start["headers"])
            said = notes_of(scope) | {"outcome": "repeated"}
            self.keep(key, Sent(scope[_LASTING], start["status"], b"".join(lines), body, said))
