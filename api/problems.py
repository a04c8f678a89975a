"""Failures as answers: one table from exception to status, and problem+json (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from api.access import TokenError, UpdateClosedError
from api.negotiation import HTML, NotAcceptableError, Offer, preferences
from api.protocol import METHODS, ProtocolError
from api.watching import AskerGoneError
from ingest.errors import EmpilementError, IdentityError, MissingBuildError
from queries import errors
from queries.territories import TerritoryNotFoundError

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 5
# Nobody receives it; logs and metrics count it (the number is nginx's).
_CLIENT_CLOSED: Final = 499
_PROBLEM: Final = Offer(MEDIA_TYPE, ("application/json",))
_PAGE: Final = Offer(HTML, ("application/xhtml+xml",))


class NotFoundError(Exception):
    """Nothing has this address.

    Args:
        path: the address asked for.
        kind: the kind of thing, where it is known.
        code: the code asked for.
    """

    def __init__(self, path: str, kind: str = "", code: str = "") -> None:
        super().__init__(path)
        self.path = path
        self.kind = kind
        self.code = code


class NotReadyError(Exception):
    """The graph is still being loaded."""


class TooLargeError(Exception):
    """The body of the request is larger than what is read."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure as it is sent.

    Args:
        status: HTTP status.
        code: short stable name of the failure, for programs.
        detail: what failed, in one line.
        why: the cause.
        todo: what to do about it.
        extra: further members (line, column, available…).
        headers: headers that go with the status.
    """

    status: int
    code: str
    detail: str
    why: str = ""
    todo: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The phrase of the status, as ``about:blank`` problems have it (RFC 9457 §4.2.1)."""
        known = self.status in {each.value for each in HTTPStatus}
        return HTTPStatus(self.status).phrase if known else "Client Closed Request"

    def body(self) -> dict[str, Any]:
        """Give the members of the JSON object."""
        named = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "why": self.why,
            "todo": self.todo,
        }
        return {name: value for name, value in named.items() if value != ""} | dict(self.extra)


# The first class that fits decides: the particular ones stand before the general ones.
# 504, not 503, for a query over its time: asked again it would fail again, so no Retry-After.
# 409, not 404, for an update that lacks a graph: the endpoint, which is what was asked, is there.
# 507 for a query over its memory: the request, not the load of the service, is the cause.
TABLE: Final[tuple[tuple[type[Exception], int, str], ...]] = (
    (errors.QuerySyntaxError, 400, "query-syntax"),
    (errors.QueryFormError, 400, "query-form"),
    (errors.FunctionCallError, 400, "query-function"),
    (errors.QueryRefusedError, 403, "query-refused"),
    (errors.GraphStateError, 409, "graph-state"),
    (errors.FormatError, 406, "not-acceptable"),
    (errors.QueryTimeoutError, 504, "query-timeout"),
    (errors.QueryMemoryError, 507, "query-memory"),
    (errors.PoolBusyError, 503, "busy"),
    (errors.EngineUnavailableError, 503, "unavailable"),
    (errors.EndpointError, 502, "endpoint"),
    (errors.ServiceFailedError, 502, "service-failed"),
    (errors.UnknownQueryError, 404, "unknown-query"),
    (errors.UnknownTerritoryError, 404, "unknown-territory"),
    (errors.ParameterError, 400, "parameter"),
    (errors.QueryError, 500, "query-failed"),
    (IdentityError, 400, "identifier"),
    (MissingBuildError, 503, "unavailable"),
    (EmpilementError, 500, "failed"),
)


def failure_media(accept: str | None) -> str:
    """Choose how a failure is sent: a page to who names HTML, else problem+json to everyone.

    Args:
        accept: the header Accept, if any; a failure is sent even where it accepts neither.

    Returns:
        A media type.

    """
    ranked = preferences(accept, (_PROBLEM, _PAGE))
    return ranked[0] if ranked else MEDIA_TYPE


def problem_of(error: Exception) -> Problem:
    """Turn an exception into the answer that tells it.

    Args:
        error: what was raised.

    Returns:
        The problem; 500 without any inner detail for what is not foreseen.

    """
    if isinstance(error, EmpilementError):
        return _foreseen(error)
    match error:
        case ProtocolError():
            refused = error.status == HTTPStatus.METHOD_NOT_ALLOWED
            headers = {"Allow": ", ".join((*METHODS, "OPTIONS"))} if refused else {}
            return Problem(error.status, "protocol", error.why, todo=error.todo, headers=headers)
        case NotAcceptableError():
            found = Problem(
                406,
                "not-acceptable",
                "Nothing of what exists here is acceptable to you.",
                todo=f"Accept one of: {', '.join(error.offers)}.",
                extra={"available": list(error.offers)},
            )
        case UpdateClosedError():
            found = Problem(
                403,
                "read-only",
                "This endpoint is read-only: it runs no update.",
                todo="Ask with SELECT, ASK, CONSTRUCT or DESCRIBE.",
            )
        case TokenError():
            found = Problem(
                401,
                "token",
                "The token is missing or wrong.",
                todo="Send the header Authorization: Bearer, with the token you were given.",
                headers={"WWW-Authenticate": 'Bearer realm="empilement"'},
            )
        case AskerGoneError():
            found = Problem(_CLIENT_CLOSED, "cancelled", "The asker has gone.")
        case NotFoundError():
            found = Problem(404, "not-found", f"Nothing has the address {error.path}.")
        case NotReadyError():
            found = Problem(
                503,
                "not-ready",
                "The graph is being loaded.",
                todo="Ask again in a few seconds.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        case TooLargeError():
            found = Problem(
                413, "too-large", "The request is too large.", todo="Send a shorter one."
            )
        case _:
            found = Problem(
                500,
                "internal",
                "The service failed on this request.",
                todo="Report it with the address asked for.",
            )
    return found


def _foreseen(error: EmpilementError) -> Problem:
    status, code = next((status, code) for kind, status, code in TABLE if isinstance(error, kind))
    extra: dict[str, Any] = {}
    if isinstance(error, errors.QuerySyntaxError):
        extra = {"line": error.line, "column": error.column}
    if isinstance(error, errors.QueryTimeoutError):
        extra = {"hints": list(error.hints)}
    if isinstance(error, TerritoryNotFoundError):
        extra = {
            "suggestions": [
                {"id": each.iri, "label": each.label, "code": each.code}
                for each in error.suggestions
            ]
        }
    headers = (
        {"Retry-After": str(RETRY_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    )
    return Problem(status, code, error.what, error.why, error.todo, extra, headers)
