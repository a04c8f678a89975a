"""Which lists of an instrument are complete, on which day and within what."""

from typing import Final, TypeAlias

from api import messages, terms
from api.views.cells import Cell, Section, Words
from ontology.namespaces import EMP
from queries.engine import Engine, Term

_SHOWN: Final = 10
Rows: TypeAlias = tuple[tuple[Term | None, ...], ...]


def lists_of(engine: Engine, instrument: str) -> Rows:
    """Read the completeness statements of an instrument: day, area, graph of the list."""
    return engine.select(
        f"SELECT DISTINCT ?day ?area ?graph WHERE {{"
        f" ?statement <{EMP.completeFor}> {terms.iri(instrument)} ;"
        f" <{EMP.observedOn}> ?day ; <{EMP.completeWithin}> ?area ."
        f" OPTIONAL {{ ?statement <{EMP.supportedBy}>/<{EMP.recordOf}> ?graph }} }}"
        " ORDER BY ?day ?graph ?area"
    ).rows


def completeness_section(rows: Rows, words: Words) -> Section:
    """List the days and areas for which absence from a list means not covered."""
    gathered: dict[tuple[str, str], list[str]] = {}
    for day, area, graph in rows:
        key = (str(day.value) if day else "", str(graph.value) if graph else "")
        gathered.setdefault(key, []).append(str(area.value) if area else "")
    return Section(
        "completeness",
        words.say("section_completeness"),
        tuple(words.say(f"col_{name}") for name in ("day", "within", "count", "sources")),
        tuple(
            (
                (Cell(messages.day(words.lang, day)),),
                words.links(areas, _SHOWN),
                (Cell(messages.number(words.lang, len(areas))),),
                (words.link(graph),) if graph else (),
            )
            for (day, graph), areas in gathered.items()
        ),
        words.say("completeness_note" if rows else "completeness_none"),
    )
