"""A territory and its stack at a date: the rows by scale, the counts, the caveats."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from api import messages, terms
from api.views.cells import Cell, Cells, Words
from ingest.identity import split
from ontology.namespaces import EMP
from queries.engine import Engine, Table, Term

SCALES: Final = ("ue", "etat", "region", "departement", "supra-epci", "epci", "commune", "infra")
RELATIONS: Final = ("direct", "inherited", "collective", "partial", "infra", "point")
_WHOLES: Final = ("commune", "ept", "epci", "arrondissement", "departement", "region", "pays")


@dataclass(frozen=True, slots=True)
class Application:
    """One row of the stack.

    Args:
        instrument: the instrument.
        deployment: its application.
        members: the territories of its perimeter through which it reaches the one asked.
        relation: one of ``RELATIONS``.
        period: when it holds, to the precision known.
        certain: whether it is certain at the date asked.
        law: the text that founds the instrument, or no cell.
        sources: the sources of the application.
        confidence: how well it is attested, or no cell.
    """

    instrument: Cell
    deployment: Cell
    members: Cells
    relation: str
    period: str
    certain: bool
    law: Cells
    sources: Cells
    confidence: Cells


@dataclass(frozen=True, slots=True)
class Stack:
    """The stack of a territory at a date.

    Args:
        groups: the rows by scale, from wide to fine; scales without rows are left out.
        instruments: how many instruments.
        relations: how many rows of each relation.
    """

    groups: tuple[tuple[str, tuple[Application, ...]], ...]
    instruments: int
    relations: dict[str, int]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(len(rows) for _, rows in self.groups)

    @property
    def certain(self) -> int:
        """How many rows are certain at the date."""
        return sum(row.certain for _, rows in self.groups for row in rows)


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of the dates of a deployment, as slugs, and of its confidence as an IRI."""

    start: str = ""
    end: str = ""
    status: str = ""
    confidence: str = ""


def stack_of(table: Table, lives: dict[str, Life], words: Words) -> Stack:
    """Arrange the answer of the named question ``stack``.

    Args:
        table: its rows; several of one deployment are its several members.
        lives: the precision of the dates, by deployment.
        words: the language, and the names of the confidence levels.

    Returns:
        One row a deployment and relation, by scale.

    """
    gathered: dict[tuple[str, str, str], list[dict[str, Term | None]]] = {}
    for values in table.rows:
        row = dict(zip(table.columns, values, strict=True))
        key = (_text(row["scale"]), _text(row["deployment"]), _text(row["relation"]))
        gathered.setdefault(key, []).append(row)
    groups: dict[str, list[Application]] = {scale: [] for scale in SCALES}
    relations = dict.fromkeys(RELATIONS, 0)
    for (scale, deployment, relation), rows in gathered.items():
        groups.setdefault(scale, []).append(
            _application(rows, lives.get(deployment, Life()), words)
        )
        relations[relation] = relations.get(relation, 0) + 1
    return Stack(
        tuple(
            (scale, tuple(sorted(rows, key=lambda row: (row.instrument.text, row.deployment.text))))
            for scale, rows in groups.items()
            if rows
        ),
        len({_text(row["instrument"]) for rows in gathered.values() for row in rows}),
        relations,
    )


def _application(rows: list[dict[str, Term | None]], life: Life, words: Words) -> Application:
    row = rows[0]
    members = {_text(each["member"]): _named(each, "member", words) for each in rows}
    laws = {_text(each["law"]): _named(each, "law", words) for each in rows if each["law"]}
    codes = [code.strip() for code in _text(row["sources"]).split(";") if code.strip()]
    period = (
        f"{messages.start(words.lang, _text(row['from']), life.start)}"
        f" → {messages.end(words.lang, _text(row['before']), life.end, life.status)}"
    )
    return Application(
        instrument=_named(row, "instrument", words),
        deployment=_named(row, "deployment", words),
        members=tuple(sorted(members.values(), key=lambda cell: cell.text)),
        relation=_text(row["relation"]),
        period=period,
        certain=_text(row["certainty"]) == "certain",
        law=tuple(laws.values()),
        sources=tuple(Cell(code, f"/doc/source/{code}") for code in codes),
        confidence=(words.link(life.confidence),) if life.confidence else (),
    )


def _named(row: dict[str, Term | None], column: str, words: Words) -> Cell:
    iri = _text(row[column])
    link = words.link(iri)
    if words.knows(iri):
        return link
    named = words.best({"fr": _text(row.get(f"{column}Label"))})
    return Cell(named.text, link.href, named.lang) if named else link


def iris_of(table: Table) -> set[str]:
    """Give every IRI of an answer, so that its name can be fetched."""
    return {value.value for row in table.rows for value in row if isinstance(value, NamedNode)}


def lives_of(engine: Engine, deployments: Iterable[str]) -> dict[str, Life]:
    """Read how well the dates of deployments are known.

    Args:
        engine: the graph.
        deployments: their IRIs.

    Returns:
        One entry for each that says anything.

    """
    wanted = sorted(set(deployments))
    if not wanted:
        return {}
    names = ("startCertainty", "endCertainty", "endStatus", "confidence")
    optional = " ".join(f"OPTIONAL {{ ?d <{EMP[name]}> ?{name} }}" for name in names)
    table = engine.select(
        f"SELECT ?d {' '.join(f'?{name}' for name in names)}"
        f" WHERE {{ {terms.values('d', wanted)} {optional} }}"
    )
    return {
        _text(row[0]): Life(_slug(row[1]), _slug(row[2]), _slug(row[3]), _text(row[4]))
        for row in table.rows
    }


def wholes_of(engine: Engine, iri: str) -> dict[str, tuple[str, ...]]:
    """Find the territories that hold a territory.

    A group of communes belongs to no département in law: those of its communes are given, and
    their régions.

    Args:
        engine: the graph.
        iri: the territory.

    Returns:
        IRIs by kind, from fine to wide.

    """
    part, node = f"<{EMP.partOf}>", terms.iri(iri)
    above = _column(engine.select(f"SELECT DISTINCT ?w WHERE {{ {node} {part}+ ?w }}"))
    if split(iri)[0] in ("epci", "ept"):
        # Step by step: one path through every commune at once is very slow.
        near = engine.select(f"SELECT DISTINCT ?w WHERE {{ ?c {part} {node} . ?c {part} ?w }}")
        departements = {each for each in _column(near) if split(each)[0] == "departement"}
        if departements:
            wide = f"{terms.values('d', sorted(departements))} ?d {part} ?w"
            above |= departements
            above |= _column(engine.select(f"SELECT DISTINCT ?w WHERE {{ {wide} }}"))
    found: dict[str, list[str]] = {}
    for each in sorted(above - {iri}):
        found.setdefault(split(each)[0], []).append(each)
    return {kind: tuple(found[kind]) for kind in _WHOLES if kind in found}


def successor_of(engine: Engine, code: str) -> tuple[str, ...]:
    """Give the current communes that took over a former code."""
    table = engine.select(
        f"SELECT DISTINCT ?c WHERE {{ ?c <{EMP.formerCode}> {terms.text(code)} }} ORDER BY ?c"
    )
    return tuple(_text(row[0]) for row in table.rows)


def _column(table: Table) -> set[str]:
    return {row[0].value for row in table.rows if isinstance(row[0], NamedNode)}


def _slug(value: Term | None) -> str:
    return _text(value).rpartition("/")[2]


def _text(value: Term | None) -> str:
    return "" if value is None else str(value.value)
