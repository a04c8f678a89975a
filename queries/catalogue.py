"""The named questions: files of SPARQL with a header, loaded, checked, bound and run."""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import dropwhile
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ingest.errors import EmpilementError, IdentityError
from ingest.identity import TERRITORY_KINDS, split

NAMED: Final = Path(__file__).parent / "named"
LANGUAGES: Final = ("fr", "en")
_HEADER: Final = re.compile(r"#\+ ?(.*)")
VALUES: Final = re.compile(
    r"^(?P<before>[ \t]*VALUES[ \t]+\?(?P<name>\w+)[ \t]*\{)(?P<value>.*)(?P<after>\}[ \t]*)$",
    re.MULTILINE,
)
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


class QueryFileError(EmpilementError):
    """A file of a named question is not what it must be."""


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

    @property
    def body(self) -> str:
        """The query without the header: what an editor shows."""
        lines = self.text.splitlines(keepends=True)
        return "".join(dropwhile(lambda line: line.startswith("#+"), lines))


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
    for match in VALUES.finditer(text):
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
