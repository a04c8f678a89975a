"""Contrats de ville and the State's map of 2019: the real files."""

import re
from collections import Counter, defaultdict
from datetime import date

import pytest

from ingest.known import Known
from tests.ingest.listed import Mapped, Rows, deployments, members, raw

pytestmark = pytest.mark.shared
MONTHS = "janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre"
CITY = "fr-contrat-ville-2015"
RURAL = "fr-contrat-ruralite"
MAPPED = {
    "cte/2019": ("contrats-etat-2019/cte", "fr-cte", 80),
    "cdt/2019": ("contrats-etat-2019/cdt", "fr-cdt", 11),
    "amicb/2019": ("contrats-etat-2019/amicb", "fr-ami-centres-bourgs", 53),
    "ber/2019": ("zonages-etat-2019/ber", "fr-ber", 2),
    "bud/2019": ("zonages-etat-2019/bud", "fr-bud", 1),
}


@pytest.fixture(scope="module")
def city() -> Rows:
    return raw("contrats-de-ville/cv_2015-2023_ci-ville.csv")


def test_a_city_contract_keeps_the_body_of_2015(
    mapped: Mapped, city: Rows, national_known: Known
) -> None:
    said, tally = mapped("contrats-de-ville/2015-2023")
    assert len(city) == 434
    today = {item["code"] for item in national_known.packages["2026"]["epci"]}
    ended = [r for r in city if len(r["codgeo"]) == 9 and r["codgeo"] not in today]
    assert len(ended) == 172 == tally.corrected["ended-epci"]
    assert tally.corrected["row-repeated"] == 1
    assert deployments(said, CITY) == {row["code_cv"] for row in city}
    for row in city:
        kind = "commune" if len(row["codgeo"]) == 5 else "epci"
        assert members(said, CITY, row["code_cv"]) == {f"{kind}/{row['codgeo']}"}
    loaded = {i["code"] for items in national_known.packages.values() for i in items["epci"]}
    for row in ended:
        if row["codgeo"] not in loaded:
            assert said[f"epci/{row['codgeo']}", "type"] == {"FormerIntermunicipality"}
            assert len(said[f"epci/{row['codgeo']}", "altLabel"]) == 1
    described = {s for (s, p), v in said.items() if "FormerIntermunicipality" in v and p == "type"}
    assert not {each.removeprefix("epci/") for each in described} & loaded


def test_one_contract_on_two_rows_is_one(mapped: Mapped, city: Rows) -> None:
    said, _ = mapped("contrats-de-ville/2015-2023")
    lines = [n for n, row in enumerate(city, start=2) if row["code_cv"] == "CV043"]
    assert len(lines) == 2
    assert said[f"deployment/{CITY}/CV043", "supportedBy"] == {
        f"record/contrats-de-ville/2015-2023/{lines[0]}"
    }
    assert said[f"deployment/{CITY}/CV043", "label"] == {
        "Contrat de ville 2015-2023 : CA du Pays d'Aix en Provence (CAPA)@fr",
        "City-policy contract 2015-2023: CA du Pays d'Aix en Provence (CAPA)@en",
    }


def test_a_list_of_a_period_observes_no_day(mapped: Mapped) -> None:
    said, _ = mapped("contrats-de-ville/2015-2023")
    assert not [key for key in said if key[1] in ("observedOn", "completeFor")]


def test_two_lists_of_city_contracts_agree_on_members(mapped: Mapped, city: Rows) -> None:
    whole, _ = mapped("contrats-de-ville/2015-2023")
    said, tally = mapped("contrats-de-ville/2019")
    keys = deployments(said, CITY)
    assert len(keys) == 431
    assert {row["code_cv"] for row in city} - keys == {"CV415", "CV429"}
    for key in keys:
        assert members(said, CITY, key) <= members(whole, CITY, key)
    # Where a commune holds the contract, the SIREN is of the body it belongs to, or is not given.
    single = [r for r in city if len(r["codgeo"]) == 5 and r["code_cv"] in keys]
    assert tally.corrected["grain"] == len(single) == 62
    assert all(not members(said, CITY, row["code_cv"]) for row in single)
    assert all(said[f"deployment/{CITY}/{key}", "observedOn"] == {"2019-08-09"} for key in keys)


def test_communes_of_a_join_are_facts_and_not_members(mapped: Mapped) -> None:
    said, tally = mapped("contrats-de-ville/2019")
    pairs = {(r["id"], r["insee_com"]) for r in raw("contrats-de-ville/cv_2019_communes.csv")}
    facts = {
        (s.split("/")[2], s.split("/")[3]) for (s, p), v in said.items() if v == {"CoverageFact"}
    }
    # The drawing of Paris holds the centre of a commune beside it.
    paris = {pair for pair in pairs if pair[0] == "CV901"}
    assert len(paris) == 2
    assert pairs - facts == paris - {("CV901", "75056")}
    assert facts <= pairs
    assert [r.reason.partition(":")[0] for r in tally.rejections] == ["join-contradicted"]
    for key, commune in sorted(facts)[::500]:
        fact = f"coverage/{CITY}/{key}/{commune}"
        assert said[fact, "coverageDeployment"] == {f"deployment/{CITY}/{key}"}
        assert said[fact, "coverageUnit"] == {f"commune/{commune}"}
        assert said[fact, "coverageExtent"] == {"extent/whole"}
        assert said[fact, "confidence"] == {"confidence/derived"}
        (record,) = said[fact, "supportedBy"]
        (where,) = said[record, "recordKey"]
        line = int(where.removeprefix("cv_2019_communes.csv#"))
        row = raw("contrats-de-ville/cv_2019_communes.csv")[line - 2]
        assert (row["id"], row["insee_com"]) == (key, commune)


@pytest.fixture(scope="module")
def rural() -> Rows:
    return raw("contrats-ruralite/cr_2019.csv")


def signed(text: str) -> date | None:
    """The day in words, read without the column that our copy adds."""
    match = re.search(r"(\d{1,2})(?:er)? (\S+) (\d{4})$", text)
    return (
        date(int(match[3]), MONTHS.split(",").index(match[2]) + 1, int(match[1])) if match else None
    )


def test_rural_contracts_by_identifier(mapped: Mapped, rural: Rows) -> None:
    said, tally = mapped("contrats-ruralite/2019")
    names: defaultdict[str, set[str]] = defaultdict(set)
    for row in rural:
        names[row["id"]].add(row["nbcom"])
    assert (len(rural), len(names)) == (490, 470)
    # Two identifiers name two contracts each, of different sizes.
    assert {key for key, sizes in names.items() if len(sizes) > 1} == {"CR0306", "CR0383"}
    expected = set(names) - {"CR0306", "CR0383"}
    expected |= {"CR0306-15", "CR0306-75", "CR0383-176", "CR0383-30"}
    assert deployments(said, RURAL) == expected
    assert tally.uncertain["rows-crossed"] == 8
    for key in sorted(expected)[::40]:
        assert len(said[f"deployment/{RURAL}/{key}", "label"]) == 2


def test_rural_contracts_are_signed_on_the_day_written(mapped: Mapped, rural: Rows) -> None:
    said, tally = mapped("contrats-ruralite/2019")
    for row in rural:
        day, found = (
            signed(row["info1"]),
            said[f"deployment/{RURAL}/{row['id']}", "agreementSignedOn"],
        )
        if row["id"] in ("CR0306", "CR0383"):
            assert not found
        elif day is None:
            assert row["info1"].endswith("signé sans date") and not found
        elif day > date(2019, 8, 9):
            assert row["id"] == "CR0299" and not found
        else:
            assert str(day) in found
    assert tally.uncertain["date-unreadable"] == 1
    assert tally.uncertain["date-future"] == 1
    assert not said[f"deployment/{RURAL}/CR0306-15", "agreementSignedOn"]


def test_communes_of_rural_contracts_come_from_a_join(mapped: Mapped, rural: Rows) -> None:
    said, tally = mapped("contrats-ruralite/2019")
    pairs = raw("contrats-ruralite/cr_2019_communes.csv")
    assert len(pairs) == 23_169
    by_row = Counter(row["insee_com"] for row in pairs)
    assert sum(count > 1 for count in by_row.values()) == 643
    sizes = Counter(row["id"] for row in pairs)
    assert sum(sizes[row["id"]] == int(row["nbcom"]) for row in rural) == 306
    expected: defaultdict[str, set[str]] = defaultdict(set)
    for row in pairs:
        expected[row["id"]].add(row["insee_com"])
    for key in deployments(said, RURAL):
        perimeter = f"deployment/{RURAL}/{key}/perimeter"
        found = {m.removeprefix("commune/") for m in members(said, RURAL, key)}
        assert found == expected[key]
        extent = "extent/whole" if found else "extent/unknown"
        assert said[perimeter, "perimeterExtent"] == {extent}
        assert said[f"deployment/{RURAL}/{key}", "confidence"] == {"confidence/derived"}
    # Most of the 643 are in the repeated rows of one identifier, not in two contracts.
    held = Counter(
        member for key in deployments(said, RURAL) for member in members(said, RURAL, key)
    )
    clear = {key: codes for key, codes in expected.items() if key not in ("CR0306", "CR0383")}
    truly = Counter(code for codes in clear.values() for code in codes)
    several = sum(count > 1 for count in held.values())
    assert several == sum(count > 1 for count in truly.values()) < 643
    assert sum(r.reason.startswith("rows-crossed") for r in tally.rejections) == len(
        expected["CR0306"]
    ) + len(expected["CR0383"])
    assert not [key for key in said if key[1] == "completeFor"]


@pytest.mark.parametrize("identifier", MAPPED)
def test_each_instrument_of_the_map(mapped: Mapped, identifier: str) -> None:
    said, tally = mapped(identifier)
    stem, instrument, count = MAPPED[identifier]
    rows, pairs = raw(f"{stem}_2019.csv"), raw(f"{stem}_2019_communes.csv")
    expected: defaultdict[str, set[str]] = defaultdict(set)
    for row in pairs:
        expected[row["id"]].add(f"commune/{row['insee_com']}")
    keys = deployments(said, instrument)
    assert keys == {row["id"] for row in rows}
    assert len(keys) == count
    rejected = 0
    for key in keys:
        found = members(said, instrument, key)
        assert found <= expected[key]
        rejected += len(expected[key] - found)
        perimeter = f"deployment/{instrument}/{key}/perimeter"
        extent = "extent/whole" if expected[key] else "extent/unknown"
        assert said[perimeter, "perimeterExtent"] == {extent}
        assert said[f"deployment/{instrument}/{key}", "observedOn"] == {"2019-08-09"}
    assert rejected == len(tally.rejections) == (identifier == "amicb/2019")
    assert not [key for key in said if key[1] == "completeFor"]


def test_a_laureate_commune_is_its_namesake_only(mapped: Mapped) -> None:
    said, _ = mapped("amicb/2019")
    assert members(said, "fr-ami-centres-bourgs", "cb_046") == {"commune/39500"}
    assert members(said, "fr-ami-centres-bourgs", "cb_003") == set()


def test_basins_and_valleys_are_not_mountain_ranges(mapped: Mapped) -> None:
    said, _ = mapped("cpier/2019")
    rows = raw("contrats-etat-2019/cpier_2019.csv")
    ranges = {row["id"] for row in rows if row["lib"].startswith("Massif")}
    assert len(ranges) == 5
    assert deployments(said, "fr-cima") == ranges
    assert deployments(said, "fr-cpier") == {row["id"] for row in rows} - ranges
    assert "commune/01001" in members(said, "fr-cpier", "CPIER005")


def test_kinds_of_deployments(mapped: Mapped) -> None:
    for identifier, key, class_ in (
        ("ber/2019", "fr-ber/ber_001", "ZoningDesignation"),
        ("bud/2019", "fr-bud/bud_001", "ZoningDesignation"),
        ("amicb/2019", "fr-ami-centres-bourgs/cb_001", "LabelAward"),
        ("cte/2019", "fr-cte/CTE101", "Contract"),
    ):
        assert mapped(identifier)[0][f"deployment/{key}", "type"] == {class_}


def test_a_pasted_description_is_not_kept(mapped: Mapped) -> None:
    said, tally = mapped("descriptions-etat/2019")
    rows = raw("contrats-etat-2019/descriptions.csv")
    (rural,) = [row for row in rows if row["ACRONYME"] == "CR"]
    assert "conventions interrégionales de massif" in rural["DESCRIPTION_COURTE"]
    notes = {note for (_, p), values in said.items() if p == "recordNote" for note in values}
    assert not any("conventions interrégionales de massif" in note for note in notes)
    assert not any("A VENIR" in note for note in notes)
    assert len(notes) == len(rows) - 2
    assert said["instrument/fr-contrat-ruralite", "supportedBy"]
    assert tally.corrected["wrong-label"] == 1
