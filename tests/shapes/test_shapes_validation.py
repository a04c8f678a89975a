"""validate() and its reports: inputs, errors, counts, formats."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, SH, Dataset, Graph, Literal, URIRef

from ontology.namespaces import EMP, EMPS, GRAPH, ID
from shapes import loading
from shapes.data import Data, data_store
from shapes.loading import ShapesError, load_shapes, vocabulary_index
from shapes.paths import compact, path_text
from shapes.reference import memory_graph
from shapes.reports import group_by_rule, report_graph, to_json, to_text, to_turtle
from shapes.results import ValidationReport
from shapes.validation import validate

FIXTURES = Path(loading.__file__).parent / "fixtures"
WORLD = FIXTURES / "world.ttl"
SHAPES = load_shapes()
INDEX = vocabulary_index()
ANONYMOUS = URIRef(ID["actor/x"])


def check(data: Data) -> ValidationReport:
    return validate(data, SHAPES, INDEX)


@pytest.fixture(scope="module")
def mixed() -> ValidationReport:
    """The world, one violation of a core rule, one of a gate, one warning."""
    names = ("CLM-01/invalid-01.ttl", "COD-02/invalid-01.ttl", "TIM-09/invalid-01.ttl")
    return check([WORLD, *(FIXTURES / name for name in names)])


def test_mixed_files_give_the_union_of_their_findings(mixed: ValidationReport) -> None:
    assert not mixed.conforms
    assert [(f.rule, f.severity) for f in mixed.results] == [
        ("CLM-01", "violation"),
        ("COD-02", "violation"),
        ("TIM-09", "warning"),
    ]
    assert mixed.counts() == {"violation": 2, "warning": 1, "info": 0}


def test_a_whole_folder_can_be_validated(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "world.ttl").write_bytes(WORLD.read_bytes())
    source = FIXTURES / "PRV-03" / "invalid-01.trig"
    (tmp_path / "named.trig").write_bytes(source.read_bytes())
    (tmp_path / "notes.txt").write_text("not data")
    report = check(tmp_path)
    assert [(f.rule, f.focus) for f in report.results] == [("PRV-03", str(GRAPH["x/2026"]))]


def test_gate_findings_name_the_offender_and_fill_the_message(mixed: ValidationReport) -> None:
    luhn = next(f for f in mixed.results if f.rule == "COD-02")
    assert luhn.focus == str(ID["actor/x"])
    assert luhn.path == "emp:sirenCode"
    assert "217302335" in luhn.message_fr and "SIRENE" in luhn.message_fr
    assert "217302335" in luhn.message_en and luhn.message_en != luhn.message_fr


def test_warnings_alone_conform_but_are_reported() -> None:
    report = check([WORLD, FIXTURES / "TIM-09" / "invalid-01.ttl"])
    assert report.conforms
    assert [f.rule for f in report.results] == ["TIM-09"]


def test_every_input_form_gives_the_same_findings(tmp_path: Path) -> None:
    bad = (ANONYMOUS, RDF.type, EMP.PrivateActor)
    graph = Graph().parse(WORLD)
    graph.add(bad)
    dataset = Dataset()
    for triple in graph:
        dataset.add(triple)
    store = ox.Store()
    store.bulk_load(graph.serialize(format="nt").encode(), format=ox.RdfFormat.N_TRIPLES)
    nt = tmp_path / "data.nt"
    nt.write_text(graph.serialize(format="nt"), encoding="utf-8")
    forms: list[Data] = [graph, dataset, store, nt, str(nt), [str(nt)]]
    results = [check(form).results for form in forms]
    assert [f.rule for f in results[0]] == ["LBL-01"]
    assert all(result == results[0] for result in results)


def test_the_given_graph_is_not_touched() -> None:
    graph = Graph().parse(WORLD)
    before = len(graph)
    check(graph)
    assert len(graph) == before
    store = ox.Store()
    store.bulk_load(path=str(WORLD), format=ox.RdfFormat.TURTLE)
    size = len(store)
    check(store)
    assert len(store) == size


def test_named_graphs_of_a_dataset_reach_the_gates() -> None:
    dataset = Dataset()
    for triple in Graph().parse(WORLD):
        dataset.add(triple)
    named = dataset.graph(URIRef(GRAPH["x/2026"]))
    named.add((ANONYMOUS, RDF.type, EMP.PrivateActor))
    named.add((ANONYMOUS, RDFS.label, Literal("Entreprise", lang="fr")))
    assert [f.rule for f in check(dataset).results] == ["PRV-03"]


def test_subclasses_are_known_without_being_asserted() -> None:
    graph = Graph().parse(WORLD)
    contract = URIRef(ID["deployment/a/9"])
    graph.add((contract, RDF.type, EMP.ReciprocityContract))
    found = {f.rule for f in check(graph).results}
    assert {"DEP-01", "DEP-04", "DEP-08", "LBL-01", "PRV-01"} <= found


def test_focus_counts_and_vacuous_rules() -> None:
    report = check(WORLD)
    assert report.focus_counts["TER-01"] == 4
    assert report.focus_counts["COD-02"] == 8
    assert report.focus_counts["DEP-01"] == 1
    assert "CLM-01" in report.vacuous() and "TER-01" not in report.vacuous()


def test_codes_keep_their_text() -> None:
    graph = memory_graph(data_store(WORLD))
    assert (URIRef(ID["region/24"]), EMP.inseeCode, Literal("24")) in graph


def test_broken_data_names_file_and_line(tmp_path: Path) -> None:
    broken = tmp_path / "data.ttl"
    broken.write_text("@prefix a: <http://a/> .\na:b a:c \n a:d a:e a:f .\n")
    with pytest.raises(ShapesError, match=r"data\.ttl, line 3"):
        check(broken)


@pytest.mark.parametrize(
    ("make", "message"),
    [("absent.ttl", "no such file"), ("table.csv", "unknown format"), ("", "to validate")],
)
def test_unusable_paths_are_explained(tmp_path: Path, make: str, message: str) -> None:
    with pytest.raises(ShapesError, match=message):
        check(tmp_path / make)


def test_a_rule_that_cannot_run_is_reported() -> None:
    shapes = load_shapes()
    constraint = shapes.value(URIRef(EMPS["COD-02"]), SH.sparql)
    assert constraint is not None
    shapes.set((constraint, SH.select, Literal("SELECT $this WHERE { VALUES ?x { 1 } }")))
    with pytest.raises(ShapesError, match="cannot be run"):
        validate(WORLD, shapes, INDEX, "pyshacl")


def test_turtle_is_a_standard_report(mixed: ValidationReport) -> None:
    graph = Graph().parse(data=to_turtle(mixed), format="turtle")
    reports = list(graph.subjects(RDF.type, SH.ValidationReport))
    assert len(reports) == 1
    assert graph.value(reports[0], SH.conforms) == Literal(False)
    results = list(graph.objects(reports[0], SH.result))
    assert len(results) == 3
    assert {graph.value(r, SH.sourceShape) for r in results} == {
        URIRef(EMPS[rule]) for rule in ("CLM-01", "COD-02", "TIM-09")
    }
    for result in results:
        for needed in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent):
            assert graph.value(result, needed) is not None
        languages = {m.language for m in graph.objects(result, SH.resultMessage)}  # type: ignore[attr-defined]
        assert languages == {"fr", "en"}


def test_complex_paths_survive_in_turtle() -> None:
    report = check([WORLD, FIXTURES / "DEP-08" / "invalid-01.ttl"])
    graph = report_graph(report)
    path = graph.value(predicate=SH.resultPath, object=None) or next(
        graph.objects(None, SH.resultPath)
    )
    assert path_text(graph, path) == "(emp:hasParticipation|^emp:participationIn)"


def test_a_clean_report_conforms_in_every_format() -> None:
    report = check(WORLD)
    assert report.conforms and report.results == ()
    assert Literal(True) in set(report_graph(report).objects(None, SH.conforms))
    assert json.loads(to_json(report))["conforms"] is True
    assert to_text(report).startswith("Conforme")


def test_json_holds_counts_rules_and_findings(mixed: ValidationReport) -> None:
    document = json.loads(to_json(mixed))
    assert document["counts"] == {"violation": 2, "warning": 1, "info": 0}
    assert [r["rule"] for r in document["results"]] == ["CLM-01", "COD-02", "TIM-09"]
    by_id = {rule["id"]: rule for rule in document["rules"]}
    assert by_id["CLM-01"]["focus_nodes"] == 1 and by_id["COD-02"]["gate"] is True


def test_text_groups_by_rule_in_both_languages() -> None:
    graph = Graph().parse(WORLD)
    for n in range(5):
        graph.add((URIRef(ID[f"actor/x{n}"]), RDF.type, EMP.PrivateActor))
    report = check(graph)
    assert {rule: len(found) for rule, found in group_by_rule(report).items()} == {"LBL-01": 5}
    french, english = to_text(report, "fr", cases=2), to_text(report, "en", cases=2)
    assert "LBL-01 (5 violation(s)) nom de chaque chose" in french and "et 3 autre(s)" in french
    assert "name of every thing" in english and "and 3 more" in english
    assert french.count("actor/x") == english.count("actor/x") == 2
    with pytest.raises(ValueError, match="fr or en"):
        to_text(report, "de")


def test_paths_are_shortened_only_when_safe() -> None:
    assert compact(str(EMP.perimeter)) == "emp:perimeter"
    assert compact("https://example.org/x") == "<https://example.org/x>"
    assert compact(str(ID["commune/37261"])) == "<https://w3id.org/empilement/id/commune/37261>"
