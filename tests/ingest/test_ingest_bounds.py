"""Dates of four precisions become bounds that invent nothing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.bounds import Bounds, Span, bounds, read_date


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2020-11-20", date(2020, 11, 20), date(2020, 11, 20), "day"),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29), "month"),
        ("2019", date(2019, 1, 1), date(2019, 12, 31), "year"),
        ("2000s", date(2000, 1, 1), date(2009, 12, 31), "decade"),
    ],
)
def test_date_keeps_its_precision(text: str, first: date, last: date, precision: str) -> None:
    assert read_date(text) == Span(first, last, precision)


@pytest.mark.parametrize(
    "text", ["", "20-11-2020", "2020-13", "2021-02-29", "2020-1-1", "vers 2020"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_date(text)


def test_year_to_year_is_certain_only_in_between() -> None:
    """F146: the reciprocity contracts run over 2019-2021."""
    found = bounds(read_date("2019"), read_date("2021"))
    assert found == Bounds(date(2019, 1, 1), date(2019, 12, 31), date(2021, 1, 1), date(2022, 1, 1))


def test_last_day_in_force_is_included() -> None:
    """The ZRR ended on 30 June 2024: that day is still in force."""
    found = bounds(read_date("1995"), read_date("2024-06-30"))
    assert found.certain_before == found.valid_before == date(2024, 7, 1)


def test_observation_is_certain_on_its_day_only() -> None:
    life = Bounds(date(2020, 10, 1), date(2020, 10, 1), date(2026, 1, 1), date(2027, 1, 1))
    found = bounds(None, None, (read_date("2024-09-09"),), life)
    assert (found.certain_from, found.certain_before) == (date(2024, 9, 9), date(2024, 9, 10))
    assert (found.valid_from, found.valid_before) == (date(2020, 10, 1), date(2027, 1, 1))


def test_what_began_lasts_as_its_instrument_where_no_exit_is_recorded() -> None:
    """F65: ACV 2018-2022; the list of March 2018 says who entered, none says who left."""
    life = bounds(read_date("2018"), read_date("2022"))
    found = bounds(read_date("2018-03"), None, (), life, date(2026, 11, 24))
    assert (found.certain_from, found.certain_before) == (date(2018, 3, 31), date(2022, 1, 1))
    assert found.valid_before == date(2023, 1, 1)


def test_nothing_known_is_unbounded() -> None:
    assert bounds(None, None) == Bounds(None, None, None, None)


days = st.dates(min_value=date(1960, 1, 1), max_value=date(2050, 12, 31))
texts = days.flatmap(
    lambda day: st.sampled_from([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]])
)


@given(start=texts, end=texts, seen=st.lists(texts, max_size=3), asked=days)
def test_certain_implies_possible(start: str, end: str, seen: list[str], asked: date) -> None:
    """Invariant T3 of the measures, on every combination that is not contradictory in itself."""
    first, last = read_date(start), read_date(end)
    observed = tuple(read_date(text) for text in seen)
    if last.last < first.first or any(
        s.first < first.first or s.last > last.last for s in observed
    ):
        return
    found = bounds(first, last, observed)
    assert found.valid_from and found.valid_before and found.certain_from and found.certain_before
    certain = found.certain_from <= asked < found.certain_before
    possible = found.valid_from <= asked < found.valid_before
    assert possible or not certain


@given(day=days)
def test_day_precision_has_no_uncertainty(day: date) -> None:
    text = day.isoformat()
    found = bounds(read_date(text), read_date(text))
    assert found == Bounds(day, day, day + timedelta(days=1), day + timedelta(days=1))
