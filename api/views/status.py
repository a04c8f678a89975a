"""Covered, not covered or not known: what the graph can say of each instrument on a day."""

from dataclasses import dataclass
from typing import Final

from api import messages
from api.views.cells import Cell, Cells, Words
from ontology.namespaces import GRAPH
from queries.engine import Table, Term

STATUSES: Final = ("covered", "partly", "not-covered", "not-known")
_NOTHING_COMPLETE: Final = "no-complete-list"

Found = dict[str, Term | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What can be said of one instrument.

    Args:
        instrument: the instrument.
        basis: what the answer rests on, in words.
        sources: the named graphs that ground it.
    """

    instrument: Cell
    basis: str
    sources: Cells


@dataclass(frozen=True, slots=True)
class Status:
    """The answers of a territory on a day.

    Args:
        counts: how many instruments, by status.
        groups: the answers by status; without those of ``silent``.
        silent: the instruments of which no loaded list is complete.
    """

    counts: dict[str, int]
    groups: tuple[tuple[str, tuple[Answer, ...]], ...]
    silent: Cells


def status_of(table: Table, words: Words) -> Status:
    """Arrange the answer of the named question ``coverage-status``.

    Args:
        table: its rows, one an instrument.
        words: the language, and the names of the instruments and graphs.

    """
    groups: dict[str, list[Answer]] = {status: [] for status in STATUSES}
    counts = dict.fromkeys(STATUSES, 0)
    silent: list[Cell] = []
    for values in table.rows:
        row = dict(zip(table.columns, values, strict=True))
        status = _text(row["status"])
        counts[status] += 1
        link = words.link(_text(row["instrument"]))
        if _text(row["basis"]) == _NOTHING_COMPLETE:
            silent.append(link)
        else:
            groups[status].append(Answer(link, _basis(row, words), _sources(row, words)))
    return Status(
        counts,
        tuple(
            (status, tuple(sorted(answers, key=lambda each: each.instrument.text)))
            for status, answers in groups.items()
            if answers
        ),
        tuple(sorted(silent, key=lambda each: each.text)),
    )


def iris_of(table: Table) -> set[str]:
    """Give the instruments and graphs of an answer, so that their names can be fetched."""
    found: set[str] = set()
    for values in table.rows:
        row = dict(zip(table.columns, values, strict=True))
        found.add(_text(row["instrument"]))
        found.update(f"{GRAPH}{each}" for each in _named(row))
    return found


def _basis(row: Found, words: Words) -> str:
    before, after = (_text(row[name]) for name in ("listBefore", "listAfter"))
    days = [messages.day(words.lang, each) for each in dict.fromkeys((before, after)) if each]
    return words.say(f"basis_{_text(row['basis'])}", days=f" {words.say('and')} ".join(days))


def _sources(row: Found, words: Words) -> Cells:
    return tuple(words.link(f"{GRAPH}{each}") for each in _named(row))


def _named(row: Found) -> list[str]:
    return [each for each in _text(row["sources"]).split("; ") if each]


def _text(value: Term | None) -> str:
    return "" if value is None else str(value.value)
