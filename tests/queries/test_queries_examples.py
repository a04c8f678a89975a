"""The named questions and prefixes as SPARQL editors read them."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Store

from ingest.companions import companion_parts
from ingest.settings import Settings
from ontology.namespaces import BASE, GRAPH, PREFIXES
from queries.catalogue import NAMED, load_catalogue
from queries.engine import Engine
from queries.examples import EXAMPLES, companions, examples

QUESTIONS = load_catalogue()
# The three questions by which sib-swiss's page checks an endpoint (packages/demo/src/check.html).
CHECK_PREFIXES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace
WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix}
ORDER BY ?prefix"""
CHECK_EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?sq ?comment ?query
WHERE {
  ?sq a sh:SPARQLExecutable ;
    rdfs:comment ?comment ;
    sh:select|sh:ask|sh:construct|sh:describe ?query .
} ORDER BY ?sq"""
CHECK_VOID = """PREFIX void: <http://rdfs.org/ns/void#>
PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype
WHERE {
  {
    ?cp void:class ?subjectClass ;
        void:propertyPartition ?pp .
    ?pp void:property ?prop .
    OPTIONAL {
        {
            ?pp  void:classPartition [ void:class ?objectClass ] .
        } UNION {
            ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] .
        }
    }
  } UNION {
    ?linkset void:subjectsTarget ?subjectClass ;
      void:linkPredicate ?prop ;
      void:objectsTarget ?objectClass .
  }
}"""
EMP = f"{BASE}def#"


@pytest.fixture(scope="module")
def store() -> Store:
    made = Store()
    made.extend(examples(QUESTIONS))
    return made


def selected(store: Store, query: str) -> list[tuple[str, ...]]:
    rows = store.query(query, use_default_graph_as_union=True)
    return [tuple(value.value for value in row) for row in rows]


def test_every_prefix_is_declared(store: Store) -> None:
    assert dict(selected(store, CHECK_PREFIXES)) == PREFIXES


def test_every_question_is_there_in_both_languages_with_the_text_of_its_file(store: Store) -> None:
    expected = set()
    for path in NAMED.glob("*.rq"):
        written = path.read_text(encoding="utf-8")
        header = [line for line in written.splitlines(keepends=True) if line.startswith("#+")]
        body = written.removeprefix("".join(header))
        question = QUESTIONS[path.stem].question
        expected |= {(f"{BASE}query/{path.stem}", question[lang], body) for lang in ("fr", "en")}
    assert set(selected(store, CHECK_EXAMPLES)) == expected


@pytest.mark.parametrize("slug", QUESTIONS)
def test_every_example_parses_and_gives_the_columns_of_its_question(slug: str) -> None:
    (text,) = {
        quad.object.value
        for quad in examples(QUESTIONS)
        if quad.subject == NamedNode(f"{BASE}query/{slug}")
        and quad.predicate.value.endswith("#select")
    }
    found = Store().query(text, use_default_graph_as_union=True)
    assert tuple(each.value for each in found.variables) == QUESTIONS[slug].columns


def test_every_example_is_a_select_with_target_keywords_and_prefixes(store: Store) -> None:
    asked = """PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX schema: <https://schema.org/>
    SELECT DISTINCT ?q ?target WHERE { ?q a sh:SPARQLSelectExecutable ; schema:target ?target ;
      schema:keywords ?word ; sh:prefixes/sh:declare/sh:prefix "emp" }"""
    assert set(selected(store, asked)) == {
        (f"{BASE}query/{slug}", f"{BASE}sparql") for slug in QUESTIONS
    }


def test_no_blank_node_and_one_graph() -> None:
    for quad in examples(QUESTIONS):
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | Literal)
        assert quad.graph_name == NamedNode(EXAMPLES)


def test_the_key_of_a_companion_is_its_content(tmp_path: Path) -> None:
    """The identity of a version is made of such keys: another question, another version."""
    settings = Settings(data=tmp_path)
    (given,) = companions()
    (part,) = companion_parts([given], settings)
    assert (part.name, part.quads) == ("service/examples", len(given.graph))
    assert companion_parts(companions(), settings)[0].key == part.key
    given.graph.add(f"{BASE}query/stack", NamedNode(f"{EMP}more"), Literal("more"))
    assert companion_parts([given], settings)[0].key != part.key


@pytest.mark.built
def test_an_editor_gets_prefixes_examples_and_classes_from_the_built_graph(built: Engine) -> None:
    prefixes = {a.value: b.value for a, b in built.select(CHECK_PREFIXES).rows}
    assert prefixes == PREFIXES
    found = built.select(CHECK_EXAMPLES).rows
    assert len(found) == 2 * len(QUESTIONS)
    rows = {
        tuple(None if value is None else value.value for value in row)
        for row in built.select(CHECK_VOID).rows
    }
    commune, department = f"{EMP}Commune", f"{EMP}Department"
    assert (commune, f"{EMP}partOf", department, None) in rows
    assert (commune, f"{EMP}inseeCode", None, f"{PREFIXES['xsd']}string") in rows
    language = f"{PREFIXES['rdf']}langString"
    assert (f"{EMP}Instrument", f"{PREFIXES['rdfs']}label", None, language) in rows
    classes = "SELECT DISTINCT ?c { GRAPH ?g { ?s a ?c } FILTER(?g != <GRAPH>) }"
    stated = built.select(classes.replace("GRAPH>", f"{GRAPH}meta/build>")).rows
    assert {row[0] for row in rows} == {value.value for (value,) in stated}


@pytest.mark.built
def test_the_graph_of_examples_is_described_and_of_no_source(built: Engine) -> None:
    described = built.select(
        f"""PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX prov: <http://www.w3.org/ns/prov#>
        SELECT ?title ?licence WHERE {{ <{EXAMPLES}> dcterms:title ?title ;
          dcterms:license ?licence ; prov:wasGeneratedBy ?run }}"""
    ).rows
    assert {title.language for title, _ in described} == {"fr", "en"}
    assert not built.ask(f"ASK {{ <{EXAMPLES}> <http://www.w3.org/ns/prov#wasDerivedFrom> ?s }}")
