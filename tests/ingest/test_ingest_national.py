"""All of France: what the built graph answers, against the raw files and the known oracles."""

import csv
from collections import Counter, defaultdict
from statistics import mean

import pytest

from ingest.fetch import TABLES
from ingest.mappings import BASE
from ingest.sources import load_sources
from ingest.store import Version
from queries.binding import run
from queries.catalogue import load_catalogue
from queries.engine import Engine
from tests.conftest import SHARED

# The build of all of France takes minutes on a small machine.
pytestmark = [pytest.mark.shared, pytest.mark.built, pytest.mark.timeout(1500)]
DATA = SHARED / "data"
PREFIXES = """PREFIX emp: <https://w3id.org/empilement/def#>
PREFIX id: <https://w3id.org/empilement/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
Row = dict[str, str | None]


def ask(engine: Engine, query: str) -> list[tuple[str, ...]]:
    table = engine.select(PREFIXES + query)
    return [tuple("" if term is None else term.value for term in row) for row in table.rows]


def question(engine: Engine, slug: str, **values: str) -> list[Row]:
    table = run(engine, load_catalogue()[slug], values)
    return [
        {
            name: None if term is None else term.value.rpartition("/id/")[2]
            for name, term in zip(table.columns, row, strict=True)
        }
        for row in table.rows
    ]


def raw(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


class TestBuild:
    """What a national build is made of."""

    def test_every_source_is_read(self, national_version: Version) -> None:
        states = {each["identifier"]: each["state"] for each in national_version.info["sources"]}
        assert states == {source.identifier: "read" for source in load_sources()}

    def test_it_conforms_and_has_the_expected_size(self, national_version: Version) -> None:
        """Issue 4: three to ten million quads."""
        assert national_version.info["validation"]["violation"] == 0
        assert 3_000_000 < national_version.info["quads"] < 10_000_000

    def test_every_folder_of_the_reference_data_is_a_source(self) -> None:
        mirrored = {
            distribution.mirror
            for source in load_sources()
            for distribution in source.distributions
            if distribution.mirror
        }
        folders = {path.name for path in DATA.iterdir() if path.is_dir()}
        assert {name.split("/")[0] for name in mirrored} == folders
        assert all((DATA / name).is_file() for name in mirrored)

    def test_lists_say_their_official_address(self) -> None:
        for source in load_sources():
            if source.mapping not in BASE:
                for each in source.distributions:
                    if each.address.startswith(TABLES):
                        continue
                    # One table comes from a package, at a version of it.
                    assert each.address.startswith(("https://", "http://", "pkg:npm/")), each.iri
                    assert each.sha256, each.iri

    def test_the_quality_of_each_source_is_told(self, national_version: Version) -> None:
        with (national_version.path / "quality.csv").open(encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        assert {int(row["family"]) for row in rows} >= {1, 2, 3, 4, 5, 7, 9, 10, 11, 13, 14, 15, 16}
        by_source = defaultdict(Counter)
        for row in rows:
            by_source[row["source"]][row["outcome"]] += int(row["rows"])
        for source in national_version.info["sources"]:
            found = by_source[source["identifier"]]
            assert found["corrected"] == source["corrected"]
            assert found["uncertain"] == source["uncertain"]


class TestTime:
    """Composition and lists on a day."""

    def test_29165_left_the_programme_and_came_back(self, national: Engine) -> None:
        """Issue 4: in the cross table of mid-2024, absent in September 2024, present in 2026."""
        rows = ask(
            national,
            """SELECT DISTINCT ?d ?from ?before { ?d emp:appliesInstrument id:instrument\\/fr-pvd ;
            emp:perimeter/emp:perimeterMember id:commune\\/29165 ; emp:certainFrom ?from
            OPTIONAL { ?d emp:validBefore ?before } } ORDER BY ?from""",
        )
        assert [d.rpartition("/")[2] for d, _, _ in rows] == ["29165", "29165.2"]
        assert rows[0][2] == "2024-08-07"
        assert rows[1][1] == "2026-04-27"

    @pytest.mark.parametrize(
        ("date", "expected"),
        [
            # The list of 2021 lacks it and the next has it: when it entered cannot be known.
            ("2021-06-01", "not-known"),
            ("2024-08-07", "not-covered"),
            ("2026-04-27", "covered"),
        ],
    )
    def test_what_can_be_said_of_29165(self, national: Engine, date: str, expected: str) -> None:
        (row,) = question(national, "coverage-status", territory="29165", date=date, only="fr-pvd")
        assert row["status"] == expected

    def test_a_merged_commune_has_its_stack_while_it_existed(self, national: Engine) -> None:
        """01330 resolves to 01187 since the vintage 2025; before, it lay in its own EPCI."""
        rows = ask(
            national, "SELECT ?x { id:commune\\/01330 <http://purl.org/dc/terms/isReplacedBy> ?x }"
        )
        assert rows == [("https://w3id.org/empilement/id/commune/01187",)]
        then = question(national, "stack", territory="01330", date="2024-06-30")
        assert "instrument/fr-crte" in {row["instrument"] for row in then}

    def test_a_commune_that_moved_answers_by_the_day(self, national: Engine) -> None:
        moved = ask(
            national,
            """SELECT ?c ?before ?after ?day {
            ?m emp:membershipPart ?c ; emp:membershipWhole ?before ; emp:validBefore ?day .
            ?n emp:membershipPart ?c ; emp:membershipWhole ?after ; emp:validFrom ?day
            FILTER(CONTAINS(STR(?before), "/epci/"))
            FILTER(CONTAINS(STR(?after), "/epci/")) } ORDER BY ?c LIMIT 1""",
        )
        ((commune, before, after, day),) = moved
        year = int(day[:4])
        for when, epci in ((f"{year - 1}-06-30", before), (f"{year}-06-30", after)):
            rows = ask(
                national,
                f"""SELECT ?e {{ ?g emp:compositionOf/emp:vintageDate ?d
                FILTER(STRSTARTS(STR(?d), "{when[:4]}")) GRAPH ?g {{ <{commune}> emp:within ?e }}
                FILTER(CONTAINS(STR(?e), "/epci/")) }}""",
            )
            assert rows == [(epci,)]

    def test_vintages_of_pvd_compared(self, national: Engine) -> None:
        """Recounted from the lists: who is in one and not in the next."""
        first = {
            row["insee_com"]
            for row in raw("pvd/pvd_carte_2021-01.csv")
            if row["insee_com"] != "999999"
        }
        cross = {
            r["insee_com"] for r in raw("anct-croisement/ngeo-anct-cog2023.csv") if r["id_pvd"]
        }
        changes = question(national, "list-changes", instrument="fr-pvd")
        left = {
            row["deployment"].rpartition("/")[2]
            for row in changes
            if row["change"] == "left" and row["after"] == "2021-01-22"
        }
        assert left == first - cross


class TestOracles:
    """The oracles of the issue, from the graph."""

    def test_only_two_communes_are_both_pvd_and_village(self, national: Engine) -> None:
        rows = ask(
            national,
            """SELECT DISTINCT ?code { GRAPH ?g {
            ?a emp:coverageUnit ?c ; emp:coverageDeployment ?pvd .
            ?b emp:coverageUnit ?c ; emp:coverageDeployment ?va }
            ?pvd emp:appliesInstrument id:instrument\\/fr-pvd .
            ?va emp:appliesInstrument id:instrument\\/fr-va . ?c emp:inseeCode ?code }""",
        )
        assert {code for (code,) in rows} == {"12214", "12223"}

    def test_854_crte_of_which_two_share_a_member(self, national: Engine) -> None:
        rows = ask(
            national,
            """SELECT ?d (COUNT(DISTINCT ?m) AS ?n) {
            ?d emp:appliesInstrument id:instrument\\/fr-crte ; emp:supportedBy/emp:recordOf ?list ;
            emp:perimeter/emp:perimeterMember ?m
            FILTER(?list = <https://w3id.org/empilement/graph/crte/2022>) } GROUP BY ?d""",
        )
        assert len(rows) == 854
        members: dict[str, set[str]] = defaultdict(set)
        for row in raw("crte/epci-et-crte_2022.csv"):
            members[row["id_crte"]].add(row["siren_groupement"])
        expected = Counter(len(each) == 1 for each in members.values())
        assert Counter(int(n) == 1 for _, n in rows) == expected
        # 685 and 169 by the list's own word: the Ponant islands are "mono" with four communes.
        assert expected == {True: 684, False: 170}

    def test_mean_number_of_programmes_falls_with_income(self, national: Engine) -> None:
        """Fifths of communes by median income; programmes of the ANCT cross table."""
        programmes = {
            row["insee_com"]: sum(bool(value) for name, value in row.items() if name[:3] == "id_")
            for row in raw("anct-croisement/ngeo-anct-cog2023.csv")
        }
        incomes = {
            row["insee_com"]: float(row["revenu_median_uc_2021"])
            for row in raw("referentiels/filosofi2021_communes.csv")
            if row["revenu_median_uc_2021"] and row["insee_com"] in programmes
        }
        expected = fifths(incomes, programmes)
        # It falls from the poorest fifth to the fourth; the richest has a little more than that.
        assert expected[:4] == sorted(expected[:4], reverse=True)
        assert expected[4] < expected[2]
        counts = ask(
            national,
            """SELECT ?code (COUNT(DISTINCT ?i) AS ?n) {
            ?fact emp:coverageUnit ?c ; emp:coverageDeployment/emp:appliesInstrument ?i ;
              emp:supportedBy/emp:recordOf ?source .
            FILTER(STRSTARTS(STR(?source), "https://w3id.org/empilement/graph/anct-crossing/"))
            ?c emp:inseeCode ?code } GROUP BY ?code""",
        )
        alone = ask(
            national,
            """SELECT ?code (COUNT(DISTINCT ?i) AS ?n) {
            VALUES ?i { id:instrument\\/fr-habitat-inclusif id:instrument\\/fr-sites-cles-en-main }
            ?d emp:appliesInstrument ?i ; emp:perimeter/emp:perimeterMember ?c .
            ?c emp:inseeCode ?code } GROUP BY ?code""",
        )
        found: Counter[str] = Counter()
        for code, number in [*counts, *alone]:
            found[code] += int(number)
        assert fifths(incomes, found) == pytest.approx(expected, abs=0.01)


def fifths(incomes: dict[str, float], counts: dict[str, int] | Counter[str]) -> list[float]:
    ordered = sorted(incomes, key=lambda code: (incomes[code], code))
    size = len(ordered) / 5
    groups = [ordered[round(n * size) : round((n + 1) * size)] for n in range(5)]
    return [mean(counts.get(code, 0) for code in group) for group in groups]
