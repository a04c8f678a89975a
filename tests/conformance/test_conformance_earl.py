"""The report of a run, and the table of its scores."""

from datetime import date

import pytest
import rdflib
from rdflib import DCTERMS, DOAP, RDF, Literal, URIRef

from tests.conformance.cases import Case
from tests.conformance.earl import EARL, SUBJECT, report
from tests.conformance.judging import Outcome, Verdict
from tests.conformance.running import table


def outcome(name: str, verdict: Verdict, why: str = "") -> Outcome:
    case = Case(f"http://example.org/{name}", name, "ProtocolTest", "Protocol", "protocol")
    return Outcome(case, verdict, why)


OUTCOMES = (
    outcome("kept", Verdict.PASSED),
    outcome("broken", Verdict.FAILED, "status 500"),
    outcome("apart", Verdict.UNTESTED, "not offered"),
)
VERSIONS = {"Thing": "1.2.3", "engine": "4.5"}


@pytest.mark.parametrize(
    ("name", "verdict"), [("kept", "passed"), ("broken", "failed"), ("apart", "untested")]
)
def test_each_test_has_one_assertion_with_its_outcome(name: str, verdict: str) -> None:
    graph = report(OUTCOMES, VERSIONS, date(2026, 3, 4))
    (assertion,) = graph.subjects(EARL.test, URIRef(f"http://example.org/{name}"))
    assert (assertion, RDF.type, EARL.Assertion) in graph
    assert (assertion, EARL.subject, SUBJECT) in graph
    assert (assertion, EARL.mode, EARL.automatic) in graph
    (result,) = graph.objects(assertion, EARL.result)
    assert list(graph.objects(result, EARL.outcome)) == [EARL[verdict]]
    assert (result, DCTERMS.date, Literal("2026-03-04", datatype=rdflib.XSD.date)) in graph


def test_a_reason_is_told_where_there_is_one() -> None:
    graph = report(OUTCOMES, VERSIONS, date(2026, 3, 4))
    assert {str(why) for why in graph.objects(None, EARL.info)} == {"status 500", "not offered"}


def test_the_report_says_who_asserts_it_of_which_version() -> None:
    graph = report(OUTCOMES, VERSIONS, date(2026, 3, 4))
    (assertor,) = set(graph.objects(None, EARL.assertedBy))
    assert (assertor, RDF.type, EARL.Assertor) in graph
    assert (SUBJECT, RDF.type, EARL.TestSubject) in graph
    (release,) = graph.objects(SUBJECT, DOAP.release)
    assert str(graph.value(release, DOAP.revision)) == "1.2.3"
    assert "engine 4.5" in str(graph.value(release, DCTERMS.description))


def test_two_runs_alike_give_the_same_file() -> None:
    first, second = (
        report(OUTCOMES, VERSIONS, date(2026, 3, 4)).serialize(format="turtle") for _ in range(2)
    )
    assert first == second


def test_the_table_counts_each_verdict() -> None:
    lines = table((*OUTCOMES, outcome("too", Verdict.PASSED))).splitlines()
    (line,) = [line for line in lines if line.startswith("Protocol ")]
    assert line.split() == ["Protocol", "2", "1", "1"]
