"""Questions as files: every form has the rows of the JSON, a name, and says where it is from."""

import csv
import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import fastexcel
import polars as pl
import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

from api import question_files
from api.app import create_app
from ingest.settings import Settings
from ingest.store import Version
from queries.catalogue import load_catalogue
from queries.engine import EmbeddedEngine, Engine

XSD = "http://www.w3.org/2001/XMLSchema#"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"
STACK = {"territory": "37261", "date": "2024-07-01"}
FORMATS = ("csv", "tsv", "xml", "xlsx", "excel.csv", "parquet")
READERS = {
    XSD + "integer": int,
    XSD + "decimal": Decimal,
    XSD + "date": date.fromisoformat,
    XSD + "boolean": lambda text: text == "true",
}
POINTS = """SELECT ?name ?longitude ?latitude WHERE {
  VALUES (?name ?longitude ?latitude) { ("Tours" 0.6889 47.39) ("Unknown" UNDEF UNDEF) }
}"""


def in_process(_: Settings, version: Version) -> Engine:
    return EmbeddedEngine(version.store)


@pytest.fixture(scope="module")
def france(settings: Settings, version: Version) -> Iterator[TestClient]:
    """A client of the service over the graph built from the real input."""
    assert version.path.is_dir()
    with TestClient(create_app(settings, in_process), follow_redirects=False) as client:
        yield client


@pytest.fixture
def placed(town: Settings) -> Iterator[TestClient]:
    """A client of a service that has a question whose rows stand somewhere."""
    with TestClient(create_app(town, in_process)) as client:
        questions = client.app.state.service.questions
        points = replace(
            questions["instruments"],
            slug="points",
            parameters=(),
            columns=("name", "longitude", "latitude"),
            text=POINTS,
        )
        client.app.state.service.questions = questions | {"points": points}
        yield client


def value(term: object) -> object:
    """Give the value of a term by its datatype, read here and not by what is tested."""
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        return READERS.get(term.datatype.value, str)(term.value)
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def parsed(body: bytes, form: ox.QueryResultsFormat) -> list[list[object]]:
    return [[value(term) for term in row] for row in ox.parse_query_results(body, format=form)]


def read(name: str, body: bytes) -> list[list[object]]:
    """Read the rows of a file; what the file does not type comes back as text."""
    match name:
        case "csv":
            return list(csv.reader(io.StringIO(body.decode(), newline="")))[1:]
        case "tsv":
            return parsed(body, ox.QueryResultsFormat.TSV)
        case "xml":
            return parsed(body, ox.QueryResultsFormat.XML)
        case "xlsx":
            return sheet_rows(body)
        case "parquet":
            return [list(row) for row in pl.read_parquet(io.BytesIO(body)).rows()]
        case _:
            text = io.StringIO(body.decode("utf-8-sig"), newline="")
            return list(csv.reader(text, delimiter=";"))[1:]


def sheet_rows(body: bytes) -> list[list[object]]:
    book = fastexcel.read_excel(body)
    rows = [
        [each.date() if isinstance(each, datetime) else each for each in row]
        for row in book.load_sheet(0).to_polars().rows()
    ]
    if "long texts" in book.sheet_names:
        whole: dict[str, str] = {}
        for cell, piece in book.load_sheet("long texts", header_row=None).to_polars().rows():
            whole[cell] = whole.get(cell, "") + piece
        for cell, text in whole.items():
            rows[int(cell[1:]) - 2][ord(cell[0]) - ord("A")] = text
    return rows


def as_read(name: str, each: object) -> object:
    """Give what a value of the JSON is in a file of that kind."""
    if name in {"csv", "excel.csv"}:
        return "" if each is None else in_csv(name, each)
    if name == "xlsx" and isinstance(each, int | Decimal) and not isinstance(each, bool):
        return pytest.approx(float(each), rel=1e-14)
    return None if (name, each) == ("xlsx", "") else each


def in_csv(name: str, each: object) -> str:
    if name == "csv":
        return str(each).lower() if isinstance(each, bool) else str(each)
    if isinstance(each, bool):
        return "VRAI" if each else "FAUX"
    if isinstance(each, str):
        return f'="{each}"' if each[:1].isdigit() else each
    return str(each).replace(".", ",")


@pytest.mark.built
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("slug", "asked"),
    [
        ("stack", STACK),
        ("counterparties", {}),
        ("legal-chronology", {}),
    ],
)
def test_every_form_has_the_rows_of_the_json(france, slug, asked, name) -> None:
    told = france.get(f"/query/{slug}.json", params=asked)
    rows = parsed(told.content, ox.QueryResultsFormat.JSON)
    assert len(rows) > 1
    answer = france.get(f"/query/{slug}.{name}", params=asked)
    assert answer.status_code == 200
    assert read(name, answer.content) == [[as_read(name, each) for each in row] for row in rows]


def test_a_large_file_is_written_in_a_process_of_its_own(town: Settings, monkeypatch) -> None:
    with TestClient(create_app(town, in_process)) as client:
        small = client.get("/query/stack.parquet", params=STACK).content
    monkeypatch.setattr(question_files, "_SMALL", 0)
    here: list[object] = []
    monkeypatch.setattr(question_files, "table_from", here.append)
    with TestClient(create_app(town, in_process)) as client:
        assert client.get("/query/stack.parquet", params=STACK).content == small
    assert here == []


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("json", "application/sparql-results+json"),
        ("xlsx", XLSX),
        ("excel", XLSX),
        ("excel.csv", "text/csv"),
        ("excel-csv", "text/csv"),
        ("parquet", PARQUET),
    ],
)
def test_suffix_parameter_and_accept_choose_the_form(client, name: str, media: str) -> None:
    by_suffix = client.get(f"/query/stack.{name}", params=STACK)
    by_name = client.get("/query/stack", params=STACK | {"format": name})
    for answer in (by_suffix, by_name):
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == media
    if media != "text/csv":
        accepted = client.get("/query/stack", params=STACK, headers={"Accept": media})
        assert accepted.headers["content-type"] == media


def test_a_program_that_accepts_anything_of_applications_gets_json(client: TestClient) -> None:
    answer = client.get("/query/stack", headers={"Accept": "application/*"})
    assert answer.headers["content-type"] == "application/sparql-results+json"


def test_a_file_is_named_after_question_values_and_version(client: TestClient) -> None:
    def said(name: str, **asked: str) -> str:
        return client.get(f"/query/stack.{name}", params=asked).headers["content-disposition"]

    assert said("xlsx", **STACK) == 'attachment; filename="stack_37261_2024-07-01_town.xlsx"'
    assert said("excel.csv", **STACK).endswith('stack_37261_2024-07-01_town.excel.csv"')
    # Without values the defaults answer, and the name says so.
    assert said("parquet").endswith('stack_37261_2024-07-01_town.parquet"')
    assert said("csv", territory="region/24").startswith('attachment; filename="stack_region-24_')
    assert said("json", **STACK).startswith("inline; ")


def test_no_value_breaks_out_of_the_name_of_a_file(client: TestClient) -> None:
    word = 'é"; filename=x.exe; /../\\ 😀' + "a" * 100
    answer = client.get("/query/who-says.csv", params={"word": word})
    assert answer.status_code == 200
    name = answer.headers["content-disposition"].removeprefix("attachment; filename=")
    assert name == f'"who-says_e-filename-x-exe-{"a" * (40 - 17)}_town.csv"'


def test_a_file_points_to_the_page_that_describes_it(client: TestClient) -> None:
    answer = client.get("/query/stack.csv", params=STACK)
    link = answer.headers["link"]
    assert 'rel="describedby"' in link
    page = link.partition("<")[2].partition(">")[0]
    found = client.get(page)
    assert found.headers["content-type"].startswith("text/html")
    assert 'value="2024-07-01"' in found.text


def test_a_file_says_its_origin(client: TestClient) -> None:
    body = client.get("/query/stack.parquet", params=STACK).content
    said = pl.read_parquet_metadata(io.BytesIO(body))
    assert (said["version"], said["date"]) == ("town", "2026-11-23")
    assert json.loads(said["parameters"]) == STACK
    assert "/id/commune/37261>" in said["query"]
    assert json.loads(said["licences"]) == {
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence": ["cog/2026"],
        "https://spdx.org/licenses/etalab-2.0": ["acv/2024-09"],
    }
    book = client.get("/query/stack.xlsx", params=STACK).content
    lines = fastexcel.read_excel(book).load_sheet("source", header_row=None).to_polars().rows()
    assert ("?territory", "37261") in lines and ("Version", "town") in lines
    assert any("licence-ouverte" in str(text) and "cog/2026" in str(text) for _, text in lines)


def test_codes_keep_their_zeros_from_graph_to_workbook(client: TestClient) -> None:
    body = client.get("/query/stack.xlsx", params=STACK).content
    rows = fastexcel.read_excel(body).load_sheet(0).to_polars()
    assert rows.schema["territory"] == pl.String
    assert rows["from"].drop_nulls().to_list() == [datetime(2022, 3, 3)]


def test_geojson_is_refused_with_a_reason_where_rows_stand_nowhere(client: TestClient) -> None:
    # The graph holds no coordinates: none of the questions has a place to show.
    for slug in load_catalogue():
        for answer in (
            client.get(f"/query/{slug}.geojson"),
            client.get(f"/query/{slug}", headers={"Accept": "application/geo+json"}),
        ):
            assert answer.status_code == 406
            assert "longitude" in answer.json()["why"]
    second = {"Accept": "application/geo+json, text/csv;q=0.5"}
    assert client.get("/query/stack", headers=second).headers["content-type"].startswith("text/csv")


def test_a_question_whose_rows_stand_somewhere_has_geojson(placed: TestClient) -> None:
    for answer in (
        placed.get("/query/points.geojson"),
        placed.get("/query/points", headers={"Accept": "application/geo+json"}),
    ):
        assert answer.headers["content-type"] == "application/geo+json"
        tours, unknown = answer.json()["features"]
        assert tours["geometry"]["coordinates"] == [0.6889, 47.39]
        assert unknown["geometry"] is None
    assert "format=geojson" in placed.get("/query/points", headers={"Accept": "text/html"}).text


def test_an_unknown_form_is_told_which_exist(client: TestClient) -> None:
    problem = client.get("/query/stack.ods").json()
    assert problem["status"] == 406
    assert all(name in problem["todo"] for name in ("json", "xlsx", "excel.csv", "parquet"))
    assert "geojson" not in problem["todo"]
    listed = client.get("/query", headers={"Accept": "application/json"}).json()
    stack = next(each for each in listed if each["slug"] == "stack")
    for name in stack["formats"]:
        assert client.get("/query/stack", params={"format": name}).status_code == 200


def test_a_file_has_a_validator_and_is_kept(town: Settings) -> None:
    asked: list[str] = []

    class Counting(EmbeddedEngine):
        def answer(self, query, media_type=None, dataset=None):
            asked.append(query)
            return super().answer(query, media_type, dataset)

    with TestClient(create_app(town, lambda _, version: Counting(version.store))) as client:
        first = client.get("/query/stack.xlsx", params=STACK)
        again = client.get("/query/stack.xlsx", params=STACK)
        assert again.content == first.content
        assert again.headers["content-disposition"] == first.headers["content-disposition"]
        assert len(asked) == 1
        other = client.get("/query/stack.parquet", params=STACK)
        assert other.headers["etag"] != first.headers["etag"]
        known = {"If-None-Match": first.headers["etag"]}
        unchanged = client.get("/query/stack.xlsx", params=STACK, headers=known)
        assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_a_wrong_value_is_a_problem_in_every_form(client: TestClient) -> None:
    for name in ("xlsx", "excel.csv", "parquet", "csv"):
        answer = client.get(f"/query/stack.{name}", params={"date": "tomorrow"})
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert "content-disposition" not in answer.headers


def test_an_answer_too_large_to_be_read_whole_is_507(client, monkeypatch) -> None:
    monkeypatch.setattr(question_files, "_SMALL", 0)
    monkeypatch.setattr(question_files, "MOST", 100)
    answer = client.get("/query/stack.parquet", params={"date": "2024-07-02"})
    assert (answer.status_code, answer.json()["code"]) == (507, "query-memory")


def test_a_slow_question_does_not_hold_up_the_others(town: Settings) -> None:
    started, gate = threading.Event(), threading.Event()

    class Slow(EmbeddedEngine):
        def answer(self, query, media_type=None, dataset=None):
            started.set()
            assert gate.wait(30)
            return super().answer(query, media_type, dataset)

    with TestClient(create_app(town, lambda _, version: Slow(version.store))) as client:
        answers = []
        asking = threading.Thread(
            target=lambda: answers.append(client.get("/query/stack.csv", params=STACK))
        )
        asking.start()
        assert started.wait(30)
        before = time.monotonic()
        assert client.get("/health").status_code == 200
        assert client.get("/query", headers={"Accept": "application/json"}).status_code == 200
        assert time.monotonic() - before < 10
        gate.set()
        asking.join(30)
        assert answers[0].status_code == 200
