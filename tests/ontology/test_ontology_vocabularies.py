"""The SKOS schemes hold the concepts of the contract, complete in both languages."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF, SKOS, Graph, Literal, URIRef

from ontology.loading import load_vocabularies, vocabulary_files
from ontology.namespaces import EMP, VOC

SCHEMES = {
    "kind": "planning-document contract framework-contract programme-label zoning funding-line "
    "service-label plan political-agreement strategy governance-structure eu-territorial-tool",
    "origin": "eu state region departement intercommunal family-branch local",
    "scale": "ue etat region departement supra-epci epci commune infra",
    "modality": "top-down negotiated call-based bottom-up reciprocal mixed",
    "selection": "statutory-criteria call-for-projects negotiated-list universal self-selection",
    "inheritance": "distributive collective punctual",
    "dynamics": "frozen floating",
    "extent": "whole part unknown",
    "certainty": "day month year decade bounded unknown",
    "end-status": "stated open unknown by-duration superseded",
    "event-type": "creation suppression simple-merger new-commune merger-association split "
    "restoration name-change code-change department-change epci-change",
    "confidence": "confirmed seed sourced general-knowledge derived doubtful unknown",
    "role": "signatory carrier coordination approval adoption manager partner funder beneficiary "
    "secretariat",
    "legal-form": "cc ca cu metro met69 ept petr smo smf pays association",
    "funding-regime": "fpu fa",
    "zone": "metro drom com",
    "relation": "integrates gathers first-form-of upper-tier-of implements renamed succeeded-by "
    "subset-of legal-form-of part-of funded-by instance-of anchored-in health-section-of "
    "would-merge located-in worth precedes declined-by finances can-valorise absorbs",
    "status": "in-force closed proposed unsigned announced",
    "amount-stage": "announced programmed committed paid",
    "resource": "money service staff expertise land knowledge unspecified",
    "claim-kind": "criticism judgement recommendation scenario",
    "nature": "fact judgement proposal",
    "polarity": "positive negative mixed neutral",
    "qualifier": "exact about more-than less-than range",
    "theme": "habitat commerce mobilites espaces-publics equipements alimentation "
    "developpement-economique tourisme marketing-territorial mobilite energie-dechets "
    "prevention-inondations culture couverture-4g transition-ecologique "
    "cohesion-sociale-territoriale attractivite innovation competences foncier-industriel "
    "acces-services-soins centres-bourgs engagement-numerique sante education "
    "renouvellement-urbain ruralites industrie services-publics montagne",
}
EUROVOC = URIRef("http://eurovoc.europa.eu/")
# Identifiers named as confirmed beside the exported table of cohesion concepts.
CONFIRMED_ELSEWHERE = {"5536", "27"}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_vocabularies()


def test_one_file_per_scheme() -> None:
    assert {path.stem for path in vocabulary_files()} == set(SCHEMES)


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_scheme_holds_exactly_its_concepts(graph: Graph, scheme: str) -> None:
    found = set(graph.subjects(SKOS.inScheme, VOC[scheme]))
    assert found == {VOC[f"{scheme}/{slug}"] for slug in SCHEMES[scheme].split()}
    assert (VOC[scheme], RDF.type, SKOS.ConceptScheme) in graph


def test_concepts_are_named_and_defined_once_in_each_language(graph: Graph) -> None:
    faults = []
    for kind in (SKOS.Concept, SKOS.ConceptScheme):
        for node in graph.subjects(RDF.type, kind):
            for predicate in (SKOS.prefLabel, SKOS.definition):
                languages = sorted(
                    text.language or ""
                    for text in graph.objects(node, predicate)
                    if isinstance(text, Literal)
                )
                if languages != ["en", "fr"]:
                    faults.append((str(node), str(predicate), languages))
    assert faults == []


def test_labels_are_unique_within_a_scheme(graph: Graph) -> None:
    for scheme in SCHEMES:
        labels = [
            label
            for concept in graph.subjects(SKOS.inScheme, VOC[scheme])
            for label in graph.objects(concept, SKOS.prefLabel)
        ]
        assert len(labels) == len(set(labels)), scheme


def test_scale_is_one_chain_ordered_by_rank(graph: Graph) -> None:
    ranks = {
        "ue": "6",
        "etat": "5",
        "region": "4",
        "departement": "3",
        "supra-epci": "2.5",
        "epci": "2",
        "commune": "1",
        "infra": "0",
    }
    for slug, rank in ranks.items():
        found = graph.value(VOC[f"scale/{slug}"], EMP.scaleRank)
        assert isinstance(found, Literal)
        assert found.toPython() == Decimal(rank)
    chain = list(graph.transitive_objects(VOC["scale/infra"], SKOS.broader))
    assert chain == [VOC[f"scale/{slug}"] for slug in reversed(ranks)]


def test_confidence_ranks_and_the_confirmed_group(graph: Graph) -> None:
    ranks = {
        "sourced": 5,
        "seed": 4,
        "derived": 3,
        "general-knowledge": 2,
        "doubtful": 1,
        "unknown": 0,
    }
    for slug, rank in ranks.items():
        found = graph.value(VOC[f"confidence/{slug}"], EMP.confidenceRank)
        assert isinstance(found, Literal)
        assert found.toPython() == rank
    confirmed = set(graph.subjects(SKOS.broader, VOC["confidence/confirmed"]))
    assert confirmed == {VOC["confidence/seed"], VOC["confidence/sourced"]}


def test_every_top_concept_is_announced_by_its_scheme(graph: Graph) -> None:
    up = {(concept, scheme) for concept, scheme in graph.subject_objects(SKOS.topConceptOf)}
    down = {(concept, scheme) for scheme, concept in graph.subject_objects(SKOS.hasTopConcept)}
    assert up == down
    assert len(up) > len(SCHEMES)


def test_schemes_state_their_licence(graph: Graph) -> None:
    for scheme in SCHEMES:
        assert graph.value(VOC[scheme], DCTERMS.license) is not None


@pytest.mark.shared
def test_eurovoc_matches_are_confirmed_identifiers(graph: Graph) -> None:
    table = Path(__file__).parents[3] / "shared/data/links/eurovoc_cohesion.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        confirmed = {row["id"] for row in csv.DictReader(stream)} | CONFIRMED_ELSEWHERE
    matches = {
        str(value).removeprefix(str(EUROVOC)) for value in graph.objects(None, SKOS.closeMatch)
    }
    assert matches
    assert matches <= confirmed
