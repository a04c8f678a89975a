"""Sensitivity: on the micro dataset, a changed fact changes the answer of the question."""

from datetime import date

import pytest

from tests.queries.changing import Case, case, drop, follows, insert, replace


def column(answer, name: str) -> list[str | None]:
    return [row[name] for row in answer]


CRTE = "<id/deployment/fr-crte/1>"
CONTRACT = "<id/deployment/cvl-reciprocite-tours/200071587>"


CASES = [
    case(
        "stack",
        {"territory": "37018", "date": "2024-07-01"},
        "relation",
        ["collective", "inherited"],
        replace(
            f"{CRTE[:-1]}/perimeter> emp:perimeterExtent <voc/extent/whole>",
            f"{CRTE[:-1]}/perimeter> emp:perimeterExtent <voc/extent/part>",
        ),
        ["collective", "partial"],
        id="stack: extent",
    ),
    case(
        "stack",
        {"territory": "37018", "date": "2022-03-02"},
        "instrument",
        ["cvl-sraddet"],
        replace(f"{CRTE} emp:validFrom ?d", f'{CRTE} emp:validFrom "2022-03-02"^^xsd:date'),
        ["cvl-sraddet", "fr-crte"],
        id="stack: first day is included",
    ),
    case(
        "stack",
        {"territory": "37018", "date": "2028-03-03"},
        "instrument",
        ["cvl-sraddet"],
        drop(f"{CRTE} emp:validBefore ?d"),
        ["cvl-sraddet", "fr-crte"],
        id="stack: day after the last is excluded; no bound is no end",
    ),
    case(
        "stack",
        {"territory": "37018", "date": "2024-07-01"},
        "certainty",
        ["certain", "certain"],
        drop(f"{CRTE} emp:certainFrom ?d"),
        ["certain", "possible"],
        id="stack: no inner bound, nothing certain",
    ),
    case(
        "stack",
        {"territory": "37018", "date": "2024-07-01"},
        "instrument",
        ["cvl-sraddet", "fr-crte"],
        insert(f"{CRTE} emp:deploymentStatus <voc/status/unsigned>"),
        ["cvl-sraddet"],
        id="stack: unsigned",
    ),
    case(
        "instruments-of-a-commune",
        {"territory": "37261", "date": "2024-07-01"},
        "origin",
        ["region", "state", "state", "state"],
        replace(
            "<id/instrument/fr-crte> emp:origin ?o",
            "<id/instrument/fr-crte> emp:origin <voc/origin/eu>",
        ),
        ["eu", "region", "state", "state"],
        id="CQ1: origin",
    ),
    case(
        "depth-by-commune",
        {"date": "2024-07-01"},
        "strict",
        ["2", "1", "0", "0"],
        replace(
            "<id/instrument/fr-acv2> emp:family ?f",
            "<id/instrument/fr-acv2> emp:family <id/family/other>",
        ),
        ["3", "1", "0", "0"],
        id="CQ2: families, zeros included",
    ),
    case(
        "depth-by-epci",
        {"date": "2024-07-01"},
        "meanStrict",
        ["1.5", "0"],
        drop(f"{CRTE} emp:perimeter ?p"),
        ["0.5", "0"],
        id="CQ2-epci: perimeter",
    ),
    case(
        "integrated-instruments",
        {},
        "object",
        ["fr-acv1"],
        replace(
            "<id/relation/1-1> emp:relationType ?t",
            "<id/relation/1-1> emp:relationType <voc/relation/finances>",
        ),
        [],
        id="CQ4: type of relation",
    ),
    case(
        "signatories-and-funders",
        {},
        "part",
        ["signatory", "funder"],
        replace(
            "<id/statement/a/2> rdf:predicate ?p",
            "<id/statement/a/2> rdf:predicate emp:mayBeCofundedBy",
        ),
        ["signatory", "possible co-funder"],
        id="CQ5: who pays and who may",
    ),
    case(
        "contracts-by-departement",
        {},
        "value",
        ["1", "1"],
        drop(f"{CRTE[:-1]}/perimeter> emp:perimeterMember ?m"),
        ["1"],
        id="CQ9: a contract without perimeter is in no département",
    ),
    case(
        "active-in-a-year",
        {"territory": "37018", "year": "2021"},
        "instrument",
        ["cvl-reciprocite-tours", "cvl-sraddet"],
        replace(
            f"{CONTRACT} emp:validBefore ?d", f'{CONTRACT} emp:validBefore "2021-01-01"^^xsd:date'
        ),
        ["cvl-sraddet"],
        id="CQ13: half-open year",
    ),
    case(
        "claims-about-an-instrument",
        {},
        "claim",
        ["f59"],
        replace(
            "<id/claim/f59> emp:claimKind ?k",
            "<id/claim/f59> emp:claimKind <voc/claim-kind/judgement>",
        ),
        [],
        id="CQ16: kind of claim",
    ),
    case(
        "without-own-means",
        {},
        "engineering",
        ["no"],
        drop("<id/statement/a/7> rdf:object ?b"),
        ["unknown"],
        id="CQ19: unknown is not no",
    ),
    case(
        "funders",
        {},
        "answer",
        ["unknown", "unknown", "unknown", "unknown", "known", "unknown"],
        drop("<id/statement/a/2> rdf:object ?o"),
        ["unknown"] * 6,
        id="CQ20: every instrument answers",
    ),
    case(
        "horizontal-contracts",
        {},
        "deployment",
        ["200071587"],
        insert(
            f"{CONTRACT[:-1]}/participation/3> emp:participationIn {CONTRACT} ; "
            "emp:participant <id/actor/etat> ; emp:role <voc/role/signatory>"
        ),
        [],
        id="CQ23: the State signs",
    ),
    case(
        "counterparties",
        {},
        "totalShare",
        ["25"],
        replace(
            "<id/epci/200071587> emp:municipalPopulation ?n",
            "<id/epci/200071587> emp:municipalPopulation 300",
        ),
        ["50"],
        id="CQ24: share",
    ),
    case(
        "themes-declared-and-listed",
        {},
        "listed",
        ["2", "2"],
        drop("<id/statement/a/5> rdf:object ?o"),
        ["1"],
        id="CQ25: listed",
    ),
    case(
        "themes-chosen",
        {},
        "answer",
        ["unknown"],
        insert(f"{CONTRACT} emp:theme <voc/theme/culture>"),
        ["known"],
        id="CQ26: a theme becomes known",
    ),
    case(
        "predecessors-of-an-actor",
        {},
        "predecessor",
        ["cget", "datar"],
        drop("<id/actor/cget> emp:precededBy ?a"),
        ["cget"],
        id="CQ37: chain",
    ),
    case(
        "legal-strength",
        {},
        "institutedBy",
        ["circular"] + ["no known text"] * 5,
        insert("<id/instrument/fr-crte> emp:establishedBy <id/legal-act/loi-2019-753>"),
        ["law or regulation"] + ["no known text"] * 5,
        id="CQ53: a law institutes",
    ),
    case(
        "successions",
        {},
        "after",
        ["fr-acv2"],
        replace(
            "<id/relation/9-1> emp:relationType ?t",
            "<id/relation/9-1> emp:relationType <voc/relation/integrates>",
        ),
        [],
        id="CQ59: type of relation",
    ),
    case(
        "perimeter-sizes",
        {},
        "communesInRegion",
        ["2"],
        drop("<id/commune/37018> emp:partOf <id/epci/243700754>"),
        ["1"],
        id="CQ61: a commune leaves",
    ),
    case(
        "territory-members",
        {},
        "code",
        ["37018", "37261"],
        insert("<id/commune/37001> emp:partOf <id/epci/243700754>"),
        ["37001", "37018", "37261"],
        id="territory-members: a commune joins",
    ),
]


@pytest.mark.parametrize("case", CASES)
def test_answer_follows_the_data(case: Case, micro, rows):
    follows(case, micro, rows)


def test_depth_ranks_strict_collective_and_partial(micro, rows):
    answer = {row["code"]: row for row in rows(micro, "depth-by-commune", date="2024-07-01")}
    assert {code: (r["strict"], r["collective"], r["partial"]) for code, r in answer.items()} == {
        "37261": ("2", "1", "0"),
        "37018": ("1", "1", "0"),
        "37132": ("0", "1", "1"),
        "37001": ("0", "1", "0"),
    }
    # ACV 1 is certain in 2024, ACV 2 has no inner bound: the family counts as certain once.
    assert answer["37261"]["strictCertain"] == "2"


def test_granularity_counts_families_instruments_deployments(micro, rows):
    def tours(granularity: str) -> str | None:
        answer = rows(micro, "depth-by-commune", date="2024-07-01", granularity=granularity)
        assert set(column(answer, "granularity")) == {granularity}
        return next(row["strict"] for row in answer if row["code"] == "37261")

    assert [tours(one) for one in ("family", "instrument", "deployment")] == ["2", "3", "3"]


def test_part_of_a_commune_has_the_stack_of_its_commune(micro, rows):
    answer = rows(micro, "stack", territory="commune-deleguee/37010", date="2024-07-01")
    assert {(row["instrument"], row["relation"]) for row in answer} == {
        ("fr-crte", "inherited"),
        ("cvl-sraddet", "collective"),
    }


def test_wide_territory_is_reached_in_part_by_what_it_contains(micro, rows):
    answer = rows(micro, "stack", territory="departement/37", date="2024-07-01")
    relation = {row["deployment"] + row["instrument"]: row["relation"] for row in answer}
    assert relation["1fr-crte"] == "partial"
    assert relation["24cvl-sraddet"] == "collective"
    scales = [row["scale"] for row in answer]
    order = ["etat", "region", "departement", "supra-epci", "epci", "commune", "infra"]
    assert scales == sorted(scales, key=order.index)


def test_stack_law_is_the_act_that_establishes(micro, rows):
    answer = rows(micro, "stack", territory="37018", date="2024-07-01")
    crte = next(row for row in answer if row["instrument"] == "fr-crte")
    # The law is older, the circular establishes.
    assert (crte["law"], crte["lawLabel"]) == ("circ-1", "Circulaire")
    assert set(crte["sources"].split("; ")) == {"S100", "D2"}


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_possible_and_certain_days_follow_the_four_bounds(offset, micro, rows):
    # The contract of 2019-2021 (years): possible from 2019-01-01, certain from 2019-12-31,
    # certain before 2021-01-01, possible before 2022-01-01 (the definition, not the query).
    bounds = [date(2019, 1, 1), date(2019, 12, 31), date(2021, 1, 1), date(2022, 1, 1)]
    for bound in bounds:
        day = date.fromordinal(bound.toordinal() + offset)
        possible = bounds[0] <= day < bounds[3]
        certain = bounds[1] <= day < bounds[2]
        expected = ["certain" if certain else "possible"] if possible else []
        answer = rows(micro, "stack", territory="200071587", date=day.isoformat())
        found = [r["certainty"] for r in answer if r["instrument"] == "cvl-reciprocite-tours"]
        assert found == expected
