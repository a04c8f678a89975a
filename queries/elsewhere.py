"""The faults of an endpoint, in words."""

from http import HTTPStatus
from typing import Final

import httpx

from queries.errors import (
    FASTER,
    EndpointError,
    EngineUnavailableError,
    QueryError,
    QueryRefusedError,
    QueryTimeoutError,
)
from queries.failures import recognised

_TIMEOUTS: Final = frozenset((HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT))
_OVERLOADED: Final = frozenset((HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE))
_SHOWN: Final = 300


class PassingError(Exception):
    """A failure after which a query may be sent again: the endpoint did not take it up."""


async def refused(response: httpx.Response, seconds: float) -> QueryError | PassingError:
    """Make the error of an answer whose status is no success.

    Args:
        response: the answer, its body not read yet.
        seconds: the time limit of the query.
    """
    code = response.status_code
    if code in _OVERLOADED:
        return PassingError(f"It said {code}: it is overloaded or stopped")
    if code in _TIMEOUTS:
        return late(seconds)
    said = ""
    async for piece in response.aiter_text():
        said += piece
        if len(said) > _SHOWN:
            break
    said = " ".join(said.split())
    return recognised(said) or EndpointError(
        "The endpoint refused the query.",
        f"It said {code}: {said[:_SHOWN] or 'no reason given'}",
        "Check the address of the endpoint and what it allows.",
    )


def unquoted() -> EndpointError:
    """Make the error of an endpoint that failed on a query which makes it call others.

    It repeats what they said, which may be meant for its own machine alone.
    """
    return EndpointError(
        "The endpoint refused the query, or its answer cannot be read.",
        "The query holds SERVICE: an endpoint that it calls may have failed, which is not told.",
        "Ask that endpoint itself; SERVICE SILENT does without one that fails from the start.",
    )


def unavailable(why: str) -> EngineUnavailableError:
    """Make the error of an endpoint that takes nothing up, at any attempt."""
    return EngineUnavailableError(
        "The endpoint does not answer.",
        f"{' '.join(why.split())}.",
        "Try again in a moment; check the address of the endpoint and that it is running.",
    )


def lost(error: Exception) -> EngineUnavailableError:
    """Make the error of a connection that broke before the end of the answer."""
    return EngineUnavailableError(
        "The endpoint broke off.",
        f"The connection was lost: {' '.join(str(error).split()) or type(error).__name__}",
        "Try again in a moment.",
    )


def late(seconds: float) -> QueryTimeoutError:
    """Make the error of an endpoint that was given up at the time limit of a query."""
    return QueryTimeoutError(
        "The endpoint did not answer in time.",
        f"The limit is {seconds:g} seconds here, and the endpoint may have its own.",
        *FASTER,
    )


def other_version(version: str) -> EngineUnavailableError:
    """Make the error of an endpoint that does not hold the build that is served."""
    return EngineUnavailableError(
        "The endpoint holds another version of the graph.",
        f"It does not say that version {version} was loaded to its end.",
        "Run `empilement push`, or wait until it ends.",
    )


def no_union() -> EngineUnavailableError:
    """Make the error of an endpoint whose default graph lacks the named graphs."""
    return EngineUnavailableError(
        "The endpoint answers from one graph only.",
        "Its default graph is not the union of its named graphs.",
        "Set it so, for instance with `oxigraph serve --union-default-graph`.",
    )


def no_updates() -> QueryRefusedError:
    """Make the error of an update where no address of the endpoint takes any."""
    return QueryRefusedError(
        "This service takes no update.",
        "It answers from an endpoint, and no address of it is known that takes updates.",
        "Set EMPILEMENT_SPARQL_UPDATE, or put the update to the endpoint itself.",
    )


def no_address(text: str) -> EngineUnavailableError:
    """Make the error of an endpoint whose address is none of http or https."""
    return EngineUnavailableError(
        f"{text!r} is no endpoint.",
        "Its address begins neither with http:// nor with https://.",
        "Give the address of a SPARQL endpoint.",
    )
