"""A query read without being run: its faults, and its form."""

import re
from typing import Final, cast

import pyoxigraph as ox

from ontology.namespaces import PREFIXES
from queries import guard
from queries.engine import Dataset
from queries.formats import QueryForm
from queries.syntax import explain, explain_update
from queries.tokens import names_dataset, words

_NOWHERE: Final = "empilementNowhere"
# pyoxigraph only runs what it has parsed. It refuses to run with a value for a variable that the
# query has not, and does so after it has parsed, before it begins.
_UNRUN: Final[dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]] = {
    ox.Variable(_NOWHERE): ox.Literal("")
}
_FORMS: Final = {
    "select": QueryForm.SELECT,
    "ask": QueryForm.ASK,
    "construct": QueryForm.GRAPH,
    "describe": QueryForm.GRAPH,
}


def form_of(query: str, allowed: frozenset[str] = guard.NOWHERE) -> QueryForm:
    """Read a query.

    Even on an empty store a query may run for ever, over VALUES alone; this one is not run.

    Args:
        query: SPARQL 1.1 query.
        allowed: IRIs of the endpoints that SERVICE may call.

    Returns:
        What it gives back.

    Raises:
        QueryRefusedError: the query asks for what is never done.
        QuerySyntaxError: the text is not a query.
    """
    guard.check(query, allowed)
    text = query.replace(_NOWHERE, f"{_NOWHERE}_")
    try:
        ox.Store().query(text, prefixes=PREFIXES, substitutions=_UNRUN)
    except SyntaxError as error:
        raise explain(query, str(error)) from None
    except (RuntimeError, ValueError):
        pass
    return _form(query)


def dataset_of(query: str) -> Dataset | None:
    """Give the graphs of the FROM and FROM NAMED of a sound query (SPARQL 1.1 Query §13.2).

    A server that is told to take the union of its graphs for the default graph may do so even
    against FROM; against the graphs that the protocol names beside a query it may not.

    Args:
        query: SPARQL 1.1 query, sound.

    Returns:
        The graphs, in the order of the query; None if it names none.
    """
    if not names_dataset(query):
        return None
    named: dict[str, list[str]] = {"from": [], "named": []}
    due, depth = "", 0
    for token in words(query):
        if token.lastgroup in ("space", "comment"):
            continue
        text = token[0]
        depth += (text == "{") - (text == "}")
        if depth == 0 and text.lower() in named:
            due = text.lower()
        elif due:
            named[due].append(text)
            due = ""
    prologue = query[: _keyword(query).start()]
    return Dataset(*(_resolved(prologue, graphs) for graphs in named.values()))


def check_update(text: str) -> None:
    """Read an update that an endpoint did not understand, to tell where its fault is.

    Args:
        text: the update; if it is sound after all, it is run on an empty store.

    Raises:
        QuerySyntaxError: it has a fault.
    """
    try:
        ox.Store().update(text, prefixes=PREFIXES)
    except SyntaxError as error:
        raise explain_update(text, str(error)) from None
    except (OSError, RuntimeError, ValueError):
        pass


def _resolved(prologue: str, names: list[str]) -> tuple[str, ...]:
    """Read IRIs and prefixed names as they are meant after a prologue."""
    text = f"{prologue} SELECT ?graph {{ VALUES ?graph {{ {' '.join(names)} }} }}"
    found = cast("ox.QuerySolutions", ox.Store().query(text, prefixes=PREFIXES))
    return tuple(cast("ox.NamedNode", row["graph"]).value for row in found)


def _form(query: str) -> QueryForm:
    word = _keyword(query)[0].lower()
    return next(form for keyword, form in _FORMS.items() if word.startswith(keyword))


def _keyword(query: str) -> re.Match[str]:
    """Find what a sound query begins with after its prologue (SPARQL 1.1 Query, grammar rule 2)."""
    name_due = False
    for token in words(query):
        if token.lastgroup != "word":
            continue
        word = token[0].lower()
        # The parser wants no space after a keyword: ``PREFIXex:`` and ``ASKWHERE`` are sound.
        if not name_due and word.startswith(tuple(_FORMS)):
            return token
        name_due = not name_due and word == "prefix"
    raise AssertionError("a sound query has a form")
