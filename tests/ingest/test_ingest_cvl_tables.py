"""Tests of the worked-case tables against the facts (copied by hand) and the COG package."""

import csv
import json
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "ingest" / "tables" / "cvl"
COG = ROOT / "node_modules" / "@etalab" / "decoupage-administratif" / "data"
Row = dict[str, str]
TMVL = "243700754"
NATIONAL = {"etat", "region-centre-val-de-loire"}  # described by the catalogue
REC = "cvl-reciprocite-tours"
EPCIS = "actor-category:epci"
COORDINATION = {"conference-presidents-intercommunalites-37", "agence-urbanisme-tours"}

KEYS = (
    "deployments instrument,key|members instrument,key,kind,code|actors id|spaces id|claims id|"
    "participations instrument,key,actor,role|indicators id|not_found id|"
    "observations indicator,area_kind,area_code,area_type_fr,period"
)
SLUGS = {
    "confidence": "seed sourced general-knowledge doubtful derived unknown",
    "class": "Deployment Contract ReciprocityContract PlanInForce LabelAward EngineeringSupport "
    "LocalAuthority DeconcentratedService CoordinationBody MixedSyndicate",
    "status": "in-force closed proposed unsigned announced",
    "amount_stage": "announced programmed committed paid",
    "extent": "whole part unknown",
    "role": "signatory carrier coordination approval adoption manager partner",
    "resource": "money service staff expertise land knowledge unspecified",
    "theme": "alimentation developpement-economique tourisme marketing-territorial mobilite "
    "energie-dechets prevention-inondations culture couverture-4g",
    "qualifier": "exact about more-than less-than range",
    "kind": "commune epci departement region espace criticism judgement recommendation scenario",
    "polarity": "positive negative mixed neutral",
}
# CRTE of the region, copied from the facts (section 4): id, member EPCI, communes of the region
# in file D1 (geography of 2023).
CRTE_FACTS = """
18-1 1 17|18-2 2 50|18-3 4 49|18-4 4 86|18-5 5 81|28-1 1 66|28-2 1 75|28-3 1 39|28-4 1 33|28-5 1 48
28-6 2 42|28-7 3 57|36-1 4 48|36-2 3 51|36-3 2 26|36-4 3 56|36-5 1 30|36-6 1 21|36-7 1 12|37-1 1 22
37-2 1 16|37-3 1 15|37-4 1 14|37-5 1 19|37-6 1 67|37-7 1 22|37-8 1 40|37-9 1 28|37-10 1 10
37-11 1 19|41-1 1 43|41-2 2 46|41-3 3 100|41-4 3 25|41-5 2 49|45-1 1 22|45-2 3 49|45-3 2 48
45-4 3 78|45-5 2 31|45-6 4 94|45-7 1 7
"""
# From D1 (communes of 2023) to COG 2026: Lugny-Bourbonnais (18131) merged out of 18-4; Barmainville
# and Neuvy-en-Beauce (28025, 28276) merged in 28-5; Bordeaux-en-Gâtinais (45041) changed EPCI.
COG_DRIFT = {"18-4": -1, "28-5": -2, "45-4": -1, "45-6": +1}
# Names of the end-2022 list (D2) that the EPCI no longer bears in COG 2026.
RENAMED_EPCI = {
    ("243600293", "CC de la Région de Levroux"),  # now CC Levroux Boischaut Champagne
    ("243700820", "CC de Bléré Val de Cher"),  # now CC Autour de Chenonceaux Bléré-Val de Cher
    ("200073237", "CC de Gâtine et Choisilles - Pays de Racan"),  # now CC de Gâtine-Racan
}


def read(name: str) -> list[Row]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def cog(name: str) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads((COG / f"{name}.json").read_text(encoding="utf-8"))
    return content


def pairs(text: str) -> dict[str, str]:
    """Read ``a 1|b 2`` into a dictionary."""
    return dict(item.rsplit(" ", 1) for item in text.split("|"))


BY_DEPARTEMENT = ("18", "28", "36", "37", "41", "45")


def of(rows: list[Row], instrument: str, key: str | None = None) -> list[Row]:
    return [r for r in rows if r["instrument"] == instrument and key in (None, r["key"])]


def plain(text: str) -> str:
    text = unicodedata.normalize("NFD", text.lower().replace("œ", "oe"))
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"[\u0300-\u036f]", "", text)).strip()


COMMUNES = {c["code"]: c for c in cog("communes") if c["type"] == "commune-actuelle"}
EPCI = {e["code"]: e for e in cog("epci")}
IN_REGION = {
    code: sum(COMMUNES[m["code"]]["region"] == "24" for m in e["membres"])
    for code, e in EPCI.items()
}
DEPARTEMENT_OF = {
    c: {COMMUNES[m["code"]]["departement"] for m in e["membres"]} for c, e in EPCI.items()
}
MAJORITY = {c for c, n in IN_REGION.items() if 2 * n > len(EPCI[c]["membres"])}
DEPLOYMENTS, MEMBERS, PARTICIPATIONS = read("deployments"), read("members"), read("participations")


NAMES: dict[str, dict[str, str]] = {
    "commune": {code: c["nom"] for code, c in COMMUNES.items()},
    "epci": {code: e["nom"] for code, e in EPCI.items()},
    "departement": {d["code"]: d["nom"] for d in cog("departements")},
    "region": {r["code"]: r["nom"] for r in cog("regions")},
    "pays": {"FR": "France"},
    "espace": {r["id"]: r["name_fr"] for r in read("spaces")},
}


def crte_members() -> dict[str, list[str]]:
    members: dict[str, list[str]] = defaultdict(list)
    for row in of(MEMBERS, "fr-crte"):
        members[row["key"]].append(row["code"])
    return members


@pytest.mark.parametrize("name", sorted(path.stem for path in TABLES.glob("*.csv")))
def test_slugs_sources_and_languages(name: str) -> None:
    for row in read(name):
        for column, slugs in SLUGS.items():
            value = row.get(column, "")
            assert not value or value in slugs.split(), (name, column, value)
        assert row.get("confidence", "none here"), row
        for code in row.get("sources", "GK").split(";"):
            assert re.fullmatch(r"[FD]\d+|S\d+[bc]?|GK", code), row
        for column in (c for c in row if c.endswith("_fr")):
            assert bool(row[column]) == bool(row[column.removesuffix("_fr") + "_en"]), row


def test_keys_are_unique_and_resolve() -> None:
    for name, key in pairs(KEYS).items():
        counts = Counter(tuple(row[k] for k in key.split(",")) for row in read(name))
        assert [k for k, n in counts.items() if n > 1] == []
    known = {(r["instrument"], r["key"]) for r in DEPLOYMENTS}
    assert {(r["instrument"], r["key"]) for r in MEMBERS + PARTICIPATIONS} <= known


def test_dates_are_written_to_their_precision() -> None:
    for row in DEPLOYMENTS:
        for value in [row["start"], row["end"], *row["observed"].split(";")]:
            assert re.fullmatch(r"|\d{4}(-(0[1-9]|1[0-2])(-([0-2]\d|3[01]))?)?", value), row
        if row["start"] and row["end"]:
            assert row["start"][:4] <= row["end"][:4]
        assert bool(row["amount_eur"]) == bool(row["amount_stage"])


def test_member_codes_exist_in_the_cog_under_their_name() -> None:
    unmatched = set()
    for row in MEMBERS + read("space_members"):
        code, name = row["code"], row["name"].split(" (agglomération")[0]
        if plain(NAMES[row["kind"]][code]) != plain(name):
            unmatched.add((code, name))
    assert unmatched == RENAMED_EPCI


def test_actors_of_participations_are_known() -> None:
    local = {r["id"]: r for r in read("actors")}
    for row in PARTICIPATIONS:
        assert row["actor"] in local or row["actor"] in EPCI or row["actor"] in NATIONAL, row
    assert not set(local) & set(EPCI), "EPCI actors are built from the COG"
    forms = Counter(r["acronym"] for r in local.values() if r["class"] == "MixedSyndicate")
    assert forms == {"PETR": 6, "SMO": 10, "SMF": 2}
    for row in local.values():
        assert row["siren"] == (row["id"] if row["id"].isdigit() else "")


def test_crte_are_forty_two_by_departement() -> None:
    keys = [r["key"] for r in of(DEPLOYMENTS, "fr-crte")]
    counts = Counter(k.split("-")[2] for k in keys)
    assert [counts.pop(d) for d in BY_DEPARTEMENT] == [5, 7, 7, 11, 5, 7]
    assert not counts
    assert all(r["programme_code"] == r["key"] for r in of(DEPLOYMENTS, "fr-crte"))
    sizes = Counter("mono" if len(m) == 1 else "pluri" for m in crte_members().values())
    assert sizes == {"mono": 23, "pluri": 19}
    members = [code for members in crte_members().values() for code in members]
    assert len(members) == len(MAJORITY) == 79, "each EPCI of the region in exactly one CRTE"
    assert set(members) == MAJORITY


def test_crte_sizes_agree_with_the_facts_and_the_cog() -> None:
    members = crte_members()
    facts = [f.split() for line in CRTE_FACTS.split("\n") for f in line.split("|") if f]
    assert len(facts) == 42
    recomputed = {}
    for short, epci_count, communes in facts:
        codes = members[f"crte-24-{short}"]
        recomputed[short] = sum(IN_REGION[c] for c in codes)
        assert len(codes) == int(epci_count), short
        assert recomputed[short] == int(communes) + COG_DRIFT.get(short, 0), short
    assert min(recomputed, key=recomputed.__getitem__) == "45-7"
    assert max(recomputed, key=recomputed.__getitem__) == "41-3"
    assert (recomputed["45-7"], recomputed["41-3"]) == (7, 100)
    communes = sum(c["region"] == "24" for c in COMMUNES.values())
    assert communes - sum(recomputed.values()) == 6, "six communes depend on a neighbouring CRTE"


def test_crte_signatures_and_carriers() -> None:
    dates = {r["key"][8:]: r["start"] for r in of(DEPLOYMENTS, "fr-crte") if r["start"]}
    given = "28-2 2021-09-29|37-1 2022-03-03|37-8 2021-12-02|37-11 2021-10-12|41-1 2021-10-18"
    assert dates == pairs(given)
    for row in of(DEPLOYMENTS, "fr-crte"):
        rows = of(PARTICIPATIONS, "fr-crte", row["key"])
        signatories = {r["actor"] for r in rows if r["role"] == "signatory"}
        expected = {"etat", *crte_members()[row["key"]]}
        if row["key"] == "crte-24-37-1":
            expected |= {"departement-indre-et-loire", "region-centre-val-de-loire"}
        assert signatories == expected
        assert {r["date"] for r in rows if r["role"] == "signatory"} == {row["start"]}
        carriers = {r["actor"] for r in rows if r["role"] == "carrier"}
        assert carriers == set(row["carrier"].split(";"))
        assert row["observed"] == "2023-01-05"


def test_town_programmes() -> None:
    acv1, acv2, pvd = (
        {r["code"] for r in of(MEMBERS, i)} for i in ("fr-acv1", "fr-acv2", "fr-pvd")
    )
    assert (len(acv1), len(acv2), len(pvd)) == (13, 14, 99)
    assert acv2 - acv1 == {"28088"}, "Châteaudun is not on the March 2018 list"
    assert not acv2 & pvd
    counts = Counter(code[:2] for code in pvd)
    assert [counts[d] for d in BY_DEPARTEMENT] == [17, 18, 16, 16, 17, 15]
    assert {r["start"] for r in of(DEPLOYMENTS, "fr-acv1")} == {"2018-03"}
    assert not any(r["start"] for r in of(DEPLOYMENTS, "fr-acv2") + of(DEPLOYMENTS, "fr-pvd"))
    for row in of(DEPLOYMENTS, "fr-pvd"):
        early = ["2020-11-16"] if row["key"][:2] == "37" else []
        assert row["observed"].split(";") == [*early, "2024-07-01"]
        assert row["programme_code"] == ""
        assert row["confidence"] == ("doubtful" if row["key"] == "28103" else "sourced")


def test_cites_educatives_bear_on_a_part_of_seven_groups() -> None:
    members = of(MEMBERS, "fr-cites-educ")
    keys = {r["key"].removeprefix("cite-") for r in members}
    assert keys == {"010", "023", "054", "092", "101", "134", "200"}
    assert {r["name"] for r in members if r["key"] == "cite-023"} == {"Dreux", "Vernouillet"}
    assert {r["extent"] for r in members} == {"part"}


def test_ort_of_indre_et_loire() -> None:
    rows = {r["key"]: r for r in of(DEPLOYMENTS, "fr-ort")}
    given = "2019-12-20 4|2021-03-31 2|2023-01-17 1|2023-06-08 3|2023-07-03 3|2023-07-11 3| 1"
    counts = Counter(r["start"] for r in rows.values())
    assert [f"{date} {n}" for date, n in counts.items()] == given.split("|")
    assert rows["37-37072"]["start"] == rows["37-37132"]["start"] == "2019-12-20"
    assert [k for k, r in rows.items() if r["status"] == "unsigned"] == ["37-37167"]
    assert {r["extent"] for r in of(MEMBERS, "fr-ort")} == {"part"}
    towns = {r["code"] for r in of(MEMBERS, "fr-pvd") if r["code"][:2] == "37"}
    assert {r["code"] for r in of(MEMBERS, "fr-ort")} == towns | {"37072"}


def test_reciprocity_contracts_link_the_metropole_to_each_other_epci() -> None:
    rows = of(DEPLOYMENTS, REC)
    assert {r["key"] for r in rows} == {c for c, d in DEPARTEMENT_OF.items() if d == {"37"}} - {
        TMVL
    }
    assert len(rows) == 10
    for row in rows:
        assert (row["class"], row["start"], row["end"]) == ("ReciprocityContract", "2019", "2021")
        assert row["amount_eur"] == ""
        pair = {TMVL, row["key"]}
        part = of(PARTICIPATIONS, REC, row["key"])
        assert {r["actor"] for r in part if r["role"] == "signatory"} == pair
        assert {r["actor"] for r in part if r["role"] == "coordination"} == COORDINATION
        members = of(MEMBERS, REC, row["key"])
        assert {(r["code"], r["extent"]) for r in members} == {(c, "whole") for c in pair}


def test_commitments_are_a_model_and_name_no_contract() -> None:
    rows = read("commitments")
    assert {(r["instrument"], r["key"]) for r in rows} == {(REC, "*")}
    assert Counter((r["from"], r["to"]) for r in rows) == {(TMVL, EPCIS): 2, (EPCIS, TMVL): 3}
    assert {r["resource"] for r in rows if r["from"] == TMVL} == {"staff", "money"}
    assert {r["theme"] for r in rows} == {"", "alimentation", "energie-dechets"}
    assert {r["sources"] for r in rows} == {"F130", "F131"}


def test_plans_and_regional_contracts() -> None:
    by = {(r["instrument"], r["key"]): r for r in DEPLOYMENTS}
    assert by["cvl-smaddet", TMVL]["start"] == "2018-10-22"
    cper = by["cvl-cper", "24"]
    assert (cper["start"], cper["end"]) == ("2022-03-07", "2027")
    assert (cper["amount_eur"], cper["amount_stage"]) == ("892590000", "announced")
    sraddet = {r["role"]: r["date"] for r in of(PARTICIPATIONS, "cvl-sraddet")}
    assert sraddet == {"adoption": "2019-12-19", "approval": "2020-02-04"}
    assert by["eu-prog-cvl", "2021FR16FFPR011"]["end"] == "2027"
    amounts = {r["key"]: r["amount_eur"] for r in of(DEPLOYMENTS, "cvl-crst")}
    assert amounts == pairs(
        "pnr-brenne 7290000|val-de-cher-romorantinais 11713000|loches-sud-touraine 9000000|"
        "foret-orleans-loire-sologne 10970000|tours-2014 42000000"
    )
    crst = {r["key"] for r in of(MEMBERS, "cvl-crst")}
    assert crst == {"pnr-brenne", "loches-sud-touraine"}, "no CRTE perimeter passes for a CRST"
    charters = {r["key"]: r["start"] for r in of(DEPLOYMENTS, "fr-pnr")}
    assert charters == {"brenne": "2010", "perche": "", "loire-anjou-touraine": "2025"}
    observations = read("observations")
    fabriques = {r["area_code"] for r in observations if r["indicator"] == "fabriques-prospectives"}
    assert fabriques == {"200090561", "200030385", TMVL, "241800507", "200071850"}


def test_tripartition() -> None:
    parts = Counter(f"{r['space']} {r['code']}" for r in read("space_members"))
    given = "franges-franciliennes 28134 28085 45252 45208|axe-ligerien 45234 41018 37261|sud 18 36"
    spaces = [item.split() for item in given.split("|")]
    assert parts == Counter(f"{space} {code}" for space, *codes in spaces for code in codes)
    parks = {r["id"] for r in read("spaces") if r["type"] == "park"}
    assert parks == {"parc-brenne", "parc-perche", "parc-loire-anjou-touraine"}


def value(indicator: str, area: str, **where: str) -> float:
    where |= {"indicator": indicator, "area_code": area}
    (found,) = (r for r in read("observations") if where.items() <= r.items())
    return float(found["value"])


def test_observations_point_to_known_areas_and_indicators() -> None:
    indicators = {r["id"] for r in read("indicators")}
    rows = read("observations")
    assert {r["indicator"] for r in rows} == indicators
    for row in rows:
        assert row["area_code"] in NAMES[row["area_kind"]], row
        float(row["value"])
        assert bool(row["value_max"]) == (row["qualifier"] == "range")


def test_observations_recomputed_from_the_cog() -> None:
    in_37 = sum(e["populationMunicipale"] for c, e in EPCI.items() if DEPARTEMENT_OF[c] == {"37"})
    for row in read("observations"):
        epci = EPCI.get(row["area_code"])
        if row["period"] != "COG 2026" or epci is None:
            continue
        expected = {
            "nombre-communes": len(epci["membres"]),
            "nombre-communes-region-24": IN_REGION[row["area_code"]],
            "population-municipale": epci["populationMunicipale"],
            "population-totale": epci["populationTotale"],
            "part-population-departement": round(100 * epci["populationMunicipale"] / in_37, 1),
        }
        assert float(row["value"]) == expected[row["indicator"]], row
    for code in BY_DEPARTEMENT:
        inside = [c for c in COMMUNES.values() if c["departement"] == code]
        assert value("nombre-communes", code) == len(inside)
        population = sum(int(c["population"]) for c in inside)
        assert value("population-somme-communes", code) == population


def test_observations_agree_with_each_other() -> None:
    rows = read("observations")
    for indicator in ("communes-pvd", "communes-villages-avenir", "communes-france-services"):
        wanted = {"indicator": indicator, "area_kind": "departement", "period": "2024"}
        parts = [int(r["value"]) for r in rows if wanted.items() <= r.items()]
        assert len(parts) == 6
        assert sum(parts) == value(indicator, "24", period="2024")
    qpv = [r for r in rows if r["indicator"] == "nombre-qpv" and r["area_kind"] == "departement"]
    assert sum(int(r["value"]) for r in qpv) == value("nombre-qpv", "24") == 57
    assert [r["confidence"] for r in qpv if r["area_code"] == "28"] == ["derived"]
    rural = ("bourgs-ruraux", "rural-disperse", "rural-tres-disperse")
    total = sum(value(f"nombre-communes-{n}", "24") for n in rural)
    assert total == value("nombre-communes-rurales", "24") == 1615
    axes = ("attractivite", "cohesion", "cohesion-complement", "transition", "mobilite")
    assert sum(value(f"cper-{a}", "24") for a in axes) == pytest.approx(1_277_000_000, rel=1e-3)
    tours = [
        r for r in rows if r["area_code"] in ("37261", TMVL) and r["indicator"] == "population"
    ]
    sizes = {r["area_type_fr"] for r in tours}
    assert sizes == {"métropole", "agglomération", "aire urbaine"}, "perimeter always told"


def test_claims_have_a_holder_and_keep_their_kind() -> None:
    rows = {r["id"]: r for r in read("claims")}
    judgements = "4 12 22 37 39 40 41 42 59 60 61 62 72 77 78 79 80 81 84 99 102 110 120 129 140"
    wanted = {f"f{n}" for n in f"{judgements} 8 38 150 151-funding 156 157".split()}
    assert {rows[i]["kind"] for i in wanted} == {"judgement", "criticism"}
    kinds = {(rows[i]["kind"], rows[i]["holder"]) for i in map("f{}".format, range(121, 127))}
    assert kinds == {("recommendation", "ceser-cvl")}
    assert all(r["holder"] and r["holder_name"] for r in rows.values())
    answers = pairs("f123 f151-extent|f124 f151-funding|f125 f140|f126 f140")  # facts, CQ51
    assert {i: r["addresses"] for i, r in rows.items() if r["addresses"]} == answers
    holders = pairs("f12 demaye-simoni|f62 carriere|f79 vanneaux|f99 taulelle|f156 gilli")
    assert {i: rows[i]["holder"] for i in holders} == holders
    crte = {i for i, r in rows.items() if "instrument:fr-crte" in r["about"].split(";")}
    assert crte == {"f59", "f60", "f61", "f62"}
    prefixes = {a.split(":")[0] for r in rows.values() for a in r["about"].split(";")}
    assert prefixes == {"instrument", "actor", "region", "epci", "espace", "theme", "scale", "kind"}


def test_every_recorded_gap_is_present() -> None:
    ids = {r["id"] for r in read("not_found")}
    section_15 = (
        "bassins-de-vie gal-2023-2027 reciprocite-themes reciprocite-dates-signature "
        "reciprocite-montants reciprocite-deuxieme-generation reciprocite-sept-metropoles "
        "frr-communes frrplus-communes scot-liste pcaet-liste cls-liste ctg-liste pat-liste "
        "feder-fse-total interreg-eligibilite gal-perimetres qpv-liste crte-dates pnr-communes"
    )
    without_contracts = ("cher", "indre", "loir-et-cher", "loiret")
    assert {f"contrats-departementaux-{d}" for d in without_contracts} <= ids
    assert set(section_15.split()) <= ids
