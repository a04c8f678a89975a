"""France services, workshops, cities: the real files, recomputed in plain Python."""

import re
from collections import Counter, defaultdict

import pytest

from ingest.known import Known
from tests.ingest.listed import Mapped, deployments, members, raw

pytestmark = pytest.mark.shared
SOURCES = (
    "france-services/2021-04",
    "france-services/2024-09",
    "france-services/2025",
    "fabriques-territoire/2024-09",
    "manufactures-proximite/2024-09",
    "fabriques-prospectives/2024-09",
    "fabriques-prospectives/2026-07",
    "cites-educatives/2024-09",
    "cites-emploi/2024-09",
)
# The layer, the pairs that were drawn from it apart, the instrument, the extent of a member.
LAYERS = {
    "france-services/2024-09": ("france-services/fs", "fr-fs", "point"),
    "fabriques-territoire/2024-09": ("fabriques/fabt", "fr-fabriques", "point"),
    "manufactures-proximite/2024-09": (
        "fabriques/manuprox",
        "fr-manufactures-proximite",
        "point",
    ),
    "fabriques-prospectives/2024-09": ("fabriques/fabp", "fr-fabriques-prospectives", "whole"),
    "cites-educatives/2024-09": ("cites-emploi-educatives/citeduc", "fr-cites-educ", "part"),
    "cites-emploi/2024-09": ("cites-emploi-educatives/cde", "fr-cites-emploi", "part"),
}


def pairs(path: str) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in raw(path):
        found[row["id_territoire"]].add(row["code_membre"])
    return found


@pytest.fixture(scope="module")
def sirens(national_known: Known) -> dict[str, str]:
    """The SIREN of each commune, by its code."""
    return {
        item["code"]: item["siren"]
        for items in national_known.packages.values()
        for item in items["communes"]
        if item.get("siren")
    }


@pytest.mark.parametrize("identifier", LAYERS)
def test_each_identifier_has_the_members_of_its_rows(
    identifier: str, mapped: Mapped, sirens: dict[str, str], national_known: Known
) -> None:
    said, tally = mapped(identifier)
    path, instrument, extent = LAYERS[identifier]
    expected = pairs(f"{path}_membres_2024-09.csv")
    worked = {
        iri.rpartition("/")[2]
        for iri in national_known.subjects
        if f"/deployment/{instrument}/" in iri and not iri.endswith("perimeter")
    }
    stated = deployments(said, instrument)
    assert stated == set(expected) - worked
    for key in stated:
        found = {member.partition("/")[2] for member in members(said, instrument, key)}
        if instrument == "fr-fabriques-prospectives":
            found = {sirens.get(code, code) for code in found}
        assert found == expected[key], key
        perimeter = f"deployment/{instrument}/{key}/perimeter"
        assert said[perimeter, "perimeterExtent"] == {f"extent/{extent}"}
    assert not tally.rejections
    for key in set(expected):
        assert said[f"deployment/{instrument}/{key}", "observedOn"] == {"2024-09-16"}


def test_how_many_there_are(mapped: Mapped) -> None:
    numbers = {
        "france-services/2024-09": (2519, 2720),
        "fabriques-territoire/2024-09": (342, 382),
        "manufactures-proximite/2024-09": (98, 111),
        "fabriques-prospectives/2024-09": (19, 19),
        "fabriques-prospectives/2026-07": (22, 22),
        "cites-educatives/2024-09": (189, 208 - 7),  # Seven are in the worked case.
    }
    for identifier, (rows, things) in numbers.items():
        said, tally = mapped(identifier)
        instrument = (LAYERS.get(identifier) or ("", "fr-fabriques-prospectives"))[1]
        assert (tally.read, len(deployments(said, instrument))) == (rows, things), identifier


def test_the_worked_case_keeps_its_own_words(mapped: Mapped) -> None:
    said, _ = mapped("cites-educatives/2024-09")
    tours = "deployment/fr-cites-educ/cite-200"
    assert said[tours, "observedOn"] == {"2024-09-16"}
    assert (tours, "label") not in said and (f"{tours}/perimeter", "perimeterMember") not in said


def test_a_row_of_several_cities_gives_each_its_communes(mapped: Mapped) -> None:
    said, tally = mapped("cites-emploi/2024-09")
    bobigny = {key for key in deployments(said, "fr-cites-emploi")
               if "commune/93008" in members(said, "fr-cites-emploi", key)}  # fmt: skip
    assert bobigny == {"cde-062", "cde-064", "cde-066"}
    assert said["deployment/fr-cites-emploi/cde-064", "label"] == {
        "Cité de l'emploi : Paris Terres d'Envol@fr",
        "Cité de l'emploi (employment city): Paris Terres d'Envol@en",
    }
    several = sum(
        ";" in row["id_territoire"] or row["liste_geo"].count(";") > 0
        for row in raw("cites-emploi-educatives/cde_superposeur_2024-09.csv")
    )
    assert tally.corrected["multi-valued"] == several


def test_merged_communes_stay_as_they_were_listed(mapped: Mapped) -> None:
    said, tally = mapped("cites-emploi/2024-09")
    assert "commune/93059" in members(said, "fr-cites-emploi", "cde-062")
    assert tally.corrected["merged-commune"] == 1
    said, tally = mapped("fabriques-territoire/2024-09")
    of_49069 = {k for k, codes in pairs("fabriques/fabt_membres_2024-09.csv").items()
                if "49069" in codes}  # fmt: skip
    assert tally.corrected["merged-commune"] == len(of_49069) == 1
    assert members(said, "fr-fabriques", of_49069.pop()) == {"commune/49069"}


def test_labels_that_do_not_match_identifiers_are_given_to_none(mapped: Mapped) -> None:
    for identifier, number in (
        ("manufactures-proximite/2024-09", 2),
        ("france-services/2024-09", 1),
    ):
        said, tally = mapped(identifier)
        path, instrument, _ = LAYERS[identifier]
        misaligned = [
            re.split(r" ?; ?", row["id_territoire"])
            for row in raw(f"{path}_superposeur_2024-09.csv")
            if row["id_territoire"].count(";") not in (0, row["lib_territoire"].count(";"))
        ]
        assert tally.uncertain["label-misaligned"] == len(misaligned) == number
        for keys in misaligned:
            for key in keys:
                assert (f"deployment/{instrument}/{key}", "label") not in said
                assert members(said, instrument, key)


def test_labels_are_read_as_people_write_them(mapped: Mapped) -> None:
    said, tally = mapped("fabriques-territoire/2024-09")
    labels = {v for (_, p), values in said.items() if p == "label" for v in values}
    assert len(labels) > 350
    assert not any("&amp;" in label or "\n" in label or "  " in label for label in labels)
    assert any("Ressources & Compétences" in label for label in labels)
    assert tally.corrected["label-cleaned"] > 0


def test_numbers_of_2021_are_those_of_2024(mapped: Mapped) -> None:
    first, tally = mapped("france-services/2021-04")
    later, _ = mapped("france-services/2024-09")
    numbers = {
        f"fs-{row['MATRICULE']}" for row in raw("france-services/france_services_2021-04.csv")
    }
    stated = deployments(first, "fr-fs")
    assert stated <= numbers and len(numbers) == 908
    assert tally.corrected["id-respelt"] == len(stated)
    both = stated & deployments(later, "fr-fs")
    same = {k for k in both if members(first, "fr-fs", k) == members(later, "fr-fs", k)}
    assert len(same) / len(both) > 0.97
    assert len(numbers & deployments(later, "fr-fs")) == 855
    # A name each is stated once: by the list of 2024.
    assert not any(p == "label" for _, p in first)


def test_codes_of_nothing_and_codes_contradicted_are_rejected(mapped: Mapped) -> None:
    said, tally = mapped("france-services/2021-04")
    unknown = {r.reason for r in tally.rejections if r.reason.startswith("unknown-code")}
    assert unknown == {f"unknown-code: {code}" for code in ("14771", "19927", "2B10", "2B14")}
    wrong = [r for r in tally.rejections if r.reason == "contradicted-code"]
    assert len(wrong) + len(unknown) == len(tally.rejections) == tally.read - tally.kept
    # Ciré-d'Aunis is 17107, not 17017; Saint-Étienne is 42218, not 42118.
    for number in ("736", "873", "874", "703", "718"):
        assert f"fs-{number}" not in deployments(said, "fr-fs")
    later = pairs("france-services/fs_membres_2024-09.csv")
    codes = {f"fs-{row['MATRICULE']}": row["insee_com"]
             for row in raw("france-services/france_services_2021-04.csv")}  # fmt: skip
    dropped = set(codes) - deployments(said, "fr-fs")
    assert len(dropped) == len(tally.rejections)
    # The list of 2024 has another commune for each of them that it still has.
    assert all(codes[key] not in later[key] for key in dropped if key in later)


def test_arrondissements_of_the_three_cities_are_places(mapped: Mapped) -> None:
    for vintage, path, column in (
        ("2021-04", "france_services_2021-04.csv", "insee_com"),
        ("2024-09", "fs_membres_2024-09.csv", "code_membre"),
        ("2025", "france_services_2025.csv", "insee_com"),
    ):
        said, tally = mapped(f"france-services/{vintage}")
        codes = [row[column] for row in raw(f"france-services/{path}")]
        arrondissements = [c for c in codes if c[:3] in ("751", "132") or c[:4] == "6938"]
        assert tally.corrected["municipal-arrondissement"] == len(arrondissements) > 0
        found = {m for (_, p), values in said.items() if p == "perimeterMember" for m in values}
        of = {m.partition("/")[2] for m in found if m.startswith("arrondissement-municipal/")}
        assert of == set(arrondissements)


def test_a_label_proves_its_month(mapped: Mapped) -> None:
    said, tally = mapped("france-services/2021-04")
    days: Counter[str] = Counter()
    for key in deployments(said, "fr-fs"):
        days.update(said[f"deployment/fr-fs/{key}", "observedOn"] - {"2021-04-23"})
    texts = Counter(r["Labellisation"] for r in raw("france-services/france_services_2021-04.csv"))
    assert set(texts) == {
        "Espace labellisé 01/2020", "Espace labellisé 02/2020", "Espace labellisé 01/01/2020",
        "Espace labellisé 01/02/2020", "Espace labellisé 01/09/2020",
    }  # fmt: skip
    # A month known without its day proves its last day; a day that may be read twice, the later.
    assert set(days) == {"2020-01-31", "2020-02-29", "2020-01-01", "2020-02-01", "2020-09-01"}
    assert sum(days.values()) == len(deployments(said, "fr-fs"))
    assert days["2020-02-01"] <= texts["Espace labellisé 01/02/2020"] == 4
    assert not tally.uncertain["date-unreadable"]


def test_a_list_without_identifiers_speaks_of_communes(mapped: Mapped) -> None:
    said, tally = mapped("france-services/2025")
    rows = raw("france-services/france_services_2025.csv")
    communes = {row["insee_com"] for row in rows}
    assert (tally.read, tally.kept, len(rows)) == (3026, 3026, 3026)
    assert deployments(said, "fr-fs") == {f"commune-{code}" for code in communes}
    assert not any(code.startswith("2") and not code.isdigit() for code in communes)
    for code in ("01004", "13213"):
        subject = f"deployment/fr-fs/commune-{code}"
        assert said[f"{subject}/perimeter", "perimeterExtent"] == {"extent/point"}
        assert len(said[subject, "recordNote"]) == 2
    areas = {v for (_, p), values in said.items() if p == "completeWithin" for v in values}
    assert len(areas) == 17 and "region/94" not in areas and "pays/FR" not in areas
    assert tally.corrected["corsica"] == tally.corrected["grain"] == 3026


def test_no_list_that_may_lack_some_is_called_complete(mapped: Mapped) -> None:
    complete = {
        identifier
        for identifier in SOURCES
        if any(
            "pays/FR" in values
            for (_, p), values in mapped(identifier)[0].items()
            if p == "completeWithin"
        )
    }
    assert complete == {
        "fabriques-territoire/2024-09",
        "manufactures-proximite/2024-09",
        "fabriques-prospectives/2024-09",
        "cites-educatives/2024-09",
        "cites-emploi/2024-09",
    }


def test_workshops_of_2026_are_read_for_the_members_that_remain(
    mapped: Mapped, sirens: dict[str, str]
) -> None:
    said, tally = mapped("fabriques-prospectives/2026-07")
    expected = pairs("fabriques/fabriques_membres_2026-07.csv")
    assert sum(map(len, expected.values())) == 105
    for key, codes in expected.items():
        found = {m.partition("/")[2] for m in members(said, "fr-fabriques-prospectives", key)}
        assert {sirens.get(code, code) for code in found} == codes
    earlier = pairs("fabriques/fabp_membres_2024-09.csv")
    assert earlier["fabp-19"] - expected["fabp-19"] == {"243400017"}
    assert tally.corrected["stale-resource"] == 22


def test_nothing_of_persons_or_addresses_is_stated(mapped: Mapped) -> None:
    rows = raw("france-services/france_services_2021-04.csv")
    said, _ = mapped("france-services/2021-04")
    texts = {v for values in said.values() for v in values}
    assert not texts & {row["ADRESSE"] for row in rows if row["ADRESSE"]}
    every = {v for found, _ in map(mapped, SOURCES) for values in found.values() for v in values}
    assert not any(
        re.search(r"[\w.]+@[\w-]+\.[a-z]{2,}\b(?!@)", v) for v in every if "http" not in v
    )
