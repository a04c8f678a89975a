"""One SPARQL client for the endpoints elsewhere: bounded in time, in attempts and in size."""

import math
import re
import time
import urllib.error
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException
from importlib.metadata import version
from typing import Any, Final

from pyoxigraph import Literal, NamedNode
from SPARQLWrapper import JSON, POST, SPARQLExceptions, SPARQLWrapper
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential

from ingest.errors import SourceError
from ontology.namespaces import BASE

AGENT: Final = f"empilement/{version('empilement')} (+{BASE})"
_CHUNK: Final = 65536
_PASSING: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class LinksError(SourceError):
    """An endpoint elsewhere cannot be asked, or does not answer what it must."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an endpoint is asked.

    Args:
        seconds: time of one attempt, from the request to the last byte; rounded up to whole ones.
        attempts: attempts in all, the first one included.
        pause: seconds before the second attempt, doubled before each further one.
        longest_pause: most seconds waited before an attempt; an endpoint that asks for more
            (``Retry-After``) is not asked again.
        answer_bytes: size of the largest answer that is read.
        batch: codes asked in one query.
        rest: seconds between two batches, out of courtesy.
    """

    seconds: float = 60
    attempts: int = 4
    pause: float = 2
    longest_pause: float = 120
    answer_bytes: int = 16 * 2**20
    batch: int = 200
    rest: float = 0.5


LIMITS: Final = Limits()


class _PassingError(Exception):
    """A failure that may not last, and the seconds its sender asks to wait."""

    def __init__(self, why: str, after: float = 0) -> None:
        super().__init__(why)
        self.after = after


def fill(template: str, values: dict[str, Iterable[NamedNode | Literal]]) -> str:
    """Fill the empty ``VALUES`` of a query.

    Args:
        template: a query with a line ``VALUES ?name { }`` for each name.
        values: the terms by name of variable; written and escaped by the RDF library.

    Raises:
        ValueError: the query has no such empty ``VALUES``, or several.

    """
    for name, terms in values.items():
        block = re.compile(rf"VALUES \?{name} {{ }}")
        if len(block.findall(template)) != 1:
            raise ValueError(f"the query has not exactly one empty VALUES of ?{name}")
        filled = f"VALUES ?{name} {{ {' '.join(map(str, terms))} }}"
        template = block.sub(lambda _, filled=filled: filled, template)  # type: ignore[misc]
    return template


def ask(address: str, query: str, limits: Limits = LIMITS) -> bytes:
    """Put one SELECT to an endpoint; return its answer, unread, as it claims to be JSON results.

    Args:
        address: address of the endpoint, http or https.
        query: the query.
        limits: how far to go.

    Raises:
        LinksError: not reached, refused, too late or too long, at the last attempt.

    """
    if not address.startswith(("http://", "https://")):
        raise LinksError(
            f"{address!r} is no endpoint.",
            "Its address begins neither with http:// nor with https://.",
            "Give the address of a SPARQL endpoint.",
        )
    backoff = wait_exponential(multiplier=limits.pause, max=limits.longest_pause)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return max(backoff(state), getattr(error, "after", 0))

    retrying = Retrying(
        retry=retry_if_exception_type(_PassingError),
        stop=stop_after_attempt(limits.attempts),
        wait=pause,
        reraise=True,
    )
    try:
        return retrying(_attempt, address, query, limits)
    except _PassingError as error:
        raise LinksError(
            f"{address} does not answer.",
            f"{error}, at {limits.attempts} attempts.",
            "Try again later; the links kept from before stay in use.",
        ) from error


def _attempt(address: str, query: str, limits: Limits) -> bytes:
    started = time.monotonic()
    request = SPARQLWrapper(address, agent=AGENT, returnFormat=JSON)
    request.setOnlyConneg(True)
    request.setMethod(POST)
    request.setTimeout(math.ceil(limits.seconds))
    request.setQuery(query)
    try:
        return _body(request.query().response, started, limits)
    except urllib.error.HTTPError as error:
        after = seconds_after(error.headers.get("Retry-After", ""))
        if error.code not in _PASSING:
            raise _refused(address, f"It said {error.code} {error.reason}.") from error
        if after > limits.longest_pause:
            raise _refused(address, f"It asks to wait {after:.0f} seconds.") from error
        raise _PassingError(f"It said {error.code} {error.reason}", after) from error
    except SPARQLExceptions.EndPointInternalError as error:
        raise _PassingError("It said 500, an error of its own") from error
    except SPARQLExceptions.SPARQLWrapperException as error:
        raise _refused(address, " ".join(str(error).split())[:300]) from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        why = " ".join(str(reason).split()) or type(reason).__name__
        raise _PassingError(f"Connection failed ({why})") from error
    except ValueError as error:
        raise _refused(address, f"Its address or answer is malformed: {error}.") from error


def _body(response: Any, started: float, limits: Limits) -> bytes:
    """Read an answer piece by piece: one that never ends meets the limits all the same."""
    pieces, size = [], 0
    while piece := response.read1(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > limits.answer_bytes:
            raise LinksError(
                "The answer is too long.",
                f"More than {limits.answer_bytes} bytes for at most {limits.batch} codes.",
                "Check the address of the endpoint.",
            )
        if time.monotonic() - started > limits.seconds:
            raise _PassingError(f"No full answer within {limits.seconds:g} seconds")
    if response.length:
        raise _PassingError(f"The answer breaks off {response.length} bytes early")
    return b"".join(pieces)


def _refused(address: str, why: str) -> LinksError:
    return LinksError(
        f"{address} refused the query.", why, "Check the address of the endpoint, or try later."
    )


def seconds_after(header: str) -> float:
    """Return the seconds that a ``Retry-After`` header asks to wait (RFC 9110, section 10.2.3).

    Args:
        header: seconds, or a date; anything else asks for nothing.

    """
    if header.strip().isascii() and header.strip().isdigit():
        return float(header)
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return 0
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0, (then - datetime.now(UTC)).total_seconds())
