"""Public money: who receives it, where each sits, and the communes that hold some."""

import re
from collections import Counter

import pytest
from stdnum.fr import siren as siren_number

from ingest.known import Known
from tests.ingest.listed import Mapped, Rows, raw

pytestmark = pytest.mark.shared
GRANTS_2018 = "money/dotations-investissement-2018/projets_di_2018.csv"
GRANTS_2019 = "money/dotations-investissement-2019/projets_dotations_investissement_2019.csv"
GREEN = "money/fonds-vert-2023/fonds_vert_2023_p380.csv"
IDENTIFIERS = "money/identifiants-collectivites-2022"
SEATED = ("dotations-investissement/2018", "dotations-investissement/2019", "fonds-vert/2023")


@pytest.fixture(scope="module")
def successor(national_known: Known) -> dict[str, str]:
    """What a code of commune named in the packages of the geographic code, the latest first."""
    found: dict[str, str] = {}
    for year in sorted(national_known.packages, reverse=True):
        for item in national_known.packages[year]["communes"]:
            if item["type"] in ("commune-actuelle", "arrondissement-municipal"):
                found.setdefault(item["code"], item["code"])
    latest = national_known.packages[max(national_known.packages)]["communes"]
    for item in latest:
        if item["type"] in ("commune-deleguee", "commune-associee"):
            found.setdefault(item["code"], item["chefLieu"])
    for item in latest:
        for former in item.get("anciensCodes", []):
            found.setdefault(former, item["code"])
    return found


@pytest.fixture(scope="module")
def today(national_known: Known) -> dict[str, str]:
    """The commune of the latest package that each code is in."""
    latest = national_known.packages[max(national_known.packages)]["communes"]
    found = {item["code"]: item["code"] for item in latest if item["type"] == "commune-actuelle"}
    for item in latest:
        if item["type"] == "arrondissement-municipal":
            found[item["code"]] = item["commune"]
        for former in item.get("anciensCodes", []):
            found.setdefault(former, item["code"])
    for item in latest:
        if item["type"] in ("commune-deleguee", "commune-associee"):
            found.setdefault(item["code"], item["chefLieu"])
    return found


@pytest.fixture(scope="module")
def communes(national_known: Known) -> dict[str, str]:
    """The code of each commune, by its SIREN."""
    return {
        item["siren"]: item["code"]
        for year in sorted(national_known.packages)
        for item in national_known.packages[year]["communes"]
        if item.get("siren")
    }


def seats(
    rows: Rows, successor: dict[str, str], today: dict[str, str], communes: dict[str, str]
) -> list[str | None]:
    """Return where each row of the Fonds vert sits, by the rule that the catalogue states."""
    found = []
    for row in rows:
        siren = row["siren"].removesuffix(".0")[:9]
        own, code = communes.get(siren), successor.get(row["code_commune"])
        found.append(own if own and (not code or today[code] != today[own]) else code)
    return found


def test_a_syndicate_has_a_number_and_no_seat(mapped: Mapped) -> None:
    said, tally = mapped("dotations-investissement/2018")
    rows = [r for r in raw(GRANTS_2018) if r["ECHELON"] == "Syndicat"]
    assert len(rows) == 859
    named = impossible = 0
    for row in rows:
        award = f"deployment/fr-{row['DOT'].lower()}/{row['IDENTIFIANT'].lower()}"
        assert (award, "beneficiarySeat") not in said
        written = row["INSEEEPCI"]
        siren = written[:9] if len(written) == 14 else written.zfill(9)
        fits = len(siren) == 9 and siren_number.is_valid(siren) and written != "0"
        public = fits and siren[0] in "12"
        named += public
        impossible += not fits and written != "0"
        expected = {f"actor/{siren}"} if public else set()
        assert said.get((award, "beneficiary"), set()) == expected, row
    assert named > 800
    assert tally.uncertain["impossible-siren"] == impossible
    assert tally.corrected["siret-code"] == 2


def test_an_intermunicipality_of_another_time_is_kept(mapped: Mapped) -> None:
    said, tally = mapped("dotations-investissement/2018")
    former = {s for (s, p), v in said.items() if p == "type" and "FormerIntermunicipality" in v}
    assert "epci/243901071" in former  # CC Région d'Orgelet, merged in 2020
    assert said["epci/243901071", "altLabel"] == {"CC Région d’Orgelet@fr"}
    rows = [r for r in raw(GRANTS_2018) if r["INSEEEPCI"] == "243901071"]
    for row in rows:
        award = f"deployment/fr-{row['DOT'].lower()}/{row['IDENTIFIANT'].lower()}"
        assert said[award, "beneficiarySeat"] == {"epci/243901071"}
    assert tally.corrected["ended-epci"] >= len(rows) == 5


def test_seats_of_grants_follow_their_codes(mapped: Mapped, successor: dict[str, str]) -> None:
    said, tally = mapped("dotations-investissement/2018")
    rows = [r for r in raw(GRANTS_2018) if r["ECHELON"] == "Commune"]
    former = 0
    for row in rows:
        award = f"deployment/fr-{row['DOT'].lower()}/{row['IDENTIFIANT'].lower()}"
        listed = successor.get(row["INSEECOM"])
        former += listed is not None and listed != row["INSEECOM"]
        expected = {f"commune/{listed}"} if listed else set()
        assert said.get((award, "beneficiarySeat"), set()) == expected, row
        if listed != row["INSEECOM"]:
            # The successor's body is not the one that was paid.
            assert (award, "beneficiary") not in said
    assert tally.uncertain["seat-unknown"] == sum(r["INSEECOM"] == "ZZZZZ" for r in rows) == 2
    assert 0 < former <= tally.corrected["merged-commune"]


def test_a_departement_receives_what_its_code_names(mapped: Mapped) -> None:
    said, tally = mapped("dotations-investissement/2019")
    sirens = {
        r["COG"]: r["SIREN"] for r in raw(f"{IDENTIFIERS}/identifiants_departements_2022.csv")
    }
    rows = [r for r in raw(GRANTS_2019) if r["echelon"] == "conseil_departemental"]
    assert len(rows) == 357
    for row in rows:
        award = f"deployment/fr-{row['dotation'].lower()}/{row['id_projet']}"
        code = row["id_terr"].replace("20A", "2A")
        assert said[award, "beneficiarySeat"] == {f"departement/{code}"}
        # The département of Corse-du-Sud had ended in 2018: its number is not that of who is paid.
        expected = {f"actor/{sirens[code]}"} if code in sirens and code != "2A" else set()
        assert said.get((award, "beneficiary"), set()) == expected
    assert tally.corrected["corsica"] == 1


def test_a_missing_commune_does_not_lose_the_award(
    mapped: Mapped, successor: dict[str, str], today: dict[str, str], communes: dict[str, str]
) -> None:
    said, tally = mapped("fonds-vert/2023")
    rows = raw(GREEN)
    assert sum(r["code_commune"] == "NULL" for r in rows) == 827
    found = seats(rows, successor, today, communes)
    assert tally.uncertain["seat-unknown"] == sum(seat is None for seat in found) == 827 - 14
    assert not tally.rejections
    stated = {v for (_, p), values in said.items() if p == "beneficiarySeat" for v in values}
    assert {v.partition("/")[2] for v in stated} == {seat for seat in found if seat}
    kinds = Counter(value.partition("/")[0] for value in stated)
    assert set(kinds) == {"commune", "arrondissement-municipal"}


def test_only_public_bodies_are_named(mapped: Mapped) -> None:
    said, tally = mapped("fonds-vert/2023")
    rows = raw(GREEN)
    named = {s for s, p in said if p == "sirenCode"}
    assert named and all(re.fullmatch(r"actor/[12][0-9]{8}", each) for each in named)
    withheld = {
        r["numero_dossier_ds"] for r in rows if re.match(r"[03-9][0-9]{8}", r["siren"].zfill(9))
    }
    noted = {
        s.rpartition("/")[2]
        for (s, p), v in said.items()
        if p == "recordNote" and any("Bénéficiaire non repris" in text for text in v)
    }
    assert len(noted) > 900
    assert {key for key in noted if not key.startswith("2023-")} <= withheld
    texts = {text for (_, p), v in said.items() if p in ("label", "altLabel") for text in v}
    private = {r["nom_beneficiaire_principal"] for r in rows if r["siren"][0] in "3456789"} - {
        r["nom_beneficiaire_principal"] for r in rows if r["siren"][0] in "12"
    }
    assert len(private) > 500
    titles = {r["nom_du_projet"].strip() for r in rows}
    assert not {f"{name}@fr" for name in private - titles} & texts
    assert tally.corrected["float-code"] == sum(
        r["siren"].endswith(".0") and siren_number.is_valid(r["siren"][:-2]) for r in rows
    )


def test_bodies_administer_what_their_code_names(mapped: Mapped, national_known: Known) -> None:
    said, tally = mapped("identifiants-collectivites/2022")
    for table, kind, count in (
        ("communes", "commune", 34968),
        ("departements", "departement", 99),
        ("regions", "region", 17),
    ):
        rows = raw(f"{IDENTIFIERS}/identifiants_{table}_2022.csv")
        assert len(rows) == count
        for row in rows:
            assert f"{kind}/{row['COG']}" in said[f"actor/{row['SIREN']}", "administers"]
    groups = raw(f"{IDENTIFIERS}/identifiants_epci_2022.csv")
    assert len(groups) == 1267
    for row in groups:
        (territory,) = said[f"actor/{row['SIREN']}", "administers"]
        assert territory in (f"epci/{row['SIREN']}", f"ept/{row['SIREN']}")
    assert tally.corrected["row-repeated"] >= 1  # 200093201 is there as an EPCI and as an EPT
    assert not tally.rejections
    # Paris is one body of two territories, named once.
    assert said["actor/217500016", "administers"] == {"commune/75056", "departement/75"}
    assert said["actor/217500016", "label"] == {"Commune : Paris@fr", "Commune: Paris@en"}
    assert said["actor/220200026", "exactMatch"] == {"actor/departement-aisne"}
    base = {iri for iri in national_known.subjects if "/id/actor/" in iri}
    named = {s for s, p in said if p == "label"}
    assert not {f"https://w3id.org/empilement/id/{each}" for each in named} & base


def test_communes_that_hold_money_once_and_three_times(
    mapped: Mapped, successor: dict[str, str], today: dict[str, str], communes: dict[str, str]
) -> None:
    first = [r for r in raw(GRANTS_2018) if r["ECHELON"] == "Commune"]
    second = {r["id_terr"] for r in raw(GRANTS_2019) if r["echelon"] == "commune"}
    green = raw(GREEN)
    third = {r["code_commune"] for r in green} - {"NULL"}
    # As published: by CODGEO in 2018, every code as it stands.
    published = {r["CODGEO"] for r in first}
    assert len(published | second | third) == 23784
    assert len(published & second) == 8770
    assert len(published & second & third) == 2532
    # CODGEO has two codes of nothing, 512330 and 97363, which INSEECOM has right.
    right = {r["INSEECOM"] for r in first}
    assert {"512330", "97363", "ZZZZZ"} & (published | right) == {"512330", "97363", "ZZZZZ"}
    assert published - right == {"512330", "97363"}
    assert len(right | second | third) == 23784 - 2
    assert len(right & second & third) == 2532 + 1
    # The graph tells no more of codes of nothing, joins what has merged, and seats in itself a
    # commune filed under another.
    places = [
        {successor[code] for code in right if code in successor},
        {successor[code] for code in second},
        {seat for seat in seats(green, successor, today, communes) if seat},
    ]
    stated = [
        {
            value.partition("/")[2]
            for (_, prop), values in mapped(identifier)[0].items()
            if prop == "beneficiarySeat"
            for value in values
            if value.partition("/")[0] in ("commune", "arrondissement-municipal")
        }
        for identifier in SEATED
    ]
    assert stated == places
    assert len(set.union(*stated)) == len(set.union(*places))
    assert 0 < 23784 - len(set.union(*stated)) < 300
    assert abs(2532 - len(set.intersection(*stated))) < 30
