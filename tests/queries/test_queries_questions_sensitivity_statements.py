"""Sensitivity of the questions on what is stated, foreseen or proposed."""

import pytest

from tests.queries.changing import Case, case, drop, follows, insert, replace

CRTE = "<id/instrument/fr-crte>"
ACV = "<id/instrument/fr-acv1>"
SRADDET = "<id/instrument/cvl-sraddet>"
TOURS = "<id/instrument/cvl-reciprocite-tours>"
CONTRACT = "<id/deployment/cvl-reciprocite-tours/200071587>"
STATED = "<id/statement/x/1>"


def stated(subject: str, predicate: str, rest: str) -> str:
    return (
        f"{STATED} a emp:CatalogueStatement ; rdf:subject {subject} ; rdf:predicate {predicate} ; "
        f"emp:confidence <voc/confidence/seed> ; {rest} ."
    )


CASES = [
    case(
        "anchorage",
        {},
        "document",
        ["cvl-sraddet"],
        drop(f"{STATED} rdf:object ?o"),
        [None],
        given=stated(TOURS, "emp:anchoredIn", f"rdf:object {SRADDET}"),
        id="CQ30: no document is known any more",
    ),
    case(
        "axes",
        {},
        "axis",
        ["habitat"],
        replace(f"{STATED} rdf:predicate emp:axis", f"{STATED} rdf:predicate emp:theme"),
        [],
        given=stated(ACV, "emp:axis", "rdf:object <voc/theme/habitat>"),
        id="CQ10: a theme is no axis",
    ),
    case(
        "cause-of-an-instrument",
        {},
        "cause",
        ["fr-acv2"],
        replace(
            "<id/relation/8-1> emp:relationType ?t",
            "<id/relation/8-1> emp:relationType <voc/relation/integrates>",
        ),
        [],
        given=f"<id/relation/8-1> emp:relationSubject {CRTE} ; "
        "emp:relationType <voc/relation/implements> ; "
        "emp:relationObject <id/instrument/fr-acv2> .",
        id="CQ8: type of relation",
    ),
    case(
        "chain-to-a-territory",
        {"instrument": "fr-crte", "territory": "37018"},
        "answer",
        ["known", "known", "known"],
        drop("<id/commune/37018> emp:partOf <id/epci/243700754>"),
        ["known", "known", "unknown"],
        id="CQ22: the last link breaks",
    ),
    case(
        "commitments",
        {},
        "commitment",
        ["1"],
        drop("<id/commitment/1> emp:foreseenTo ?o"),
        [],
        given=f"{TOURS} emp:commitmentModel <id/commitment/1> . <id/commitment/1> "
        "emp:foreseenFrom <id/actor/243700754> ; emp:foreseenTo <voc/actor-category/epci> .",
        id="CQ27: a commitment has two sides",
    ),
    case(
        "content-of-an-agreement",
        {"instrument": "fr-crte"},
        "part",
        ["signatory"],
        replace(
            "<id/statement/a/1> rdf:predicate ?p", "<id/statement/a/1> rdf:predicate emp:objective"
        ),
        ["objective"],
        id="CQ36: property",
    ),
    case(
        "coordination",
        {},
        "actor",
        ["conference"],
        insert(
            f"<id/participation/9> emp:participationIn {CONTRACT} ; "
            "emp:role <voc/role/coordination> ; emp:participant <id/actor/etat>"
        ),
        ["conference", "etat"],
        id="CQ29: a co-ordinator of one contract joins",
    ),
    case(
        "dates-and-duration",
        {},
        "value",
        ["P6Y"],
        drop(f"{STATED} rdf:object ?o"),
        [None],
        given=stated(CRTE, "emp:duration", 'rdf:object "P6Y"^^xsd:duration'),
        id="CQ6: a duration stated without value",
    ),
    case(
        "direction",
        {},
        "modality",
        ["top-down"] + ["unknown"] * 5,
        replace(f"{STATED} rdf:object ?o", f"{STATED} rdf:object <voc/modality/reciprocal>"),
        ["reciprocal"] + ["unknown"] * 5,
        given=stated(CRTE, "emp:modality", "rdf:object <voc/modality/top-down>"),
        id="CQ14: direction",
    ),
    case(
        "documents-to-articulate",
        {},
        "link",
        ["unknown"],
        insert(f"{TOURS} emp:anchoredIn {SRADDET}"),
        ["anchored"],
        given=f"{SRADDET} emp:primaryKind <voc/kind/planning-document> .",
        id="CQ31: a document houses the contracts",
    ),
    case(
        "eligibility",
        {"instrument": "fr-acv1"},
        "textFr",
        ["villes moyennes"],
        replace(f"{STATED} rdf:predicate emp:eligibility", f"{STATED} rdf:predicate emp:objective"),
        [],
        given=stated(ACV, "emp:eligibility", 'emp:statedText "villes moyennes"@fr'),
        id="CQ12: an aim is no condition",
    ),
    case(
        "generations-of-a-family",
        {"instrument": "fr-acv1"},
        "generation",
        ["fr-acv2"],
        drop("<id/instrument/fr-acv2> emp:family ?f"),
        [],
        given=stated("<id/instrument/fr-acv2>", "emp:validFrom", 'rdf:object "2023"^^xsd:gYear'),
        id="CQ11: another family",
    ),
    case(
        "instruments-by-kind",
        {},
        "kind",
        ["contract"] + ["unknown"] * 5,
        insert(f"{ACV} emp:primaryKind <voc/kind/programme-label>"),
        ["contract", "programme-label"] + ["unknown"] * 4,
        id="CQ3: a kind becomes known",
    ),
    case(
        "instruments-for-a-target",
        {"word": "villes"},
        "part",
        ["eligibility"],
        replace(f"{STATED} emp:statedText ?t", f'{STATED} emp:statedText "bourgs"@fr'),
        [],
        given=stated(ACV, "emp:eligibility", 'emp:statedText "villes moyennes"@fr'),
        id="CQ57: target",
    ),
    case(
        "instruments",
        {"confirmed": "true"},
        "property",
        ["signedBy", "theme", "theme", "hasOwnFunding", "hasDedicatedEngineering", *[None] * 4],
        replace(
            "<id/statement/a/1> emp:confidence ?c",
            "<id/statement/a/1> emp:confidence <voc/confidence/doubtful>",
        ),
        ["theme", "theme", "hasOwnFunding", "hasDedicatedEngineering", *[None] * 5],
        id="instruments: a doubt is not confirmed, and the instrument stays",
    ),
    case(
        "legal-chronology",
        {},
        "date",
        ["2019-07-22", "2020-11-20"],
        drop("<id/legal-act/circ-1> emp:signatureDate ?d"),
        ["2019-07-22", None],
        id="CQ52: an undated act stays",
    ),
    case(
        "multi-scale-actors",
        {},
        "actor",
        ["etat"],
        drop(f"{ACV} emp:applicationScale ?s"),
        [],
        given=f"{CRTE} emp:signedBy <id/actor/etat> ; emp:applicationScale <voc/scale/epci> . "
        f"{ACV} emp:managedBy <id/actor/etat> ; emp:applicationScale <voc/scale/commune> .",
        id="CQ21: one scale is not several",
    ),
    case(
        "objectives",
        {},
        "part",
        ["objective"],
        replace(f"{STATED} rdf:predicate emp:objective", f"{STATED} rdf:predicate emp:eligibility"),
        [],
        given=stated(CRTE, "emp:objective", 'emp:statedText "simplifier"@fr'),
        id="CQ7: a condition is no aim",
    ),
    case(
        "plan-and-contract-themes",
        {},
        "answer",
        ["overlap", "unknown"],
        replace(f"{SRADDET} emp:theme ?t", f"{SRADDET} emp:theme <voc/theme/tourisme>"),
        ["no common theme", "unknown"],
        given=f"{SRADDET} emp:primaryKind <voc/kind/planning-document> ; "
        f"emp:theme <voc/theme/culture> . "
        f"{TOURS} emp:primaryKind <voc/kind/contract> ; emp:theme <voc/theme/culture> .",
        id="CQ32: themes",
    ),
    case(
        "political-agreements",
        {},
        "instrument",
        ["fr-acv1"],
        replace(f"{ACV} emp:secondaryKind ?k", f"{ACV} emp:secondaryKind <voc/kind/contract>"),
        [],
        given=f"{ACV} emp:secondaryKind <voc/kind/political-agreement> .",
        id="CQ35: kind",
    ),
    case(
        "proposed-instruments",
        {},
        "subject",
        ["fr-acv1"],
        drop("<id/relation/7-1> emp:deploymentStatus ?s"),
        [],
        given=f"<id/relation/7-1> a emp:InstrumentRelation ; emp:relationSubject {ACV} ; "
        "emp:deploymentStatus <voc/status/proposed> ; "
        "emp:relationObject <id/instrument/fr-acv2> .",
        id="CQ49: no longer proposed",
    ),
    case(
        "reciprocity-of-contracts",
        {},
        "answer",
        ["yes"],
        drop("<id/commitment/2> emp:commitmentTo ?o"),
        ["no"],
        given=f"{CONTRACT} emp:hasCommitment <id/commitment/1> , <id/commitment/2> . "
        "<id/commitment/1> emp:committedBy <id/actor/243700754> ; "
        "emp:commitmentTo <id/actor/200071587> . "
        "<id/commitment/2> emp:committedBy <id/actor/200071587> ; "
        "emp:commitmentTo <id/actor/243700754> .",
        id="CQ28: one direction only",
    ),
    case(
        "unknowns",
        {},
        "property",
        ["theme"],
        insert("<id/statement/a/3> rdf:object <voc/theme/culture>"),
        [],
        id="CQ64: what is found is no gap",
    ),
    case(
        "priorities-of-an-actor",
        {},
        "part",
        ["programme"],
        replace(f"{ACV} emp:primaryKind ?k", f"{ACV} emp:primaryKind <voc/kind/contract>"),
        ["unknown"],
        given=f"{ACV} emp:managedBy <id/actor/anct> ; emp:primaryKind <voc/kind/programme-label> .",
        id="CQ38: a contract is no programme",
    ),
]


@pytest.mark.parametrize("case", CASES)
def test_answer_follows_what_is_stated(case: Case, micro, rows):
    follows(case, micro, rows)
