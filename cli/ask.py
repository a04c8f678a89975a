"""Questions of the command line: read them, put them to an engine, write the answer."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from cli.output import Format, Lang, say, write_rows
from ingest.errors import EmpilementError
from ingest.settings import Settings
from ingest.store import current
from queries.binding import run
from queries.catalogue import NamedQuery, load_catalogue
from queries.engine import EmbeddedEngine, Engine, Table, Term
from queries.formats import QueryForm
from queries.territories import resolve
from queries.vintages import composition_year


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to answer: one of the catalogue with values, or plain SPARQL."""

    named: NamedQuery | None
    values: Mapping[str, str]
    text: str


@contextmanager
def open_engine(settings: Settings, endpoint: str | None) -> Iterator[Engine]:
    """Open the local graph, or the endpoint elsewhere that is named here or in the settings.

    Raises:
        MissingBuildError: no graph has been built.

    """
    engine: Engine
    if address := endpoint or settings.sparql_endpoint:
        from queries.remote import RemoteEngine

        engine = RemoteEngine(address, seconds=settings.query_seconds)
    else:
        engine = EmbeddedEngine(current(settings).store)
    try:
        yield engine
    finally:
        engine.close()


def read_query(file: str, params: Sequence[str]) -> Asked:
    """Read what ``empilement query`` is asked.

    Args:
        file: a path, the slug of a question of the catalogue, or ``-``.
        params: ``name=value`` texts.

    Raises:
        EmpilementError: no such file or question, or a parameter not written name=value.

    """
    values = dict(_parameter(text) for text in params)
    if file == "-":
        return Asked(None, values, sys.stdin.read())
    path, catalogue = Path(file), load_catalogue()
    named = catalogue.get(file)
    if path.suffix == ".rq" and path.is_file():
        text = path.read_text(encoding="utf-8")
        if text.startswith("#+"):
            named = next(iter(load_catalogue_file(path)), None)
        if named is None:
            return Asked(None, values, text)
    if named is None:
        raise EmpilementError(
            f"No question {file!r}.",
            "It is neither a .rq file nor the slug of a question of the catalogue.",
            f"The questions are: {', '.join(catalogue)}.",
        )
    return Asked(named, values, named.text)


def load_catalogue_file(path: Path) -> list[NamedQuery]:
    """Return the question of a file that has a header, as the catalogue would."""
    return [query for query in load_catalogue(path.parent).values() if query.path == path]


def _parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise EmpilementError(
            f"{text!r} is not a parameter.",
            "A parameter is written name=value.",
            "Write, for instance, --param territory=37261.",
        )
    return name, value


def answer(engine: Engine, asked: Asked, format_: Format) -> None:
    """Answer a question on the standard output.

    Raises:
        EmpilementError: the question is wrong, or the engine cannot answer it.

    """
    if asked.named is not None:
        write_table(run(engine, asked.named, asked.values), format_)
        return
    if asked.values:
        raise EmpilementError(
            "This query takes no parameter.",
            "Only a question with a header (lines that start with #+) declares parameters.",
            "Write the values in the query, or ask a question of the catalogue.",
        )
    found = engine.answer(asked.text)
    if found.form is QueryForm.SELECT:
        write_table(engine.select(asked.text), format_)
    else:
        sys.stdout.write(found.body.decode().rstrip("\n") + "\n")


def write_table(table: Table, format_: Format) -> None:
    """Write the rows of an answer."""
    rows = [tuple(cell(term) for term in row) for row in table.rows]
    write_rows(table.columns, rows, format_)
    say(f"{len(rows)} rows")


def cell(term: Term | None) -> str:
    """Return a term as text: the value of a literal, an IRI as it is, nothing if unbound."""
    if term is None:
        return ""
    return term.value if isinstance(term, Literal | NamedNode) else str(term)


def write_stack(engine: Engine, code: str, date: str, lang: Lang, format_: Format) -> None:
    """Write the instruments that stack on a territory at a date.

    Args:
        engine: the graph.
        code: the territory, as people write it.
        date: the day asked, YYYY-MM-DD.
        lang: language of the labels.
        format_: how to write them.

    """
    territory = resolve(engine, code)
    note = territory.note_fr if lang is Lang.FR else territory.note_en
    reference = f"{territory.kind}/{territory.code}"
    table = run(engine, load_catalogue()["stack"], {"territory": reference, "date": date})
    if format_ is Format.TABLE:
        write_rows(
            _HEADINGS[lang],
            [_layer(dict(zip(table.columns, row, strict=True)), lang) for row in table.rows],
            format_,
        )
    else:
        write_table(table, format_)
    certain = sum(cell(row[table.columns.index("certainty")]) == "certain" for row in table.rows)
    say(f"{territory.label} ({reference}), {date}. {note}".rstrip())
    year = composition_year(engine, date)
    say(_SUMMARY[lang].format(total=len(table.rows), certain=certain, year=year))


def _layer(row: Mapping[str, Term | None], lang: Lang) -> tuple[str, ...]:
    """Return what a person wants first of a layer: what, through which perimeter, when."""
    found = {name: cell(term) for name, term in row.items()}
    instrument = found["instrumentLabel" if lang is Lang.FR else "instrumentLabelEn"]
    label = found["deploymentLabel"] if lang is Lang.FR else instrument
    period = f"{found['from'] or '?'} → {found['before'] or '…'}"
    bearer = f"{found['scale']}: {found['memberLabel']}"
    return bearer, label or instrument, found["relation"], period, found["certainty"]


_HEADINGS = {
    Lang.EN: ("borne by", "instrument", "coverage", "from → before", "certainty"),
    Lang.FR: ("porté par", "application", "couverture", "du → avant le", "certitude"),
}
_SUMMARY = {
    Lang.EN: "{total} applications, {certain} of them certain at that date; composition of the "
    "official geographic code {year}. Absence from the sources loaded is not absence in the world.",
    Lang.FR: "{total} applications, dont {certain} certaines à cette date ; composition du code "
    "officiel géographique {year}. L'absence dans les sources chargées n'est pas l'absence dans le "
    "monde.",
}
