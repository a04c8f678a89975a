"""Tables: strict about the header, patient with rows, silent about none."""

import json
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.tables import Row, Tally, map_items, map_rows

COLUMNS = ("code", "name")


def mapped(path: Path, key: tuple[str, ...] = ()) -> tuple[list[Row], Tally]:
    rows: list[Row] = []
    tally = Tally()

    def use(row: Row) -> None:
        if row["code"] == "bad":
            raise ValueError("no such code")
        rows.append(row)

    map_rows(path, COLUMNS, tally, use, key)
    return rows, tally


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_rows_are_read_with_bom_quotes_and_line_breaks(tmp_path: Path) -> None:
    path = write(tmp_path, '﻿code,name\n01001,"A, ""b""\nc"\n')
    rows, tally = mapped(path)
    assert rows == [{"code": "01001", "name": 'A, "b"\nc'}]
    assert (tally.read, tally.kept) == (1, 1)


def test_columns_may_be_shuffled(tmp_path: Path) -> None:
    rows, _ = mapped(write(tmp_path, "name,code\nTours,37261\n"))
    assert rows == [{"code": "37261", "name": "Tours"}]


def test_rejected_rows_are_counted_and_listed(tmp_path: Path) -> None:
    path = write(tmp_path, "code,name\n1,a\nbad,b\n2\n3,c,d\n1,again\n")
    rows, tally = mapped(path, key=("code",))
    assert [row["code"] for row in rows] == ["1"]
    assert (tally.read, tally.kept) == (5, 1)
    assert [(r.row, r.reason) for r in tally.rejections] == [
        (3, "no such code"),
        (4, "not as many cells as the header"),
        (5, "not as many cells as the header"),
        (6, "repeats the key 1"),
    ]
    assert "bad" in tally.rejections[0].content


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("code\n1\n", "missing: name"),
        ("code,name,more\n1,a,b\n", "not expected: more"),
        ("", "missing: code, name"),
        ("<html><body>error</body></html>\n", "missing: code, name"),
        (b"code,name\n1,caf\xe9\n", "utf-8"),
        ('code,name\n1,"never closed\n', "unexpected end"),
    ],
)
def test_malformed_table_names_what_is_wrong(
    tmp_path: Path, content: str | bytes, expected: str
) -> None:
    with pytest.raises(SourceError) as caught:
        mapped(write(tmp_path, content))
    assert "table.csv" in caught.value.what
    assert expected in caught.value.why
    assert caught.value.exit_code == 3


def test_missing_table(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        mapped(tmp_path / "absent.csv")
    assert "absent.csv" in caught.value.what


def test_items_without_their_key_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps([{"code": "1"}, {"name": "x"}, {"code": 2}]))
    seen: list[object] = []
    tally = Tally()
    map_items(path, tally, seen.append, ("code",))
    assert seen == [{"code": "1"}]
    assert [r.row for r in tally.rejections] == [2, 3]


@pytest.mark.parametrize("content", ["{", '{"a": 1}', "[1]", "<html>"])
def test_malformed_list_is_an_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "list.json"
    path.write_text(content)
    with pytest.raises(SourceError):
        map_items(path, Tally(), lambda _: None, ())
