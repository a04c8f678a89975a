"""What is applied, signed, planned and paid: the terms of the design stand, where it puts them."""

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from ontology.loading import load_ontology
from ontology.namespaces import EMP, ONT
from ontology.terms import list_terms

# Classes and properties of sections C.4 and C.5 of the design, then what agreements, plans and
# national money data need beyond it; agreements and plans have modules of their own since 0.2.0.
MODULES = {
    "actors": """
        Actor PublicActor EuropeanBody CentralStateBody StateAgency DeconcentratedService
        LocalAuthority IntermunicipalBody MixedSyndicate LocalActionGroup PrivateActor
        Participation administers participant role signedOn actorScale""",
    "programmes": "ProgrammingFramework underFramework",
    "deployments": """
        Deployment LabelAward ZoningDesignation FundingAward EngineeringSupport appliesInstrument
        perimeter covers coversDirectly touches coveredBy participationIn hasParticipation
        integrates renews deploymentStatus hasPointIn coversCollectively carriedBy""",
    "contracts": """
        Contract ReciprocityContract Commitment hasCommitment committedBy commitmentTo
        benefitsTerritory resourceKind CommitmentModel commitmentModel foreseenFrom foreseenTo""",
    "planning": """
        PlanInForce adoptionAct approvalAct mustBeCompatibleWith mustTakeIntoAccount""",
    "finance": """
        FinancialCommitment Fund BudgetLine amount currency amountStage fromFund fromBudgetLine
        fundOf beneficiary beneficiaryName beneficiarySeat worksLocation fiscalYear totalCost""",
}
LEGS = [
    ("participant", "Participation", "Actor"),
    ("participationIn", "Participation", "Deployment"),
    ("appliesInstrument", "Deployment", "Instrument"),
    ("perimeter", "Deployment", "Perimeter"),
    ("committedBy", "Commitment", "Actor"),
    ("fromFund", "FinancialCommitment", "Fund"),
    ("fromBudgetLine", "FinancialCommitment", "BudgetLine"),
]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_ontology()


def _above(graph: Graph, name: str) -> set[object]:
    return set(graph.transitive_objects(EMP[name], RDFS.subPropertyOf))


@pytest.mark.parametrize("module", MODULES)
def test_the_terms_of_the_design_stand_in_their_module(graph: Graph, module: str) -> None:
    homes = {name: graph.value(EMP[name], RDFS.isDefinedBy) for name in MODULES[module].split()}
    assert {name for name, home in homes.items() if home != ONT[module]} == set()


@pytest.mark.parametrize("module", MODULES)
def test_each_term_has_an_example_and_a_reading_rule_in_both_languages(
    graph: Graph, module: str
) -> None:
    faults = [
        (term.name, note)
        for term in list_terms(graph)
        if term.module == module
        for note in (SKOS.example, SKOS.scopeNote)
        if sorted(getattr(text, "language", "") for text in graph.objects(URIRef(term.iri), note))
        != ["en", "fr"]
    ]
    assert faults == []


@pytest.mark.parametrize(("leg", "domain", "target"), LEGS)
def test_a_leg_of_a_node_has_one_value_and_typed_ends(
    graph: Graph, leg: str, domain: str, target: str
) -> None:
    assert (EMP[leg], RDF.type, OWL.FunctionalProperty) in graph
    assert graph.value(EMP[leg], RDFS.domain) == EMP[domain]
    assert graph.value(EMP[leg], RDFS.range) == EMP[target]


def test_a_service_point_touches_its_commune_and_never_covers_it(graph: Graph) -> None:
    above = _above(graph, "hasPointIn")
    assert EMP.touches in above
    assert EMP.covers not in above


def test_the_seat_of_who_is_paid_is_not_the_place_of_the_works(graph: Graph) -> None:
    assert EMP.worksLocation not in _above(graph, "beneficiarySeat")
    assert EMP.beneficiarySeat not in _above(graph, "worksLocation")
    for name in ("beneficiarySeat", "worksLocation"):
        assert graph.value(EMP[name], RDFS.range) == EMP.Territory
        assert not _above(graph, name) & {EMP.covers, EMP.touches, EMP.coversDirectly}


def test_the_cost_of_an_operation_is_no_amount(graph: Graph) -> None:
    assert EMP.amount not in _above(graph, "totalCost")


def test_only_an_approval_establishes_a_plan(graph: Graph) -> None:
    assert EMP.establishedBy in _above(graph, "approvalAct")
    above = _above(graph, "adoptionAct")
    assert EMP.legalBasis in above
    assert EMP.establishedBy not in above


def test_a_constraint_of_law_is_not_a_chosen_direction(graph: Graph) -> None:
    for name in ("mustBeCompatibleWith", "mustTakeIntoAccount"):
        assert _above(graph, name) == {EMP[name]}


@pytest.mark.parametrize("kept", ["Fund", "BudgetLine", "Commitment", "Deployment"])
def test_money_promises_and_applications_are_told_apart(graph: Graph, kept: str) -> None:
    lists = [set(graph.items(members)) for members in graph.objects(None, OWL.members)]
    apart = set().union(*(names for names in lists if EMP[kept] in names)) - {EMP[kept]}
    expected = {URIRef(EMP[name]) for name in ("Fund", "BudgetLine", "Commitment", "Deployment")}
    assert expected - {EMP[kept]} <= apart
