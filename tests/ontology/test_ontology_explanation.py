"""Each planted fault is explained by the axioms that it breaks, minimally and in words."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import pytest
from rdflib import OWL, RDF, Graph, URIRef

from ontology import explanation
from ontology.axioms import Axiom, Triple, read_axioms
from ontology.explanation import (
    Explanation,
    expected_axioms,
    explain,
    explain_unsatisfiable,
    leading_consistent,
)
from ontology.forward import guess_clash
from ontology.loading import OntologyError, load_files, load_ontology
from ontology.namespaces import EMP, PREFIXES
from ontology.reasoning import ReasonerError, ReasonerTimeoutError, announced, canary_files

CANARY = PREFIXES["id"] + "canary/"
PLANTED = [path for path in canary_files() if expected_axioms(path)]


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return load_ontology(restrictions=True)


def _graph(turtle: str) -> Graph:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return Graph().parse(data=f"{prefixes}@prefix ex: <{CANARY}> .\n{turtle}", format="turtle")


@cache
def _explained(path: Path) -> Explanation:
    data, ontology = load_files([path]), load_ontology(restrictions=True)
    if announced(path)[0] == "unsatisfiable":
        (name,) = data.subjects(RDF.type, OWL.Class)
        assert isinstance(name, URIRef)
        reason = explain_unsatisfiable(name, data, ontology)
    else:
        reason = explain(data, ontology)
    assert reason is not None
    return reason


def test_there_are_enough_planted_faults_and_they_name_axioms_of_the_ontology(
    ontology: Graph,
) -> None:
    texts = {axiom.text for axiom in read_axioms(ontology)}
    assert len(PLANTED) >= 12
    for path in PLANTED:
        assert path.parent.name == "bad"
        assert set(expected_axioms(path)) <= texts, path


@pytest.mark.java
@pytest.mark.parametrize("path", PLANTED, ids=lambda path: path.stem)
def test_a_planted_fault_is_explained_by_the_axioms_it_breaks(path: Path) -> None:
    reason = _explained(path)
    assert set(expected_axioms(path)) <= set(reason.of_ontology)
    assert reason.of_data
    assert reason.seconds > 0


@pytest.mark.java
@pytest.mark.parametrize("number", ["03", "14", "20"])
def test_an_explanation_clashes_and_does_no_longer_without_any_one_axiom(
    number: str, ontology: Graph
) -> None:
    (path,) = [path for path in PLANTED if path.stem.startswith(number)]
    axioms = _explained(path).axioms
    kinds = [
        (name, RDF.type, kind)
        for name in {name for axiom in axioms for name in axiom.signature}
        for kind in ontology.objects(name, RDF.type)
        if kind in {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty}
    ]
    whole = [triple for axiom in axioms for triple in axiom.triples]
    lacking = [[t for t in whole if t not in axiom.triples] + kinds for axiom in axioms]
    assert leading_consistent([*lacking, whole + kinds]) == len(axioms)


@pytest.mark.java
def test_the_explanation_is_said_in_both_languages(ontology: Graph) -> None:
    (path,) = [path for path in PLANTED if path.stem.startswith("08")]
    reason = _explained(path)
    assert reason.in_words(ontology, "en") == (
        "“crte” is of the class “contract”; “crte” is of the class “instrument”; "
        "whatever is of the class “contract” is also: “deployment”; "
        "nothing is both of the class “deployment” and of the class “instrument”."
    )
    assert reason.in_words(ontology, "fr").endswith(
        "rien n'est à la fois de la classe « déploiement » et de la classe « dispositif »."
    )


@pytest.mark.java
def test_only_the_two_statements_that_clash_are_named_among_many(ontology: Graph) -> None:
    many = "".join(f"ex:c{n} a emp:Commune ; emp:partOf ex:epci .\n" for n in range(60))
    data = _graph(many + "ex:c7 a emp:Department . ex:epci a emp:IntermunicipalTerritory .")
    reason = explain(data, ontology)
    assert reason is not None
    assert reason.of_data == (
        "ClassAssertion(emp:Commune id:canary/c7)",
        "ClassAssertion(emp:Department id:canary/c7)",
    )


@pytest.mark.java
def test_what_is_consistent_has_no_explanation(ontology: Graph) -> None:
    assert explain(_graph("ex:a a emp:Instrument , emp:ProgrammingFramework ."), ontology) is None
    assert explain_unsatisfiable(EMP.Commune) is None


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(OntologyError, match="emp:Nowhere: no such class"):
        explain_unsatisfiable(EMP.Nowhere)


@pytest.mark.java
def test_a_series_is_judged_up_to_its_first_clash() -> None:
    fine = _graph("ex:a a ex:B . ex:B a owl:Class .")
    clash = fine + _graph("ex:a a owl:Nothing .")
    assert leading_consistent([fine, fine, clash, fine]) == 2
    assert leading_consistent([fine]) == 1


@pytest.mark.java
def test_a_refused_graph_is_an_error_and_so_is_a_run_too_long() -> None:
    refused = _graph(
        "ex:p a owl:ObjectProperty , owl:TransitiveProperty , owl:AsymmetricProperty ."
    )
    with pytest.raises(ReasonerError, match=r"(?s)on graph 0 .*IllegalArgumentException"):
        leading_consistent([refused])
    with pytest.raises(ReasonerTimeoutError):
        leading_consistent([refused], timeout=0.05)


def _letters(letters: Iterable[str]) -> tuple[Axiom, ...]:
    names = [URIRef(CANARY + letter) for letter in letters]
    return tuple(Axiom("X", (name,), ((name, RDF.type, name),), True) for name in names)


def _oracle(*clashes: str) -> object:
    def judge(graphs: Sequence[Iterable[Triple]], *, timeout: float) -> int:
        for number, graph in enumerate(graphs):
            present = {str(subject).removeprefix(CANARY) for subject, _, _ in graph}
            if any(set(clash) <= present for clash in clashes):
                return number
        return len(graphs) if timeout else 0

    return judge


@pytest.mark.parametrize(
    ("clashes", "letters", "found"),
    [
        (("bdf",), "abcdefgh", "bdf"),
        (("ah", "bg"), "abcdefgh", "bg"),
        (("a",), "abc", "a"),
        (("xy",), "abc", None),
        (("",), "abc", ""),
    ],
)
def test_contraction_finds_a_minimal_clash(
    monkeypatch: pytest.MonkeyPatch, clashes: tuple[str, ...], letters: str, found: str | None
) -> None:
    monkeypatch.setattr(explanation, "leading_consistent", _oracle(*clashes))
    result = explanation._Contraction((), 1.0).contract((), _letters(letters))
    said = result and "".join(str(axiom.arguments[0])[-1] for axiom in result)
    assert said == (found if found != "" else ())


def test_contraction_narrows_long_lists_by_strides(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"n{number:04}" for number in range(1000)]
    axioms = _letters(names)
    sizes: list[int] = []

    def judge(graphs: Sequence[Iterable[Triple]], *, timeout: float) -> int:
        sizes.append(len(graphs))
        for number, graph in enumerate(graphs):
            present = {str(subject).removeprefix(CANARY) for subject, _, _ in graph}
            if {"n0123", "n0777"} <= present:
                return number
        return len(graphs) if timeout else 0

    monkeypatch.setattr(explanation, "leading_consistent", judge)
    result = explanation._Contraction((), 1.0).contract((), axioms)
    assert result is not None
    assert [str(axiom.arguments[0])[-5:] for axiom in result] == ["n0123", "n0777"]
    assert max(sizes) <= 128
    assert len(sizes) <= 6


def test_a_guess_follows_hierarchy_domain_range_and_inverse(ontology: Graph) -> None:
    data = _graph("ex:x emp:hasParticipation ex:p . ex:p a emp:Commune .")
    axioms = (*read_axioms(data, ontology, given=True), *read_axioms(ontology))
    guess = guess_clash(axioms)
    assert guess is not None
    assert {axiom.text for axiom in guess} >= {
        "ObjectPropertyRange(emp:hasParticipation emp:Participation)",
        "SubClassOf(emp:Commune emp:AdministrativeTerritory)",
        "DisjointClasses(emp:Participation emp:SpatialUnit)",
    }


def test_no_guess_without_a_clash_or_from_a_denial(ontology: Graph) -> None:
    fine = _graph("ex:x a emp:Commune ; emp:partOf ex:d . ex:d a emp:Department .")
    assert guess_clash((*read_axioms(fine, ontology, given=True), *read_axioms(ontology))) is None
    denied = _graph(
        "[] a owl:NegativePropertyAssertion ; owl:assertionProperty emp:participant ;"
        " owl:sourceIndividual ex:p ; owl:targetIndividual ex:c . ex:c a emp:Commune ."
    )
    assert guess_clash((*read_axioms(denied, ontology, given=True), *read_axioms(ontology))) is None
