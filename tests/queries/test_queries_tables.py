"""Tables as files: every type comes back from every file, codes whole and formulas dead."""

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import fastexcel
import polars as pl
import pyoxigraph as ox
import pytest

from queries.columns import XSD, Kind, columns_of
from queries.engine import Table
from queries.errors import FormatError
from queries.tables import TableFormat, find_table, write_table
from tests.queries.tabling import (
    ORIGIN,
    QUERY,
    TEXTS,
    as_excel_shows,
    column,
    excel_csv,
    parquet,
    sheet,
    typed,
)


@pytest.mark.parametrize(
    ("name", "text", "dtype", "value"),
    [
        ("string", "01004", pl.String, "01004"),
        ("integer", "-42", pl.Int64, -42),
        ("integer", "+007", pl.Int64, 7),
        ("long", "9223372036854775807", pl.Int64, 2**63 - 1),
        ("nonNegativeInteger", "0", pl.Int64, 0),
        ("unsignedByte", "255", pl.Int64, 255),
        ("decimal", "1.50", pl.Decimal(38, 2), Decimal("1.50")),
        ("decimal", "-0.000000000000000001", pl.Decimal(38, 18), Decimal("-1E-18")),
        ("decimal", "3", pl.Decimal(38, 0), Decimal(3)),
        ("double", "1.5E3", pl.Float64, 1500.0),
        ("double", "-INF", pl.Float64, float("-inf")),
        ("float", "0.5", pl.Float64, 0.5),
        ("boolean", "true", pl.Boolean, True),
        ("boolean", "0", pl.Boolean, False),
        ("date", "2024-07-01", pl.Date, date(2024, 7, 1)),
        ("date", "1789-07-14", pl.Date, date(1789, 7, 14)),
        ("dateTime", "2024-07-01T12:00:00", pl.Datetime("us"), datetime(2024, 7, 1, 12)),
        (
            "dateTime",
            "0999-07-01T12:00:00.25",
            pl.Datetime("us"),
            datetime(999, 7, 1, 12, 0, 0, 250000),
        ),
        (
            "dateTime",
            "2024-07-01T12:00:00+02:00",
            pl.Datetime("us", "UTC"),
            datetime(2024, 7, 1, 10, tzinfo=UTC),
        ),
        ("gYear", "2024", pl.String, "2024"),
        ("gYearMonth", "2024-07", pl.String, "2024-07"),
        ("duration", "P6Y", pl.String, "P6Y"),
        ("time", "12:00:00", pl.String, "12:00:00"),
        ("anyURI", "http://example.org/", pl.String, "http://example.org/"),
        ("hexBinary", "00FF", pl.String, "00FF"),
    ],
)
def test_a_parquet_column_has_the_type_of_its_literals(name, text, dtype, value) -> None:
    frame = parquet(column(typed(text, name), None))
    assert frame.schema["x"] == dtype
    assert frame["x"].to_list() == [value, None]


@pytest.mark.parametrize(
    "texts",
    [
        [("12a", "integer")],
        [("1_000", "integer")],
        [("9223372036854775808", "integer")],
        [("1.5", "decimal"), ("1" * 38, "decimal")],
        [("2024-02-30", "date")],
        [("2024-07-01Z", "date")],
        [("20240701", "date")],
        [("-0044-03-15", "date")],
        [("2024-07-01T12:00:00", "dateTime"), ("2024-07-01T12:00:00Z", "dateTime")],
        [("yes", "boolean")],
        [("1", "integer"), ("1", "string")],
        [("1", "integer"), ("1.0E0", "double")],
    ],
)
def test_what_a_type_cannot_hold_stays_text_as_written(texts) -> None:
    frame = parquet(column(*(typed(*each) for each in texts)))
    assert frame.schema["x"] == pl.String
    assert frame["x"].to_list() == [text for text, _ in texts]


def test_integers_beside_decimals_are_decimals() -> None:
    frame = parquet(column(typed("2", "integer"), typed("0.125", "decimal")))
    assert frame["x"].to_list() == [Decimal(2), Decimal("0.125")]


def test_iris_are_strings_and_nothing_is_not_an_empty_text() -> None:
    iri = "https://w3id.org/empilement/id/commune/01004"
    frame = parquet(column(ox.NamedNode(iri), ox.Literal(""), None))
    assert frame["x"].to_list() == [iri, "", None]
    assert parquet(Table(("a", "b"), ())).schema == {"a": pl.String, "b": pl.String}


def test_texts_are_whole_in_the_machine_formats() -> None:
    table = column(*map(ox.Literal, TEXTS))
    assert parquet(table)["x"].to_list() == TEXTS
    placed = Table(
        ("x", "longitude", "latitude"),
        tuple((ox.Literal(text), None, None) for text in TEXTS),
    )
    features = json.loads(write_table(placed, TableFormat.GEOJSON, ORIGIN))["features"]
    assert [each["properties"]["x"] for each in features] == TEXTS


def test_parquet_says_its_origin_its_types_and_its_languages() -> None:
    table = Table(
        ("label", "n", "mixed"),
        (
            (ox.Literal("Tours", language="fr"), ox.Literal(1), ox.Literal("a", language="en")),
            (ox.Literal("Blois", language="fr"), None, ox.Literal("b")),
        ),
    )
    body = write_table(table, TableFormat.PARQUET, ORIGIN)
    said = pl.read_parquet_metadata(io.BytesIO(body))
    assert (said["version"], said["date"]) == ("5947bc23bec5fccf", "2026-11-24")
    assert said["query"] == QUERY
    assert json.loads(said["parameters"])["territory"] == "37261"
    assert json.loads(said["title"])["fr"] == "Les villes"
    assert "https://spdx.org/licenses/etalab-2.0" in json.loads(said["licences"])
    columns = json.loads(said["columns"])
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
    assert columns["label"] == {"kind": "text", "datatypes": [rdf], "languages": ["fr"]}
    assert columns["n"]["datatypes"] == [XSD + "integer"]
    assert columns["mixed"]["languages"] == ["en"]
    assert set(columns["mixed"]["datatypes"]) == {rdf, XSD + "string"}


def test_a_workbook_holds_codes_as_text_and_the_rest_as_what_it_is() -> None:
    table = Table(
        ("code", "n", "share", "day", "moment", "yes"),
        (
            (
                ox.Literal("01004"),
                ox.Literal(14081),
                typed("0.5", "decimal"),
                typed("2024-07-01", "date"),
                typed("2024-07-01T12:30:00", "dateTime"),
                ox.Literal(True),
            ),
            (ox.Literal("2A004"), None, None, None, None, None),
        ),
    )
    first, second = sheet(table)
    assert first == {
        "code": "01004",
        "n": 14081,
        "share": 0.5,
        # The reader gives every day of a workbook as its midnight.
        "day": datetime(2024, 7, 1),
        "moment": datetime(2024, 7, 1, 12, 30),
        "yes": True,
    }
    assert second.pop("code") == "2A004"
    assert set(second.values()) == {None}


def test_a_workbook_keeps_as_text_what_its_numbers_and_days_would_spoil() -> None:
    siret = "12345678901234567"
    table = Table(
        ("siret", "day", "instant", "nan"),
        (
            (
                typed(siret, "integer"),
                typed("1789-07-14", "date"),
                typed("2024-07-01T12:00:00+02:00", "dateTime"),
                typed("NaN", "double"),
            ),
        ),
    )
    assert sheet(table) == [
        {
            "siret": siret,
            "day": "1789-07-14",
            "instant": "2024-07-01T10:00:00+00:00",
            "nan": "nan",
        }
    ]


def test_texts_are_whole_in_a_workbook_and_none_is_a_formula() -> None:
    table = column(*map(ox.Literal, TEXTS))
    # An empty cell and an empty text are one thing to a spreadsheet.
    assert [row["x"] or "" for row in sheet(table)] == TEXTS
    body = write_table(table, TableFormat.XLSX, ORIGIN)
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        names = book.namelist()
        for name in names:
            if name.startswith("xl/worksheets/sheet"):
                assert re.search(rb"<f[ >]", book.read(name)) is None
    assert not [name for name in names if "external" in name or "_rels/sheet" in name]


def test_the_second_sheet_says_where_the_first_comes_from() -> None:
    body = write_table(column(ox.Literal("a")), TableFormat.XLSX, ORIGIN)
    book = fastexcel.read_excel(body)
    assert book.sheet_names == ["towns", "source"]
    lines = book.load_sheet("source", header_row=None).to_polars().rows()
    said = [value for _, value in lines]
    for wanted in ("The towns", "Quelles villes ?", "37261", "=1+1", ORIGIN.version, ORIGIN.date):
        assert wanted in said
    assert said[-2:] == QUERY.splitlines()
    assert any("etalab-2.0" in value and "cog/2026" in value for value in said)


def test_the_same_answer_has_the_same_bytes() -> None:
    table = column(*map(ox.Literal, TEXTS))
    for chosen in (TableFormat.XLSX, TableFormat.PARQUET, TableFormat.EXCEL_CSV):
        assert write_table(table, chosen, ORIGIN) == write_table(table, chosen, ORIGIN)


@pytest.mark.parametrize("text", ["0123456789" * 6_000, "é🏘️" * 12_000])
def test_a_text_too_long_for_a_cell_goes_on_whole_on_another_sheet(text: str) -> None:
    body = write_table(column(ox.Literal("a"), ox.Literal(text)), TableFormat.XLSX, ORIGIN)
    book = fastexcel.read_excel(body)
    cell = book.load_sheet("towns").to_polars()["x"][1]
    assert text.startswith(cell.partition(" […]")[0]) and "A3" in cell
    pieces = book.load_sheet("long texts", header_row=None).to_polars().rows()
    assert {place for place, _ in pieces} == {"A3"}
    assert "".join(piece for _, piece in pieces) == text
    for each in (cell, *(piece for _, piece in pieces)):
        assert len(each.encode("utf-16-le")) // 2 <= 32_767


def test_what_just_fits_a_cell_stays_in_it() -> None:
    text = "a" * 32_767
    body = write_table(column(ox.Literal(text)), TableFormat.XLSX, ORIGIN)
    assert fastexcel.read_excel(body).sheet_names == ["towns", "source"]
    assert sheet(column(ox.Literal(text))) == [{"x": text}]


def test_more_rows_than_a_sheet_holds_are_refused() -> None:
    table = Table(("x",), ((None,),) * (1 << 20))
    with pytest.raises(FormatError, match="does not fit"):
        write_table(table, TableFormat.XLSX, ORIGIN)


def test_the_names_of_the_formats_are_told_apart() -> None:
    for each in TableFormat:
        assert find_table(each.extension) is each
        assert find_table(each.name) is each
    assert find_table("text/csv") is None and find_table("csv") is None
    assert find_table("application/vnd.apache.parquet; v=1") is TableFormat.PARQUET


def test_thirty_five_thousand_rows_come_back_whole() -> None:
    codes = [f"{number:05}" for number in range(35_000)]
    days = [
        date.fromordinal(date(1990, 1, 1).toordinal() + number % 9_000) for number in range(35_000)
    ]
    table = Table(
        ("code", "n", "day"),
        tuple(
            (ox.Literal(code), ox.Literal(number), typed(days[number].isoformat(), "date"))
            for number, code in enumerate(codes)
        ),
    )
    assert [each.kind for each in columns_of(table)] == [Kind.TEXT, Kind.INTEGER, Kind.DATE]
    wanted = pl.DataFrame({"code": codes, "n": range(35_000), "day": days})
    assert parquet(table).equals(wanted)
    body = write_table(table, TableFormat.XLSX, ORIGIN)
    read = fastexcel.read_excel(body).load_sheet("towns").to_polars()
    assert read.cast({"n": pl.Int64}).equals(wanted)
    lines = excel_csv(table)[1:]
    assert [as_excel_shows(line[0]) for line in lines] == codes
    assert [line[2] for line in lines] == [day.isoformat() for day in days]
