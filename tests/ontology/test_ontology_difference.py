"""Two states of the ontology are told apart term by term, and the version number follows."""

from pathlib import Path

import pytest
from rdflib import Graph

from ontology.difference import Difference, compare, load_modules
from ontology.loading import ROOT, OntologyError
from ontology.namespaces import PREFIXES

BASE = """
<https://w3id.org/empilement/ont/x> a owl:Ontology ; owl:versionInfo "1.0.0" .
emp:Thing a owl:Class ; rdfs:label "chose"@fr .
emp:Part a owl:Class ; rdfs:subClassOf emp:Thing ; owl:disjointWith emp:Other .
emp:Other a owl:Class .
emp:near a owl:ObjectProperty ; rdfs:domain emp:Thing .
<https://w3id.org/empilement/voc/s/a> a skos:Concept ; skos:prefLabel "un"@fr .
"""


def _graph(turtle: str) -> Graph:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return Graph().parse(data=prefixes + turtle, format="turtle")


def _after(added: str, removed: str = "") -> Difference:
    return compare(_graph(BASE), _graph(BASE) - _graph(removed) + _graph(added))


def _kinds(difference: Difference) -> list[tuple[str, str]]:
    return [(change.kind, change.term) for change in difference.changes]


def test_the_ontology_does_not_differ_from_itself() -> None:
    whole = load_modules(ROOT)
    difference = compare(whole, load_modules(ROOT))
    assert difference.changes == ()
    assert difference.level == "none"
    assert difference.old_version == "0.2.0"


@pytest.mark.parametrize(
    ("added", "removed", "changes", "level"),
    [
        ('emp:Thing rdfs:label "thing"@en .', "", [("annotated", "emp:Thing")], "patch"),
        ("emp:Thing rdfs:subClassOf <http://e.org/T> .", "", [("annotated", "emp:Thing")], "patch"),
        ("emp:New a owl:Class .", "", [("added", "emp:New")], "minor"),
        (
            "emp:New a owl:Class ; rdfs:subClassOf emp:Thing ; owl:disjointWith emp:Part .",
            "",
            [("added", "emp:New")],
            "minor",
        ),
        ("emp:Part owl:deprecated true .", "", [("deprecated", "emp:Part")], "minor"),
        (
            "",
            "emp:Other a owl:Class . emp:Part owl:disjointWith emp:Other .",
            [("removed", "emp:Other")],
            "major",
        ),
        ("", "emp:Part rdfs:subClassOf emp:Thing .", [("redefined", "emp:Part")], "major"),
        ("emp:near rdfs:range emp:Part .", "", [("redefined", "emp:near")], "major"),
        (
            "emp:near a owl:DatatypeProperty .",
            "emp:near a owl:ObjectProperty .",
            [("redefined", "emp:near")],
            "major",
        ),
        ("voc:s a skos:ConceptScheme .", "", [("added", "voc:s")], "minor"),
        (
            "<https://w3id.org/empilement/voc/s/a> skos:broader voc:b .",
            "",
            [("redefined", "voc:s/a")],
            "major",
        ),
        ("emp:Thing owl:disjointWith emp:Other .", "", None, "major"),
    ],
)
def test_each_kind_of_change(
    added: str, removed: str, changes: list[tuple[str, str]] | None, level: str
) -> None:
    difference = _after(added, removed)
    both = [("redefined", "emp:Other"), ("redefined", "emp:Thing")]
    assert _kinds(difference) == (both if changes is None else changes)
    assert difference.level == level


def test_the_most_breaking_change_decides_and_comes_first() -> None:
    difference = _after(
        'emp:Thing rdfs:label "thing"@en . emp:New a owl:Class .',
        "emp:near a owl:ObjectProperty ; rdfs:domain emp:Thing .",
    )
    assert [kind for kind, _ in _kinds(difference)] == ["removed", "added", "annotated"]
    assert difference.level == "major"
    assert difference.of_kind("added") == ("emp:New",)


def test_what_is_gone_and_what_is_new_is_shown() -> None:
    (change,) = _after(
        "emp:Part rdfs:subClassOf emp:Other .", "emp:Part rdfs:subClassOf emp:Thing ."
    ).changes
    assert change.gone == ("SubClassOf(emp:Part emp:Thing)",)
    assert change.new == ("SubClassOf(emp:Part emp:Other)",)


def test_restrictions_written_anew_are_no_change() -> None:
    some = "emp:Part rdfs:subClassOf [ owl:onProperty emp:near ; owl:someValuesFrom emp:Thing ] ."
    assert compare(_graph(BASE + some), _graph(BASE + some)).changes == ()


def test_a_file_or_a_folder_is_read_without_its_canaries(tmp_path: Path) -> None:
    (tmp_path / "canaries/bad").mkdir(parents=True)
    (tmp_path / "modules").mkdir()
    module = tmp_path / "modules/a.ttl"
    module.write_text("<http://e.org/a> a <http://e.org/B> .")
    (tmp_path / "canaries/bad/c.ttl").write_text("<http://e.org/c> a <http://e.org/B> .")
    assert set(load_modules(tmp_path)) == set(load_modules(module))


def test_a_path_without_ontology_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OntologyError, match="no such file or folder"):
        load_modules(tmp_path / "nowhere")
    with pytest.raises(OntologyError, match="no Turtle file"):
        load_modules(tmp_path)
