"""Former communes on pages: what has become of one, what a commune has taken over, and when."""

from collections.abc import Iterable

from api import messages
from api.addresses import local, with_query
from api.views.cells import Cell, Cells, Section, Words
from queries.former import Event, Former


def story(former: Former, events: Iterable[Event], day: str, words: Words) -> tuple[Cells, ...]:
    """Say in plain words what has become of a former commune, with where to go on.

    Args:
        former: the commune.
        events: the changes it has gone through.
        day: the day of the stack on the page, YYYY-MM-DD.
        words: the language of the page.

    Returns:
        Sentences, each of texts and links.

    """
    heir = Cell(f"{former.heir_name} ({former.heir_code})", local(former.heir))
    told: list[Cells] = [
        (Cell(words.say("former_is", name=former.name or former.code, code=former.code)), heir)
    ]
    for event in events:
        if event.ends:
            named = words.best(event.names) or Cell(event.iri)
            link = Cell(named.text, local(event.iri), named.lang)
            told.append((Cell(words.say("former_event")), link, Cell(when(event, words))))
    if former.last:
        told.append((Cell(words.say("former_last", year=former.last)),))
    if gone_by(former, events, day):
        said = [Cell(words.say("former_gone", day=messages.day(words.lang, day)))]
        here = with_query(local(former.heir), date=day)
        said.append(Cell(words.say("former_heir_stack"), here))
        if former.last:
            own = with_query(local(former.iri), date=f"{former.last}-01-01")
            said.append(Cell(words.say("former_own_stack", year=former.last), own))
        told.append(tuple(said))
    return tuple(told)


def gone_by(former: Former, events: Iterable[Event], day: str) -> bool:
    """Tell whether a former commune is known to be no more on a day; False where it is not known.

    A vintage describes the year that it opens: the first one without the commune bounds its end.
    """
    ends = [event.year for event in events if event.ends and event.year]
    end = str(int(former.last) + 1) if former.last else max(ends, default="")
    return bool(end) and day[:4] >= end


def when(event: Event, words: Words) -> str:
    """Say when a change took place, and never more than is known."""
    if event.day:
        return words.say("event_on", day=messages.day(words.lang, event.day))
    return words.say("event_read_in", year=event.year) if event.year else words.say("date_unknown")


def history_section(events: tuple[Event, ...], words: Words) -> list[Section]:
    """List the changes that a commune has gone through."""
    if not events:
        return []
    rows: list[tuple[Cells, ...]] = []
    for event in events:
        named = words.best(event.names) or Cell(event.iri)
        rows.append(
            (
                (Cell(named.text, local(event.iri), named.lang),),
                (words.link(event.kind),) if event.kind else (),
                (Cell(when(event, words)),),
                words.links(event.graphs),
            )
        )
    return [
        Section(
            "history",
            words.say("section_history"),
            tuple(words.say(f"col_{name}") for name in ("event", "type", "when", "sources")),
            tuple(rows),
            words.say("history_note"),
        )
    ]


def taken_section(taken: tuple[Former, ...], words: Words) -> list[Section]:
    """List the former communes that a commune holds today, and the codes that lead to it."""
    if not taken:
        return []
    rows: list[tuple[Cells, ...]] = [
        (
            (Cell(each.name, local(each.iri)) if each.iri else Cell(words.say("code_alone")),),
            (Cell(each.code),),
            (Cell(each.last),) if each.last else (),
        )
        for each in taken
    ]
    return [
        Section(
            "former",
            words.say("section_former"),
            tuple(words.say(f"col_{name}") for name in ("area", "code", "last")),
            tuple(rows),
            words.say("former_codes_note") if any(not each.iri for each in taken) else "",
        )
    ]
