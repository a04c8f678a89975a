"""Each published figure is one observation, and what is not published is none."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.known import Known
from tests.ingest import spoiling
from tests.ingest.referentials import DATA, Read, raw

pytestmark = pytest.mark.shared


def figures(name: str, column: str) -> dict[str, str]:
    return {row["insee_com"]: row[column] for row in raw(name) if row[column] != ""}


def observed(found: Read, indicator: str, period: str) -> dict[str, str]:
    """Return the values of one indicator and period, by code of the area."""
    values = found.values("measureValue")
    start, end = f"observation/{indicator}-", f"-{period}"
    return {
        node[len(start) : -len(end)]: value
        for node, value in values.items()
        if node.startswith(start) and node.endswith(end)
    }


class TestFigures:
    """Each published figure is one observation, and what is not published is none."""

    def test_median_income(self, read: Callable[[str], Read]) -> None:
        expected = figures("filosofi2021_communes.csv", "revenu_median_uc_2021")
        assert len(expected) == 31322
        assert observed(read("filosofi/2021"), "revenu-median-uc", "2021") == expected

    def test_a_share_not_published_is_unknown(self, read: Callable[[str], Read]) -> None:
        expected = figures("filosofi2021_communes.csv", "part_minima_sociaux_pct")
        assert len(expected) == 5343
        found = read("filosofi/2021")
        assert observed(found, "part-minima-sociaux", "2021") == expected
        assert found.tally.uncertain == Counter({"statistical-gap": 31322 - 5343})

    def test_income_of_the_three_cities_is_that_of_their_arrondissements(
        self, read: Callable[[str], Read]
    ) -> None:
        found = read("filosofi/2021")
        areas = Counter(area.partition("/")[0] for area in found.values("refArea").values())
        arrondissements = sum(
            1 + bool(row["part_minima_sociaux_pct"])
            for row in raw("filosofi2021_communes.csv")
            if row["insee_com"][:3] in {"751", "132"} or row["insee_com"][:4] == "6938"
        )
        assert areas["arrondissement-municipal"] == arrondissements
        assert found.tally.corrected["municipal-arrondissement"] == 20 + 16 + 9
        assert "observation/revenu-median-uc-75056-2021" not in found.values("refArea")

    @pytest.mark.parametrize("year", ["2010", "2015", "2020", "2021", "2022"])
    def test_population(self, year: str, read: Callable[[str], Read]) -> None:
        expected = figures("population_2010-2022.csv", f"pop_{year}")
        assert len(expected) == 34858
        found = observed(read("population/2022"), "population-municipale-communale", year)
        assert found == expected
        assert not [code for code in found if code.startswith("976")]

    def test_a_zero_of_secrecy_is_not_kept(self, read: Callable[[str], Read]) -> None:
        given = figures("caf_rsa_2024.csv", "part_rsa_pct")
        zeros = [code for code, value in given.items() if float(value) == 0]
        found = read("rsa/2024")
        values = observed(found, "part-rsa", "2024")
        assert values == {code: value for code, value in given.items() if code not in zeros}
        absent = len(raw("caf_rsa_2024.csv")) - len(given)
        assert zeros
        assert absent
        gaps = {"secrecy-zero": len(zeros), "statistical-gap": absent}
        assert found.tally.uncertain == Counter(gaps)

    def test_unemployment_of_each_quarter(self, read: Callable[[str], Read]) -> None:
        found = read("unemployment/2025")
        rows = raw("chomage_ze2020_trimestriel.csv")
        assert len(rows) == 6040
        expected = {
            f"observation/taux-chomage-localise-{row['ze2020']}-{row['trimestre']}": (
                f"zone-emploi/{row['ze2020']}",
                row["trimestre"],
                row["taux_chomage_pct"],
            )
            for row in rows
        }
        areas, periods = found.values("refArea"), found.values("refPeriod")
        values = found.values("measureValue")
        assert {key: (areas[key], periods[key], values[key]) for key in values} == expected

    @pytest.mark.parametrize(
        "identifier", ["filosofi/2021", "population/2022", "rsa/2024", "unemployment/2025"]
    )
    def test_every_figure_has_its_indicator_area_period_and_file(
        self, identifier: str, read: Callable[[str], Read]
    ) -> None:
        found = read(identifier)
        observations = set(found.values("measureValue"))
        for prop in ("ofIndicator", "refArea", "refPeriod", "supportedBy", "confidence"):
            assert set(found.values(prop)) == observations
        indicators = set(found.values("ofIndicator").values())
        assert indicators == set(found.values("unit"))
        assert {node for node, _ in found.pairs("definition")} == indicators
        assert set(found.values("supportedBy").values()) == {f"record/{identifier}/list"}

    def test_a_figure_that_is_no_number_costs_its_row(
        self, national_known: Known, tmp_path: Path
    ) -> None:
        name = "filosofi2021_communes.csv"
        table = spoiling.sampled(spoiling.read((DATA / name).read_bytes()), 1000)
        table[1][1], table[2][1] = "25 820", "ns"
        (tmp_path / name).write_bytes(spoiling.write(table))
        found = Read("filosofi/2021", national_known, tmp_path)
        assert [(r.row, r.reason) for r in found.tally.rejections] == [
            (2, "not a number"),
            (3, "not a number"),
        ]
