"""The dataset of an update, chosen beside its text: USING clauses written into it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from queries.errors import ParameterError
from queries.tokens import words

_SKIPPED: Final = frozenset(("space", "comment"))


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def with_dataset(update: str, default: tuple[str, ...], named: tuple[str, ...]) -> str:
    """Write ``using-graph-uri`` and ``using-named-graph-uri`` into an update.

    SPARQL 1.1 Protocol §2.2.3: they stand for USING and USING NAMED before each WHERE, and an
    update that has USING, USING NAMED or WITH of its own is refused. ``DELETE WHERE`` takes no
    USING (SPARQL 1.1 Update, grammar rule 40), so it is written out as DELETE and WHERE.

    Args:
        update: a SPARQL 1.1 update, sound or not.
        default: IRIs of ``using-graph-uri``.
        named: IRIs of ``using-named-graph-uri``.

    Returns:
        The update to be carried out.

    Raises:
        ParameterError: the update chooses its graphs itself, or one is not named by an IRI.
    """
    if not (default or named):
        return update
    clauses = " ".join(
        (
            *(f"USING {_iri(graph)}" for graph in default),
            *(f"USING NAMED {_iri(graph)}" for graph in named),
        )
    )
    tokens = list(_outer(update))
    edits: list[tuple[int, str]] = []
    for place, token in enumerate(tokens):
        word = token.text.upper()
        if word in ("USING", "WITH"):
            raise ParameterError(
                "The update chooses its graphs twice.",
                f"It holds {word}, and the request has using-graph-uri or using-named-graph-uri.",
                "Keep one of the two (SPARQL 1.1 Protocol, section 2.2.3).",
            )
        if word != "WHERE":
            continue
        edits.append((token.start, f"{clauses} "))
        if place and tokens[place - 1].text.upper() == "DELETE" and place + 2 < len(tokens):
            template = update[tokens[place + 1].start : tokens[place + 2].end]
            edits[-1] = (token.start, f"{template} {clauses} ")
    for at, text in reversed(edits):
        update = update[:at] + text + update[at:]
    return update


def _outer(update: str) -> Iterator[_Word]:
    """Give the tokens outside of braces, and the outermost braces."""
    depth = 0
    for token in words(update):
        if token.lastgroup in _SKIPPED:
            continue
        text = token[0]
        if text == "}":
            depth -= 1
        if depth <= 0:
            yield _Word(text, token.start(), token.end())
        if text == "{":
            depth += 1


def _iri(text: str) -> str:
    try:
        return str(NamedNode(text))
    except ValueError as error:
        raise ParameterError(
            "A graph of the update is not named by an IRI.",
            " ".join(str(error).split()),
            "Give absolute IRIs.",
        ) from error
