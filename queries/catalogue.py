"""The named questions: files of SPARQL with a header, loaded, checked, bound and run."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Protocol

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pyoxigraph import Literal, NamedNode

from ingest.errors import EmpilementError, IdentityError
from ingest.identity import TERRITORY_KINDS, mint, split
from queries.engine import Engine, Table
from queries.errors import ParameterError
from queries.territories import resolve

NAMED: Final = Path(__file__).parent / "named"
LANGUAGES: Final = ("fr", "en")
LONGEST_TEXT: Final = 200
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_HEADER: Final = re.compile(r"#\+ ?(.*)")
_VALUES: Final = re.compile(
    r"^(?P<before>[ \t]*VALUES[ \t]+\?(?P<name>\w+)[ \t]*\{)(?P<value>.*)(?P<after>\}[ \t]*)$",
    re.MULTILINE,
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,15}")
_TERM: Final = re.compile(r'<([^<>]*)>|"([^"\\]*)"(?:\^\^\S+|@\S+)?|([^\s"<>]+)')

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class ParameterType(StrEnum):
    """What a parameter may hold, and so how it is read and written into the query."""

    TERRITORY = "territory"
    REGION = "region"
    INSTRUMENT = "instrument"
    INDICATOR = "indicator"
    ACTOR = "actor"
    DATE = "date"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    STRING = "string"


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


class QueryFileError(EmpilementError):
    """A file of a named question is not what it must be."""


class HasIri(Protocol):
    """What a resolver gives back: something that carries an identifier."""

    @property
    def iri(self) -> str:
        """The identifier."""


Resolver = Callable[[str], HasIri]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that the reader of a question may choose.

    Attributes:
        name: the SPARQL variable, without its question mark.
        type: what it may hold.
        description: what it means, by language.
        default: the value used when none is given, as a reader would write it.
        choices: the only values allowed; empty when any value of the type is.

    """

    name: str
    type: ParameterType
    description: dict[str, str]
    default: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A question of the catalogue.

    Attributes:
        slug: its name in addresses, which is the name of its file.
        id: its number among the competency questions, or its own name.
        title: its title, by language.
        question: the question in words, by language.
        parameters: what may be chosen.
        columns: the columns of the answer, in order.
        text: the file: SPARQL 1.1 that runs as it stands, with the defaults.
        path: the file.
        source: the facts by which the answer is judged.

    """

    slug: str
    id: str
    title: dict[str, str]
    question: dict[str, str]
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    text: str
    path: Path
    source: str


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid")
    fr: Filled
    en: Filled


class _ParameterHeader(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9]*$")]
    type: ParameterType
    description: _Text
    choices: tuple[Filled, ...] = ()


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: Filled
    title: _Text
    question: _Text
    parameters: tuple[_ParameterHeader, ...]
    columns: Annotated[tuple[Filled, ...], Field(min_length=1)]
    source: Filled


def load_catalogue(folder: Path = NAMED) -> dict[str, NamedQuery]:
    """Read every named question of a folder.

    Args:
        folder: where the ``.rq`` files lie.

    Returns:
        The questions by slug, in alphabetical order.

    Raises:
        QueryFileError: a header is absent or incomplete, a parameter has no ``VALUES`` line (or
            a line no parameter), or two files bear the same id; names the file and what is wrong.

    """
    catalogue: dict[str, NamedQuery] = {}
    numbers: dict[str, str] = {}
    for path in sorted(folder.glob("*.rq")):
        query = _load(path)
        if query.id in numbers:
            raise _bad_file(path, f"its id {query.id} is already that of {numbers[query.id]}")
        numbers[query.id] = path.name
        catalogue[query.slug] = query
    if not catalogue:
        raise QueryFileError(
            f"No named question in {folder}.",
            "The folder holds no .rq file.",
            "Check that the package was installed with its data files.",
        )
    return catalogue


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

    return _VALUES.sub(replaced, query.text)


def run(engine: Engine, query: NamedQuery, values: Mapping[str, str]) -> Table:
    """Answer a question on a graph.

    Args:
        engine: the graph.
        query: the question.
        values: texts by parameter name.

    Returns:
        The answer.

    Raises:
        ParameterError: a wrong parameter, or the id of a thing that the graph does not hold.
        UnknownTerritoryError: an unknown territory; what is raised carries suggestions.

    """
    bound = bind(query, values, lambda text: resolve(engine, text))
    for parameter in query.parameters:
        kind = _THINGS.get(parameter.type)
        text = values.get(parameter.name, "").strip()
        if kind and text and not engine.ask(f"ASK {{ {NamedNode(mint(kind, text))} ?p ?o }}"):
            raise _wrong(parameter, text, f"the graph holds no {kind} of that id")
    return engine.select(bound)


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


def _load(path: Path) -> NamedQuery:
    text = path.read_text(encoding="utf-8")
    lines: list[str] = []
    for line in text.splitlines():
        match = _HEADER.fullmatch(line)
        if match is None:
            break
        lines.append(match[1])
    try:
        header = _Header.model_validate(yaml.safe_load("\n".join(lines)))
    except yaml.YAMLError as error:
        raise _bad_file(path, f"its header is not YAML ({error})") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "header"
        raise _bad_file(path, f"{place}: {first['msg']}") from error
    defaults = _defaults(path, text, {p.name: p.type for p in header.parameters})
    return NamedQuery(
        slug=path.stem,
        id=header.id,
        title=header.title.model_dump(),
        question=header.question.model_dump(),
        parameters=tuple(
            Parameter(
                name=parameter.name,
                type=parameter.type,
                description=parameter.description.model_dump(),
                default=defaults[parameter.name],
                choices=parameter.choices,
            )
            for parameter in header.parameters
        ),
        columns=header.columns,
        text=text,
        path=path,
        source=header.source,
    )


def _defaults(path: Path, text: str, declared: dict[str, ParameterType]) -> dict[str, str]:
    """Read the default of each parameter from its ``VALUES`` lines, which must agree."""
    defaults: dict[str, str] = {}
    for match in _VALUES.finditer(text):
        name = match["name"]
        term = _TERM.fullmatch(match["value"].strip())
        if name not in declared:
            continue
        if term is None:
            raise _bad_file(path, f"the VALUES line of {name} must hold one term")
        default = _as_written(term, declared[name])
        if defaults.setdefault(name, default) != default:
            raise _bad_file(path, f"the VALUES lines of {name} give different defaults")
    if missing := sorted(declared - defaults.keys()):
        raise _bad_file(path, f"no line 'VALUES ?{missing[0]} {{ … }}' of its own")
    return defaults


def _as_written(term: re.Match[str], type_: ParameterType) -> str:
    iri, literal, bare = term.groups()
    if iri is None:
        return str(literal if bare is None else bare)
    try:
        kind, code = split(iri)
    except IdentityError:
        return str(iri)
    bare = kind in {"commune", "epci"} or kind not in TERRITORY_KINDS
    return code if bare or type_ is ParameterType.REGION else f"{kind}/{code}"


def _bad_file(path: Path, why: str) -> QueryFileError:
    return QueryFileError(
        f"The named question {path.name} cannot be used.",
        f"In {path.name}, {why}.",
        "Correct the file: queries/README.md describes its header.",
    )
