"""Pages of the things that are no territory: instruments, laws, actors, deployments."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from api import messages, terms
from api.describe import Description
from api.views.cells import Cell, Cells, Section, Words
from ontology.namespaces import EMP, PREFIXES
from queries.engine import Engine, Term

DEPLOYMENTS_SHOWN: Final = 200
_RDF: Final = PREFIXES["rdf"]
_RDFS: Final = PREFIXES["rdfs"]
# The properties of an instrument by the question they answer; the rest goes under "content".
QUESTIONS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    (
        "who",
        frozenset(("designedBy", "managedBy", "signedBy", "coordinatedBy", "anchoredIn")),
    ),
    ("funding", frozenset(("fundedBy", "mayBeCofundedBy", "hasOwnFunding"))),
    (
        "period",
        frozenset(("validFrom", "validBefore", "duration", "predecessor", "successor")),
    ),
    ("law", frozenset(("legalBasis", "establishedBy", "amendedBy", "endedBy"))),
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A value of a property, or the absence of one, with who says so.

    Args:
        predicate: IRI of the property.
        values: the value, the words of the source; nothing when not known.
        confidence: IRI of the level of confidence.
        sources: IRIs of the records that support it.
        notes: what must be known to read it.
        holders: IRIs of those who judge it so; nobody where it is a plain fact.
        known: False when it was looked for and not found.
    """

    predicate: str
    values: tuple[Term, ...]
    confidence: str
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    holders: tuple[str, ...]
    known: bool


def stated_of(engine: Engine, iri: str) -> tuple[Stated, ...]:
    """Read the statements that carry the confidence and the sources of a thing's values.

    Args:
        engine: the graph.
        iri: the thing.

    Returns:
        One entry a statement, in the order of their identifiers.

    """
    wanted = (
        f"{_RDF}predicate",
        f"{_RDF}object",
        *(str(EMP[name]) for name in ("statedText", "confidence", "supportedBy", "recordNote")),
        str(EMP.heldBy),
    )
    table = engine.select(
        f"SELECT ?s ?p ?o WHERE {{ ?s <{_RDF}subject> {terms.iri(iri)} ."
        # A filter, not VALUES: from each value of those the engine would read the whole graph.
        f" ?s ?p ?o FILTER(?p IN ({', '.join(map(terms.iri, wanted))})) }} ORDER BY ?s ?p ?o"
    )
    gathered: dict[str, dict[str, list[Term]]] = {}
    for statement, predicate, value in table.rows:
        if isinstance(statement, NamedNode) and isinstance(predicate, NamedNode) and value:
            gathered.setdefault(statement.value, {}).setdefault(predicate.value, []).append(value)
    found: list[Stated] = []
    for values in gathered.values():
        said = [*values.get(wanted[1], []), *values.get(wanted[2], [])]
        confidence = "".join(str(v.value) for v in values.get(wanted[3], [])[:1])
        found.append(
            Stated(
                predicate="".join(str(v.value) for v in values.get(wanted[0], [])[:1]),
                values=tuple(said),
                confidence=confidence,
                sources=tuple(str(v.value) for v in values.get(wanted[4], [])),
                notes=tuple(str(v.value) for v in values.get(wanted[5], [])),
                holders=tuple(str(v.value) for v in values.get(wanted[6], [])),
                known=bool(values.get(wanted[1])) or not confidence.endswith("/unknown"),
            )
        )
    return tuple(found)


def iris_of(stated: Iterable[Stated]) -> set[str]:
    """Give every IRI that statements show, so that its name can be fetched."""
    found: set[str] = set()
    for each in stated:
        found |= {each.predicate, each.confidence, *each.sources, *each.holders}
        found |= {v.value for v in each.values if isinstance(v, NamedNode)}
    return found


def statement_sections(stated: tuple[Stated, ...], words: Words) -> list[Section]:
    """Lay the statements of an instrument out by question: who, money, time, law, content."""
    groups: dict[str, list[Stated]] = {name: [] for name, _ in QUESTIONS}
    groups["content"] = []
    for each in stated:
        name = each.predicate.removeprefix(str(EMP))
        group = next((group for group, names in QUESTIONS if name in names), "content")
        groups[group].append(each)
    return [
        _statements(group, words.say(f"section_{group}"), tuple(rows), words)
        for group, rows in groups.items()
        if rows
    ]


def statements_section(stated: tuple[Stated, ...], words: Words) -> list[Section]:
    """Lay all statements out in one part, where there are any."""
    return (
        [_statements("statements", words.say("section_statements"), stated, words)]
        if stated
        else []
    )


def _statements(anchor: str, title: str, rows: tuple[Stated, ...], words: Words) -> Section:
    ordered = sorted(rows, key=lambda each: (words.name(each.predicate), not each.known))
    return Section(
        anchor,
        title,
        tuple(words.say(f"col_{name}") for name in ("property", "value", "confidence", "sources")),
        tuple(
            (
                (words.link(each.predicate),),
                value_cells(each, words),
                (words.link(each.confidence),) if each.confidence else (),
                tuple(words.link(source) for source in each.sources),
            )
            for each in ordered
        ),
    )


def value_cells(each: Stated, words: Words) -> Cells:
    """Show a stated value: the term, the words of the source in one language, the notes.

    A value that is not known says so; "none" is said only where the source says there is none.
    """
    cells: list[Cell] = []
    if not each.known:
        cells.append(Cell(words.say("unknown_searched")))
    if "none" in each.notes:
        cells.append(Cell(words.say("none")))
    texts = {v.language or "": v.value for v in each.values if isinstance(v, Literal)}
    spoken = {lang: text for lang, text in texts.items() if lang}
    cells += [words.cell(v) for v in each.values if not (isinstance(v, Literal) and v.language)]
    said = words.best(spoken)
    if said is not None:
        cells.append(said)
    cells += [Cell(f"({note})", lang="en") for note in each.notes if note != "none"]
    for holder in each.holders:
        cells += [Cell(words.say("held_by")), words.link(holder)]
    return tuple(cells) or (Cell(words.say("unknown")),)


def relations_of(engine: Engine, iri: str) -> tuple[tuple[Term | None, ...], ...]:
    """Read the numbered relations of which a thing is subject or object."""
    node = terms.iri(iri)
    return engine.select(
        f"SELECT DISTINCT ?number ?subject ?type ?object ?status ?confidence ?r WHERE {{"
        f" {{ ?r <{EMP.relationSubject}> {node} }} UNION {{ ?r <{EMP.relationObject}> {node} }}"
        f" ?r <{EMP.relationSubject}> ?subject ; <{EMP.relationObject}> ?object ;"
        f" <{EMP.relationType}> ?type ; <{EMP.relationNumber}> ?number ."
        f" OPTIONAL {{ ?r <{EMP.deploymentStatus}> ?status }}"
        f" OPTIONAL {{ ?r <{EMP.confidence}> ?confidence }} }} ORDER BY ?number ?r"
    ).rows


def relations_section(rows: tuple[tuple[Term | None, ...], ...], words: Words) -> list[Section]:
    """Lay relations out as sentences: subject, type, object."""
    if not rows:
        return []
    return [
        Section(
            "relations",
            words.say("section_relations"),
            tuple(words.say(f"col_{n}") for n in ("instrument", "relation", "other", "confidence")),
            tuple(
                (
                    (words.cell(subject),),
                    (words.cell(kind), *((words.cell(status),) if status else ())),
                    (words.cell(target),),
                    (words.cell(confidence),) if confidence else (),
                )
                for _, subject, kind, target, status, confidence, _ in rows
            ),
        )
    ]


def deployments_of(engine: Engine, iri: str) -> tuple[int, tuple[tuple[Term | None, ...], ...]]:
    """Count the deployments of an instrument and read the first ones, with their bounds."""
    node = terms.iri(iri)
    counted = engine.select(
        f"SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE {{ ?d <{EMP.appliesInstrument}> {node} }}"
    )
    rows = engine.select(
        f"SELECT DISTINCT ?d ?from ?before WHERE {{ ?d <{EMP.appliesInstrument}> {node}"
        f" OPTIONAL {{ ?d <{EMP.validFrom}> ?from }}"
        f" OPTIONAL {{ ?d <{EMP.validBefore}> ?before }} }} ORDER BY ?d LIMIT {DEPLOYMENTS_SHOWN}"
    ).rows
    count = counted.rows[0][0] if counted.rows else None
    return (int(count.value) if isinstance(count, Literal) else 0), rows


def period_of(described: Description, words: Words) -> str:
    """Write the period of a dated thing, to the precision known."""
    slugs = {
        name: "".join(described.iris(name)[:1]).rpartition("/")[2]
        for name in ("startCertainty", "endCertainty", "endStatus")
    }
    since = messages.start(words.lang, described.text("validFrom"), slugs["startCertainty"])
    until = messages.end(
        words.lang, described.text("validBefore"), slugs["endCertainty"], slugs["endStatus"]
    )
    return f"{since} → {until}"
