"""The 157 facts of the founding article: section, nature, holders, subjects, own words."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from ingest.article import COLUMNS, map_article, map_fact
from ingest.identity import mint
from ingest.known import Known
from ingest.local_ids import concept, several, thing
from ingest.quads import Graph
from ingest.sources import load_sources, select
from ingest.store import Version
from ingest.tables import Row, RowError, Tally
from queries.engine import EmbeddedEngine

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "ingest/tables/article/facts.csv"
CLAIMS = ROOT / "ingest/tables/cvl/claims.csv"
SEED = ROOT.parent / "shared/facts/seed-article.md"
GRAPH = "https://w3id.org/empilement/graph/article/2023"
EMP = "https://w3id.org/empilement/def#"
DCTERMS = "http://purl.org/dc/terms/"
VOC = "https://w3id.org/empilement/voc/"
CODES = [f"F{number}" for number in range(1, 158)]
NATURES = {"F": "fact", "J": "judgement", "P": "proposal"}
# Whom each tag of the fact sheet names; A is the author, and a fact is stated by the author.
HOLDERS = {
    "F": {"carriere"},
    "J:A": {"carriere"},
    'J:"often"': {"critiques-non-nommes"},
    "J:critics": {"critiques-non-nommes"},
    "J:critics/A": {"critiques-non-nommes", "carriere"},
    "J:A; CESER - Caillaud et al. 2021, Carrière 2023": {"carriere", "caillaud"},
    "J:A,Chauchefoin 2020": {"carriere", "chauchefoin"},
    "J:Augias 2022": {"augias"},
    "J:Cour des comptes 2023": {"cour-des-comptes"},
    "J:Cour des comptes, March 2019": {"cour-des-comptes"},
    "J:Davezies 2021": {"davezies"},
    "J:Demaye-Simoni 2022": {"demaye-simoni"},
    "J:Demaye-Simoni 2023": {"demaye-simoni"},
    "J:Doré 2022": {"dore"},
    "J:Gilli 2015": {"gilli"},
    "J:Taulelle 2012": {"taulelle"},
    "J:Vanneaux 2022": {"vanneaux"},
    "P:ANCT/Labaronne et al. (Agenda rural report)": {"anct", "labaronne"},
    "P:CESER": {"ceser-cvl"},
}
LONGEST_COMMON_RUN = 7


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str, size: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + size]) for start in range(len(found) - size + 1)}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read(TABLE)


@pytest.fixture(scope="module")
def sheet() -> str:
    return SEED.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tags(sheet: str) -> dict[str, tuple[str, str]]:
    """Tag and section of each fact."""
    found = re.findall(r"^(F\d+) \[([^\]]+)\] (\S+) - ", sheet, re.MULTILINE)
    assert len(found) == len(CODES)
    return {code: (tag, section) for code, tag, section in found}


@pytest.fixture(scope="module")
def records(built: EmbeddedEngine) -> dict[str, dict[str, set[str]]]:
    """Per code, the values of each property that the article's graph states of it."""
    table = built.select(
        f"""SELECT ?code ?p ?o {{ GRAPH <{GRAPH}> {{ ?record ?p ?o }}
        ?record a <{EMP}SourceRecord> ; <{EMP}recordKey> ?code }}"""
    )
    found: dict[str, dict[str, set[str]]] = {}
    for code, predicate, value in table.rows:
        assert code is not None
        assert predicate is not None
        assert value is not None
        name = predicate.value.removeprefix(EMP).removeprefix(DCTERMS)
        found.setdefault(code.value, {}).setdefault(name, set()).add(value.value)
    return found


class TestTable:
    """The table by itself."""

    def test_each_code_stands_once_in_order(self, rows: list[Row]) -> None:
        assert [row["code"] for row in rows] == CODES

    def test_each_row_speaks_two_languages(self, rows: list[Row]) -> None:
        for row in rows:
            assert row["text_fr"].endswith(".")
            assert row["text_en"].endswith(".")
            assert row["text_fr"] != row["text_en"]
        for language in ("fr", "en"):
            assert len({row[f"text_{language}"] for row in rows}) == len(CODES)

    def test_scope_says_whether_something_is_named(self, rows: list[Row]) -> None:
        assert all(row["in_scope"] == ("yes" if row["about"] else "no") for row in rows)

    def test_facts_are_stated_by_the_author_and_others_are_not_hidden(
        self, rows: list[Row]
    ) -> None:
        assert {row["holder"] for row in rows if row["nature"] == "fact"} == {"carriere"}
        others = {row["holder"] for row in rows if row["nature"] != "fact"}
        assert len(others) > 10

    def test_holders_are_those_of_the_claims(self, rows: list[Row]) -> None:
        """Who holds a claim drawn from a judgement or proposal holds that too, under one name."""
        claims = read(CLAIMS)
        names = {claim["holder"]: claim["holder_name"] for claim in claims}
        by_code: dict[str, set[str]] = {}
        for claim in claims:
            by_code.setdefault(claim["sources"], set()).update(several(claim["holder"]))
        for row in rows:
            slugs = several(row["holder"])
            assert several(row["holder_name"]) == [names[slug] for slug in slugs]
            if row["nature"] != "fact":
                assert by_code.get(row["code"], set()) <= set(slugs)


@pytest.mark.shared
class TestAgainstTheFactSheet:
    """The table against the sheet it restates."""

    def test_nature_and_section_are_as_coded(
        self, rows: list[Row], tags: dict[str, tuple[str, str]]
    ) -> None:
        for row in rows:
            tag, section = tags[row["code"]]
            assert (row["code"], row["nature"]) == (row["code"], NATURES[tag[0]])
            assert (row["code"], several(row["section"])) == (row["code"], section.split(","))

    def test_holders_are_those_the_tags_name(
        self, rows: list[Row], tags: dict[str, tuple[str, str]]
    ) -> None:
        for row in rows:
            tag = tags[row["code"]][0]
            assert (row["code"], set(several(row["holder"]))) == (row["code"], HOLDERS[tag])

    def test_a_date_is_one_that_the_sheet_tells(self, rows: list[Row], sheet: str) -> None:
        facts = dict(re.findall(r"^(F\d+) \[[^\]]+\] \S+ - (.*)$", sheet, re.MULTILINE))
        months = {"07": "July", "10": "October"}
        for row in rows:
            year, *rest = row["date"].split("-")
            assert year in facts[row["code"]], row["code"]
            if rest:
                day = f"{int(rest[1])} {months[rest[0]]} {year}"
                assert day in facts[row["code"]], row["code"]

    def test_no_sentence_is_copied(self, rows: list[Row], sheet: str) -> None:
        size = LONGEST_COMMON_RUN + 1
        source = runs(sheet, size)
        flat = f" {' '.join(words(sheet))} "
        for row in rows:
            for text in (row["text_fr"], row["text_en"]):
                assert runs(text, size).isdisjoint(source), row["code"]
                assert f" {' '.join(words(text))} " not in flat, row["code"]


@pytest.mark.built
class TestGraph:
    """The facts in the built graph."""

    def test_every_record_has_what_its_row_says(
        self, rows: list[Row], records: dict[str, dict[str, set[str]]]
    ) -> None:
        expected = {}
        for row in rows:
            expected[row["code"]] = {
                "section": set(several(row["section"])),
                "nature": {f"{VOC}nature/{row['nature']}"},
                "heldBy": {mint("actor", slug) for slug in several(row["holder"])},
                "claimText": {row["text_fr"], row["text_en"]},
            }
            if row["date"]:
                expected[row["code"]]["date"] = {row["date"]}
            if row["about"]:
                about = {thing(local).value for local in several(row["about"])}
                expected[row["code"]]["about"] = about
        assert records == expected

    def test_every_thing_named_is_described(self, rows: list[Row], built: EmbeddedEngine) -> None:
        named = {thing(local) for row in rows for local in several(row["about"])}
        things = " ".join(str(node) for node in named)
        table = built.select(f"SELECT DISTINCT ?x {{ VALUES ?x {{ {things} }} ?x a ?class }}")
        assert {row[0] for row in table.rows} == named

    def test_every_holder_is_a_named_actor(self, rows: list[Row], built: EmbeddedEngine) -> None:
        slugs = {slug for row in rows for slug in several(row["holder"])}
        table = built.select(
            f"""SELECT DISTINCT ?x {{ GRAPH <{GRAPH}> {{ ?record <{EMP}heldBy> ?x }}
            ?x a/rdfs:subClassOf* <{EMP}Actor> ; rdfs:label ?name }}"""
        )
        found = {row[0].value for row in table.rows if row[0] is not None}
        assert found == {mint("actor", slug) for slug in slugs}

    def test_no_row_is_rejected(self, version: Version) -> None:
        (source,) = [s for s in version.info["sources"] if s["identifier"] == "article/2023"]
        assert (source["read"], source["kept"], source["rejected"]) == (len(CODES), len(CODES), 0)

    def test_no_record_becomes_a_claim(self, built: EmbeddedEngine) -> None:
        """Measures and questions about claims must not count a fact as a position."""
        assert not built.ask(f"ASK {{ ?x a <{EMP}SourceRecord> , <{EMP}Claim> }}")


def fact(**cells: str) -> Row:
    defaults = {
        "code": "F51",
        "section": "1",
        "nature": "fact",
        "holder": "carriere",
        "holder_name": "Carrière",
        "about": "instrument:fr-crte",
        "date": "",
        "text_fr": "Six ans.",
        "text_en": "Six years.",
        "in_scope": "yes",
    }
    assert set(defaults) == set(COLUMNS.split(","))
    return defaults | cells


@pytest.fixture
def known() -> Known:
    """A record, an instrument, the natures, and no actor."""
    found = Known()
    found.subjects |= {mint("source", "F51"), mint("instrument", "fr-crte")}
    found.subjects |= {concept("nature", nature).value for nature in NATURES.values()}
    return found


@pytest.mark.parametrize(
    "cells",
    [
        {"code": "F158"},
        {"nature": "rumour"},
        {"about": "instrument:fr-none"},
        {"about": "planet:mars"},
        {"about": ""},
        {"in_scope": "no"},
        {"in_scope": "perhaps"},
        {"section": ""},
        {"text_en": ""},
        {"date": "one day"},
        {"holder": "", "holder_name": ""},
        {"holder": "carriere;gilli"},
    ],
)
def test_row_that_cannot_be_kept_leaves_nothing(known: Known, cells: dict[str, str]) -> None:
    graph = Graph(GRAPH)
    with pytest.raises(ValueError, match=r"."):
        map_fact(fact(**cells), graph, known)
    assert len(graph) == 0


def test_unknown_holder_is_declared_once(known: Known) -> None:
    graph = Graph(GRAPH)
    map_fact(fact(holder="gilli", holder_name="Gilli"), graph, known)
    gilli = NamedNode(mint("actor", "gilli"))
    said = Counter(quad.predicate.value.rpartition("#")[2] for quad in graph)
    assert said["type"] == said["label"] == said["heldBy"] == 1
    assert gilli.value in known.subjects
    again = Graph(GRAPH)
    map_fact(fact(holder="gilli", holder_name="Another name"), again, known)
    assert all(quad.subject != gilli for quad in again)


def test_code_that_stands_twice_is_rejected_once(known: Known, tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS.split(","))
        writer.writeheader()
        writer.writerows([fact(), fact(nature="judgement")])
    tally, graph = Tally(), Graph(GRAPH)
    source = select(load_sources(), "article/2023")
    map_article(source, {"facts.csv": path}, graph, tally, known)
    assert (tally.read, tally.kept) == (2, 1)
    natures = [quad.object for quad in graph if quad.predicate.value == f"{EMP}nature"]
    assert natures == [concept("nature", "fact")]


def test_refusal_says_what_is_missing(known: Known) -> None:
    with pytest.raises(RowError, match="fr-none"):
        map_fact(fact(about="instrument:fr-none"), Graph(GRAPH), known)
