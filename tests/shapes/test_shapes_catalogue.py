"""The shapes themselves: valid SHACL, both languages, published terms, stable form."""

import re
from pathlib import Path

import pyshacl
import pytest
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, SH, BNode, Dataset, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import EMP, EMPS, ID, PREFIXES, VOC
from shapes.loading import (
    GATE_NODE,
    WATCHES,
    ShapesError,
    load_shapes,
    rules,
    shape_files,
    vocabulary_index,
)

SHAPES = load_shapes()
NODE_SHAPES = sorted(s for s in SHAPES.subjects(RDF.type, SH.NodeShape) if isinstance(s, URIRef))
README = shape_files()[0].parent / "README.md"
CONSTRAINTS = {
    SH.minCount, SH.maxCount, SH.pattern, SH["class"], SH.datatype, SH.nodeKind, SH["or"],
    SH.qualifiedMinCount, SH.lessThan, SH.lessThanOrEquals, SH.disjoint, SH.hasValue,
    SH.uniqueLang, SH.languageIn, SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.sparql,
}  # fmt: skip


def reporting_nodes() -> list[Node]:
    """Node shapes, their direct property shapes and SPARQL constraints: what reports results."""
    found: list[Node] = []
    for shape in NODE_SHAPES:
        own = set(SHAPES.predicates(shape)) & (CONSTRAINTS - {SH.sparql})
        found += [shape] if own else []
        found += list(SHAPES.objects(shape, SH.property))
        found += list(SHAPES.objects(shape, SH.sparql))
    return found


def test_shapes_are_valid_shacl() -> None:
    assert pyshacl.validate(Dataset(), shacl_graph=SHAPES, meta_shacl=True)[0] is True


def test_meta_validation_can_fail() -> None:
    bad = load_shapes()
    bad.add((URIRef(EMPS["TER-01"]), SH.minCount, Literal("one")))
    with pytest.raises(ReportableRuntimeError, match="MetaSHACL"):
        pyshacl.validate(Dataset(), shacl_graph=bad, meta_shacl=True)


def test_every_constraint_speaks_both_languages_and_says_what_to_do() -> None:
    nodes = reporting_nodes()
    assert len(nodes) > 150
    for node in nodes:
        messages = [m for m in SHAPES.objects(node, SH.message) if isinstance(m, Literal)]
        texts = {m.language: str(m) for m in messages}
        where = SHAPES.value(node, SH.path) or SHAPES.value(predicate=SH.sparql, object=node)
        assert len(messages) == 2, (node, where)
        assert set(texts) == {"fr", "en"}, (node, where)
        assert texts["fr"] != texts["en"]
        assert all(len(text) > 25 for text in texts.values()), texts


def test_placeholders_are_the_same_in_both_languages_and_selected() -> None:
    for shape in NODE_SHAPES:
        for constraint in SHAPES.objects(shape, SH.sparql):
            select = str(SHAPES.value(constraint, SH.select)).strip()
            projected = set(re.findall(r"\?(\w+)", select.partition("WHERE")[0]))
            used = [
                set(re.findall(r"\{\?(\w+)\}", str(m)))
                for m in SHAPES.objects(constraint, SH.message)
            ]
            assert used[0] == used[1], shape
            assert used[0] <= projected, (shape, used[0] - projected)


def test_every_property_shape_repeats_the_severity_of_its_rule() -> None:
    # SHACL does not hand a node shape's severity down: a forgotten line would make a violation.
    for shape in NODE_SHAPES:
        severity = SHAPES.value(shape, SH.severity)
        assert severity in (SH.Violation, SH.Warning)
        for constraint in SHAPES.objects(shape, SH.property):
            assert SHAPES.value(constraint, SH.severity, default=SH.Violation) == severity, shape


def test_ids_are_stable_words_and_labels_bilingual() -> None:
    catalogue = rules(SHAPES)
    assert len(catalogue) == len(NODE_SHAPES)
    for rule in catalogue:
        assert re.fullmatch(r"[A-Z]{3}-[0-9]{2}", rule.id)
        assert rule.label_fr and rule.label_en and rule.label_fr != rule.label_en


def test_each_rule_is_declared_once() -> None:
    text = "\n".join(path.read_text("utf-8") for path in shape_files())
    declared = re.findall(r"^emps:([A-Z]{3}-[0-9]{2}) a sh:NodeShape", text, re.MULTILINE)
    assert len(declared) == len(set(declared)) == len(NODE_SHAPES)


def test_gates_have_one_dummy_target_and_watch_something() -> None:
    gates = [URIRef(EMPS[rule.id]) for rule in rules(SHAPES) if rule.gate]
    assert len(gates) > 30
    for gate in gates:
        assert list(SHAPES.objects(gate, SH.targetNode)) == [GATE_NODE]
        assert not list(SHAPES.objects(gate, SH.property))
        assert len(list(SHAPES.objects(gate, WATCHES))) == 1


def test_core_rules_have_targets_and_no_sparql() -> None:
    for rule in rules(SHAPES):
        if not rule.gate:
            shape = URIRef(EMPS[rule.id])
            targets = [
                *SHAPES.objects(shape, SH.targetClass),
                *SHAPES.objects(shape, SH.targetSubjectsOf),
            ]
            assert targets, rule.id


def used_terms() -> set[str]:
    emp = str(EMP)
    found = {str(t) for triple in SHAPES for t in triple if str(t).startswith(emp)}
    for select in SHAPES.objects(None, SH.select):
        found |= {emp + local for local in re.findall(r"\bemp:(\w+)", str(select))}
    return found - {emp}


def test_every_term_used_is_published() -> None:
    published = {str(s) for s in vocabulary_index().subjects()}
    terms = used_terms()
    assert len(terms) > 100
    assert terms - published == set()


def test_every_prefix_of_a_gate_is_declared_with_the_project_namespace() -> None:
    base = URIRef("https://w3id.org/empilement/shape")
    declared = {
        str(SHAPES.value(node, SH.prefix)): str(SHAPES.value(node, SH.namespace))
        for node in SHAPES.objects(base, SH.declare)
    }
    local = {
        "kind": str(VOC) + "kind/",
        "scale": str(VOC) + "scale/",
        "commune": str(ID) + "commune/",
    }
    known = PREFIXES | local
    assert declared == {prefix: known[prefix] for prefix in declared}
    for select in SHAPES.objects(None, SH.select):
        used = set(re.findall(r"(?<![\w<])([a-z]+):[\w]", re.sub(r'"[^"]*"', "", str(select))))
        assert used <= set(declared), used - set(declared)


def test_no_engine_trap_in_gates() -> None:
    for select in SHAPES.objects(None, SH.select):
        for word in ("VALUES", "MINUS", "SERVICE"):
            assert not re.search(rf"\b{word}\b", str(select)), (word, select)


def test_readme_lists_every_rule() -> None:
    rows = set(re.findall(r"^\| ([A-Z]{3}-[0-9]{2}) \|", README.read_text("utf-8"), re.MULTILINE))
    assert rows == {rule.id for rule in rules(SHAPES)}


def test_broken_shapes_file_names_file_and_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix sh: <http://www.w3.org/ns/shacl#> .\n\nsh:a sh:b ; ; ] .\n")
    with pytest.raises(ShapesError, match=r"broken\.ttl, line 3"):
        load_shapes((broken,))


def test_empty_shapes_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.ttl"
    empty.write_text("# nothing\n")
    with pytest.raises(ShapesError, match="nothing would be checked"):
        load_shapes((empty,))
    with pytest.raises(ShapesError, match="no file"):
        load_shapes(())


def test_missing_shapes_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShapesError, match=r"absent\.ttl"):
        load_shapes((tmp_path / "absent.ttl",))


def test_index_is_flat_and_knows_the_hierarchy(tmp_path: Path) -> None:
    index = vocabulary_index()
    assert not any(isinstance(term, BNode) for triple in index for term in triple)
    deployments = set(
        index.transitive_subjects(
            URIRef("http://www.w3.org/2000/01/rdf-schema#subClassOf"), EMP.Deployment
        )
    )
    assert {EMP.Contract, EMP.ReciprocityContract, EMP.PlanInForce} <= deployments
    with pytest.raises(ShapesError, match="No ontology module"):
        vocabulary_index(tmp_path)
