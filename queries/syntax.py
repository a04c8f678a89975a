"""From the parser's complaint to a place and a plain sentence."""

import re
from typing import Final

import pyoxigraph as ox

from ontology.namespaces import BASE, PREFIXES
from queries.errors import QuerySyntaxError
from queries.tokens import NAME, words

_PLACE: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_KEYWORD: Final = re.compile(r"(?<![\w\"'])[A-Z][A-Z_]+(?![\w\"'])")
_SENTENCES: Final = ("Prefix not found", "The SELECT contains", "IRI parsing failed")
_UPDATES: Final = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
)
_PADDING: Final = "\n" + " " * 40
_CLOSING: Final = {"}": "{", ")": "(", "]": "["}


def explain(query: str, message: str) -> QuerySyntaxError:
    """Turn the parser's message into an error with a place and a sentence.

    Oxigraph's parser takes as many characters as a keyword has before it compares them, so the
    place it gives lies past the fault by the length of the keyword it hoped for. That length is
    taken off, after a second parse with blanks at the end, without which the end of the text
    cuts the count short.

    Args:
        query: the text that was parsed.
        message: what the parser said of it.

    Returns:
        The error, its place at the fault or at the word just after it.
    """
    update = _update(query)
    if update is not None:
        return update
    unbalanced = _unbalanced(query)
    message = _second_parse(query) or message
    found = _PLACE.search(message)
    if unbalanced is not None:
        return unbalanced
    if found is None:
        return QuerySyntaxError(1, 1, " ".join(message.split()) or "The query has a fault.")
    offset = min(_fault(query, found), len(query.rstrip()))
    line, column = place_of(query, offset)
    return QuerySyntaxError(line, column, _sentence(query, offset, found[3]))


def explain_update(text: str, message: str) -> QuerySyntaxError:
    """Turn the parser's message on an update into an error with a place and a sentence.

    Args:
        text: the update.
        message: what the parser said of it.
    """
    found = _PLACE.search(message)
    if found is None:
        return QuerySyntaxError(1, 1, " ".join(message.split()) or "The update has a fault.")
    line, column = int(found[1]), int(found[2])
    lines = text.splitlines() or [""]
    line = min(line, len(lines))
    column = min(column, len(lines[line - 1]) + 1)
    return QuerySyntaxError(line, column, "The update has a fault at this place or just before.")


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Give the line and the column, from 1, of an offset in a text."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _update(query: str) -> QuerySyntaxError | None:
    before = ""
    for token in words(query):
        word = token[0].upper()
        if token.lastgroup in ("space", "comment", "iri"):
            continue
        if token.lastgroup != "word" or (word not in _UPDATES and not _prologue(word, before)):
            return None
        if word in _UPDATES:
            return QuerySyntaxError(
                *place_of(query, token.start()),
                f"{word} changes data: this is an update, and a query is due.",
                "Ask with SELECT, ASK, CONSTRUCT or DESCRIBE.",
            )
        before = word
    return None


def _prologue(word: str, before: str) -> bool:
    return word in ("BASE", "PREFIX") or (before == "PREFIX" and word.endswith(":"))


def _unbalanced(query: str) -> QuerySyntaxError | None:
    opened: list[tuple[str, int]] = []
    for token in words(query):
        piece = token[0]
        if token.lastgroup != "other":
            continue
        if piece in ("'", '"'):
            return QuerySyntaxError(
                *place_of(query, token.start()), f"The quote {piece} is not closed on its line."
            )
        if piece in _CLOSING.values():
            opened.append((piece, token.start()))
        elif piece in _CLOSING:
            if not opened or opened[-1][0] != _CLOSING[piece]:
                return QuerySyntaxError(
                    *place_of(query, token.start()), f"This {piece!r} closes nothing."
                )
            opened.pop()
    if not opened:
        return None
    piece, start = opened[-1]
    return QuerySyntaxError(*place_of(query, start), f"This {piece!r} is never closed.")


def _second_parse(query: str) -> str:
    try:
        ox.Store().query(query + _PADDING, prefixes=PREFIXES, base_iri=BASE)
    except SyntaxError as error:
        return str(error)
    return ""


def _fault(query: str, found: re.Match[str]) -> int:
    line, column, expected = int(found[1]), int(found[2]), found[3]
    padded = query + _PADDING
    lines = padded.split("\n")
    offset = sum(len(each) + 1 for each in lines[: line - 1]) + column - 1
    if any(each in expected for each in _SENTENCES) or re.search(r"[\"'\[]", expected):
        return offset
    keywords = _KEYWORD.findall(expected)
    offset -= min((len(each) for each in keywords), default=0)
    return offset + len(padded[offset:]) - len(padded[offset:].lstrip())


def _sentence(query: str, offset: int, expected: str) -> str:
    if not query.strip():
        return "The query is empty."
    if "Prefix not found" in expected:
        names = re.findall(NAME, query[:offset] + "\n")
        which = f" {names[-1].partition(':')[0]!r}" if names else ""
        return f"The prefix{which} is not declared and is not one of the project's."
    if "variable that is unbound" in expected:
        return "The SELECT names a variable that is neither grouped nor aggregated."
    if "IRI parsing failed" in expected:
        return "An IRI between < and > is malformed."
    rest = query[offset:].strip()
    if not rest:
        return "The text stops before the query is complete."
    word = re.match(r"[\w?$:.-]+|\S", rest)
    return f"The query stops making sense around {word[0] if word else rest!r}."
