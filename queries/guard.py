"""The guard of the endpoint: refuses the queries that would make the engine call other hosts.

SERVICE (SPARQL 1.1 Federated Query) is the only construct by which a query reaches out of the
store. What else might be feared does not happen with Oxigraph: FROM and FROM NAMED only choose
among the graphs of the store, so ``FROM <file:///…>`` or ``FROM <http://…>`` names a graph that
is not there and is simply empty; LOAD and the other updates are syntax errors of a query.

A keyword is not looked for by word boundaries alone, because Oxigraph's parser has none: it
takes ``SERVICEex:g {`` for a SERVICE clause on ``ex:g``, ``1SERVICE:g {`` for a number before
one, and the ``<`` of ``FILTER(1<2)SERVICE#>`` for "less than" where the text reads as an IRI.
So the text is walked over token by token, both readings of ``<`` are followed wherever they can
differ, and what is refused is the whole shape of a clause: the keyword, SILENT or not, an IRI,
name or variable, and an opening brace. A wanted false alarm remains: a prefix named "service…"
in an object right before a brace.

The escapes ``\\uXXXX`` and ``\\UXXXXXXXX`` (SPARQL 1.1 Query §19.2) are undone by some engines
before they parse and by Oxigraph only inside IRIs and strings; both texts are searched.
"""

import heapq
import re
from typing import Final

from queries.errors import QueryRefusedError
from queries.tokens import NAME, TOKEN, words

NOWHERE: Final[frozenset[str]] = frozenset()

_SPACE: Final = r"(?:[ \t\r\n]|#[^\r\n]*)*+"
_CLAUSE: Final = re.compile(
    rf"service{_SPACE}(?:silent)?+{_SPACE}(?:<(?P<iri>[^<>]*+)>|[?$]\w++|{NAME}){_SPACE}\{{",
    re.IGNORECASE,
)
_GLUED: Final = re.compile(r"(?:true|false)?+(?=service)", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_NAMING: Final = frozenset({"graph", "from", "named", "describe"})
_LAST_CODEPOINT: Final = 0x10FFFF


def check(query: str, allowed: frozenset[str] = NOWHERE) -> None:
    """Refuse a query that asks for SERVICE.

    Args:
        query: text of a query, sound or not.
        allowed: IRIs of the endpoints that may be called all the same, written out in full.

    Raises:
        QueryRefusedError: the query holds a SERVICE clause on another endpoint.
    """
    if asks_service(query, allowed):
        raise QueryRefusedError(
            "The query is refused: it holds a SERVICE clause.",
            "This engine answers from its own graph and calls no endpoint that is not allowed.",
            "Remove SERVICE, or put the federated query to your own engine and call this one.",
        )


def check_update(text: str) -> None:
    """Refuse an update that would make the engine call another host: SERVICE or LOAD.

    Oxigraph takes ``LOADex:g`` for a LOAD of ``ex:g``, so any word that begins so is refused; a
    wanted false alarm remains: a prefix named "load…".

    Args:
        text: text of an update, sound or not.

    Raises:
        QueryRefusedError: the update holds one of them.
    """
    check(text)
    for reading in {text, _ESCAPE.sub(_unescaped, text)}:
        for token in words(reading):
            if token.lastgroup == "word" and token[0].lower().startswith("load"):
                raise QueryRefusedError(
                    "The update is refused: it holds LOAD.",
                    "This engine fetches nothing from elsewhere.",
                    "Fetch the document yourself, and send its triples with INSERT DATA.",
                )


def asks_service(query: str, allowed: frozenset[str] = NOWHERE) -> bool:
    """Tell whether a text holds a SERVICE clause, as written or with its escapes undone.

    Args:
        query: the text.
        allowed: IRIs of the endpoints that do not count.
    """
    if _searched(query, allowed):
        return True
    return "\\u" in query.lower() and _searched(_ESCAPE.sub(_unescaped, query), allowed)


def _unescaped(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= _LAST_CODEPOINT else escape[0]


def _searched(text: str, allowed: frozenset[str]) -> bool:
    return "service" in text.lower() and _walk(text, allowed)


def _walk(text: str, allowed: frozenset[str]) -> bool:
    """Walk over every reading of the text, each offset once, in rising order.

    An offset is reached with the deepest parentheses and, only if all its readings agree, with
    the note that the word before names a graph: both err on the side of refusal.
    """
    reached: dict[int, tuple[int, bool]] = {0: (0, False)}
    queue = [0]
    while queue:
        at = heapq.heappop(queue)
        depth, naming = reached.pop(at)
        token = TOKEN.match(text, at)
        if token is None:
            continue
        kind, piece = token.lastgroup, token[0]
        if kind == "word":
            if not naming and _opens_clause(text, at, allowed):
                return True
            naming = piece.lower() in _NAMING
        elif kind not in ("space", "comment"):
            naming = False
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        nexts = [token.end()]
        if kind == "iri" and (depth or text[at - 1 : at] == "<") and re.search(r"[)#']", piece):
            nexts.append(at + 1)
        for offset in nexts:
            known = reached.get(offset)
            if known is None:
                heapq.heappush(queue, offset)
                reached[offset] = (depth, naming)
            else:
                reached[offset] = (max(depth, known[0]), naming and known[1])
    return False


def _opens_clause(text: str, at: int, allowed: frozenset[str]) -> bool:
    glued = _GLUED.match(text, at)
    clause = None if glued is None else _CLAUSE.match(text, glued.end())
    return clause is not None and clause["iri"] not in allowed
