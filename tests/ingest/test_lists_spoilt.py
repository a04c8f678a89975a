"""Every table of every list, fed with what something went wrong with.

A table is refused whole, with what to do, and nothing of it is stated half; a wrong row costs
itself only; what is written in another order, or twice, says the same.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.known import Known
from ingest.mappings import LISTS
from ingest.tables import Tally
from tests.ingest import spoiling
from tests.ingest.listed import Graphs, Lines, files_of, map_files, sources, without_records
from tests.ingest.wrong_codes import COUNTED, REFERENTIALS, WRONG

pytestmark = pytest.mark.shared
# Long tables are sampled: one row in so many shows what a defect costs.
ROWS = 400
SOURCES = {each: source for each, source in sources().items() if source.mapping in LISTS}
TABLES = [
    (identifier, each.name)
    for identifier, source in SOURCES.items()
    for each in source.distributions
    if each.name.endswith(".csv")
]
Mapper = Callable[[str, str, spoiling.Spoil], Lines]


def separator(name: str) -> str:
    return ";" if name == "frr_2025-07.csv" else ","


@cache
def sample(path: Path) -> bytes:
    mark = separator(path.name)
    table = spoiling.read(path.read_bytes(), mark)
    return spoiling.write(spoiling.sampled(table, max(1, len(table) // ROWS)), mark)


@pytest.fixture(scope="module")
def map_changed(national_known: Known, tmp_path_factory: pytest.TempPathFactory) -> Mapper:
    """Map samples of the tables of a source, one of them spoilt."""

    def mapped(identifier: str, name: str, spoil: spoiling.Spoil) -> Lines:
        folder = tmp_path_factory.mktemp("list")
        files = files_of(SOURCES[identifier])
        for each, path in files.items():
            if each.endswith(".csv"):
                files[each] = folder / each
                files[each].write_bytes(spoil(sample(path)) if each == name else sample(path))
        return map_files(SOURCES[identifier], files, national_known)

    return mapped


@pytest.fixture(scope="module")
def sound(map_changed: Mapper) -> Graphs:
    """Map the samples of a source as they are, once."""
    return cache(lambda identifier: map_changed(identifier, "", lambda data: data))


def content(identifier: str, name: str, lines: Iterable[str]) -> set[str]:
    """Return what is said; without the rows that say it, where they have a record each."""
    return set(lines) if (identifier, name) in REFERENTIALS else without_records(lines)


def reasons(tally: Tally) -> Counter[str]:
    return Counter(each.reason for each in tally.rejections)


@pytest.mark.parametrize("identifier", dict(TABLES))
def test_samples_are_read(identifier: str, sound: Graphs) -> None:
    """Else what follows would be refused for another cause."""
    lines, tally = sound(identifier)
    assert lines
    assert tally.kept > 0


@pytest.mark.parametrize("how", spoiling.FATAL)
@pytest.mark.parametrize(("identifier", "name"), TABLES)
def test_a_spoilt_table_is_refused(
    identifier: str, name: str, how: str, map_changed: Mapper
) -> None:
    with pytest.raises(SourceError) as caught:
        map_changed(identifier, name, spoiling.FATAL[how](separator(name)))
    assert name in caught.value.what
    assert caught.value.todo


@pytest.mark.parametrize(("identifier", "name"), TABLES)
def test_another_order_of_columns_changes_nothing(
    identifier: str, name: str, map_changed: Mapper, sound: Graphs
) -> None:
    lines, tally = sound(identifier)
    change = spoiling.tabular(spoiling.shuffled, separator(name))
    shuffled, after = map_changed(identifier, name, change)
    assert shuffled == lines
    assert (after.read, after.corrected, after.uncertain) == (
        tally.read,
        tally.corrected,
        tally.uncertain,
    )
    assert reasons(after) == reasons(tally)


@pytest.mark.parametrize(("identifier", "name"), TABLES)
def test_doubled_rows_change_nothing(
    identifier: str, name: str, map_changed: Mapper, sound: Graphs
) -> None:
    lines, tally = sound(identifier)
    change = spoiling.tabular(spoiling.doubled, separator(name))
    doubled, after = map_changed(identifier, name, change)
    kept, expected = content(identifier, name, doubled), content(identifier, name, lines)
    if (identifier, name) in COUNTED:
        rows = after.read - tally.read
        repeats = after.corrected["row-repeated"] - tally.corrected["row-repeated"]
        assert repeats >= rows - len(tally.rejections) > 0
    if identifier == "operations-feder-fse/2016-07-11":
        # Without a number an operation is known by its line: as many, not the same.
        assert len(kept) == len(expected)
        return
    line = re.compile(r"/2023-[0-9]+")  # the same of the few files without a number
    assert {line.sub("", each) for each in kept} == {line.sub("", each) for each in expected}


@pytest.mark.parametrize(("identifier", "name", "column", "value", "reason", "like"), WRONG)
def test_a_wrong_row_is_rejected_alone(
    identifier: str,
    name: str,
    column: str,
    value: str,
    reason: str,
    like: tuple[str, str] | None,
    map_changed: Mapper,
    sound: Graphs,
) -> None:
    lines, tally = sound(identifier)
    change = partial(spoiling.with_code, column=column, code=value, like=like)
    spoilt, after = map_changed(identifier, name, spoiling.tabular(change, separator(name)))
    (found,) = (reasons(after) - reasons(tally)).elements()
    assert found.startswith(reason)
    assert len(after.rejections) == len(tally.rejections) + 1
    assert content(identifier, name, spoilt) == content(identifier, name, lines)
