"""Questions on territories and dates against the facts: the stack, CQ1 to CQ13."""

from collections import Counter

import pytest

from queries.engine import Engine


def column(answer, name: str) -> list[str | None]:
    return [row[name] for row in answer]


@pytest.mark.built
def test_stack_of_tours_in_2024(built: Engine, rows):
    answer = rows(built, "stack", territory="37261", date="2024-07-01")
    by_instrument = {row["instrument"]: row for row in answer}
    crte = by_instrument["fr-crte"]
    # worked-case facts, §3: signed on 3 March 2022 by the métropole, which bears it for Tours.
    assert crte["from"] == "2022-03-03"
    assert (crte["member"], crte["relation"], crte["scale"]) == ("243700754", "inherited", "epci")
    assert crte["certainty"] == "certain"
    assert "S100" in crte["sources"].split("; ")
    # §13: the SRADDET is approved on 4 February 2020; it holds of the région as a whole.
    sraddet = by_instrument["cvl-sraddet"]
    assert (sraddet["from"], sraddet["relation"], sraddet["member"]) == (
        "2020-02-04",
        "collective",
        "24",
    )
    # §7: the label of Tours (cite-200) bears on neighbourhoods, not on the whole commune.
    assert by_instrument["fr-cites-educ"]["relation"] == "partial"
    # §5 and §6: Tours is neither an ACV nor a PVD town; F146: reciprocity ended in 2021.
    assert not {"fr-acv1", "fr-acv2", "fr-pvd", "cvl-reciprocite-tours"} & set(by_instrument)


@pytest.mark.built
def test_stack_of_a_pvd_commune_names_it_directly(built: Engine, rows):
    # §6: Loches 37132 is a PVD commune; §7: its ORT was signed on 20 December 2019, on a sector.
    answer = rows(built, "stack", territory="37132", date="2024-07-01")
    relation = {row["instrument"]: row["relation"] for row in answer}
    assert relation["fr-pvd"] == "direct"
    assert relation["fr-ort"] == "partial"
    assert relation["fr-crte"] == "inherited"


@pytest.mark.built
def test_observation_proves_its_day_only(built: Engine, rows):
    # §5: Bourges 18033 is an ACV town of the cross table of mid-2024; what came next is not known.
    for day, certainty in (("2024-07-01", "certain"), ("2025-09-09", "possible")):
        answer = rows(built, "stack", territory="18033", date=day)
        found = [row["certainty"] for row in answer if row["instrument"] == "fr-acv2"]
        assert found == [certainty]


@pytest.mark.built
def test_unsigned_contract_does_not_apply(built: Engine, rows):
    # §7: the ORT of Neuillé-Pont-Pierre 37167 is unsigned.
    answer = rows(built, "stack", territory="37167", date="2024-07-01")
    assert "fr-ort" not in column(answer, "instrument")
    assert "fr-pvd" in column(answer, "instrument")


@pytest.mark.built
def test_stack_of_wider_territories(built: Engine, rows):
    # §4: the CRTE of TMVL names the métropole: direct for it, partial for its département.
    metropole = rows(built, "stack", territory="243700754", date="2024-07-01")
    relation = {row["instrument"]: row["relation"] for row in metropole}
    assert relation["fr-crte"] == "direct"
    departement = rows(built, "stack", territory="departement/37", date="2024-07-01")
    crte = [row for row in departement if row["instrument"] == "fr-crte"]
    # §4: 11 CRTE in Indre-et-Loire, each of one EPCI.
    assert len(crte) == 11
    assert set(column(crte, "relation")) == {"partial"}
    region = rows(built, "stack", territory="region/24", date="2024-07-01")
    relations = {row["instrument"]: row["relation"] for row in region}
    assert relations["cvl-sraddet"] == "direct"


@pytest.mark.built
def test_cq1_levels_of_origin(built: Engine, rows):
    answer = rows(built, "instruments-of-a-commune", territory="37261", date="2024-07-01")
    pairs = {(row["origin"], row["instrument"]) for row in answer}
    assert ("state", "fr-crte") in pairs
    assert ("region", "cvl-sraddet") in pairs
    assert ("intercommunal", "cvl-smaddet") in pairs
    # F48: a CPER is of the State and of the Région: it stands under both.
    assert {("state", "cvl-cper"), ("region", "cvl-cper")} <= pairs


@pytest.mark.built
def test_cq2_zero_communes_are_counted(built: Engine, rows, communes_in_2024: int):
    answer = rows(built, "depth-by-commune", date="2024-07-01")
    # §1: 1,754 communes in COG 2026.
    assert len(answer) == communes_in_2024
    assert set(column(answer, "granularity")) == {"family"}
    # §4: six communes fall under a CRTE of a neighbouring région, which is not in the graph; the
    # 79 EPCI of the région are all covered. None of the six is ACV or PVD.
    nothing = [row for row in answer if row["strict"] == "0"]
    assert Counter(row["code"][:2] for row in nothing) == {"28": 5, "18": 1}
    # §5-§6: 14 ACV and 99 PVD communes, disjoint, have one family more than the others.
    assert Counter(column(answer, "strict")) == {"0": 6, "1": communes_in_2024 - 6 - 113, "2": 113}
    assert all(int(row["strictCertain"]) <= int(row["strict"]) for row in answer)
    # §13: CPER, SRADDET and the EU programme hold of the région as a whole.
    assert all(int(row["collective"]) >= 3 for row in answer)


@pytest.mark.built
def test_cq2_granularity_changes_the_count(built: Engine, rows):
    # In 2020 the ten reciprocity contracts of TMVL (F144) are one instrument, ten deployments:
    # whichever way they reach its communes, counting deployments finds nine more.
    def found(granularity: str) -> int:
        answer = rows(built, "depth-by-commune", date="2020-06-01", granularity=granularity)
        tours = next(row for row in answer if row["code"] == "37261")
        return int(tours["strict"]) + int(tours["collective"])

    assert found("deployment") - found("family") == 9
    # Never fewer deployments than families, on any commune.
    family = rows(built, "depth-by-commune", date="2024-07-01", granularity="family")
    deployment = rows(built, "depth-by-commune", date="2024-07-01", granularity="deployment")
    depth = {row["code"]: int(row["strict"]) for row in family}
    assert all(int(row["strict"]) >= depth[row["code"]] for row in deployment)


@pytest.mark.built
def test_cq2_by_epci_agrees_with_communes(built: Engine, rows, communes_in_2024: int):
    answer = rows(built, "depth-by-epci", date="2024-07-01")
    # §1: 79 EPCI and three of neighbouring régions.
    assert len(answer) == 82
    assert sum(int(row["communes"]) for row in answer) == communes_in_2024
    depth = rows(built, "depth-by-commune", date="2024-07-01")
    total = sum(int(row["strict"]) for row in depth)
    by_epci = sum(float(row["meanStrict"]) * int(row["communes"]) for row in answer)
    assert by_epci == pytest.approx(total, abs=0.005 * communes_in_2024)


@pytest.mark.built
def test_cq3_kinds(built: Engine, rows, instruments: int):
    answer = rows(built, "instruments-by-kind")
    assert len(set(column(answer, "instrument"))) == instruments
    kind = {row["instrument"]: row["kind"] for row in answer}
    assert {kind["fr-sraddet"], kind["fr-scot"]} == {"planning-document"}
    assert kind["fr-crte"] == "contract"
    assert {kind["fr-acv1"], kind["fr-pvd"]} == {"programme-label"}


@pytest.mark.built
def test_cq4_crte_integrates_acv_and_pvd(built: Engine, rows):
    answer = rows(built, "integrated-instruments")
    integrated = {row["object"]: row for row in answer if row["relation"] == "integrates"}
    # F56.
    assert {"fr-acv1", "fr-pvd"} <= set(integrated)
    assert integrated["fr-pvd"]["confidence"] == "seed"
    assert "F56" in integrated["fr-pvd"]["sources"]
    # Relation 3 (S5): it regroups the contrats de ruralité.
    assert ("gathers", "fr-contrat-ruralite") in {(r["relation"], r["object"]) for r in answer}


@pytest.mark.built
def test_cq5_signatories_and_co_funders(built: Engine, rows):
    answer = rows(built, "signatories-and-funders")
    seed = {(row["part"], row["who"]) for row in answer if row["confidence"] == "seed"}
    # F50: State and EPCI; F55: Régions and Départements may contribute.
    assert {("signatory", "etat"), ("signatory", "epci")} <= seed
    assert {("possible co-funder", "regions"), ("possible co-funder", "departements")} <= seed


@pytest.mark.built
def test_cq6_crte_of_2021_for_six_years(built: Engine, rows):
    answer = rows(built, "dates-and-duration")
    # F49, F51, F57; T2: instituted by a circular of 20 November 2020 (S4).
    seed = {(row["part"], row["value"][:4]) for row in answer if row["confidence"] == "seed"}
    assert ("start", "2021") in seed
    assert ("start", "2020-11-20") in {(row["part"], row["value"]) for row in answer}
    assert ("duration", "P6Y") in {(row["part"], row["value"]) for row in answer}


@pytest.mark.built
def test_cq7_three_goals(built: Engine, rows):
    answer = [row for row in rows(built, "objectives") if "F53" in (row["sources"] or "")]
    said = " ".join(row["textEn"] for row in answer)
    # F53.
    for goal in ("economic development", "ecological transition", "social and territorial"):
        assert goal in said
    assert set(column(answer, "confidence")) == {"seed"}


@pytest.mark.built
def test_cq8_recovery_plan(built: Engine, rows):
    answer = {(row["relation"], row["cause"]) for row in rows(built, "cause-of-an-instrument")}
    # F52; relation 6: France Relance, then the regional COP.
    assert {("implements", "fr-relance"), ("implements", "fr-cop")} <= answer


@pytest.mark.built
def test_cq9_counts_by_departement(built: Engine, rows):
    answer = rows(built, "contracts-by-departement")
    count = {(row["measure"], row["area"]): int(row["value"]) for row in answer}
    # §4: 5 + 7 + 7 + 11 + 5 + 7 = 42 (F58).
    crte = {area: n for (measure, area), n in count.items() if measure == "crte"}
    assert crte == {"18": 5, "28": 7, "36": 7, "37": 11, "41": 5, "45": 7}
    assert sum(crte.values()) == 42
    # T16: 14 ACV towns and 99 PVD communes (§5-§6) are not the 59 programmes of F58.
    assert sum(n for (measure, _), n in count.items() if measure == "acv") == 14
    assert sum(n for (measure, _), n in count.items() if measure == "pvd") == 99
    said = [row for row in answer if row["measure"] == "said: acv and pvd"]
    assert [(row["value"], row["sources"]) for row in said] == [("59", "F58")]
    assert {row["value"] for row in answer if row["measure"] == "said: crte"} == {"42"}


@pytest.mark.built
def test_cq10_five_axes(built: Engine, rows):
    answer = rows(built, "axes")
    # F64.
    assert column(answer, "axis") == [
        "habitat",
        "commerce",
        "mobilites",
        "espaces-publics",
        "equipements",
    ]
    assert set(column(answer, "confidence")) == {"seed"}


@pytest.mark.built
def test_cq11_acv_extended_to_2026(built: Engine, rows):
    answer = rows(built, "generations-of-a-family")
    dates = {(r["generation"], r["part"], r["value"][:4]) for r in answer if r["value"]}
    # F65: 2018-2022, extended to 2026.
    assert {("fr-acv1", "start", "2018"), ("fr-acv1", "end", "2022")} <= dates
    assert ("fr-acv2", "end", "2026") in dates


@pytest.mark.built
def test_cq12_pvd_eligibility(built: Engine, rows):
    answer = [row for row in rows(built, "eligibility") if row["part"] == "eligibility"]
    seed = [row["textEn"] for row in answer if row["confidence"] == "seed"]
    # F67.
    assert any("20,000" in text and "central" in text for text in seed)


@pytest.mark.built
def test_cq13_tours_in_2020_and_2024(built: Engine, rows):
    in_2020 = rows(built, "active-in-a-year", territory="37261", year="2020")
    found = Counter(column(in_2020, "instrument"))
    # F76 SMADDET of 2018; F144-F146 the ten contracts of 2019-2021; SRADDET approved in 2020.
    assert found["cvl-smaddet"] == 1
    assert found["cvl-reciprocite-tours"] == 10
    assert found["cvl-sraddet"] == 1
    # §3: the CRTE of the métropole was signed on 3 March 2022.
    assert found["fr-crte"] == 0
    assert {
        row["certainty"] for row in in_2020 if row["instrument"] == "cvl-reciprocite-tours"
    } == {"certain"}
    in_2024 = Counter(column(rows(built, "active-in-a-year", year="2024"), "instrument"))
    assert in_2024["fr-crte"] == 1
    assert in_2024["cvl-reciprocite-tours"] == 0
    # Half-open: nothing of the ten contracts in 2018 or 2022.
    for year in ("2018", "2022"):
        other = column(rows(built, "active-in-a-year", year=year), "instrument")
        assert "cvl-reciprocite-tours" not in other
