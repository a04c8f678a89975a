"""Unbroken stays of a deployment in the lists of its programme, with their four bounds."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from ingest.bounds import Bounds

_DAY: Final = timedelta(days=1)


def stays(seen: Iterable[date], lists: Iterable[date], signed: Iterable[date]) -> list[Bounds]:
    """Part the days on which something was seen into stays, where a full list lacks it in between.

    An exhaustive list that does not name it says that it was not there that day. Two sightings with
    no such list between them prove what lies between. An agreement signed proves its day.

    Args:
        seen: days on which a source shows it in application.
        lists: days of the lists that name all there were, whether they name it or not.
        signed: days on which an agreement that applies it was signed.

    Returns:
        The stays in order; the outer bounds are the lists that lack it, open where there is none.

    """
    days = sorted({*seen, *signed})
    absent = sorted(set(lists) - set(days))
    found: list[Bounds] = []
    run: list[date] = []
    for day in days:
        if run and _between(absent, run[-1], day):
            found.append(_bounds(run, absent))
            run = []
        run.append(day)
    return [*found, _bounds(run, absent)] if run else found


def _between(absent: Sequence[date], first: date, last: date) -> bool:
    return any(first < day < last for day in absent)


def _bounds(run: Sequence[date], absent: Sequence[date]) -> Bounds:
    before = [day for day in absent if day < run[0]]
    after = [day for day in absent if day > run[-1]]
    return Bounds(
        valid_from=max(before) + _DAY if before else None,
        certain_from=run[0],
        certain_before=run[-1] + _DAY,
        valid_before=min(after) if after else None,
    )


def within(stay: Bounds, life: Bounds) -> Bounds:
    """Bound a stay by the life of its instrument, where the lists leave it open.

    A list that still names it after the end that a source gives to the instrument contradicts that
    source: the stay is then open, and validation reports the disagreement.
    """
    start = stay.valid_from or _unless(life.valid_from, stay.certain_from, earlier=False)
    end = stay.valid_before or _unless(life.valid_before, stay.certain_before, earlier=True)
    return Bounds(start, stay.certain_from, stay.certain_before, end)


def _unless(bound: date | None, seen: date | None, *, earlier: bool) -> date | None:
    if bound and seen and (bound < seen if earlier else bound > seen):
        return None
    return bound
