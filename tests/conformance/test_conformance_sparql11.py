"""The W3C suite of SPARQL 1.1, over HTTP, against the real service in another process."""

from collections import Counter

import pytest

from tests.conformance.cases import GROUPS
from tests.conformance.judging import Outcome, Verdict
from tests.conformance.running import REPORT, SUITE, expected_failures, run, write_report

pytestmark = pytest.mark.shared

FOLDERS = [folder for folders in GROUPS.values() for folder in folders]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """What became of each test, in one run; the report is written."""
    found = run(SUITE, tmp_path_factory.mktemp("conformance"))
    write_report(found, REPORT)
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_service_does_what_the_suite_says(folder: str, outcomes: list[Outcome]) -> None:
    known = expected_failures()
    failed = {
        each.case.iri: each.why
        for each in outcomes
        if each.case.folder == folder and each.verdict is Verdict.FAILED
    }
    assert {iri: why for iri, why in failed.items() if iri not in known} == {}


def test_what_is_expected_to_fail_fails(outcomes: list[Outcome]) -> None:
    failed = {each.case.iri for each in outcomes if each.verdict is Verdict.FAILED}
    assert sorted(expected_failures().keys() - failed) == []


def test_protocol_and_service_description_are_kept_whole(outcomes: list[Outcome]) -> None:
    passed = Counter(each.case.group for each in outcomes if each.verdict is Verdict.PASSED)
    assert passed["Protocol"] == 34
    assert passed["Service Description"] == 3


def test_only_what_the_service_does_not_offer_is_left_out(outcomes: list[Outcome]) -> None:
    left_out = {each.case.folder for each in outcomes if each.verdict is Verdict.UNTESTED}
    assert left_out == {"entailment", "http-rdf-update", "service"}
    assert REPORT.is_file()
