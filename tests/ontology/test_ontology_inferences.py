"""What the axioms entail, rule out and leave open is what the table of inferences says."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.term import Node

from ontology import inferences, reasoning
from ontology.inferences import (
    Inference,
    InferenceResult,
    check_inferences,
    expected_inferences,
    fixture_files,
    term,
)
from ontology.loading import OntologyError, load_files, load_ontology
from ontology.namespaces import EMP
from ontology.reasoning import ReasonerError, ReasoningReport

ROWS = expected_inferences()
TERMS = (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf, OWL.sameAs, OWL.disjointWith)


@cache
def _found() -> dict[Inference, str]:
    return {result.expected: result.found for result in check_inferences()}


def _judged(*rows: Inference, without: tuple[URIRef, URIRef | None] | None = None) -> list[str]:
    ontology = load_ontology(restrictions=True)
    if without:
        ontology.remove((*without, None))
    return [result.found for result in check_inferences(ontology, rows)]


def _row(text: str) -> Inference:
    (row,) = [row for row in ROWS if row.text == text]
    return row


@pytest.mark.java
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text)
def test_each_inference_is_as_the_table_says(row: Inference) -> None:
    assert _found()[row] == row.holds


def test_the_table_is_full_of_each_verdict_and_each_kind_of_axiom() -> None:
    verdicts = Counter(row.holds for row in ROWS)
    assert min(verdicts[one] for one in ("yes", "no", "open")) >= 12
    said = " ".join(row.why for row in ROWS if row.holds == "yes")
    for kind in (
        "hierarchy",
        "domain",
        "range",
        "restriction",
        "inverse",
        "transitive",
        "subproperty",
        "chain",
        "key",
        "functional",
        "symmetric",
    ):
        assert kind in said, kind
    assert len({row.text for row in ROWS}) == len(ROWS)


def test_no_inference_is_told() -> None:
    told = load_ontology(restrictions=True) + load_files(fixture_files())
    for row in ROWS:
        names = (row.subject, row.predicate, row.object)
        assert tuple(term(name, row.fixture) for name in names) not in told, row.text


def _described(graph: Graph) -> set[Node]:
    return set(graph.all_nodes())


def test_rows_name_what_the_fixtures_and_the_ontology_describe() -> None:
    ontology = load_ontology()
    fixtures = {path.stem: _described(load_files([path])) for path in fixture_files()}
    properties = {*ontology.subjects(RDF.type, OWL.ObjectProperty), *TERMS}
    properties |= {*ontology.subjects(RDF.type, OWL.DatatypeProperty)}
    assert {row.fixture for row in ROWS} == set(fixtures)
    for row in ROWS:
        known = _described(ontology) | fixtures[row.fixture]
        for name in (row.subject, row.object):
            assert term(name, row.fixture) in known, row.text
        assert term(row.predicate, row.fixture) in properties, row.text


def test_the_fixtures_share_no_individual() -> None:
    names = [
        {str(node) for node in load_files([path]).all_nodes() if "/id/expected/" in str(node)}
        for path in fixture_files()
    ]
    assert len(set().union(*names)) == sum(map(len, names))


@pytest.mark.java
@pytest.mark.parametrize(
    ("text", "without"),
    [
        (
            "coverage: ex:contract emp:covers ex:commune",
            (EMP.covers, OWL.propertyChainAxiom),
        ),
        ("actors: ex:agency owl:sameAs ex:national-agency", (EMP.PublicActor, OWL.hasKey)),
        ("territories: ex:tours rdf:type emp:Territory", (EMP.seat, RDFS.range)),
        ("coverage: ex:plan rdf:type emp:Deployment", (EMP.coversCollectively, RDFS.domain)),
        ("deployments: ex:contract rdf:type emp:Contract", (EMP.ReciprocityContract, None)),
    ],
)
def test_an_inference_goes_with_the_axiom_it_rests_on(
    text: str, without: tuple[URIRef, URIRef | None]
) -> None:
    assert _judged(_row(text), without=without) == ["open"]


@pytest.mark.java
def test_a_careless_axiom_is_seen_by_what_was_open() -> None:
    row = _row("coverage: ex:plan emp:covers ex:commune")
    careless = load_ontology(restrictions=True)
    careless.add((EMP.coversCollectively, RDFS.subPropertyOf, EMP.covers))
    (result,) = check_inferences(careless, (row,))
    assert result == InferenceResult(row, "yes")
    assert not result.passed


@pytest.mark.java
def test_fixtures_that_contradict_the_ontology_prove_nothing() -> None:
    broken = load_ontology(restrictions=True)
    broken.add((EMP.Commune, OWL.disjointWith, EMP.Territory))
    with pytest.raises(ReasonerError, match="contradict"):
        check_inferences(broken)


def test_one_run_of_the_reasoner_judges_all(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[Graph] = []

    def spy(graph: Graph, *, timeout: float) -> ReasoningReport:
        runs.append(graph)
        return ReasoningReport(consistent=True, unsatisfiable=(), seconds=timeout)

    monkeypatch.setattr(inferences, "reason", spy)
    assert {result.found for result in check_inferences()} == {"open"}
    assert len(runs) == 1
    assert inferences.reason is not reasoning.reason


def test_a_bad_table_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    head = "fixture,subject,predicate,object,holds,why\n"
    table.write_text(head + "coverage,ex:a,rdf:type,emp:B,perhaps,x\n")
    with pytest.raises(OntologyError, match=r"t\.csv: coverage: ex:a .*no such verdict: perhaps"):
        expected_inferences(table)
    table.write_text("fixture,sujet\ncoverage,ex:a\n")
    with pytest.raises(OntologyError, match="cannot be read"):
        expected_inferences(table)
    with pytest.raises(OntologyError, match="cannot be read"):
        expected_inferences(tmp_path / "none.csv")
    with pytest.raises(OntologyError, match="nowhere:a: no such prefix"):
        term("nowhere:a", "coverage")
