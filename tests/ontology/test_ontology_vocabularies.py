"""The SKOS schemes hold the concepts of the contract, complete in both languages."""

import csv
import html
import re
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from rdflib import DCTERMS, RDF, SKOS, Graph, Literal

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
    "extent": "whole part infra point unknown",
    "certainty": "day month year decade bounded unknown",
    "end-status": "stated open unknown by-duration superseded",
    "event-type": "creation suppression simple-merger new-commune merger-association split "
    "restoration name-change code-change department-change epci-change",
    "confidence": "confirmed seed sourced general-knowledge derived doubtful unknown",
    "role": "signatory carrier coordination approval adoption manager partner funder beneficiary "
    "secretariat",
    "legal-form": "cc ca cu metro met69 ept petr smo smf pays association",
    "competence": "scot plu",
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
    "density": "large-urban-centre intermediate-urban-centre small-town urban-belt rural-town "
    "dispersed-rural very-dispersed-rural",
    "centrality": "non-centre local intermediate structuring major",
    "rurality": "tourist-specialised tourist-residential productive-agricultural "
    "productive-working-class small-centre-mixed small-centre-industrial residential-mixed "
    "residential-affluent perimeter-changed out-of-scope",
    "massif": "vosges jura alpes guadeloupe corse massif-central martinique pyrenees reunion",
    "frr": "unclassified base plus beneficiary partial beneficiary-partial",
    "attraction": "centre main-pole secondary-pole crown outside",
    "theme": "habitat commerce mobilites espaces-publics equipements alimentation "
    "developpement-economique tourisme marketing-territorial mobilite energie-dechets "
    "prevention-inondations culture couverture-4g transition-ecologique "
    "cohesion-sociale-territoriale attractivite innovation competences foncier-industriel "
    "acces-services-soins centres-bourgs engagement-numerique sante education "
    "renouvellement-urbain ruralites industrie services-publics montagne",
}
EUROVOC = "http://eurovoc.europa.eu/"
# Identifiers named as confirmed beside the exported table of cohesion concepts.
CONFIRMED_ELSEWHERE = {"5536", "27"}
COUNTRY = "http://publications.europa.eu/resource/authority/country/FRA"
MATCHES = (
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.narrowMatch,
    SKOS.relatedMatch,
)
# What the table of centrality says of the communes it leaves without a level.
NO_LEVEL = "- undefined"
SHARED = Path(__file__).parents[3] / "shared"


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
def test_matches_are_confirmed_identifiers(graph: Graph) -> None:
    with (SHARED / "data/links/eurovoc_cohesion.csv").open(encoding="utf-8", newline="") as stream:
        identifiers = {row["id"] for row in csv.DictReader(stream)} | CONFIRMED_ELSEWHERE
    confirmed = {EUROVOC + identifier for identifier in identifiers} | {COUNTRY}
    matches = {str(value) for kind in MATCHES for value in graph.objects(None, kind)}
    assert matches
    assert matches <= confirmed


def test_no_list_of_ours_is_said_to_be_exactly_another(graph: Graph) -> None:
    assert list(graph.subject_objects(SKOS.exactMatch)) == []
    pairs = [pair for kind in MATCHES for pair in graph.subject_objects(kind)]
    assert len(pairs) == len(set(pairs))


def test_every_concept_is_under_a_top_concept_of_its_own_scheme(graph: Graph) -> None:
    for concept, scheme in graph.subject_objects(SKOS.inScheme):
        above = set(graph.transitive_objects(concept, SKOS.broader))
        assert any((top, SKOS.topConceptOf, scheme) in graph for top in above), concept


def test_notations_are_texts_unique_within_a_scheme(graph: Graph) -> None:
    for scheme in SCHEMES:
        notations = [
            notation
            for concept in graph.subjects(SKOS.inScheme, VOC[scheme])
            for notation in graph.objects(concept, SKOS.notation)
        ]
        assert all(isinstance(n, Literal) and n.datatype is None for n in notations)
        assert len(notations) == len(set(notations)), scheme


def _labels(graph: Graph, scheme: str) -> dict[str, str]:
    """Return the notation, or nothing, of each French label of a scheme."""
    return {
        str(label): str(graph.value(concept, SKOS.notation) or "")
        for concept in graph.subjects(SKOS.inScheme, VOC[scheme])
        for label in graph.objects(concept, SKOS.prefLabel)
        if isinstance(label, Literal) and label.language == "fr"
    }


def _column(name: str, column: str) -> set[str]:
    """Return the distinct values of one column of a table of reference."""
    with (SHARED / "data" / name).open(encoding="utf-8-sig", newline="") as stream:
        separator = ";" if name.startswith("frr") else ","
        return {row[column].strip() for row in csv.DictReader(stream, delimiter=separator)}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("scheme", "table", "column"),
    [
        ("density", "referentiels/densite_ot_cog2025.csv", "niveau_densite"),
        ("centrality", "referentiels/centralite_ot_cog2025.csv", "niveau_centralite"),
        ("rurality", "referentiels/ruralite_ot_cog2025.csv", "niveau_ruralite"),
        ("frr", "frr-zrr/frr_2025-07.csv", "Classement FRR et FRR+ au 10 juillet 2025"),
    ],
)
def test_a_typology_holds_the_labels_of_its_source(
    graph: Graph, scheme: str, table: str, column: str
) -> None:
    assert set(_labels(graph, scheme)) == _column(table, column) - {NO_LEVEL}


@pytest.mark.shared
def test_massifs_have_the_labels_and_codes_of_their_source(graph: Graph) -> None:
    found = {f"{code} - {label}" for label, code in _labels(graph, "massif").items()}
    assert found == _column("referentiels/montagne_ot_cog2025.csv", "niveau_montagne")


@pytest.mark.shared
def test_categories_of_attraction_have_the_labels_and_codes_of_the_workbook(graph: Graph) -> None:
    workbook = SHARED / "data/referentiels/table-appartenance-geo-communes-22.xlsx"
    with ZipFile(workbook) as archive:
        text = html.unescape(archive.read("xl/sharedStrings.xml").decode())
    listed = re.findall(r">(1[123]|20|30) [–-] (Comm[^<]*|Autre comm[^<]*)<", text)
    assert {label: code for code, label in listed} == _labels(graph, "attraction")


def test_levels_of_density_are_numbered_from_the_densest(graph: Graph) -> None:
    by_code = {code: label for label, code in _labels(graph, "density").items()}
    assert sorted(by_code) == [str(level) for level in range(1, 8)]
    assert by_code["1"] == "Grands centres urbains"
    assert by_code["7"] == "Rural à habitat très dispersé"


def test_the_themes_are_where_axes_are_taken(graph: Graph) -> None:
    # The five axes of Action cœur de ville, as the founding article names them.
    axes = {"habitat", "commerce", "mobilités", "espaces publics", "équipements"}
    assert axes <= set(_labels(graph, "theme"))
    assert (VOC["axis"], None, None) not in graph
