"""Who may do more than ask: tokens, and the limits a request may wish for."""

import hmac
from dataclasses import dataclass

from api.protocol import SparqlRequest
from ingest.settings import Settings


class UpdateClosedError(Exception):
    """Updates are not enabled here (status 403)."""


class TokenError(Exception):
    """The token is missing or wrong (status 401)."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one query may take.

    Args:
        seconds: of time.
        rows: the most rows; 0 for no limit.
    """

    seconds: float
    rows: int


def require_update(authorization: str | None, settings: Settings) -> None:
    """Let only the holder of the update token pass.

    Args:
        authorization: the header Authorization, if any (RFC 6750 §2.1).
        settings: whether updates are enabled, and by which token.

    Raises:
        UpdateClosedError: they are not.
        TokenError: the token is missing or wrong.

    """
    if not settings.update_token:
        raise UpdateClosedError
    if not may_update(authorization, settings):
        raise TokenError


def may_update(authorization: str | None, settings: Settings) -> bool:
    """Tell whether a request bears the update token, if there is one; see ``require_update``."""
    return bool(settings.update_token) and _holds(authorization, settings.update_token)


def allowance(asked: SparqlRequest, authorization: str | None, settings: Settings) -> Allowance:
    """Give the limits of a query: what it wishes, up to what its asker may have.

    Args:
        asked: the request, with its own limits if it has any.
        authorization: the header Authorization; the trusted token raises the limits.
        settings: the limits of everybody and of the trusted.

    Returns:
        The limits; without a wish those of everybody.

    Raises:
        TokenError: a token is sent that is not the trusted one.

    """
    seconds, rows = settings.query_seconds, settings.answer_rows
    if authorization is not None:
        trusted = settings.trusted_token
        if not (trusted and _holds(authorization, trusted)) and not may_update(
            authorization, settings
        ):
            raise TokenError
        seconds, rows = max(seconds, settings.trusted_seconds), 0
    wished = asked.seconds if asked.seconds is not None else settings.query_seconds
    least = [each for each in (asked.rows, rows) if each]
    return Allowance(min(wished, seconds), min(least, default=0))


def _holds(authorization: str | None, token: str) -> bool:
    scheme, _, given = (authorization or "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(
        given.strip().encode(), token.encode()
    )
