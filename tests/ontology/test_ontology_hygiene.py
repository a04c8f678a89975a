"""The ontology is clean, and every hygiene rule catches the fault planted for it."""

from pathlib import Path

import pytest
from rdflib import Graph

from ontology.hygiene import apply_rule, check_hygiene, hygiene_graph, load_rules, read_rule
from ontology.loading import OntologyError
from ontology.namespaces import BASE, EMP, PREFIXES

GOOD_TERM = """
<https://w3id.org/empilement/ont/x> a owl:Ontology ;
  owl:versionIRI <https://w3id.org/empilement/ont/1.0.0/x> ; owl:versionInfo "1.0.0" ;
  dcterms:title "Essai"@fr , "Trial"@en ; dcterms:description "Un essai."@fr , "A trial."@en ;
  dcterms:creator "Somebody" ; dcterms:license <https://spdx.org/licenses/etalab-2.0> ;
  dcterms:created "2026-11-23"^^xsd:date .
emp:Thing a owl:Class ; rdfs:label "chose"@fr , "thing"@en ;
  skos:definition "Ce qui est."@fr , "What is there."@en ;
  rdfs:isDefinedBy <https://w3id.org/empilement/ont/x> ; vs:term_status "testing" .
<https://w3id.org/empilement/voc/s> a skos:ConceptScheme ;
  skos:prefLabel "liste"@fr , "list"@en ; skos:definition "Une liste."@fr , "A list of words."@en .
<https://w3id.org/empilement/voc/s/a> a skos:Concept ; skos:prefLabel "un"@fr , "one"@en ;
  skos:definition "Le premier."@fr , "The first one."@en ;
  skos:inScheme <https://w3id.org/empilement/voc/s> ;
  skos:topConceptOf <https://w3id.org/empilement/voc/s> .
"""
THING = f"{EMP}Thing"
CONCEPT = f"{BASE}voc/s/b"
# rule -> (what is added to or removed from the good graph, the entity that must be found)
PLANTED = {
    "HYG-01": ('- emp:Thing rdfs:label "thing"@en .', THING),
    "HYG-02": ('+ emp:Thing rdfs:label "objet"@fr .', THING),
    "HYG-03": ('- emp:Thing skos:definition "Ce qui est."@fr .', THING),
    "HYG-04": ('+ emp:Thing skos:definition "Ce qui existe."@fr .', THING),
    "HYG-05": ("- emp:Thing rdfs:isDefinedBy <https://w3id.org/empilement/ont/x> .", THING),
    "HYG-06": ("+ emp:Thing rdfs:isDefinedBy <https://w3id.org/empilement/ont/y> .", THING),
    "HYG-07": ('+ <http://example.org/a> emp:unheardOf "x" .', f"{EMP}unheardOf"),
    "HYG-08": ("+ emp:Thing rdfs:subClassOf emp:Missing .", THING),
    "HYG-09": ("+ emp:Ghost rdfs:subClassOf emp:Thing .", f"{EMP}Ghost"),
    "HYG-10": (
        "+ emp:Thing rdfs:subClassOf emp:Between . emp:Between rdfs:subClassOf emp:Thing .",
        THING,
    ),
    "HYG-11": (
        "+ <https://w3id.org/empilement/ont/x> owl:imports <https://w3id.org/empilement/ont/y> ."
        " <https://w3id.org/empilement/ont/y> owl:imports <https://w3id.org/empilement/ont/x> .",
        f"{BASE}ont/x",
    ),
    "HYG-12": (
        "+ <https://w3id.org/empilement/ont/x> owl:imports <http://www.w3.org/ns/prov-o> .",
        f"{BASE}ont/x",
    ),
    "HYG-13": (
        "+ emp:inside a owl:TransitiveProperty . emp:around owl:inverseOf emp:inside ."
        " [] owl:onProperty emp:around ; owl:maxCardinality 1 .",
        f"{EMP}around",
    ),
    "HYG-14": ("+ emp:since rdfs:range xsd:date .", f"{EMP}since"),
    "HYG-15": ("+ emp:Thing owl:sameAs <http://example.org/thing> .", THING),
    "HYG-16": ('- emp:Thing vs:term_status "testing" .', THING),
    "HYG-17": (
        f'+ <{CONCEPT}> a skos:Concept ; skos:prefLabel "deux"@fr .',
        CONCEPT,
    ),
    "HYG-18": (f"+ <{CONCEPT}> a skos:Concept .", CONCEPT),
    "HYG-19": ('+ emp:Thing skos:definition "Chose."@fr .', THING),
    "HYG-20": ('+ emp:Other rdfs:label "chose"@fr .', f"{EMP}Other"),
    "HYG-21": ('+ emp:Thing rdfs:label "Objet"@fr .', THING),
    "HYG-22": ("+ emp:since rdfs:domain emp:Thing , emp:Other .", f"{EMP}since"),
    "HYG-23": (
        "+ emp:inside rdfs:domain emp:Thing . emp:around owl:inverseOf emp:inside ;"
        " rdfs:range emp:Other .",
        f"{EMP}inside",
    ),
    "HYG-24": (
        "+ emp:beside a owl:SymmetricProperty ; rdfs:domain emp:Thing ; rdfs:range emp:Other .",
        f"{EMP}beside",
    ),
    "HYG-25": (
        "+ emp:near rdfs:domain emp:Thing . emp:touching rdfs:subPropertyOf emp:near ;"
        " rdfs:domain emp:Other .",
        f"{EMP}touching",
    ),
    "HYG-26": ('+ skos:Concept rdfs:label "notion"@fr .', PREFIXES["skos"] + "Concept"),
    "HYG-27": ("+ emp:Thing owl:equivalentClass emp:Other .", THING),
    "HYG-28": ("+ emp:near owl:inverseOf emp:near .", f"{EMP}near"),
    "HYG-29": ("+ emp:near owl:propertyChainAxiom ( emp:touching ) .", f"{EMP}near"),
    "HYG-30": (
        '- <https://w3id.org/empilement/ont/x> dcterms:title "Trial"@en .',
        f"{BASE}ont/x",
    ),
    "HYG-31": ('+ emp:Thing skos:scopeNote "Deux  blancs."@fr .', THING),
    "HYG-32": (
        "+ emp:Old owl:deprecated true ; dcterms:isReplacedBy emp:Thing ."
        " emp:Thing rdfs:subClassOf emp:Old .",
        THING,
    ),
    "HYG-33": ('+ emp:Other skos:definition "Ce qui est."@fr .', f"{EMP}Other"),
    "HYG-34": ('+ emp:Thing skos:altLabel "chose"@fr .', THING),
    "HYG-35": ("+ emp:chose a owl:Class .", f"{EMP}chose"),
    "HYG-36": ("+ emp:Thing a owl:ObjectProperty .", THING),
}


def _graph(turtle: str) -> Graph:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return Graph().parse(data=prefixes + turtle, format="turtle")


def test_the_ontology_is_clean() -> None:
    findings = check_hygiene()
    assert [(f.rule, f.entity, f.value) for f in findings] == []


def test_the_rules_see_the_whole_ontology() -> None:
    graph = hygiene_graph()
    terms = {str(s) for s in graph.subjects() if str(s).startswith(str(EMP))}
    assert len(terms) > 200
    assert any(str(s).startswith(f"{BASE}voc/theme/") for s in graph.subjects())


def test_each_rule_has_a_planted_fault_and_an_id_of_its_own() -> None:
    ids = [rule.id for rule in load_rules()]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(PLANTED)


def test_a_clean_graph_has_no_finding() -> None:
    assert check_hygiene(_graph(GOOD_TERM)) == ()


@pytest.mark.parametrize("rule_id", sorted(PLANTED))
def test_a_planted_fault_is_found(rule_id: str) -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == rule_id]
    fault, entity = PLANTED[rule_id]
    graph = _graph(GOOD_TERM)
    change = _graph(fault[1:])
    if fault.startswith("-"):
        assert all(triple in graph for triple in change)
        graph -= change
    else:
        graph += change
    found = {finding.entity for finding in apply_rule(rule, graph)}
    assert entity in found
    finding = next(f for f in apply_rule(rule, graph) if f.entity == entity)
    assert finding.rule == rule_id
    assert finding.problem == rule.problem
    assert finding.property


@pytest.mark.parametrize(
    ("rule_id", "turtle", "found"),
    [
        ("HYG-24", "a owl:TransitiveProperty ; rdfs:domain emp:A ; rdfs:range emp:B", True),
        ("HYG-24", "a owl:TransitiveProperty ; rdfs:domain emp:A ; rdfs:range emp:A", False),
        ("HYG-28", "a owl:SymmetricProperty ; owl:inverseOf emp:around", True),
        ("HYG-28", "a owl:TransitiveProperty ; owl:inverseOf emp:around", False),
        ("HYG-29", "owl:propertyChainAxiom ( emp:a emp:b )", False),
        ("HYG-31", 'rdfs:label "fin "@fr', True),
        ("HYG-31", 'rdfs:label "deux mots"@fr', False),
        ("HYG-32", "owl:deprecated true", True),
        ("HYG-32", "owl:deprecated true ; dcterms:isReplacedBy emp:new", False),
        ("HYG-35", "a owl:DatatypeProperty", False),
    ],
)
def test_the_other_half_of_a_rule(rule_id: str, turtle: str, found: bool) -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == rule_id]
    entities = {finding.entity for finding in apply_rule(rule, _graph(f"emp:inside {turtle} ."))}
    assert (f"{EMP}inside" in entities) is found


def test_a_subproperty_may_narrow_the_domain_of_the_one_above() -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == "HYG-25"]
    graph = _graph(
        "emp:Part rdfs:subClassOf emp:Thing . emp:near rdfs:domain emp:Thing ."
        "emp:touching rdfs:subPropertyOf emp:near ; rdfs:domain emp:Part ."
    )
    assert apply_rule(rule, graph) == ()


def test_functional_transitive_property_is_found() -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == "HYG-13"]
    graph = _graph("emp:inside a owl:TransitiveProperty , owl:FunctionalProperty .")
    assert [finding.entity for finding in apply_rule(rule, graph)] == [f"{EMP}inside"]


def test_property_above_a_chain_is_found_and_the_one_below_is_not() -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == "HYG-13"]
    graph = _graph(
        "emp:covers owl:propertyChainAxiom ( emp:covers emp:hasPart ) ; "
        "rdfs:subPropertyOf emp:reaches . emp:coversDirectly rdfs:subPropertyOf emp:covers ."
        "[] owl:onProperty emp:reaches ; owl:minCardinality 1 ."
        "[] owl:onProperty emp:coversDirectly ; owl:minCardinality 1 ."
    )
    assert [finding.entity for finding in apply_rule(rule, graph)] == [f"{EMP}reaches"]


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ("# id: HYG-99\n# severity: error\n# problem: P\n", "missing header solution"),
        (
            "# id: HYG-99\n# severity: fatal\n# problem: P\n# solution: S\n",
            "unknown severity fatal",
        ),
    ],
)
def test_a_malformed_rule_is_refused(tmp_path: Path, headers: str, message: str) -> None:
    path = tmp_path / "rule.rq"
    path.write_text(headers + "SELECT ?entity WHERE { ?entity ?p ?o }\n")
    with pytest.raises(OntologyError, match=rf"rule\.rq: {message}"):
        read_rule(path)
