"""A graph is taken apart into the right axioms, cut down to those that matter, said in words."""

import pytest
from rdflib import Graph, URIRef

from ontology.axioms import Axiom, functional, read_axioms
from ontology.loading import load_ontology
from ontology.locality import module
from ontology.namespaces import EMP, PREFIXES
from ontology.wording import _SENTENCES, _sentence, in_words


def _graph(turtle: str) -> Graph:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return Graph().parse(data=f"{prefixes}@prefix ex: <http://e.org/> .\n{turtle}", format="turtle")


def _axioms(turtle: str) -> list[str]:
    return [axiom.text for axiom in read_axioms(_graph(turtle))]


@pytest.mark.parametrize(
    ("turtle", "text"),
    [
        ("emp:A rdfs:subClassOf emp:B .", "SubClassOf(emp:A emp:B)"),
        ("emp:B owl:disjointWith emp:A .", "DisjointClasses(emp:A emp:B)"),
        ("emp:A owl:complementOf emp:B .", "EquivalentClasses(emp:A ObjectComplementOf(emp:B))"),
        ("emp:p a owl:TransitiveProperty .", "TransitiveObjectProperty(emp:p)"),
        ("emp:p rdfs:range emp:B .", "ObjectPropertyRange(emp:p emp:B)"),
        ("emp:p a owl:DatatypeProperty ; rdfs:domain emp:B .", "DataPropertyDomain(emp:p emp:B)"),
        (
            "emp:p owl:propertyChainAxiom ( emp:q emp:r ) .",
            "SubObjectPropertyOf(ObjectPropertyChain(emp:q emp:r) emp:p)",
        ),
        (
            "emp:d a owl:DatatypeProperty . emp:A owl:hasKey ( emp:d emp:p ) .",
            "HasKey(emp:A (emp:p) (emp:d))",
        ),
        ("ex:a a emp:A .", "ClassAssertion(emp:A <http://e.org/a>)"),
        ('id:a emp:d "x" .', 'DataPropertyAssertion(emp:d id:a "x")'),
        ("id:a owl:differentFrom id:b .", "DifferentIndividuals(id:a id:b)"),
        (
            "emp:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty emp:p ;"
            ' owl:minQualifiedCardinality "2"^^xsd:nonNegativeInteger ; owl:onClass emp:B ] .',
            'SubClassOf(emp:A ObjectMinCardinality("2"^^xsd:nonNegativeInteger emp:p emp:B))',
        ),
        (
            "emp:A rdfs:subClassOf [ owl:unionOf ( emp:B [ owl:onProperty emp:p ;"
            " owl:someValuesFrom owl:Thing ] ) ] .",
            "SubClassOf(emp:A ObjectUnionOf(emp:B ObjectSomeValuesFrom(emp:p owl:Thing)))",
        ),
        (
            "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual id:a ;"
            " owl:assertionProperty emp:p ; owl:targetIndividual id:b .",
            "NegativeObjectPropertyAssertion(emp:p id:a id:b)",
        ),
    ],
)
def test_each_form_is_read(turtle: str, text: str) -> None:
    assert _axioms(turtle) == [text]


def test_lists_of_disjoint_things_become_pairs() -> None:
    assert _axioms("[] a owl:AllDisjointClasses ; owl:members ( emp:C emp:A emp:B ) .") == [
        "DisjointClasses(emp:A emp:B)",
        "DisjointClasses(emp:A emp:C)",
        "DisjointClasses(emp:B emp:C)",
    ]
    assert _axioms("[] a owl:AllDifferent ; owl:distinctMembers ( id:b id:a ) .") == [
        "DifferentIndividuals(id:a id:b)"
    ]


def test_what_says_nothing_to_a_reasoner_is_left_out() -> None:
    turtle = (
        'emp:A a owl:Class ; rdfs:label "a"@fr ; skos:definition "b"@fr ; rdfs:isDefinedBy ex:o .'
    )
    assert _axioms(turtle + " ex:o a owl:Ontology ; owl:imports ex:p ; dcterms:title 't' .") == []


def test_no_axiom_of_the_ontology_has_an_unforeseen_shape() -> None:
    axioms = read_axioms(load_ontology(restrictions=True))
    assert len(axioms) > 500
    assert [
        axiom.text for axiom in axioms if "Expression(" in axiom.text or "_:" in axiom.text
    ] == []


def test_blank_nodes_in_a_circle_are_read_once() -> None:
    (axiom,) = read_axioms(_graph("ex:a emp:p _:x . _:x emp:p _:y . _:y emp:p _:x ."))
    assert len(axiom.triples) == 3


def test_the_module_of_a_name_keeps_what_constrains_it_only() -> None:
    axioms = read_axioms(
        _graph(
            "emp:A rdfs:subClassOf emp:B . emp:C rdfs:subClassOf emp:B ."
            "emp:B owl:disjointWith emp:A , emp:D . emp:p rdfs:domain emp:A ."
            "emp:q a owl:SymmetricProperty ; owl:propertyChainAxiom ( emp:r emp:s ) ."
        )
    )
    assert [axiom.text for axiom in module(axioms, [EMP.A])] == [
        "DisjointClasses(emp:A emp:B)",
        "SubClassOf(emp:A emp:B)",
    ]
    chained = {axiom.text for axiom in module(axioms, [EMP.r, EMP.s])}
    assert chained == {
        "SubObjectPropertyOf(ObjectPropertyChain(emp:r emp:s) emp:q)",
        "SymmetricObjectProperty(emp:q)",
    }
    assert module(axioms, [EMP.r]) == ()


def test_given_statements_always_matter() -> None:
    given = read_axioms(_graph("id:a a emp:A ."), given=True)
    assert module(given, []) == given


def test_both_languages_say_the_same_forms() -> None:
    assert set(_SENTENCES["fr"]) == set(_SENTENCES["en"])
    for axiom in read_axioms(load_ontology(restrictions=True)):
        assert _sentence(axiom.form, "fr") is not None, axiom.form
        assert "{" not in in_words(axiom, Graph(), "en")


@pytest.mark.parametrize(
    ("turtle", "french", "english"),
    [
        (
            "emp:A rdfs:subClassOf [ owl:onProperty emp:p ; owl:maxCardinality 1 ] .",
            "tout ce qui est de la classe « thé » est aussi : "
            "ce qui a au plus 1 liens « p » vers quoi que ce soit",
            "whatever is of the class “tea” is also: what has at most 1 links “p” to anything",
        ),
        ("emp:p a owl:FunctionalProperty .", "« p » n'a qu'une valeur par sujet", None),
        ("emp:p owl:inverseOf emp:q .", None, "“p” and “q” are one relation read both ways"),
    ],
)
def test_axioms_in_words(turtle: str, french: str | None, english: str | None) -> None:
    labels = _graph('emp:A rdfs:label "thé"@fr , "tea"@en .')
    (axiom,) = read_axioms(_graph(turtle))
    assert french in {None, in_words(axiom, labels, "fr")}
    assert english in {None, in_words(axiom, labels, "en")}


def test_an_unknown_form_is_still_said() -> None:
    axiom = Axiom("DatatypeDefinition", (EMP.A, URIRef("http://e.org/B")), (), False)
    assert in_words(axiom, Graph(), "en") == "DatatypeDefinition “A” “B”"
    assert functional(URIRef("http://e.org/B")) == "<http://e.org/B>"
