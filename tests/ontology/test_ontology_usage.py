"""Unused terms, unused prefixes and misspelt names are found, and only those."""

from pathlib import Path

import pytest
from rdflib import Graph

from cli import ontology as command
from ingest.errors import MissingBuildError
from ontology.hygiene import hygiene_graph
from ontology.loading import OntologyError, load_ontology
from ontology.namespaces import PREFIXES
from ontology.spelling import check_built_ins, check_prefixes, turtle_files, unused_prefixes
from ontology.usage import check_usage, justified, mentions, used_in_axioms


def _graph(turtle: str) -> Graph:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return Graph().parse(data=prefixes + turtle, format="turtle")


SMALL = "emp:A a owl:Class . emp:B a owl:Class ; rdfs:subClassOf emp:A . emp:C a owl:Class ."


def test_every_term_is_used_or_kept_for_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_settings: object) -> None:
        raise MissingBuildError("No graph.", "None built.", "Build one.")

    monkeypatch.setattr("ingest.store.current", none)
    users = command.users()
    assert any(path.suffix == ".csv" for path in users)
    findings = check_usage(load_ontology(restrictions=True), mentions(users), justified())
    assert [(finding.rule, finding.value) for finding in findings] == []


def test_an_unused_term_is_found_unless_a_reason_is_given() -> None:
    graph = _graph(SMALL)
    found = check_usage(graph, frozenset({"B"}), {})
    assert [(f.rule, f.value) for f in found] == [("USE-01", "C")]
    assert check_usage(graph, frozenset({"B"}), {"C": "awaits data"}) == ()


@pytest.mark.parametrize("name", ["A", "Gone"])
def test_a_reason_past_its_day_is_found(name: str) -> None:
    found = check_usage(_graph(SMALL), frozenset({"B", "C"}), {name: "awaits data"})
    assert [(f.rule, f.entity.rpartition("#")[2]) for f in found] == [("USE-02", name)]


def test_being_disjoint_or_described_is_no_use() -> None:
    graph = _graph("emp:A owl:disjointWith emp:B . emp:p rdfs:domain emp:C ; rdfs:range emp:D .")
    assert used_in_axioms(graph) == {"C", "D"}


def test_mentions_are_read_in_each_kind_of_file(tmp_path: Path) -> None:
    term = PREFIXES["emp"]
    texts = {
        "a.ttl": "<x> emp:inTurtle 1 .",
        "b.rq": "SELECT * { ?x emp:inQuery ?y }",
        "c.py": 'emp("inCall") ; EMP.inAttribute ; say(graph, "bare")',
        "d.csv": "fr-crte,inCell,1",
        "e.nq": f"<{term}described> <a> <b> <g> .\n<x> <{term}inData> <y> <g> .\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    found = mentions(sorted(tmp_path.iterdir()))
    expected = {"inTurtle", "inQuery", "inCall", "inAttribute", "bare", "inCell", "inData"}
    assert expected <= found
    assert "described" not in found
    with pytest.raises(OntologyError, match=r"gone\.ttl: cannot be read"):
        mentions([tmp_path / "gone.ttl"])


@pytest.mark.parametrize("text", ["term,reason\nA,\n", "term,why\nA,because\n"])
def test_a_table_without_reasons_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "unused.csv"
    path.write_text(text)
    with pytest.raises(OntologyError, match=r"unused\.csv, line 2"):
        justified(path)
    with pytest.raises(OntologyError, match=r"absent\.csv: cannot be read"):
        justified(tmp_path / "absent.csv")


def test_no_file_of_the_room_declares_a_prefix_in_vain() -> None:
    assert len(turtle_files()) > 60
    assert check_prefixes(turtle_files()) == ()


def test_a_prefix_is_not_used_by_a_text_a_comment_or_an_address(tmp_path: Path) -> None:
    turtle = (
        "@prefix a: <http://e.org/a#> .\n@prefix b: <http://e.org/b#> .\n"
        "@prefix : <http://e.org/> .\n"
        'a:x a:y "b:z" , <b:z> . # b:z\n:x a:y 1 .\n'
    )
    assert unused_prefixes(turtle) == ("b",)
    (tmp_path / "x.ttl").write_text(turtle)
    (finding,) = check_prefixes([tmp_path / "x.ttl"])
    assert (finding.rule, finding.value) == ("TXT-01", "b")


def test_names_of_the_standards_are_spelt_right() -> None:
    assert check_built_ins(hygiene_graph()) == ()
    planted = _graph("emp:p a owl:Functional ; rdfs:subPropertyOf emp:q . emp:l rdf:_2 emp:p .")
    assert [(f.rule, f.value) for f in check_built_ins(planted)] == [
        ("TXT-02", PREFIXES["owl"] + "Functional")
    ]
