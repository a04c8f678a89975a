"""Reading the manifests of the suite."""

from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.cases import HOME, published, read_manifest, read_suite
from tests.conformance.running import SUITE, expected_failures

PREFIXES = """
@prefix : <http://example.org/manifest#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> .
@prefix qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#> .
@prefix ut: <http://www.w3.org/2009/sparql/tests/test-update#> .
@prefix ht: <http://www.w3.org/2011/http#> .
@prefix hts: <http://www.w3.org/2011/http-statusCodes#> .
@prefix cnt: <http://www.w3.org/2011/content#> .
"""
MANIFEST = (
    PREFIXES
    + """
<> a mf:Manifest ; mf:entries ( :wire :ask :change ) .
:wire a mf:ProtocolTest ; mf:name "wire" ;
    ut:graphData [ ut:graph <one.nt> ; rdfs:label "urn:one" ] ;
    mf:action [ ht:requests ( [
        ht:absolutePath "/sparql/?default-graph-uri=urn%3Aa%20b" ; ht:methodName "POST" ;
        ht:body [ cnt:characterEncoding "UTF-16" ; cnt:chars "ASK {}" ] ;
        ht:headers ( [ ht:fieldName "content-type" ; ht:fieldValue "application/sparql-query" ] ) ;
        ht:resp [ mf:expectedStatus hts:StatusCode4xx ] ]
      [ ht:absolutePath "/sparql/" ; ht:methodName "GET" ;
        ht:resp [ mf:expectedStatus hts:StatusCode2xx , hts:StatusCode3xx ;
            mf:expectedBoolean false ; mf:expectedFormat "boolean" ] ] ) ] .
:ask a mf:QueryEvaluationTest ; mf:name "ask" ;
    mf:action [ qt:query <ask.rq> ; qt:data <b.ttl> , <a.ttl> ; qt:graphData <g.ttl> ] ;
    mf:result <ask.srx> .
:change a mf:UpdateEvaluationTest ; mf:name "change" ;
    mf:action [ ut:request <change.ru> ; ut:data <a.ttl> ] ;
    mf:result [ ut:graphData [ ut:graph <a.ttl> ; rdfs:label "urn:g" ] ] .
"""
)


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite of one manifest, of three tests."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/manifest.ttl").write_text(MANIFEST, encoding="utf-8")
    return tmp_path


def test_a_request_is_read_as_it_must_go_over_the_wire(suite: Path) -> None:
    wire = read_manifest(suite, "mine", "Mine")[0]
    first, second = wire.exchanges
    assert (first.method, first.query_string) == ("POST", "default-graph-uri=urn%3Aa%20b")
    assert first.body == "ASK {}".encode("utf-16")
    assert first.headers == (("content-type", "application/sparql-query"),)
    assert (first.statuses, first.form, first.boolean) == (frozenset({4}), "", None)
    assert (second.body, second.query_string) == (None, "")
    assert (second.statuses, second.form, second.boolean) == (frozenset({2, 3}), "boolean", False)
    assert wire.before.named == (("urn:one", suite / "mine/one.nt"),)


def test_a_query_comes_with_its_dataset_and_its_result(suite: Path) -> None:
    ask = read_manifest(suite, "mine", "Mine")[1]
    folder = suite / "mine"
    assert (ask.text, ask.result) == (folder / "ask.rq", folder / "ask.srx")
    assert ask.before.default == (folder / "a.ttl", folder / "b.ttl")
    assert ask.before.named == ((f"{HOME}mine/g.ttl", folder / "g.ttl"),)
    assert not ask.is_update


def test_an_update_comes_with_the_store_before_and_after(suite: Path) -> None:
    change = read_manifest(suite, "mine", "Mine")[2]
    folder = suite / "mine"
    assert change.is_update
    assert (change.before.default, change.before.named) == ((folder / "a.ttl",), ())
    assert (change.after.default, change.after.named) == ((), (("urn:g", folder / "a.ttl"),))


def test_a_file_of_the_suite_has_the_address_where_it_is_published() -> None:
    found = published(Path("/anywhere/bind/bind01.rq"))
    assert found == "https://w3c.github.io/rdf-tests/sparql/sparql11/bind/bind01.rq"


@pytest.mark.shared
def test_the_whole_suite_is_read() -> None:
    """Its README counts 644: 14 of them, of the Graph Store Protocol, are in manifests apart."""
    cases = read_suite(SUITE)
    assert len({case.iri for case in cases}) == len(cases) == 644 - 14
    kinds = Counter(case.kind for case in cases)
    assert kinds["ProtocolTest"] == 34
    assert kinds["ServiceDescriptionTest"] == 3
    assert kinds["GraphStoreProtocolTest"] == 18
    for case in cases:
        if case.kind == "ProtocolTest":
            assert case.exchanges, case.iri
            assert all(each.method and each.statuses for each in case.exchanges), case.iri
        for path in (case.text, case.result, *case.before.default, *case.after.default):
            assert path is None or path.is_file(), case.iri
        for _, path in (*case.before.named, *case.after.named):
            assert path.is_file(), case.iri


@pytest.mark.shared
def test_every_expected_failure_is_a_test_of_the_suite_and_has_its_reason() -> None:
    known = expected_failures()
    assert known.keys() <= {case.iri for case in read_suite(SUITE)}
    assert all(reason.strip() for reason in known.values())
