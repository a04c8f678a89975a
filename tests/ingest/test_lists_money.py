"""Public money: each award, its sum and its dates, as the raw file gives them."""

import json
import re
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from tests.ingest.listed import DATA, Mapped, Said, deployments, raw

pytestmark = pytest.mark.shared
GRANTS_2018 = "money/dotations-investissement-2018/projets_di_2018.csv"
GREEN = "money/fonds-vert-2023/fonds_vert_2023_p380.csv"
REGION = "money/fonds-vert-2024-paca/paca_2024_map_data.json"
PLACES = "money/fonds-vert-2024-paca/corrections_2023.json"
EUROPEAN = "money/feder-fse-operations-2014-2020/operations_feder_fse_2016-07-11.csv"
FORM = "money/detr-dsil-form-vocabularies"
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
    said, _ = mapped(identifier)
    assert len(deployments(said, instrument)) == rows
    assert in_millions(sum(sums(said, instrument), Decimal())) == Decimal(millions)


def test_no_award_has_a_perimeter_or_a_place_of_works(mapped: Mapped) -> None:
    for said, _ in map(mapped, SOURCES):
        assert not {prop for _, prop in said} & {"perimeter", "worksLocation", "beneficiaryName"}


def test_a_grant_says_what_its_row_says(mapped: Mapped) -> None:
    said, _ = mapped("dotations-investissement/2018")
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
        said, _ = mapped(identifier)
        noted = [s for (s, p), v in said.items() if p == "recordNote" and words in v]
        assert len(noted) == count


def test_numbers_of_spreadsheets_are_read_and_absurd_ones_left_out(mapped: Mapped) -> None:
    said, tally = mapped("dotations-investissement/2018")
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


def test_rows_of_one_file_number_add_up(mapped: Mapped) -> None:
    said, tally = mapped("fonds-vert/2023")
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


def test_the_reworked_region_is_doubted_and_places_nothing(mapped: Mapped) -> None:
    said, _ = mapped("fonds-vert-region/2024")
    items = json.loads((DATA / REGION).read_text("utf-8"))
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
    said, tally = mapped("fonds-vert-lieux/2023")
    places = json.loads((DATA / PLACES).read_text("utf-8"))
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
    said, tally = mapped("operations-feder-fse/2016-07-11")
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


def test_choices_of_the_form_are_records_of_a_test_copy(mapped: Mapped) -> None:
    said, tally = mapped("formulaire-detr-dsil/2025-10")
    lists, categories = (
        raw(f"{FORM}/listes_controlees.csv"),
        raw(f"{FORM}/categories_detr_par_departement.csv"),
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
