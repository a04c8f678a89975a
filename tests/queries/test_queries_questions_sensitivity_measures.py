"""Sensitivity of the questions on figures and perimeters; and that no question escapes."""

import pytest

from queries.catalogue import load_catalogue
from tests.queries import test_queries_questions_lists as lists
from tests.queries import test_queries_questions_sensitivity as first
from tests.queries import test_queries_questions_sensitivity_claims as claims
from tests.queries import test_queries_questions_sensitivity_statements as statements
from tests.queries.changing import Case, case, drop, follows, insert, replace

CRTE = "<id/deployment/fr-crte/1>"
CRTE_PERIMETER = "<id/deployment/fr-crte/1/perimeter>"
CONTRACT_PERIMETER = "<id/deployment/cvl-reciprocite-tours/200071587/perimeter>"
LOCHES = "<id/epci/200071587>"
FIGURE = "<id/observation/x>"


def figure(indicator: str, label: str, area: str, value: int, rest: str = "") -> str:
    return (
        f'<id/indicator/{indicator}> a emp:Indicator ; rdfs:label "{label}"@fr , "{label}"@en . '
        f"{FIGURE} a emp:IndicatorObservation ; emp:ofIndicator <id/indicator/{indicator}> ; "
        f"emp:refArea <id/{area}> ; emp:measureValue {value} {rest} . "
    )


def france(indicator: str, value: int) -> str:
    return (
        f"<id/observation/fr> a emp:IndicatorObservation ; emp:refArea <id/pays/FR> ; "
        f"emp:ofIndicator <id/indicator/{indicator}> ; emp:measureValue {value} . "
    )


CASES = [
    case(
        "coinciding-perimeters",
        {"instrument": "fr-crte", "other": "cvl-reciprocite-tours"},
        "relation",
        ["within"],
        insert(f"{CRTE_PERIMETER} emp:perimeterMember {LOCHES}"),
        ["same"],
        id="CQ62: a body joins",
    ),
    case(
        "commuting",
        {},
        "extent",
        ["within the région"],
        drop(f"{FIGURE} emp:areaType ?t"),
        ["with another région"],
        given=figure("n", "Navetteurs", "region/24", 300, '; emp:areaType "Chartres-Orléans"@en'),
        id="CQ45: a flow without ends leaves the région",
    ),
    case(
        "cumulative-disadvantage",
        {},
        "lowDensity",
        ["yes"],
        replace(f"{FIGURE} emp:measureValue 30", f"{FIGURE} emp:measureValue 200"),
        [],
        given=figure("d", "Densité", "region/24", 30) + france("d", 115),
        id="CQ40: density above that of France",
    ),
    case(
        "definition-of-a-figure",
        {},
        "definitionEn",
        ["Density grid."],
        drop("<id/indicator/r> skos:definition ?d"),
        ["unknown"],
        given=figure("r", "Part rurale", "region/24", 92)
        + '<id/indicator/r> skos:definition "Density grid."@en .',
        id="CQ46: a figure without definition",
    ),
    case(
        "duplicates",
        {},
        "onTerritory",
        ["yes"],
        drop(f"{CONTRACT_PERIMETER} emp:perimeterMember ?m"),
        ["no"],
        given="<id/instrument/fr-crte> emp:theme <voc/theme/culture> ; "
        "emp:applicationScale <voc/scale/epci> . <id/instrument/cvl-reciprocite-tours> "
        "emp:theme <voc/theme/culture> ; emp:applicationScale <voc/scale/epci> .",
        id="CQ58: elsewhere",
    ),
    case(
        "instruments-and-disadvantage",
        {},
        "most",
        ["2", "1"],
        drop(f"{CRTE} emp:perimeter ?p"),
        ["1", "0"],
        given="<id/espace/sud> a emp:AdHocTerritory ; emp:hasPart <id/commune/37261> .",
        id="CQ41: depth inside and outside",
    ),
    case(
        "metropoles-and-reciprocity",
        {},
        "answer",
        ["known", "whole"],
        drop(f"{CONTRACT_PERIMETER} emp:perimeterMember {LOCHES}"),
        ["known", "part"],
        given="<id/epci/243700754> emp:legalForm <voc/legal-form/metro> .",
        id="CQ34: a body stays out",
    ),
    case(
        "observations-of-a-source",
        {"source": "F89"},
        "value",
        ["1757"],
        drop(f"{FIGURE} emp:supportedBy ?r"),
        [None],
        given=figure("c", "Communes", "region/24", 1757, "; emp:supportedBy <id/source/F89>")
        + "<id/source/F89> a emp:SourceRecord .",
        id="CQ43: another source",
    ),
    case(
        "observations-of-an-indicator",
        {"indicator": "variation-population"},
        "value",
        ["9"],
        replace(f"{FIGURE} emp:measureValue ?v", f"{FIGURE} emp:measureValue -2"),
        ["-2"],
        given=figure("variation-population", "Variation", "region/24", 9),
        id="CQ44: value",
    ),
    case(
        "overlaps-and-borders",
        {},
        "part",
        ["in none recorded", "in none recorded"],
        insert(f"{CRTE_PERIMETER} emp:perimeterMember {LOCHES} , <id/commune/37261>"),
        ["in none recorded"],
        id="CQ63: one perimeter counts once, and a body is covered",
    ),
    case(
        "perimeter-of-a-figure",
        {},
        "perimeterEn",
        ["métropole"],
        drop(f"{FIGURE} emp:areaType ?t"),
        ["unknown"],
        given=figure(
            "population", "Population", "epci/243700754", 300000, '; emp:areaType "métropole"@en'
        ),
        id="CQ47: no perimeter is made up",
    ),
    case(
        "region-and-france",
        {},
        "gap",
        ["-50"],
        replace(
            "<id/observation/fr> emp:measureValue ?v", "<id/observation/fr> emp:measureValue 100"
        ),
        ["-35"],
        given=figure("densite", "Densité", "region/24", 65) + france("densite", 115),
        id="CQ42: gap",
    ),
    case(
        "seats",
        {},
        "value",
        ["87"],
        drop(f"{FIGURE} emp:measureValue ?v"),
        [None],
        given=figure("conseillers", "Conseillers titulaires", "epci/243700754", 87),
        id="CQ55: unknown seats",
    ),
    case(
        "sub-regional-spaces",
        {},
        "member",
        ["37261"],
        drop("<id/espace/axe> emp:hasPart ?m"),
        [],
        given="<id/espace/axe> a emp:AdHocTerritory ; emp:hasPart <id/commune/37261> .",
        id="CQ39: members",
    ),
]


@pytest.mark.parametrize("case", CASES)
def test_answer_follows_the_figures_and_perimeters(case: Case, micro, rows):
    follows(case, micro, rows)


def test_each_question_has_a_change_that_its_answer_follows():
    everything = [*first.CASES, *statements.CASES, *claims.CASES, *lists.CASES, *CASES]
    tried = {one.values[0].slug for one in everything}
    assert tried == set(load_catalogue())
