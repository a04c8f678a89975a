"""Terms on their way into a query: the only door by which a value enters SPARQL here."""

from collections.abc import Iterable
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode

Term: TypeAlias = NamedNode | Literal


def iri(value: str) -> str:
    """Write an IRI as SPARQL does.

    Args:
        value: an IRI that ``ingest.identity.mint`` made, or one that the graph gave.

    Returns:
        The IRI between angle brackets.

    Raises:
        ValueError: the text is no IRI, so that it could not be closed in brackets.

    """
    return str(NamedNode(value))


def text(value: str) -> str:
    """Write a plain text as a SPARQL literal, quotes and line ends escaped."""
    return str(Literal(value))


def values(variable: str, iris: Iterable[str]) -> str:
    """Write a VALUES clause over IRIs.

    Args:
        variable: name of the variable, without its question mark; a constant of this code.
        iris: what it may be.

    Returns:
        The clause.

    """
    return f"VALUES ?{variable} {{ {' '.join(iri(each) for each in iris)} }}"
