"""The verbs of `empilement ontology`: what they print, their exit codes, their errors."""

import json
import re
from pathlib import Path

import pytest
from rdflib import Graph
from typer.testing import CliRunner

from cli import ontology as command
from cli.main import app
from cli.ontology import OntologyPathError
from cli.output import Lang
from ingest.errors import MissingBuildError
from ontology import explanation, inferences, reasoning
from ontology.inferences import Inference, InferenceResult
from ontology.loading import ROOT, load_ontology, module_files
from ontology.namespaces import EMP
from ontology.reasoning import CanaryResult, ReasonerError, ReasoningReport
from ontology.terms import list_terms

OLD = f"@prefix owl: <http://www.w3.org/2002/07/owl#> .\n@prefix emp: <{EMP}> .\n"


@pytest.fixture
def states(tmp_path: Path) -> tuple[Path, Path]:
    for name, text in (("old", "emp:A a owl:Class ."), ("new", "emp:B a owl:Class .")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "m.ttl").write_text(OLD + text)
    return tmp_path / "old", tmp_path / "new"


def _run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["ontology", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_diff_as_json(states: tuple[Path, Path]) -> None:
    code, out, _ = _run("diff", str(states[0]), str(states[1]), "--format", "json")
    record = json.loads(out)
    assert code == 0
    assert record["level"] == "major"
    assert [(c["change"], c["term"]) for c in record["changes"]] == [
        ("removed", "emp:A"),
        ("added", "emp:B"),
    ]


@pytest.mark.parametrize(("lang", "word"), [("fr", "retiré"), ("en", "removed")])
def test_diff_as_a_table(states: tuple[Path, Path], lang: str, word: str) -> None:
    code, out, _ = _run("diff", str(states[0]), str(states[1]), "--lang", lang)
    assert code == 0
    assert word in out
    assert "emp:A" in out


def test_diff_of_a_bad_path_says_what_why_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OntologyPathError) as raised:
        _run("diff", str(tmp_path / "nowhere"), str(ROOT))
    assert raised.value.exit_code == 2
    what, why, todo = str(raised.value).splitlines()
    assert "cannot be compared" in what
    assert why.endswith("no such file or folder.")
    assert "folders" in todo


def test_a_released_version_is_compared_by_its_number() -> None:
    code, out, err = _run("diff", "0.1.0", "0.1.0", "--format", "csv")
    assert (code, out.splitlines()) == (0, ["change,term,detail"])
    assert "none version; declared: 0.1.0 → 0.1.0" in err


def test_doc_writes_one_page_a_term_and_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "usage", dict)
    code, _, _ = _run("doc", "--lang", "en", "--out", str(tmp_path / "site"))
    assert code == 0
    terms = {term.name for term in list_terms(load_ontology())}
    written = {path.stem for path in (tmp_path / "site/def").glob("*.html")}
    assert written == terms
    modules = {path.stem for path in module_files()}
    assert modules <= {path.stem for path in (tmp_path / "site/ont").glob("*.html")}
    for page in (tmp_path / "site").rglob("*.html"):
        for link in re.findall(r'href="([^"#:]+)"', page.read_text("utf-8")):
            assert (page.parent / link).is_file(), (page.name, link)


def test_doc_refuses_a_file_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OntologyPathError, match="cannot be written"):
        _run("doc", "--out", str(tmp_path / "taken"))


@pytest.mark.java
def test_explain_names_the_axioms_and_exits_1(tmp_path: Path) -> None:
    bad = ROOT / "canaries/bad/18-epci-is-a-commune.ttl"
    code, out, _ = _run("explain", str(bad), "--format", "json", "--lang", "en")
    rows = json.loads(out)
    assert code == 1
    assert rows[-1] == {
        "origin": "ontology",
        "words": "nothing is both of the class “commune” "
        "and of the class “intermunicipal territory”",
        "axiom": "DisjointClasses(emp:Commune emp:IntermunicipalTerritory)",
    }
    good = ROOT / "canaries/good/05-instrument-and-framework.ttl"
    assert _run("explain", str(good))[0] == 0
    with pytest.raises(OntologyPathError, match="cannot be explained"):
        _run("explain", str(tmp_path / "gone.ttl"))


def _verdicts(monkeypatch: pytest.MonkeyPatch, *, passed: bool) -> None:
    canary = CanaryResult("bad/01-x", "a fault", "inconsistent", "inconsistent" if passed else "ok")
    monkeypatch.setattr(reasoning, "check_canaries", lambda: (canary,))
    monkeypatch.setattr(reasoning, "check_consistency", lambda: ReasoningReport(True, (), 1.0))
    monkeypatch.setattr(command, "hygiene_rows", lambda: [("HYG-20", "warning", "x")])
    row = Inference("coverage", "ex:a", "emp:covers", "ex:b", "open", "no part")
    result = InferenceResult(row, "open" if passed else "yes")
    monkeypatch.setattr(inferences, "check_inferences", lambda: (result,))


def test_check_sums_up_and_a_warning_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    _verdicts(monkeypatch, passed=True)
    code, out, _ = _run("check", "--format", "csv")
    assert code == 0
    assert out.splitlines() == [
        "check,result,detail",
        "HermiT,ok,1.0 s",
        "HYG-20,warning,x",
        "canaries,ok,1 judged as announced",
        "inferences,ok,1 as expected",
    ]


def test_check_exits_1_when_a_canary_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    _verdicts(monkeypatch, passed=False)
    code, out, _ = _run("check", "--format", "csv")
    assert code == 1
    assert 'bad/01-x,failed,"inconsistent expected, ok found: a fault"' in out
    unwanted = "coverage: ex:a emp:covers ex:b: open expected, yes found"
    assert f'inferences,failed,"{unwanted}"' in out


def test_inferences_that_prove_nothing_are_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def contradiction() -> tuple[InferenceResult, ...]:
        raise ReasonerError("the fixtures contradict the ontology")

    monkeypatch.setattr(inferences, "check_inferences", contradiction)
    assert command.inference_rows() == [
        ("inferences", "failed", "the fixtures contradict the ontology")
    ]


def test_an_empty_class_is_reported_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    report = ReasoningReport(True, (f"{EMP}Commune",), 1.0)
    reason = explanation.Explanation("emp:Commune", (), 0.1, 1)
    monkeypatch.setattr(reasoning, "check_consistency", lambda: report)
    monkeypatch.setattr(explanation, "explain_unsatisfiable", lambda _name: reason)
    assert command.reasoner_rows(Lang.EN) == [("HermiT", "unsatisfiable", "emp:Commune .")]
    monkeypatch.setattr(explanation, "explain_unsatisfiable", lambda _name: None)
    assert command.reasoner_rows(Lang.EN) == [("HermiT", "unsatisfiable", f"{EMP}Commune")]


def test_an_inconsistent_ontology_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Graph] = []
    monkeypatch.setattr(reasoning, "check_consistency", lambda: ReasoningReport(False, (), 1.0))
    monkeypatch.setattr(explanation, "explain", given.append)
    assert command.reasoner_rows(Lang.FR) == [("HermiT", "inconsistent", "")]
    assert [len(graph) for graph in given] == [0]


def test_hygiene_is_clean_and_a_finding_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_settings: object) -> None:
        raise MissingBuildError("No graph.", "None built.", "Build one.")

    monkeypatch.setattr("ingest.store.current", none)
    rows = command.hygiene_rows()
    assert [row[1] for row in rows] == ["ok"]
    monkeypatch.setattr("ontology.usage.justified", dict)
    assert ("USE-01", "warning") in {row[:2] for row in command.hygiene_rows()}
