"""Reading tables into columns: strict about the form, silent about no row."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.frames import keep, read_table
from ingest.tables import Tally

GOOD = 'code,name\n01004,"Ambérieu, en Bugey"\n2A004, Ajaccio \n'


def read(path: Path, text: str | bytes, **options: str) -> tuple[pl.DataFrame, Tally]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    tally = Tally()
    return read_table(path, ["code", "name"], tally, **options), tally


def test_cells_are_text_trimmed_with_their_line(tmp_path: Path) -> None:
    frame, tally = read(tmp_path / "t.csv", GOOD)
    assert frame.rows() == [(2, "01004", "Ambérieu, en Bugey"), (3, "2A004", "Ajaccio")]
    assert (tally.read, tally.rejections) == (2, [])


def test_order_of_columns_and_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    frame, _ = read(tmp_path / "t.csv", "\ufeffname;code\r\nTours;37261\r\n", separator=";")
    assert frame.select("code", "name").rows() == [("37261", "Tours")]


def test_empty_cells_are_null(tmp_path: Path) -> None:
    frame, _ = read(tmp_path / "t.csv", "code,name\n01004,\n")
    assert frame["name"].to_list() == [None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "empty"),
        (b"\n  \n", "empty"),
        ("code,name\n", "no row"),
        ("<!DOCTYPE html><html><body>503</body></html>", "web page"),
        ("  <html lang='fr'>", "web page"),
        ("code,nom\n01004,x\n", "columns"),
        ("code,name,more\n01004,x,y\n", "columns"),
        ("code\n01004\n", "columns"),
        ("code,name\n01004,x\n01005", "table"),
        ('code,name\n01004,"x\n', "table"),
        ("code,name\n01004,Amb\xe9rieu\n".encode("latin-1"), "utf-8"),
        (b"code,name\n01004,\x00\n", "utf-8"),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, text: str | bytes, expected: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path / "broken.csv", text)
    assert "broken.csv" in caught.value.what
    assert expected in f"{caught.value.what} {caught.value.why}"
    assert caught.value.todo


def test_encoding_may_be_stated(tmp_path: Path) -> None:
    text = "code,name\n01004,Amb\xe9rieu\n".encode("latin-1")
    frame, _ = read(tmp_path / "t.csv", text, encoding="latin-1")
    assert frame["name"].to_list() == ["Ambérieu"]


def test_row_cut_short_inside_the_table_is_rejected_with_its_line(tmp_path: Path) -> None:
    frame, tally = read(tmp_path / "t.csv", "code,name\n01004\n01005,x\n")
    assert frame["code"].to_list() == ["01005"]
    assert [(r.table, r.row) for r in tally.rejections] == [("t.csv", 2)]
    assert (tally.read, tally.kept) == (2, 1)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        read_table(tmp_path / "absent.csv", ["code"], Tally())


def test_keep_rejects_the_others_with_reason_and_content(tmp_path: Path) -> None:
    frame, tally = read(tmp_path / "t.csv", GOOD)
    kept = keep(tally, "t.csv", frame, pl.col("code").str.starts_with("0"), "elsewhere")
    assert kept["code"].to_list() == ["01004"]
    (rejection,) = tally.rejections
    assert (rejection.row, rejection.reason) == (3, "elsewhere")
    assert "Ajaccio" in rejection.content


@given(data=st.binary(max_size=200))
def test_no_bytes_break_it_in_another_way(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "t.csv"
    path.write_bytes(data)
    try:
        read_table(path, ["code", "name"], Tally())
    except SourceError as error:
        assert error.what and error.why and error.todo
