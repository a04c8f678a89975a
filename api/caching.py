"""HTTP validators and the cache of answers, both tied to the version of the data."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache

_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')
_VOLATILE: Final = re.compile(r"(?:now|rand|uuid|struuid|bnode)\s*\(|service", re.IGNORECASE)
_SUSPECT: Final = ("now", "rand", "uuid", "bnode", "service")
CACHE: Final = "public, max-age=300"
_LARGEST: Final = 1 << 20
_OVERHEAD: Final = 512


def etag(*parts: str) -> str:
    """Make the entity tag of one representation (RFC 9110 §8.8.3).

    Args:
        parts: all that decides its bytes: version of data and code, address, media type, language.

    Returns:
        A weak tag, since compression changes the bytes and not the tag; quotes included.

    """
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f'W/"{digest[:32]}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Tell whether the client already holds a representation (RFC 9110 §13.1.2).

    Args:
        if_none_match: the header, if any. ``*`` matches nothing here: it is answered in full.
        tag: the entity tag of the representation, compared weakly.

    Returns:
        True when a 304 is due.

    """
    return tag.removeprefix("W/") in _TAG.findall(if_none_match or "")


def lasting(query: str) -> bool:
    """Tell whether a query answers the same as long as the data do; in doubt not.

    Args:
        query: text of a SPARQL query.
    """
    small = query.lower()
    return not any(word in small for word in _SUSPECT) or _VOLATILE.search(query) is None


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was sent, in its form.

    Args:
        media_type: of the bytes.
        body: the bytes.
    """

    media_type: str
    body: bytes


class AnswerCache:
    """The answers asked for last, by entity tag; small ones only. For one thread: the loop's.

    A tag holds the version of the data, so an answer of another version is never found; it is
    forgotten when others need its place.

    Args:
        most: bytes kept in all.
    """

    def __init__(self, most: int) -> None:
        self._kept: LRUCache[str, Kept] = LRUCache(
            max(most, 1), getsizeof=lambda kept: len(kept.body) + _OVERHEAD
        )

    def find(self, tag: str) -> Kept | None:
        """Give the answer of a tag, if it is kept."""
        return self._kept.get(tag)

    def keep(self, tag: str, answer: Kept) -> None:
        """Keep an answer, if it is small enough."""
        if len(answer.body) + _OVERHEAD <= min(_LARGEST, self._kept.maxsize):
            self._kept[tag] = answer
