"""HermiT finds the ontology consistent, judges each canary as announced, and fails clearly."""

import json
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rdflib import OWL, RDF, Graph, Literal, URIRef

from ontology import hermit, java, reasoning
from ontology.java import JavaMissingError, find_java, java_version
from ontology.loading import OntologyError, load_files
from ontology.namespaces import EMP
from ontology.reasoning import (
    ReasonerError,
    ReasonerTimeoutError,
    announced,
    canary_files,
    check_canaries,
    check_consistency,
    judge_canary,
    reason,
)

EXPECTED = {
    "bad": {"inconsistent", "unsatisfiable"},
    "good": {"consistent"},
    "error": {"refused"},
}


def _graph(turtle: str) -> Graph:
    prefixes = (
        f"@prefix emp: <{EMP}> .\n@prefix owl: <{OWL}> .\n@prefix rdf: <{RDF}> .\n"
        "@prefix ex: <http://example.org/> .\n"
    )
    return Graph().parse(data=prefixes + turtle, format="turtle")


def _program(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.java
def test_modules_and_restrictions_are_consistent_and_no_class_is_empty() -> None:
    report = check_consistency()
    assert report.consistent
    assert report.unsatisfiable == ()
    assert report.seconds > 0


@pytest.mark.java
@pytest.mark.parametrize("path", canary_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_canary_is_judged_as_announced(path: Path) -> None:
    result = judge_canary(path)
    assert result.found == result.expected
    assert result.passed


def test_canaries_announce_what_their_folder_says() -> None:
    count = dict.fromkeys(EXPECTED, 0)
    for path in canary_files():
        verdict, explanation = announced(path)
        assert verdict in EXPECTED[path.parent.name], path
        assert len(explanation) > 20, path
        assert re.fullmatch(r"\d\d-[a-z-]+", path.stem)
        count[path.parent.name] += 1
    assert count["bad"] >= 12
    assert count["good"] >= 4
    assert count["error"] >= 2


def test_canaries_use_declared_terms_only() -> None:
    known = set(load_files(sorted((reasoning.ROOT / "modules").glob("*.ttl"))).subjects())
    for path in canary_files():
        for triple in load_files([path]):
            used = {t for t in triple if isinstance(t, URIRef) and t in EMP}
            assert used <= known, path


@pytest.mark.java
def test_check_canaries_reports_each_file_and_exposes_a_wrong_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = "# inconsistent: nothing is wrong in fact.\n<http://e.org/a> a <http://e.org/B> .\n"
    good = f"# consistent: an instrument.\n<http://e.org/a> a <{EMP}Instrument> .\n"
    for folder, text in (("bad", bad), ("good", good)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "01-x.ttl").write_text(text)
    monkeypatch.setattr(reasoning, "canary_files", lambda: tuple(sorted(tmp_path.glob("*/*.ttl"))))
    wrong, right = check_canaries()
    assert (wrong.name, wrong.expected, wrong.found, wrong.passed) == (
        "bad/01-x",
        "inconsistent",
        "consistent",
        False,
    )
    assert right.passed


@pytest.mark.java
def test_reified_statements_are_kept_from_the_reasoner() -> None:
    data = _graph(
        """ex:s a emp:CatalogueStatement , rdf:Statement ; rdf:subject ex:instrument ;
             rdf:predicate emp:managedBy ; rdf:object ex:anct ; emp:confidence ex:sourced .
           ex:instrument a emp:Instrument . ex:anct a emp:StateAgency ."""
    )
    assert check_consistency(data).consistent


def test_what_the_reasoner_reads_has_no_import_and_no_reification() -> None:
    data = _graph(
        """ex:o a owl:Ontology ; owl:imports ex:p .
           ex:s a emp:CatalogueStatement , rdf:Statement ; rdf:subject ex:i ; emp:heldBy ex:h ."""
    )
    kept = set(reasoning.readable(data))
    ex = "http://example.org/"
    assert kept == {
        (URIRef(ex + "o"), RDF.type, OWL.Ontology),
        (URIRef(ex + "s"), RDF.type, EMP.CatalogueStatement),
        (URIRef(ex + "s"), EMP.heldBy, URIRef(ex + "h")),
    }


def test_alignments_are_never_given_to_the_reasoner(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Graph] = []

    def spy(graph: Graph, *, timeout: float) -> reasoning.ReasoningReport:
        given.append(graph)
        return reasoning.ReasoningReport(consistent=True, unsatisfiable=(), seconds=timeout)

    monkeypatch.setattr(reasoning, "reason", spy)
    check_consistency(_graph("ex:a a emp:Instrument ."))
    (graph,) = given
    ontologies = {str(node) for node in graph.subjects(RDF.type, OWL.Ontology)}
    assert any(name.endswith("/restrictions") for name in ontologies)
    assert not any(name.endswith("/alignments") for name in ontologies)
    assert not any("foaf" in str(value) or "dcat" in str(value) for value in graph.objects())
    assert (URIRef("http://example.org/a"), RDF.type, EMP.Instrument) in graph


@pytest.mark.java
def test_a_refusal_carries_the_reasoners_own_words() -> None:
    data = _graph("emp:hasPart a owl:AsymmetricProperty .")
    with pytest.raises(ReasonerError, match="IllegalArgumentException"):
        check_consistency(data)


@pytest.mark.java
def test_time_limit_stops_the_reasoner() -> None:
    started = time.monotonic()
    with pytest.raises(ReasonerTimeoutError, match=r"stopped after 0\.3 s"):
        check_consistency(timeout=0.3)
    assert time.monotonic() - started < 20


def test_time_limit_kills_the_grandchildren(tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    script = f"(sleep 1.5; touch {mark}) & wait"
    with pytest.raises(ReasonerTimeoutError):
        reasoning.run_stoppable(["/bin/sh", "-c", script], 0.3)
    time.sleep(2)
    assert not mark.exists()


def test_a_failing_worker_is_an_error_not_a_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reasoning, "find_java", lambda: "java")
    broken = tmp_path / "hermit.py"
    broken.write_text("raise SystemExit('worker gone')\n")
    monkeypatch.setattr(reasoning, "ROOT", tmp_path)
    with pytest.raises(ReasonerError, match=r"code 1\): worker gone"):
        reason(_graph("ex:a a emp:Instrument ."))


def test_another_failure_is_not_taken_for_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def out_of_memory(_data: Graph, *, timeout: float) -> reasoning.ReasoningReport:
        raise ReasonerError(f"java.lang.OutOfMemoryError within {timeout} s")

    monkeypatch.setattr(reasoning, "check_consistency", out_of_memory)
    canary = tmp_path / "01-x.ttl"
    canary.write_text("# refused: something.\n")
    with pytest.raises(ReasonerError, match="OutOfMemoryError"):
        judge_canary(canary)


def test_a_broken_canary_is_reported(tmp_path: Path) -> None:
    canary = tmp_path / "01-x.ttl"
    canary.write_text("# consistent: not Turtle.\n<a> <b> .\n")
    with pytest.raises(OntologyError, match=r"01-x\.ttl, line 2"):
        judge_canary(canary)


def test_without_java_the_message_says_what_why_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(JavaMissingError) as raised:
        check_consistency()
    what, why, how = str(raised.value).splitlines()
    assert what == "Java 8 or later is missing: no java program on the PATH."
    assert "HermiT" in why
    assert "default-jre-headless" in how


def test_a_program_that_is_not_java_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _program(tmp_path / "java", "echo not a virtual machine")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(JavaMissingError, match="does not answer to -version"):
        find_java()


def test_a_java_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _program(tmp_path / "java", """echo 'java version "1.7.0_80"' >&2""")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(JavaMissingError, match="is version 7"):
        find_java()


def test_java_home_comes_before_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = _program(tmp_path / "home/bin/java", """echo 'openjdk version "21.0.1"' >&2""")
    _program(tmp_path / "path/java", """echo 'openjdk version "11.0.1"' >&2""")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert find_java() == str(home)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    assert find_java() == str(tmp_path / "path/java")


@pytest.mark.parametrize(
    ("banner", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ("nothing of the kind", None),
    ],
)
def test_java_versions_are_read(tmp_path: Path, banner: str, version: int | None) -> None:
    program = _program(tmp_path / "java", f"echo '{banner}' >&2")
    assert java_version(str(program)) == version


def test_a_java_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(java, "_PROBE_SECONDS", 0.2)
    program = _program(tmp_path / "java", "exec sleep 5")
    assert java_version(str(program)) is None


@pytest.mark.java
def test_dates_that_differ_do_not_stop_the_reasoner() -> None:
    data = Graph()
    contract = URIRef("http://example.org/contract")
    data.add((contract, RDF.type, EMP.Contract))
    data.add((contract, EMP.observedOn, Literal("2023-01-05", datatype=_date())))
    data.add((contract, EMP.observedOn, Literal("2024-09-09", datatype=_date())))
    assert check_consistency(data).consistent


def _date() -> URIRef:
    return URIRef("http://www.w3.org/2001/XMLSchema#date")


def test_the_worker_imports_none_of_our_modules() -> None:
    worker = (reasoning.ROOT / "hermit.py").read_text(encoding="utf-8")
    assert "from ontology" not in worker
    check = subprocess.run(
        [sys.executable, "-P", str(reasoning.ROOT / "hermit.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "not enough values to unpack" in check.stderr


@pytest.mark.java
@pytest.mark.parametrize(
    ("turtle", "verdict"),
    [
        ("ex:C a owl:Class .", {"consistent": True, "unsatisfiable": []}),
        (
            "ex:C a owl:Class ; owl:complementOf owl:Thing .",
            {"consistent": True, "unsatisfiable": ["http://example.org/C"]},
        ),
        ("ex:a a owl:Nothing .", {"consistent": False, "unsatisfiable": []}),
    ],
)
def test_the_worker_writes_its_verdict(
    turtle: str, verdict: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, answer = tmp_path / "graph.nt", tmp_path / "verdict.json"
    graph.write_text(_graph(turtle).serialize(format="nt"), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["hermit.py", str(graph), find_java(), str(answer)])
    hermit.main()
    assert json.loads(answer.read_text(encoding="utf-8")) == verdict


@pytest.mark.java
def test_the_worker_reports_a_refusal(tmp_path: Path) -> None:
    graph = tmp_path / "graph.nt"
    data = _graph("ex:p a owl:ObjectProperty , owl:TransitiveProperty , owl:AsymmetricProperty .")
    graph.write_text(data.serialize(format="nt"), encoding="utf-8")
    assert "IllegalArgumentException" in hermit.judge(graph, find_java())["refused"]
