"""The page of the sources: states, counts and rules as the build states them, in both languages."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from ingest.rules import load_rules
from ingest.settings import Settings
from ingest.store import Version
from tests.api.conftest import INFO, in_process
from tests.api.reading import Page, read

COUNTS = ("read", "kept", "corrected", "uncertain", "rejected")


class Tables(Page):
    """A page whose rows of tables are read as lists of texts, by the id or the head of the row."""

    def __init__(self, text: str) -> None:
        self.rows: list[list[str]] = []
        super().__init__(text)

    def handle_starttag(self, tag, attrs) -> None:
        super().handle_starttag(tag, attrs)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")

    def handle_data(self, data) -> None:
        super().handle_data(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] = " ".join(f"{self.rows[-1][-1]} {data}".split())


def tables(client: TestClient, lang: str) -> Tables:
    return Tables(client.get("/sources", headers={"Accept-Language": lang}).text)


def row_of(page: Tables, title: str) -> list[str]:
    (found,) = (row for row in page.rows if row[0].startswith(title))
    return found


@pytest.mark.parametrize(
    ("lang", "read_", "kept", "missing"),
    [
        ("fr", "lue", "gardée de la dernière construction réussie", "manquante"),
        ("en", "read", "kept from the last good build", "missing"),
    ],
)
def test_each_source_says_its_state_and_why(client, lang, read_, kept, missing) -> None:
    page = tables(client, lang)
    titles = {source["identifier"]: source["title"][lang] for source in INFO["sources"]}
    assert row_of(page, titles["cog/2026"])[1] == read_
    assert row_of(page, titles["acv/2024-09"])[1].startswith(kept)
    assert "missing: code." in row_of(page, titles["acv/2024-09"])[1]
    absent = row_of(page, titles["pvd/2026-04"])
    assert absent[1].startswith(missing) and "Source file unavailable: pvd.csv" in absent[1]
    assert absent[2:7] == ["—"] * 5, "a list that was not read has no rows, not zero rows"


def test_those_that_were_not_read_come_first_and_are_counted_on_every_page(client) -> None:
    titles = [row[0] for row in tables(client, "en").rows[1:4]]
    assert [title.split(" list")[0] for title in titles[:2]] == ["Absent", "Yesterday's"]
    assert "Sources: 3, of which 2 not read this time." in read(client, "/", "en").text
    assert "says nothing of the world" in read(client, "/sources", "en").text


def test_where_the_server_keeps_its_files_is_not_told(client: TestClient) -> None:
    for path in ("/sources", "/graph/pvd/2026-04"):
        assert "/srv/secret" not in client.get(path, headers={"Accept": "text/html"}).text


def test_rejected_rows_are_told_by_the_rule_that_rejects_them(client: TestClient) -> None:
    """The fixture rejects two rows for codes that are none, one for its number of cells."""
    unknown = load_rules()["unknown-code"]
    page = tables(client, "en")
    assert f"{unknown.title['en']} : 2" in row_of(page, "Geographic code")[-1]
    assert row_of(page, unknown.title["en"])[3] == "2"


def test_the_page_of_a_source_says_what_each_rule_did(client: TestClient) -> None:
    text = read(client, "/graph/cog/2026", "fr").text
    rule = load_rules()["lost-zero"]
    assert rule.title["fr"] in text and rule.text["fr"] in text
    assert "lignes corrigées 5" in text


def test_the_two_tables_are_downloads(client: TestClient) -> None:
    for name in ("quality.csv", "rejected.csv"):
        found = client.get(f"/sources/{name}")
        assert found.headers["content-type"].startswith("text/csv")
        assert name in found.headers["content-disposition"]
        again = client.get(f"/sources/{name}", headers={"If-None-Match": found.headers["etag"]})
        assert again.status_code == 304
    for name in ("build.json", "..%2Fbuild.json", "report.ttl"):
        assert client.get(f"/sources/{name}").status_code == 404


@pytest.fixture(scope="module")
def real(version: Version) -> Iterator[TestClient]:
    """A client of the service over the graph built for the tests."""
    settings = Settings(data=version.path.parent.parent)
    with TestClient(create_app(settings, in_process), follow_redirects=False) as found:
        yield found


def digits(text: str) -> int:
    return int("".join(letter for letter in text if letter.isdigit()))


@pytest.mark.built
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_counts_are_those_of_the_build(real: TestClient, version: Version, lang) -> None:
    page = tables(real, lang)
    linked = {each["href"] for each in page.all("a")}
    for source in version.info["sources"]:
        assert f"/graph/{source['identifier']}" in linked
        rows = [row for row in page.rows if row[0].startswith(source["title"][lang])]
        shown = [row[2:7] for row in rows]
        wanted = [source[name] for name in COUNTS]
        if source["state"] == "missing":
            assert ["—"] * 5 in shown
        else:
            assert wanted in [[digits(each) for each in row] for row in shown if "—" not in row]
    states = Counter(source["state"] for source in version.info["sources"])
    first = "Manquantes" if lang == "fr" else "Missing"
    said = page.text.split(first, 1)[1].split(".")[0]
    assert digits(said) == states["missing"]


@pytest.mark.built
def test_the_rules_of_each_source_add_up_to_its_counts(real: TestClient, version: Version) -> None:
    table = csv.DictReader(io.StringIO(real.get("/sources/quality.csv").text))
    taken: dict[tuple[str, str], int] = Counter()
    by_rule: dict[str, int] = Counter()
    for row in table:
        taken[row["source"], row["outcome"]] += int(row["rows"])
        by_rule[row["rule"]] += int(row["rows"])
    for source in version.info["sources"]:
        for outcome in ("corrected", "uncertain"):
            assert taken[source["identifier"], outcome] == source[outcome]
    page = tables(real, "en")
    for rule in load_rules().values():
        if rule.outcome != "rejected":
            assert digits(row_of(page, f"{rule.title['en']} {rule.id}")[3]) == by_rule[rule.id]
