"""The ANCT cross table, commune by commune."""

from collections import Counter, defaultdict

import pytest

from ingest.lists.crossing import ONLY_HERE, PROGRAMMES
from ingest.tables import Tally
from tests.ingest.listed import Mapped, Rows, Said, deployments, members, raw

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def rows() -> Rows:
    return raw("anct-croisement/ngeo-anct-cog2023.csv")


@pytest.fixture(scope="module")
def crossed(mapped: Mapped) -> tuple[Said, Tally]:
    return mapped("anct-crossing/2024-07")


@pytest.fixture(scope="module")
def facts(crossed: tuple[Said, Tally]) -> dict[str, set[tuple[str, str]]]:
    """Deployment key and commune of each fact, by instrument."""
    said, _ = crossed
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for (subject, name), values in said.items():
        if name == "coverageDeployment":
            (deployment,) = values
            (unit,) = said[subject, "coverageUnit"]
            _, instrument, key = deployment.split("/")
            found[instrument].add((key, unit.removeprefix("commune/")))
    return found


def pairs(rows: Rows, column: str) -> set[tuple[str, str]]:
    return {
        (each, row["insee_com"]) for row in rows if row[column] for each in row[column].split(" ; ")
    }


def test_every_cell_is_a_fact(rows: Rows, facts: dict[str, set[tuple[str, str]]]) -> None:
    assert len(rows) == 35039
    for column, programme in PROGRAMMES.items():
        expected = pairs(rows, column)
        if column == "id_fs":
            expected = {(f"fs-{key}", code) for key, code in expected if key != "NA"}
        if column == "id_pvd":
            expected = {(code, code) for _, code in expected}
        assert facts[programme.instrument] == expected, column


def test_the_long_form_beside_it_says_the_same(
    facts: dict[str, set[tuple[str, str]]],
) -> None:
    long = Counter(row["programme"] for row in raw("anct-croisement/appartenances_long_2023.csv"))
    assert sum(long.values()) == 70513
    found = {p.removeprefix("id_"): len(facts[q.instrument]) for p, q in PROGRAMMES.items()}
    assert found == long | {"fs": long["fs"] - 1}, "one counter is called NA"


def test_cells_of_several_values_are_split(rows: Rows, crossed: tuple[Said, Tally]) -> None:
    several = Counter(
        column for row in rows for column, cell in row.items() if cell and " ; " in cell
    )
    assert several == {
        "id_amm": 367,
        "id_ami": 254,
        "id_fs": 141,
        "id_crte": 76,
        "id_cde": 21,
        "id_cite": 13,
        "id_habinclus": 3,
    }
    assert crossed[1].corrected["multi-valued"] == several.total() == 875


def test_codes_of_merged_communes_stay_as_listed(
    crossed: tuple[Said, Tally], facts: dict[str, set[tuple[str, str]]]
) -> None:
    assert crossed[1].corrected["merged-commune"] == 81
    reached = {code for _, code in facts["fr-crte"]}
    assert {"01330", "93059"} <= reached


def test_identifier_that_is_none_is_refused(crossed: tuple[Said, Tally]) -> None:
    _, tally = crossed
    assert [each.reason for each in tally.rejections] == ["fake-code: NA in id_fs"]
    assert tally.read == 35039


def test_two_communes_are_small_towns_and_villages(
    facts: dict[str, set[tuple[str, str]]],
) -> None:
    towns = {code for _, code in facts["fr-pvd"]}
    villages = {code for _, code in facts["fr-va"]}
    assert (len(towns), len(villages)) == (1653, 2498)
    assert towns & villages == {"12214", "12223"}


def test_communes_without_a_contract(rows: Rows, facts: dict[str, set[tuple[str, str]]]) -> None:
    covered = {code for _, code in facts["fr-crte"]}
    without = {row["insee_com"] for row in rows} - covered
    assert len(without) == 95
    assert {code for code in without if code[:2] not in {"97", "98"}} == {"22016"}


def test_perimeters_of_other_lists_are_left_alone(crossed: tuple[Said, Tally]) -> None:
    said, _ = crossed
    for instrument in ("fr-crte", "fr-ti2", "fr-acv2", "fr-va", "fr-amm", "fr-entrees-ville"):
        assert deployments(said, instrument) == set()
        start = f"deployment/{instrument}/"
        assert any(s.startswith(start) and p == "observedOn" for s, p in said), instrument
    perimeters = {s for s, p in said if p == "perimeterExtent"}
    assert not any("/fr-crte/" in each or "/fr-ti2/" in each for each in perimeters)


def test_what_it_alone_names_is_described(rows: Rows, crossed: tuple[Said, Tally]) -> None:
    said, _ = crossed
    for column in ("id_habinclus", "id_site"):
        instrument = PROGRAMMES[column].instrument
        expected: dict[str, set[str]] = defaultdict(set)
        for key, code in pairs(rows, column):
            expected[key].add(f"commune/{code}")
        assert deployments(said, instrument) == set(expected)
        for key, codes in expected.items():
            assert members(said, instrument, key) == codes
    counters = {f"fs-{key}" for key, _ in pairs(rows, "id_fs")} - {"fs-NA"}
    listed = {
        "fs-" + each.strip().removeprefix("fs-")
        for row in raw("france-services/fs_superposeur_2024-09.csv")
        for each in row["id_territoire"].split(";")
    }
    assert counters - listed == set(ONLY_HERE["id_fs"]) == deployments(said, "fr-fs")


def test_other_programmes_have_lists_that_name_all_it_names(rows: Rows) -> None:
    def ids(path: str, column: str = "id_territoire") -> set[str]:
        return {
            each.strip() for row in raw(path) for each in row[column].replace(";", " ; ").split(";")
        }

    lists = {
        "id_ti": ids("territoires-industrie/ti_superposeur_2024-09.csv"),
        "id_crte": ids("crte/epci-et-crte_2022.csv", "id_crte"),
        "id_acv": ids("acv/liste-acv-com2023_rdata.csv", "id_acv")
        | ids("acv/acv_superposeur_2024-09.csv"),
        "id_ami": ids("avenir-montagnes/ami_superposeur_2024-09.csv"),
        "id_amm": ids("avenir-montagnes/amm_superposeur_2024-09.csv"),
        "id_fabp": ids("fabriques/fabp_superposeur_2024-09.csv"),
        "id_cite": ids("cites-emploi-educatives/citeduc_superposeur_2024-09.csv"),
        "id_cde": ids("cites-emploi-educatives/cde_superposeur_2024-09.csv"),
        "id_acv2": ids("entrees-de-ville/acv2_superposeur_2024-09.csv"),
        "id_va": ids("villages-avenir/va_superposeur_2024-09.csv"),
    }
    for column, listed in lists.items():
        assert {key for key, _ in pairs(rows, column)} <= listed, column


def test_whole_lists_and_others(crossed: tuple[Said, Tally]) -> None:
    said, _ = crossed
    complete = {value for (_, p), values in said.items() if p == "completeFor" for value in values}
    expected = ("fr-pvd", "fr-ti2", "fr-crte", "fr-acv2", "fr-va")
    assert complete == {f"instrument/{each}" for each in expected}
    days = {value for (_, p), values in said.items() if p == "observedOn" for value in values}
    assert days == {"2024-07-01"}
