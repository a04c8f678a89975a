"""CSV for a French Excel: what it shows is what the graph says, and it runs nothing."""

import pyoxigraph as ox
import pytest

from queries.engine import Table
from queries.excel_csv import guarded
from queries.tables import TableFormat, write_table
from tests.queries.tabling import ORIGIN, TEXTS, as_excel_shows, column, excel_csv, typed


def test_the_csv_of_excel_is_what_a_french_excel_reads() -> None:
    table = Table(
        ("name", "n", "share", "day", "yes", "none"),
        (
            (
                ox.Literal("Tours; Blois"),
                ox.Literal(1234567),
                typed("-0.50", "decimal"),
                typed("2024-07-01", "date"),
                ox.Literal(False),
                None,
            ),
        ),
    )
    body = write_table(table, TableFormat.EXCEL_CSV, ORIGIN)
    assert body.startswith(b"\xef\xbb\xbf" + b"name;n;share;day;yes;none\r\n")
    assert excel_csv(table)[1] == ["Tours; Blois", "1234567", "-0,50", "2024-07-01", "FAUX", ""]


def test_excel_shows_every_text_of_its_csv_as_it_is_and_runs_none() -> None:
    texts = [text for text in TEXTS if "\n" not in text]
    cells = [row[0] for row in excel_csv(column(*map(ox.Literal, texts)))[1:]]
    assert [as_excel_shows(cell) for cell in cells] == texts
    for cell in cells:
        # A formula is one constant text: outside its quotation marks nothing stands.
        assert cell.strip()[:1] not in tuple("=+-@＝") or as_excel_shows(cell) != cell


@pytest.mark.parametrize(
    "text", ["01004", "1-2", "3/4", "1e5", "1,5", "12 %", "€ 5", "mars 2024", "Déc-24", "faux"]
)
def test_what_excel_would_change_is_a_constant(text: str) -> None:
    assert guarded(text) == f'="{text}"'


@pytest.mark.parametrize("text", ["Tours", "A7", "marsouin", "Mayenne", "Vraiment", "é"])
def test_a_plain_text_is_left_alone(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("text", ["=A1\n=A2", "=" + "a" * 300, "\t=1", "9" * 300])
def test_what_no_constant_holds_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_lines_of_a_cell_break_as_excel_breaks_them() -> None:
    rows = excel_csv(column(ox.Literal("one\r\ntwo\rthree")))
    assert rows[1] == ["one\ntwo\nthree"]
