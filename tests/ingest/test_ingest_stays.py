"""Stays in the lists of a programme: what the days prove, what they bound, what they leave open."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest.bounds import Bounds
from ingest.stays import stays, within

JANUARY, JULY, AUGUST = date(2021, 1, 22), date(2024, 7, 1), date(2024, 8, 7)
APRIL = date(2026, 4, 27)
ONE = timedelta(days=1)
DAYS = st.sets(st.dates(date(2018, 1, 1), date(2026, 12, 31)), max_size=8)


def test_seen_in_every_list_is_one_stay_open_on_both_sides() -> None:
    lists = {JANUARY, AUGUST, APRIL}
    assert stays(lists, lists, ()) == [Bounds(None, JANUARY, APRIL + ONE, None)]


def test_left_between_two_lists() -> None:
    """In the list of January 2021, not in that of August 2024: gone on some day in between."""
    found = stays({JANUARY}, {JANUARY, AUGUST, APRIL}, ())
    assert found == [Bounds(None, JANUARY, JANUARY + ONE, AUGUST)]


def test_entered_between_two_lists() -> None:
    found = stays({APRIL}, {JANUARY, AUGUST, APRIL}, ())
    assert found == [Bounds(AUGUST + ONE, APRIL, APRIL + ONE, None)]


def test_left_and_came_back_are_two_stays() -> None:
    """29165, data README §3.12: in the cross table, out in August 2024, back in April 2026."""
    found = stays({JULY, APRIL}, {JULY, AUGUST, APRIL}, ())
    assert found == [
        Bounds(None, JULY, JULY + ONE, AUGUST),
        Bounds(AUGUST + ONE, APRIL, APRIL + ONE, None),
    ]


def test_a_signature_proves_its_day() -> None:
    signed = date(2021, 5, 28)
    assert stays({AUGUST}, {AUGUST}, {signed}) == [Bounds(None, signed, AUGUST + ONE, None)]


def test_never_seen_is_no_stay() -> None:
    assert stays((), {JANUARY}, ()) == []


def test_the_life_of_the_instrument_bounds_what_lists_leave_open() -> None:
    life = Bounds(date(2020, 10, 1), date(2020, 10, 1), date(2026, 1, 1), date(2027, 1, 1))
    (stay,) = stays({JANUARY}, {JANUARY, AUGUST}, ())
    assert within(stay, life) == Bounds(date(2020, 10, 1), JANUARY, JANUARY + ONE, AUGUST)


@given(seen=DAYS, lists=DAYS, signed=DAYS)
def test_stays_agree_with_every_day(seen: set[date], lists: set[date], signed: set[date]) -> None:
    found = stays(seen, lists, signed)
    certain = lambda day: any(s.certain_from <= day < s.certain_before for s in found)  # noqa: E731
    possible = lambda day: any(  # noqa: E731
        (s.valid_from or date.min) <= day < (s.valid_before or date.max) for s in found
    )
    assert all(certain(day) and possible(day) for day in seen | signed)
    assert not any(possible(day) for day in lists - seen - signed)
    for stay, following in pairwise(found):
        assert stay.valid_before and following.valid_from
        assert stay.valid_before < following.valid_from


def test_a_list_that_names_it_after_its_end_leaves_it_open() -> None:
    stay = Bounds(None, AUGUST, AUGUST + ONE, None)
    over = Bounds(JANUARY, JANUARY, JANUARY + ONE, JANUARY + ONE)
    assert JANUARY + ONE < AUGUST
    assert within(stay, over) == Bounds(JANUARY, AUGUST, AUGUST + ONE, None)
    later = Bounds(AUGUST + ONE, None, None, None)
    assert within(stay, later) == Bounds(None, AUGUST, AUGUST + ONE, None)
