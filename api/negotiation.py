"""Content negotiation as a pure function: an Accept header in, what to send out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from queries.formats import Format

HTML: Final = "text/html"
_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_RANGE: Final = re.compile(rf"({_WORD})/({_WORD})")
_QUALITY: Final = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_LANGUAGE: Final = re.compile(r"\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
# How exactly a range names an offer; the most exact one decides.
_EXACT: Final = 4
_ALIAS: Final = 3
_FAMILY: Final = 2
_ANY: Final = 1
# One that is never closed reaches to the end: looked for again from each quote within, it would
# take a time that grows with the square of the header.
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)', re.DOTALL)


class NotAcceptableError(Exception):
    """Nothing of what exists is acceptable to the client.

    Args:
        offers: the media types that exist.
    """

    def __init__(self, offers: Sequence[str]) -> None:
        super().__init__(f"Available: {', '.join(offers)}")
        self.offers = tuple(offers)


@dataclass(frozen=True, slots=True)
class Offer:
    """A representation that exists.

    Args:
        media_type: the type it is sent with.
        aliases: other types under which clients ask for it.
    """

    media_type: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Preference:
    main: str
    sub: str
    quality: float


def offer(each: Format) -> Offer:
    """Give a format of the engine as an offer, with the aliases that are media types."""
    aliases = tuple(alias for alias in each.value.aliases if "/" in alias)
    return Offer(each.media_type, aliases)


def preferences(accept: str | None, offers: Sequence[Offer]) -> tuple[str, ...]:
    """Order what exists by what the client prefers (RFC 9110 §12.5.1).

    For each offer the most specific range that matches it decides: exact type, then ``type/*``,
    then ``*/*``; quality 0 excludes. Equal qualities are ordered by specificity, then as offered.
    Parameters of a range other than q (charset, profile) are left out of account, and so is a
    range that is malformed; a header without any sound range is as good as none.

    Args:
        accept: the header, or None when absent.
        offers: what exists, the server's favourite first.

    Returns:
        The media types that may be sent, best first; empty when none may.

    """
    wanted = _parse(accept or "")
    if not wanted:
        return tuple(each.media_type for each in offers)
    ranked: list[tuple[float, int, int, str]] = []
    for order, each in enumerate(offers):
        quality, specificity = _judge(wanted, each)
        if quality > 0:
            ranked.append((-quality, -specificity, order, each.media_type))
    return tuple(media_type for *_, media_type in sorted(ranked))


def negotiate(accept: str | None, offers: Sequence[Offer]) -> str:
    """Choose what to send.

    Args:
        accept: the header, or None when absent.
        offers: what exists, the server's favourite first.

    Returns:
        The media type to send.

    Raises:
        NotAcceptableError: nothing that exists is acceptable (status 406).

    """
    ranked = preferences(accept, offers)
    if not ranked:
        raise NotAcceptableError([each.media_type for each in offers])
    return ranked[0]


def language(asked: str | None, header: str | None, known: Sequence[str]) -> str:
    """Choose the language of a page.

    Args:
        asked: the parameter ``lang`` of the address; anything unknown is left out of account.
        header: the header Accept-Language (RFC 9110 §12.5.4), matched on primary subtags.
        known: the languages that exist, the default first.

    Returns:
        One of the known languages; the default where nothing else decides.

    """
    if asked in known:
        return str(asked)
    best, chosen = 0.0, known[0]
    for piece in (header or "").split(","):
        tag, _, parameters = piece.strip().partition(";")
        quality = _quality(parameters.split(";")) if parameters else 1.0
        if quality is None or not _LANGUAGE.fullmatch(tag):
            continue
        primary = known[0] if tag == "*" else tag.partition("-")[0].lower()
        if primary in known and quality > best:
            best, chosen = quality, primary
    return chosen


def _parse(accept: str) -> list[_Preference]:
    found: list[_Preference] = []
    # A comma or a semicolon inside a quoted parameter parts nothing.
    for piece in _QUOTED.sub("", accept).split(","):
        media_range, *parameters = piece.split(";")
        match = _RANGE.fullmatch(media_range.strip())
        quality = _quality(parameters)
        if match is None or quality is None or (match[1] == "*" and match[2] != "*"):
            continue
        found.append(_Preference(match[1].lower(), match[2].lower(), quality))
    return found


def _quality(parameters: Sequence[str]) -> float | None:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            text = value.strip()
            return float(text) if _QUALITY.fullmatch(text) else None
    return 1.0


def _judge(wanted: Sequence[_Preference], each: Offer) -> tuple[float, int]:
    """Give the quality and the specificity of the range that decides on an offer."""
    best: tuple[int, float] = (0, 0.0)
    for media_type, exactness in (
        (each.media_type, _EXACT),
        *((alias, _ALIAS) for alias in each.aliases),
    ):
        main, _, sub = media_type.partition("/")
        for preference in wanted:
            if (preference.main, preference.sub) == (main, sub):
                found = (exactness, preference.quality)
            elif (preference.main, preference.sub) == (main, "*") and exactness == _EXACT:
                found = (_FAMILY, preference.quality)
            elif preference.main == "*" and exactness == _EXACT:
                found = (_ANY, preference.quality)
            else:
                continue
            if found[0] > best[0] or (found[0] == best[0] and found[1] > best[1]):
                best = found
    return best[1], best[0]
