"""Public money: each list as its raw file gives it, and the communes that hold some."""

import csv
import json
import re
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from stdnum.fr import siren as siren_number

from ingest.known import Known
from ingest.tables import Tally
from tests.ingest.listed import DATA, Said, deployments, files_of, map_files, read, source_of

pytestmark = pytest.mark.shared
MONEY = DATA / "money"
GRANTS_2018 = MONEY / "dotations-investissement-2018/projets_di_2018.csv"
GRANTS_2019 = MONEY / "dotations-investissement-2019/projets_dotations_investissement_2019.csv"
GREEN = MONEY / "fonds-vert-2023/fonds_vert_2023_p380.csv"
REGION = MONEY / "fonds-vert-2024-paca/paca_2024_map_data.json"
PLACES = MONEY / "fonds-vert-2024-paca/corrections_2023.json"
EUROPEAN = MONEY / "feder-fse-operations-2014-2020/operations_feder_fse_2016-07-11.csv"
IDENTIFIERS = MONEY / "identifiants-collectivites-2022"
FORM = MONEY / "detr-dsil-form-vocabularies"
SOURCES = (
    "dotations-investissement/2018",
    "dotations-investissement/2019",
    "fonds-vert/2023",
    "fonds-vert-region/2024",
    "fonds-vert-lieux/2023",
    "operations-feder-fse/2016-07-11",
    "identifiants-collectivites/2022",
    "formulaire-detr-dsil/2025-10",
)
# Said of each record and sum alike: left unread for speed, but for the first rows.
DULL = re.compile(r"def#(?:recordOf|rowNumber|SourceRecord)> |/[0-9]{2,}> \S+def#recordKey> ")
Rows = list[dict[str, str]]
Mapped = dict[str, tuple[Said, Tally]]


def raw(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> Decimal:
    return Decimal(re.sub(r"\s", "", text).replace(",", "."))


def in_millions(amounts: Decimal) -> Decimal:
    return round(amounts / 1_000_000, 1)


def sums(said: Said, instrument: str) -> list[Decimal]:
    """Return the sums of the awards of an instrument, each commitment once."""
    return [
        Decimal(next(iter(said[commitment, "amount"])))
        for key in deployments(said, instrument)
        for commitment in said.get((f"deployment/{instrument}/{key}", "hasCommitment"), ())
    ]


@pytest.fixture(scope="module")
def mapped(national_known: Known) -> Mapped:
    found = {}
    for identifier in SOURCES:
        source = source_of(identifier)
        lines, tally = map_files(source, files_of(source), national_known)
        found[identifier] = read(line for line in lines if not DULL.search(line)), tally
    return found


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


@pytest.mark.parametrize(
    ("identifier", "instrument", "rows", "millions"),
    [
        ("dotations-investissement/2018", "fr-detr", 21474, "1004.6"),
        ("dotations-investissement/2018", "fr-dsil", 4821, "621.9"),
        ("dotations-investissement/2019", "fr-detr", 20382, "977.6"),
        ("dotations-investissement/2019", "fr-dsil", 4079, "554.5"),
        ("dotations-investissement/2019", "fr-dsid", 350, "175.9"),
        ("operations-feder-fse/2016-07-11", "eu-erdf-2014", 1032, "313.4"),
        ("operations-feder-fse/2016-07-11", "eu-esf-2014", 407, "109.2"),
        ("operations-feder-fse/2016-07-11", "eu-iej-2014", 381, "52.8"),
    ],
)
def test_each_row_is_an_award_and_sums_are_those_published(
    mapped: Mapped, identifier: str, instrument: str, rows: int, millions: str
) -> None:
    said, _ = mapped[identifier]
    assert len(deployments(said, instrument)) == rows
    assert in_millions(sum(sums(said, instrument), Decimal())) == Decimal(millions)


def test_no_award_has_a_perimeter_or_a_place_of_works(mapped: Mapped) -> None:
    for said, _ in mapped.values():
        assert not {prop for _, prop in said} & {"perimeter", "worksLocation", "beneficiaryName"}


def test_a_grant_says_what_its_row_says(mapped: Mapped) -> None:
    said, _ = mapped["dotations-investissement/2018"]
    award = "deployment/fr-detr/2018di00002"
    assert said[award, "type"] == {"FundingAward"}
    assert said[award, "label"] == {"mise aux normes d’accessibilité de la mairie@fr"}
    assert said[award, "totalCost"] == {"24247"}
    assert said[award, "beneficiarySeat"] == {"commune/01005"}
    assert said[award, "beneficiary"] == {"actor/210100053"}
    assert said["actor/210100053", "label"] == {
        "Commune : Ambérieux-en-Dombes@fr",
        "Commune: Ambérieux-en-Dombes@en",
    }
    assert said[f"{award}/amount", "amount"] == {"9698"}
    assert said[f"{award}/amount", "amountStage"] == {"amount-stage/committed"}
    assert said[f"{award}/amount", "currency"] == {"EUR"}
    assert said[f"{award}/amount", "fiscalYear"] == {"2018"}
    (record,) = said[award, "supportedBy"]
    assert said[record, "recordKey"] == {"projets_di_2018.csv#3"}


def test_categories_stay_the_words_of_their_list(mapped: Mapped) -> None:
    for identifier, words, count in (
        ("dotations-investissement/2018", "Catégorie : 7 - Contrat de ruralité@fr", 1874),
        ("dotations-investissement/2019", "Catégorie : 8 - Contrat de Ruralité@fr", 1566),
    ):
        said, _ = mapped[identifier]
        noted = [s for (s, p), v in said.items() if p == "recordNote" and words in v]
        assert len(noted) == count


def test_numbers_of_spreadsheets_are_read_and_absurd_ones_left_out(mapped: Mapped) -> None:
    said, tally = mapped["dotations-investissement/2018"]
    rows = raw(GRANTS_2018)
    respelt = [r for r in rows if re.search(r"[,\s]", r["COUT"])]
    assert tally.corrected["number-respelt"] == len(respelt) > 5900
    for row in respelt[:50]:
        award = f"deployment/fr-{row['DOT'].lower()}/{row['IDENTIFIANT'].lower()}"
        assert {Decimal(v) for v in said[award, "totalCost"]} == {number(row["COUT"])}
    zero = [r for r in rows if number(r["SUBVENTION"]) == 0 or r["COUT"] == "0"]
    assert tally.uncertain["zero-amount"] == len(zero) == 2
    assert ("deployment/fr-detr/2018di15874", "type") in said or (
        "deployment/fr-dsil/2018di15874",
        "type",
    ) in said
    below = [
        r
        for r in rows
        if r["COUT"] not in ("", "0") and number(r["SUBVENTION"]) > number(r["COUT"])
    ]
    assert tally.uncertain["cost-below-aid"] == len(below) > 0
    for row in (*zero, *below):
        award = f"deployment/fr-{row['DOT'].lower()}/{row['IDENTIFIANT'].lower()}"
        assert said[award, "type"] == {"FundingAward"}
    for row in below:
        award = f"deployment/fr-{row['DOT'].lower()}/{row['IDENTIFIANT'].lower()}"
        assert (award, "totalCost") not in said
    assert {r["IDENTIFIANT"].lower() for r in rows if not r["DESCRIPTION"].strip()} == {
        key
        for instrument in ("fr-detr", "fr-dsil")
        for key in deployments(said, instrument)
        if (f"deployment/{instrument}/{key}", "label") not in said
    }


def test_a_syndicate_has_a_number_and_no_seat(mapped: Mapped) -> None:
    said, tally = mapped["dotations-investissement/2018"]
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
    said, tally = mapped["dotations-investissement/2018"]
    former = {s for (s, p), v in said.items() if p == "type" and "FormerIntermunicipality" in v}
    assert "epci/243901071" in former  # CC Région d'Orgelet, merged in 2020
    assert said["epci/243901071", "altLabel"] == {"CC Région d’Orgelet@fr"}
    rows = [r for r in raw(GRANTS_2018) if r["INSEEEPCI"] == "243901071"]
    for row in rows:
        award = f"deployment/fr-{row['DOT'].lower()}/{row['IDENTIFIANT'].lower()}"
        assert said[award, "beneficiarySeat"] == {"epci/243901071"}
    assert tally.corrected["ended-epci"] >= len(rows) == 5


def test_seats_of_grants_follow_their_codes(mapped: Mapped, successor: dict[str, str]) -> None:
    said, tally = mapped["dotations-investissement/2018"]
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
    said, tally = mapped["dotations-investissement/2019"]
    sirens = {r["COG"]: r["SIREN"] for r in raw(IDENTIFIERS / "identifiants_departements_2022.csv")}
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


def test_rows_of_one_file_number_add_up(mapped: Mapped) -> None:
    said, tally = mapped["fonds-vert/2023"]
    rows = raw(GREEN)
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    counts: Counter[str] = Counter()
    for row in rows:
        totals[row["numero_dossier_ds"]] += Decimal(row["montant_engage"])
        counts[row["numero_dossier_ds"]] += 1
    nameless = counts.pop("Non Renseigné")
    assert tally.uncertain["key-absent"] == nameless == 6
    assert tally.corrected["row-cumulative"] == sum(counts.values()) - len(counts)
    keys = deployments(said, "fr-fondsvert")
    assert len(keys) == len(counts) + nameless
    for key in counts:
        parts = said[f"deployment/fr-fondsvert/{key}", "hasCommitment"]
        assert len(parts) == counts[key]
        found = sum((Decimal(next(iter(said[each, "amount"]))) for each in parts), Decimal())
        assert found == totals[key]
    assert round(sum(sums(said, "fr-fondsvert"), Decimal())) == 1_956_354_884
    # One file for Loue Lison and its communes: each sum goes to one of them.
    shared = "deployment/fr-fondsvert/11546871"
    takers = [said[each, "commitmentTo"] for each in said[shared, "hasCommitment"]]
    assert len(set.union(*takers)) == len(said[shared, "beneficiary"]) > 10
    assert (shared, "label") not in said


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


def test_a_missing_commune_does_not_lose_the_award(
    mapped: Mapped, successor: dict[str, str], today: dict[str, str], communes: dict[str, str]
) -> None:
    said, tally = mapped["fonds-vert/2023"]
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
    said, tally = mapped["fonds-vert/2023"]
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


def test_the_reworked_region_is_doubted_and_places_nothing(mapped: Mapped) -> None:
    said, _ = mapped["fonds-vert-region/2024"]
    items = json.loads(REGION.read_text("utf-8"))
    keys = deployments(said, "fr-fondsvert")
    assert len(keys) == sum(len(each["projets"]) for each in items) == 568
    assert in_millions(sum(sums(said, "fr-fondsvert"), Decimal())) == Decimal("138.1")
    assert all(key.startswith("2024-paca-") for key in keys)
    trust = {said[f"deployment/fr-fondsvert/{key}", "confidence"].pop() for key in keys}
    assert trust == {"confidence/doubtful"}
    for each in items:
        for rank, project in enumerate(each["projets"], start=1):
            award = f"deployment/fr-fondsvert/2024-paca-{each['code']}-{rank}"
            for seat in said.get((award, "beneficiarySeat"), ()):
                assert project["siren"].startswith("2"), project
                assert seat.startswith("commune/")


def test_places_proposed_are_said_by_who_proposes_them(mapped: Mapped) -> None:
    said, tally = mapped["fonds-vert-lieux/2023"]
    places = json.loads(PLACES.read_text("utf-8"))
    fallback = [key for key, each in places.items() if each["source"].startswith("dept_fallback")]
    assert len(fallback) == len(tally.rejections) == 20
    for file, each in places.items():
        statement = f"statement/fonds-vert-lieux/2023/{file}"
        if file in fallback:
            assert (statement, "type") not in said
            continue
        seat = each["source"].startswith("benef")
        assert said[statement, "subject"] == {f"deployment/fr-fondsvert/{file}"}
        assert said[statement, "predicate"] == {"beneficiarySeat" if seat else "worksLocation"}
        assert said[statement, "object"] == {f"commune/{each['code_commune']}"}
        assert said[statement, "confidence"] == {"confidence/doubtful"}
        assert said[statement, "heldBy"] == {"https://w3id.org/empilement/publisher/brunocpu"}


def test_european_operations_are_dated_and_name_nobody(mapped: Mapped) -> None:
    said, tally = mapped["operations-feder-fse/2016-07-11"]
    rows = raw(EUROPEAN)
    cost, aid = "Total dépenses éligibles", "Montant UE programmé - Union co-financing rate"
    begin = "Date de début de l'opération - operation start date"
    end = "Date de fin de l'opération - operation end date"
    unknown = [r for r in rows if r["Fonds"] == "NR"]
    assert len(unknown) == 14
    assert Counter(r.reason for r in tally.rejections) == {"no fund: NR": 14}
    kept = [r for r in rows if r["Fonds"] != "NR"]
    above = [r for r in kept if Decimal(r[cost]) > 0 and Decimal(r[aid]) > Decimal(r[cost])]
    assert tally.uncertain["cost-below-aid"] == len(above) == 43
    backwards = [r for r in kept if r[end] < r[begin]]
    assert tally.uncertain["dates-reversed"] == len(backwards) > 0
    first = "deployment/eu-esf-2014/2016-07-11-2"
    assert said[first, "label"] == {"CRAC : Classes Relais Arts et Culture@fr"}
    assert said[first, "validFrom"] == said[first, "certainFrom"] == {"2014-09-01"}
    assert said[first, "validBefore"] == said[first, "certainBefore"] == {"2015-09-01"}
    assert said[f"{first}/amount", "amount"] == {"34972.64"}
    assert said[f"{first}/amount", "amountStage"] == {"amount-stage/programmed"}
    dated = {s for s, p in said if p == "validFrom"}
    assert len(dated) == len(kept) - len(backwards)
    assert {s for s, p in said if p == "observedOn"} == {
        s for (s, p), v in said.items() if p == "type" and "FundingAward" in v
    } - dated
    assert not {p for _, p in said} & {"beneficiary", "beneficiarySeat", "sirenCode"}
    everything = {text for values in said.values() for text in values}
    names = {r["Nom du bénéficiaire - beneficiary name"] for r in rows}
    titles = {r["Intitulé du projet  - operation name"].strip() for r in rows}
    assert len(names - titles) > 500
    assert not {f"{name}@fr" for name in names - titles} & everything


def test_bodies_administer_what_their_code_names(mapped: Mapped, national_known: Known) -> None:
    said, tally = mapped["identifiants-collectivites/2022"]
    for table, kind, count in (
        ("communes", "commune", 34968),
        ("departements", "departement", 99),
        ("regions", "region", 17),
    ):
        rows = raw(IDENTIFIERS / f"identifiants_{table}_2022.csv")
        assert len(rows) == count
        for row in rows:
            assert f"{kind}/{row['COG']}" in said[f"actor/{row['SIREN']}", "administers"]
    groups = raw(IDENTIFIERS / "identifiants_epci_2022.csv")
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


def test_choices_of_the_form_are_records_of_a_test_copy(mapped: Mapped) -> None:
    said, tally = mapped["formulaire-detr-dsil/2025-10"]
    lists, categories = (
        raw(FORM / "listes_controlees.csv"),
        raw(FORM / "categories_detr_par_departement.csv"),
    )
    assert (len(lists), len(categories)) == (51, 1646)
    assert tally.read == 51 + 1646 and not tally.rejections
    start = "record/formulaire-detr-dsil/2025-10"
    for row in lists:
        assert said[f"{start}/{row['liste']}/{row['rang']}", "label"] == {f"{row['libelle']}@fr"}
    for row in categories:
        record = f"{start}/detr-{row['code_departement']}/{row['rang']}"
        assert said[record, "label"] == {f"{row['libelle'].strip()}@fr"}
        assert said[record, "confidence"] == {"confidence/doubtful"}
    assert Counter(row["liste"] for row in lists) == {
        "zonage": 12,
        "contractualisation": 12,
        "cofinancement": 8,
        "dsil_eligibilite": 7,
        "nature_porteur": 6,
        "objectif_environnemental": 6,
    }


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
            for (_, prop), values in mapped[identifier][0].items()
            if prop == "beneficiarySeat"
            for value in values
            if value.partition("/")[0] in ("commune", "arrondissement-municipal")
        }
        for identifier in SOURCES[:3]
    ]
    assert stated == places
    assert len(set.union(*stated)) == len(set.union(*places))
    assert 0 < 23784 - len(set.union(*stated)) < 300
    assert abs(2532 - len(set.intersection(*stated))) < 30
