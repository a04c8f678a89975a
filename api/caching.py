"""HTTP validators: an entity tag from the data version, and the answer 304 to who holds it."""

import hashlib
import re
from typing import Final

_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')
CACHE: Final = "public, max-age=300"


def etag(*parts: str) -> str:
    """Make the entity tag of one representation (RFC 9110 §8.8.3).

    Args:
        parts: all that decides its bytes: version of data and code, address, media type, language.

    Returns:
        A strong tag, quotes included.

    """
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f'"{digest[:32]}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Tell whether the client already holds a representation (RFC 9110 §13.1.2).

    Args:
        if_none_match: the header, if any. ``*`` matches nothing here: it is answered in full.
        tag: the entity tag of the representation, compared weakly.

    Returns:
        True when a 304 is due.

    """
    return tag in _TAG.findall(if_none_match or "")
