"""The words of a SPARQL text: strings, comments, IRIs and variables told apart from the rest."""

import re
from collections.abc import Iterator
from typing import Final

NAME: Final = r"[^\s<>\"'{}()\[\],;?$#|^`\\:]*+:(?:\\.|[^\s<>\"'{}()\[\],;?$#|^`\\])*+"
TOKEN: Final = re.compile(
    r'''(?P<string>"""(?:"{0,2}(?:[^"\\]|\\.))*+"""|\'{3}(?:'{0,2}(?:[^'\\]|\\.))*+\'{3}'''
    r"""|"(?:[^"\\\r\n]|\\.)*+"|'(?:[^'\\\r\n]|\\.)*+')"""
    r"|(?P<comment>#[^\r\n]*+)"
    r"|(?P<iri><[^<>\"{}|^`\x00-\x20]*+>)"
    r"|(?P<variable>[?$]\w++|@[a-z]++(?:-[a-z0-9]++)*+(?:--[a-z]++)?+|_:[\w.·-]++)"
    r"|(?P<number>[0-9]++(?:\.[0-9]*+)?+(?:e[+-]?[0-9]++)?+)"
    r"|(?P<word>[^\W\d](?:\\.|[\w.:%·-])*+|:(?:\\.|[\w.:%·-])*+)"
    r"|(?P<space>[ \t\r\n]++)"
    r"|(?P<other>\\.|.)",
    re.IGNORECASE | re.DOTALL,
)
_FROM: Final = re.compile(r"from(?:named)?\b", re.IGNORECASE)


def words(text: str) -> Iterator[re.Match[str]]:
    """Give the tokens of a text, with the reading of the SPARQL grammar (the longest wins).

    Args:
        text: a query, sound or not.

    Returns:
        Matches of ``TOKEN``; ``lastgroup`` tells their kind.
    """
    return TOKEN.finditer(text)


def names_dataset(query: str) -> bool:
    """Tell whether a query has a dataset clause, FROM or FROM NAMED (SPARQL 1.1 Query §13.2)."""
    if "from" not in query.lower():
        return False
    return any(
        token.lastgroup == "word" and _FROM.fullmatch(token[0]) is not None
        for token in words(query)
    )
