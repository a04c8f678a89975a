"""Spoilt files of zonings and priority neighbourhoods."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.known import Known
from tests.ingest import spoiling
from tests.ingest.listed import files_of, map_files, map_spoilt, source_of, without_records

pytestmark = pytest.mark.shared
# Each source: the column of its codes, what parts its cells.
SOURCES = {
    "frr/2025-07": ("Code_insee", ";"),
    "zrr/2019": ("insee_com_2019", ","),
    "afr/2019": ("insee_com_2019", ","),
    "zrd/2019": ("insee_com_2019", ","),
    "zfu/2019": ("insee_com_2019", ","),
    "qpv/2026-06": ("insee_com", ","),
    "qpv/2026-07": ("insee_com", ","),
}
CLASSES = {
    "frr/2025-07": "Classement FRR et FRR+ au 10 juillet 2025",
    "zrr/2019": "statut_source",
    "afr/2019": "statut_source",
    "zrd/2019": "statut_source",
    "zfu/2019": "statut_source",
}
Change = Callable[[spoiling.Table], spoiling.Table]


def name_of(identifier: str) -> str:
    (name,) = files_of(source_of(identifier))
    return name


def tabular(identifier: str, change: Change) -> Callable[[bytes], bytes]:
    separator = SOURCES[identifier][1]
    return lambda data: spoiling.write(change(spoiling.read(data, separator)), separator)


def fatal(identifier: str, how: str) -> Callable[[bytes], bytes]:
    changes: dict[str, Change] = {
        "renamed": spoiling.renamed,
        "widened": spoiling.widened,
        "header only": lambda table: table[:1],
    }
    if how == "truncated":
        # The last column of the list of FRR is empty: cut before it, a row still wants a cell.
        return lambda data: spoiling.truncated(data, SOURCES[identifier][1])
    return tabular(identifier, changes[how]) if how in changes else spoiling.FATAL[how]


@pytest.mark.parametrize("how", spoiling.FATAL)
@pytest.mark.parametrize("identifier", SOURCES)
def test_a_spoilt_file_is_refused(
    identifier: str, how: str, national_known: Known, tmp_path: Path
) -> None:
    name = name_of(identifier)
    with pytest.raises(SourceError, match=re.escape(name)):
        source = source_of(identifier)
        map_spoilt(source, national_known, tmp_path, name, fatal(identifier, how))


@pytest.mark.parametrize("how", spoiling.HARMLESS)
@pytest.mark.parametrize("identifier", SOURCES)
def test_another_order_and_doubled_rows_change_nothing(
    identifier: str, how: str, national_known: Known, tmp_path: Path
) -> None:
    source, name = source_of(identifier), name_of(identifier)
    whole, _ = map_files(source, files_of(source), national_known)
    spoil = tabular(identifier, spoiling.HARMLESS[how])
    spoilt, _ = map_spoilt(source, national_known, tmp_path, name, spoil)
    assert without_records(spoilt) == without_records(whole)


def with_cell(identifier: str, column: str, value: str) -> Callable[[bytes], bytes]:
    return tabular(
        identifier, lambda table: spoiling.with_code(table, table[0].index(column), value)
    )


@pytest.mark.parametrize("identifier", SOURCES)
def test_a_code_of_nothing_is_rejected(
    identifier: str, national_known: Known, tmp_path: Path
) -> None:
    source, name = source_of(identifier), name_of(identifier)
    spoil = with_cell(identifier, SOURCES[identifier][0], "99999")
    _, tally = map_spoilt(source, national_known, tmp_path, name, spoil)
    assert [r.reason for r in tally.rejections] == ["unknown-code: 99999"]


@pytest.mark.parametrize("identifier", CLASSES)
def test_a_class_that_no_act_knows_is_rejected(
    identifier: str, national_known: Known, tmp_path: Path
) -> None:
    source, name = source_of(identifier), name_of(identifier)
    spoil = with_cell(identifier, CLASSES[identifier], "Classée ailleurs")
    _, tally = map_spoilt(source, national_known, tmp_path, name, spoil)
    assert [r.reason for r in tally.rejections] == ["unknown class: Classée ailleurs"]


@pytest.mark.parametrize("identifier", ["qpv/2026-06", "qpv/2026-07"])
def test_a_neighbourhood_without_a_code_is_rejected(
    identifier: str, national_known: Known, tmp_path: Path
) -> None:
    source, name = source_of(identifier), name_of(identifier)
    spoil = with_cell(identifier, "code_qp", "QP001001")
    _, tally = map_spoilt(source, national_known, tmp_path, name, spoil)
    assert [r.reason for r in tally.rejections] == ["not the code of a QPV: QP001001"]
