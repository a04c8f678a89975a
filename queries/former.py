"""Former communes: what each has become, by which event, and what a commune has taken over."""

from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from ontology.namespaces import EMP, PREFIXES
from queries.engine import Engine, Term

_LABEL: Final = f"<{PREFIXES['rdfs']}label>"
_HEIR: Final = f"<{PREFIXES['dcterms']}isReplacedBy>"


@dataclass(frozen=True, slots=True)
class Former:
    """A former commune.

    Attributes:
        iri: its identifier; empty where the graph knows the code alone.
        code: its code.
        name: the last name it bore, or empty.
        heir: identifier of the commune of today that holds it.
        heir_name: the name of that commune.
        last: year of the last vintage loaded that lists it, or empty.

    """

    iri: str
    code: str
    name: str
    heir: str
    heir_name: str
    last: str

    @property
    def heir_code(self) -> str:
        """The code of the commune of today."""
        return self.heir.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Event:
    """A change of communes.

    Attributes:
        iri: its identifier.
        names: what it is called, by language.
        kind: IRI of its type, or empty.
        year: the first vintage in which its result is read, or empty.
        day: the day of effect, ISO, where a source gives it.
        ends: whether the commune asked about ends by it.
        graphs: IRIs of the named graphs that tell of it.

    """

    iri: str
    names: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    year: str = ""
    day: str = ""
    ends: bool = False
    graphs: tuple[str, ...] = ()


def former_of(engine: Engine, iri: str) -> Former | None:
    """Return what has become of a commune, where it is a former one.

    Args:
        engine: the graph.
        iri: a commune.

    """
    found = _formers(engine, f"VALUES ?former {{ {NamedNode(iri)} }} ?former {_HEIR} ?heir .")
    return found[0] if found else None


def taken_over(engine: Engine, iri: str) -> tuple[Former, ...]:
    """Return the communes that a commune of today has taken over, in order of their codes.

    Args:
        engine: the graph.
        iri: a commune of today.

    """
    heir = NamedNode(iri)
    known = _formers(engine, f"VALUES ?heir {{ {heir} }} ?former {_HEIR} ?heir .")
    coded = engine.select(
        f"SELECT DISTINCT ?code ?name WHERE {{ {heir} <{EMP.formerCode}> ?code ; {_LABEL} ?name }}"
    )
    described = {each.code for each in known}
    bare = {
        _text(code): Former("", _text(code), "", iri, _text(name), "")
        for code, name in coded.rows
        if _text(code) not in described
    }
    return tuple(sorted([*known, *bare.values()], key=lambda each: each.code))


def events_of(engine: Engine, iri: str) -> tuple[Event, ...]:
    """Return the changes that a commune has gone through, the latest first.

    Args:
        engine: the graph.
        iri: a commune, former or of today.

    """
    node = NamedNode(iri)
    table = engine.select(
        "SELECT DISTINCT ?event ?name ?kind ?since ?day ?ends ?graph WHERE {"
        f" ?event <{EMP.eventInput}>|<{EMP.eventOutput}> {node} ."
        f" GRAPH ?graph {{ ?event a|<{EMP.supportedBy}> ?said }}"
        f" OPTIONAL {{ ?event {_LABEL} ?name }}"
        f" OPTIONAL {{ ?event <{EMP.eventType}> ?kind }}"
        f" OPTIONAL {{ ?event <{EMP.firstReadIn}>/<{EMP.vintageDate}> ?since }}"
        f" OPTIONAL {{ ?event <{EMP.eventDate}> ?day }}"
        f" BIND(NOT EXISTS {{ ?event <{EMP.eventOutput}> {node} }} AS ?ends) }}"
    )
    names: dict[str, dict[str, str]] = {}
    rows: dict[str, list[tuple[Term | None, ...]]] = {}
    for row in table.rows:
        rows.setdefault(_text(row[0]), []).append(row)
        if isinstance(row[1], Literal):
            names.setdefault(_text(row[0]), {})[row[1].language or ""] = row[1].value
    found = [
        Event(
            event,
            names.get(event, {}),
            _text(said[0][2]),
            _text(said[0][3])[:4],
            _text(said[0][4]),
            _text(said[0][5]) == "true",
            tuple(sorted({_text(row[6]) for row in said})),
        )
        for event, said in rows.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.year, each.iri), reverse=True))


def _formers(engine: Engine, which: str) -> tuple[Former, ...]:
    table = engine.select(
        f"SELECT ?former ?name ?heir ?heirName (MAX(?day) AS ?last) WHERE {{ {which}"
        f" ?former a <{EMP.FormerCommune}> . ?heir {_LABEL} ?heirName ."
        f" OPTIONAL {{ ?former {_LABEL} ?name }}"
        f" OPTIONAL {{ ?former <{EMP.existsIn}>/<{EMP.vintageDate}> ?day }}"
        " } GROUP BY ?former ?name ?heir ?heirName ORDER BY ?former ?name"
    )
    found: dict[str, Former] = {}
    for former, name, heir, heir_name, last in table.rows:
        iri = _text(former)
        code = iri.rpartition("/")[2]
        found.setdefault(
            iri, Former(iri, code, _text(name), _text(heir), _text(heir_name), _text(last)[:4])
        )
    return tuple(found.values())


def _text(value: Term | None) -> str:
    return "" if value is None else str(value.value)
