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
  dcterms:created "2026-11-23"^^xsd:date ;
  skos:changeNote "1.0.0 : première version."@fr , "1.0.0: first version."@en .
emp:Thing a owl:Class ; rdfs:label "chose"@fr , "thing"@en ;
  skos:definition "Ce qui est."@fr , "What is there."@en ;
  skos:example "Une pierre."@fr , "A stone."@en ;
  skos:scopeNote "Ne pas confondre avec son nom."@fr , "Not to be taken for its name."@en ;
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
    "HYG-37": ('- emp:Thing skos:example "A stone."@en .', THING),
    "HYG-38": ('- emp:Thing skos:scopeNote "Not to be taken for its name."@en .', THING),
    "HYG-39": (
        '+ <https://w3id.org/empilement/ont/x> owl:priorVersion "0.9.0" .',
        f"{BASE}ont/x",
    ),
    "HYG-40": (
        "+ emp:Thing rdfs:subClassOf emp:Other ."
        " emp:Other rdfs:isDefinedBy <https://w3id.org/empilement/ont/y> .",
        THING,
    ),
    "HYG-41": ('+ emp:Thing skos:scopeNote "Ohne Namen."@de .', THING),
    "HYG-42": ('+ emp:Thing skos:example "Une pierre."@en .', THING),
    "HYG-43": ('+ emp:Thing skos:example "une pierre sans point"@fr .', THING),
    "HYG-44": ('+ emp:Thing owl:deprecated "true" .', THING),
    "HYG-45": ("+ emp:OtherThings a owl:Class .", f"{EMP}OtherThings"),
    "HYG-46": ("+ <https://w3id.org/empilement/ont/x.ttl> a owl:Ontology .", f"{BASE}ont/x.ttl"),
    "HYG-47": (
        "+ emp:Thing owl:equivalentClass [ owl:intersectionOf ( emp:Other emp:Thing ) ] .",
        THING,
    ),
    "HYG-48": ("+ emp:near a owl:ObjectProperty ; rdfs:range xsd:string .", f"{EMP}near"),
    "HYG-49": (
        "+ emp:Thing rdfs:subClassOf [ owl:onProperty emp:near ;"
        " owl:someValuesFrom [ owl:complementOf emp:Other ] ] .",
        THING,
    ),
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
        ("HYG-20", 'rdfs:label "dans"@fr . emp:within skos:altLabel "dans"@fr', True),
        ("HYG-20", 'rdfs:label "dans"@fr . emp:within rdfs:label "dans"@en', False),
        ("HYG-24", "a owl:TransitiveProperty ; rdfs:domain emp:A ; rdfs:range emp:B", True),
        ("HYG-24", "a owl:TransitiveProperty ; rdfs:domain emp:A ; rdfs:range emp:A", False),
        ("HYG-28", "a owl:SymmetricProperty ; owl:inverseOf emp:around", True),
        ("HYG-28", "a owl:TransitiveProperty ; owl:inverseOf emp:around", False),
        ("HYG-29", "owl:propertyChainAxiom ( emp:a emp:b )", False),
        ("HYG-31", 'rdfs:label "fin "@fr', True),
        ("HYG-31", 'rdfs:label "deux mots"@fr', False),
        ("HYG-31", 'dcterms:source "deux\\tmots"', True),
        ("HYG-32", "owl:deprecated true", True),
        ("HYG-32", "owl:deprecated true ; dcterms:isReplacedBy emp:new", False),
        ("HYG-35", "a owl:DatatypeProperty", False),
        ("HYG-37", "a owl:ObjectProperty", True),
        ("HYG-38", "a owl:ObjectProperty", True),
        ("HYG-38", 'a owl:ObjectProperty ; dcterms:source "Code, article 1"', False),
        ("HYG-38", 'a owl:Class ; dcterms:source "Code" ; skos:scopeNote "Seule."@fr', True),
        ("HYG-42", 'skos:definition "Dedans."@fr ; skos:example "Dedans."@fr', True),
        ("HYG-42", 'rdfs:label "phase"@fr , "phase"@en', False),
        ("HYG-43", 'skos:example "« cog », pour un code."@fr', False),
        ("HYG-43", 'skos:example "42 contrats"@fr', True),
        ("HYG-44", "owl:deprecated true ; dcterms:isReplacedBy emp:new", False),
        ("HYG-44", "dcterms:isReplacedBy emp:new", True),
        ("HYG-44", "owl:deprecated true ; dcterms:isReplacedBy emp:new , emp:newer", True),
        ("HYG-47", "owl:equivalentClass [ owl:unionOf ( emp:A emp:B ) ]", False),
        ("HYG-48", "a owl:DatatypeProperty ; rdfs:range emp:A . emp:A a owl:Class", True),
        ("HYG-48", "a owl:DatatypeProperty , owl:SymmetricProperty", True),
        ("HYG-48", "a owl:ObjectProperty , owl:SymmetricProperty ; rdfs:range emp:A", False),
        (
            "HYG-48",
            "a owl:DatatypeProperty ; owl:inverseOf emp:out . emp:out a owl:ObjectProperty",
            True,
        ),
        (
            "HYG-48",
            "a owl:ObjectProperty ; rdfs:subPropertyOf emp:t . emp:t a owl:DatatypeProperty",
            True,
        ),
        ("HYG-49", "rdfs:subClassOf [ owl:complementOf [ owl:someValuesFrom emp:A ] ]", False),
    ],
)
def test_the_other_half_of_a_rule(rule_id: str, turtle: str, found: bool) -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == rule_id]
    entities = {finding.entity for finding in apply_rule(rule, _graph(f"emp:inside {turtle} ."))}
    assert (f"{EMP}inside" in entities) is found


@pytest.mark.parametrize(
    ("name", "found"),
    [("isA", True), ("inside", False), ("isInside", False), ("islandOf", False)],
)
def test_a_property_that_stands_for_a_class_hierarchy_is_found(name: str, found: bool) -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == "HYG-45"]
    assert bool(apply_rule(rule, _graph(f"emp:{name} a owl:ObjectProperty ."))) is found


@pytest.mark.parametrize(
    ("iri", "found"),
    [
        ("https://w3id.org/empilement/voc/scale/supra-epci", False),
        ("https://w3id.org/empilement/ont/1.0.0/x", False),
        ("http://w3id.org/empilement/def#Thing", True),
        ("https://w3id.org/empilement/id/commune/Évry", True),
        ("http://example.org/Évry.ttl", False),
    ],
)
def test_an_iri_of_ours_is_https_without_accent(iri: str, found: bool) -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == "HYG-46"]
    assert bool(apply_rule(rule, _graph(f"<{iri}> a skos:Concept ."))) is found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (
            'owl:versionIRI <{x}1.0.0/x> ; owl:versionInfo "1.0.0" ; owl:priorVersion <{x}0.9.0/x>',
            0,
        ),
        ('owl:versionIRI <{x}1.0.0> ; owl:versionInfo "1.0.0"', 0),
        ('owl:versionIRI <{x}1.0.0/x> ; owl:versionInfo "1.1.0"', 1),
        ("owl:versionIRI <{x}1.0.0/x> ; owl:priorVersion <{x}1.0.0/x>", 1),
        ('dcterms:license "etalab-2.0"', 1),
        ('owl:versionInfo "1.0.0" . <{x}y> a owl:Ontology ; owl:versionInfo "1.1.0"', 1),
    ],
)
def test_versions_are_iris_that_agree_with_one_number(header: str, found: int) -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == "HYG-39"]
    text = header.replace("{x}", f"{BASE}ont/")
    assert len(apply_rule(rule, _graph(f"<{BASE}ont/x> a owl:Ontology ; {text} ."))) == found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_change_note_is_needed_in_each_language(language: str) -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == "HYG-30"]
    notes = {"fr": '"1.0.0 : première version."@fr', "en": '"1.0.0: first version."@en'}
    graph = _graph(GOOD_TERM)
    graph -= _graph(f"<{BASE}ont/x> skos:changeNote {notes[language]} .")
    findings = [(f.property, f.value) for f in apply_rule(rule, graph)]
    assert findings == [(PREFIXES["skos"] + "changeNote", language)]


def test_a_concept_needs_a_definition_in_each_language() -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == "HYG-03"]
    graph = _graph(f'<{CONCEPT}> a skos:Concept ; skos:definition "Le second."@fr .')
    assert [(f.entity, f.value) for f in apply_rule(rule, graph)] == [(CONCEPT, "en")]


def test_two_concepts_share_a_name_only_across_schemes() -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == "HYG-20"]
    one = f'<{CONCEPT}> skos:prefLabel "un"@fr ; skos:inScheme <{BASE}voc/%s> .'
    assert not apply_rule(rule, _graph(GOOD_TERM + one % "other"))
    assert [f.entity for f in apply_rule(rule, _graph(GOOD_TERM + one % "s"))] == [f"{BASE}voc/s/a"]


def test_an_import_of_an_import_is_enough() -> None:
    (rule,) = [rule for rule in load_rules() if rule.id == "HYG-40"]
    graph = _graph(
        f"<{BASE}ont/x> owl:imports <{BASE}ont/y> . <{BASE}ont/y> owl:imports <{BASE}ont/z> ."
        f"emp:A rdfs:isDefinedBy <{BASE}ont/x> ; rdfs:subClassOf emp:B ."
        f"emp:B rdfs:isDefinedBy <{BASE}ont/z> ; rdfs:subClassOf emp:C ."
        f"emp:C rdfs:isDefinedBy <{BASE}ont/z> ."
    )
    assert apply_rule(rule, graph) == ()


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
