"""Sensitivity of the questions on what is held, told or judged, and by whom."""

import pytest

from tests.queries.changing import Case, case, drop, follows, insert, replace
from tests.queries.test_queries_questions_sensitivity_statements import CRTE, TOURS, stated

SAID = "<id/claim/x>"
RECORD = (
    "<id/source/F133> emp:nature <voc/nature/fact> ; "
    'emp:claimText "En 1999, idée."@fr , "Idea."@en . <id/source/F133>'
)


def said(kind: str, holder: str, text: str, rest: str = "", name: str = SAID) -> str:
    return (
        f"{name} a emp:Claim ; emp:claimKind <voc/claim-kind/{kind}> ; "
        f'emp:heldBy <id/actor/{holder}> ; emp:claimText "{text}"@fr , "{text}"@en {rest} .'
    )


CASES = [
    case(
        "contradicting-claims",
        {"word": "abandon"},
        "opposition",
        ["opposed"],
        replace(f"{SAID} emp:polarity ?p", f"{SAID} emp:polarity <voc/polarity/neutral>"),
        ["in part"],
        given=said("judgement", "etat", "abandon", "; emp:polarity <voc/polarity/positive>")
        + said(
            "judgement", "anct", "abandon", "; emp:polarity <voc/polarity/negative>", "<id/claim/y>"
        ),
        id="CQ17: polarity",
    ),
    case(
        "nature-of-a-statement",
        {},
        "nature",
        ["judgement"],
        replace("<id/source/F79> emp:nature ?n", "<id/source/F79> emp:nature <voc/nature/fact>"),
        ["fact"],
        given="<id/source/F79> emp:nature <voc/nature/judgement> .",
        id="CQ60: nature",
    ),
    case(
        "recommendations",
        {},
        "followUp",
        ["unknown"],
        insert(f"{SAID} emp:deploymentStatus <voc/status/announced>"),
        ["announced"],
        given=said("recommendation", "ceser-cvl", "Créer un fonds."),
        id="CQ48: a follow-up becomes known",
    ),
    case(
        "scenarios",
        {},
        "horizon",
        ["2050"],
        replace(f"{SAID} emp:claimKind ?k", f"{SAID} emp:claimKind <voc/claim-kind/judgement>"),
        [],
        given=said("scenario", "ceser-cvl", "Dissolution en 2050."),
        id="CQ50: kind of claim",
    ),
    case(
        "verticality-claims",
        {},
        "evidence",
        ["own words"],
        drop("<id/claim/f59> emp:supportedBy ?r"),
        ["unknown"],
        given=stated(
            CRTE,
            "emp:modality",
            "rdf:object <voc/modality/top-down> ; emp:heldBy <id/actor/conference> ; "
            "emp:supportedBy <id/source/F59>",
        )
        + "<id/claim/f59> emp:supportedBy <id/source/F59> .",
        id="CQ15: a coding without words has no evidence",
    ),
    case(
        "who-says",
        {"word": "hâte"},
        "holder",
        ["conference"],
        replace("<id/claim/f59> emp:heldBy ?h", "<id/claim/f59> emp:heldBy <id/actor/etat>"),
        ["etat"],
        id="CQ18: holder",
    ),
    case(
        "chronology-of-an-idea",
        {},
        "year",
        ["2014"],
        drop("<id/source/F133> dcterms:date ?d"),
        ["unknown"],
        given=f'{RECORD} dcterms:date "2014"^^xsd:gYear ; emp:about {TOURS} .',
        id="CQ33: no year is read from the words",
    ),
    case(
        "countries-compared",
        {},
        "country",
        ["DE"],
        drop("<id/source/F133> emp:about <id/pays/DE>"),
        [],
        given=f'<id/pays/DE> a emp:Country ; rdfs:label "Allemagne"@fr . '
        f"{RECORD} emp:about <id/pays/DE> .",
        id="CQ54: no country is read from the words",
    ),
    case(
        "limits-and-recommendations",
        {},
        "recommendation",
        ["y"],
        drop("<id/claim/y> emp:addresses ?l"),
        [None],
        given=said(
            "criticism",
            "conference",
            "Aucun fonds.",
            f"; emp:polarity <voc/polarity/negative> ; emp:about {TOURS} ; "
            "emp:supportedBy <id/source/F151>",
        )
        + said(
            "recommendation",
            "ceser-cvl",
            "Un fonds.",
            f"; emp:addresses {SAID} ; emp:supportedBy <id/source/F124>",
            "<id/claim/y>",
        ),
        id="CQ51: a limit without answer stays",
    ),
    case(
        "competition",
        {},
        "lever",
        ["CVAE"],
        replace(f"{SAID} emp:claimText ?t", f'{SAID} emp:claimText "concurrence"@fr'),
        [],
        given=said("judgement", "etat", "CVAE et concurrence", "; emp:nature <voc/nature/fact>"),
        id="CQ56: words",
    ),
]


@pytest.mark.parametrize("case", CASES)
def test_answer_follows_what_is_held(case: Case, micro, rows):
    follows(case, micro, rows)
