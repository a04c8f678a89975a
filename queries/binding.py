"""Binding: the values a reader chooses, written into a named question as RDF terms."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Protocol

from pyoxigraph import Literal, NamedNode

from ingest.errors import IdentityError
from ingest.identity import mint
from queries.catalogue import VALUES, NamedQuery, Parameter, ParameterType
from queries.engine import Engine, Table
from queries.errors import ParameterError
from queries.territories import resolve

LONGEST_TEXT: Final = 200
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,15}")
EXPECTED: Final[dict[ParameterType, tuple[str, str]]] = {
    ParameterType.TERRITORY: (
        "a territory",
        "Write 37261 (commune), 243700754 (EPCI) or kind/code, such as departement/37.",
    ),
    ParameterType.REGION: ("the code of a région", "Write 24, or region/24."),
    ParameterType.INSTRUMENT: ("the id of an instrument", "Write it as listed, such as fr-crte."),
    ParameterType.INDICATOR: ("the id of an indicator", "Write it as listed, in lower case."),
    ParameterType.ACTOR: ("the id of an actor", "Write it as listed, such as anct."),
    ParameterType.DATE: ("a date", "Write it as YYYY-MM-DD, such as 2024-07-01."),
    ParameterType.INTEGER: ("a whole number", "Write digits only, such as 2020."),
    ParameterType.BOOLEAN: ("true or false", "Write true or false."),
    ParameterType.STRING: (
        f"a text of at most {LONGEST_TEXT} characters",
        "Write a shorter text, without control characters.",
    ),
}
_THINGS: Final = {
    ParameterType.INSTRUMENT: "instrument",
    ParameterType.INDICATOR: "indicator",
    ParameterType.ACTOR: "actor",
}


class HasIri(Protocol):
    """What a resolver gives back: something that carries an identifier."""

    @property
    def iri(self) -> str:
        """The identifier."""


Resolver = Callable[[str], HasIri]


def bind(query: NamedQuery, values: Mapping[str, str], resolver: Resolver) -> str:
    """Write the chosen values into a question.

    A value enters the query as one RDF term serialised by pyoxigraph, inside the braces of its
    ``VALUES`` line: what the reader types never becomes syntax.

    Args:
        query: the question.
        values: texts by parameter name; absent or blank ones keep their default.
        resolver: turns what names a territory into something that carries its IRI.

    Returns:
        The SPARQL text.

    Raises:
        ParameterError: an unknown parameter, or a value of the wrong type; names the parameter,
            the value and the type expected.
        EmpilementError: what the resolver raises when a territory is unknown.

    """
    known = {parameter.name: parameter for parameter in query.parameters}
    for name in values:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise ParameterError(
                f"Unknown parameter {name!r} of the question {query.slug}.",
                f"Its parameters are: {listed}.",
                "Remove it or correct its name.",
            )
    terms = {
        name: _term(known[name], text.strip(), resolver)
        for name, text in values.items()
        if text.strip()
    }

    def replaced(match: re.Match[str]) -> str:
        term = terms.get(match["name"])
        return match[0] if term is None else f"{match['before']} {term} {match['after']}"

    return VALUES.sub(replaced, query.text)


def bound(engine: Engine, query: NamedQuery, values: Mapping[str, str]) -> str:
    """Write the chosen values into a question, having made sure that they name known things.

    Args:
        engine: the graph that knows the territories, instruments and actors.
        query: the question.
        values: texts by parameter name.

    Returns:
        The SPARQL text.

    Raises:
        ParameterError: a wrong parameter, or the id of a thing that the graph does not hold.
        UnknownTerritoryError: an unknown territory; what is raised carries suggestions.

    """
    text = bind(query, values, lambda name: resolve(engine, name))
    for parameter in query.parameters:
        kind = _THINGS.get(parameter.type)
        value = values.get(parameter.name, "").strip()
        if kind and value and not engine.ask(f"ASK {{ {NamedNode(mint(kind, value))} ?p ?o }}"):
            raise _wrong(parameter, value, f"the graph holds no {kind} of that id")
    return text


def run(engine: Engine, query: NamedQuery, values: Mapping[str, str]) -> Table:
    """Answer a question on a graph; see :func:`bound` for the arguments and errors."""
    return engine.select(bound(engine, query, values))


def _term(parameter: Parameter, text: str, resolver: Resolver) -> str:
    """Return the RDF term of a value, serialised; the only way a value enters a query."""
    if parameter.choices and text not in parameter.choices:
        raise _wrong(parameter, text, f"the choices are: {', '.join(parameter.choices)}")
    if parameter.type is ParameterType.TERRITORY:
        return str(NamedNode(resolver(text).iri))
    if parameter.type is ParameterType.REGION or parameter.type in _THINGS:
        try:
            return str(NamedNode(_named_iri(parameter.type, text, resolver)))
        except IdentityError as error:
            raise _wrong(parameter, text, error.why) from error
    return str(_READERS[parameter.type](parameter, text))


def _named_iri(type_: ParameterType, text: str, resolver: Resolver) -> str:
    if type_ is ParameterType.REGION:
        return resolver(f"region/{text.removeprefix('region/')}").iri
    return mint(_THINGS[type_], text)


def _integer(parameter: Parameter, text: str) -> Literal:
    if not _INTEGER.fullmatch(text):
        raise _wrong(parameter, text, "it is not made of digits")
    return Literal(int(text))


def _boolean(parameter: Parameter, text: str) -> Literal:
    if text not in {"true", "false"}:
        raise _wrong(parameter, text, "it is neither")
    return Literal(text == "true")


def _string(parameter: Parameter, text: str) -> Literal:
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise _wrong(parameter, text[:40], "it is too long or holds control characters")
    return Literal(text)


def _date(parameter: Parameter, text: str) -> Literal:
    if not _DATE.fullmatch(text):
        raise _wrong(parameter, text, "it is not written YYYY-MM-DD")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise _wrong(parameter, text, f"no such day exists ({error})") from error
    return Literal(day.isoformat(), datatype=NamedNode(_XSD + "date"))


_READERS: Final[dict[ParameterType, Callable[[Parameter, str], Literal]]] = {
    ParameterType.DATE: _date,
    ParameterType.INTEGER: _integer,
    ParameterType.BOOLEAN: _boolean,
    ParameterType.STRING: _string,
}


def _wrong(parameter: Parameter, text: str, why: str) -> ParameterError:
    expected, todo = EXPECTED[parameter.type]
    return ParameterError(
        f"The parameter {parameter.name!r} cannot be {text!r}.",
        f"It must be {expected}: {why}.",
        todo,
    )
