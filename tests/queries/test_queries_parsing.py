"""Queries read without being run: their form, their graphs, their faults."""

import time

import pytest

from queries.engine import Dataset
from queries.errors import QueryRefusedError, QuerySyntaxError
from queries.formats import QueryForm
from queries.parsing import check_update, dataset_of, form_of

SKOS = "http://www.w3.org/2004/02/skos/core#"
BURNING = " ".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(3000)))} }}" for n in range(4))


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * { ?s ?p ?o }", QueryForm.SELECT),
        ("# ASK\nselect(COUNT(*) AS ?n){}", QueryForm.SELECT),
        ("ASK{}", QueryForm.ASK),
        ("PREFIX select: <x:> ASK { ?s select:ask 'CONSTRUCT' }", QueryForm.ASK),
        ("BASE <http://h/select> PREFIX ask: <x:>\nCONSTRUCT WHERE { ?s ?p ?o }", QueryForm.GRAPH),
        ("PREFIX prefix: <x:> DESCRIBE prefix:select", QueryForm.GRAPH),
        ("PREFIX : <x:> SELECT ?a { ?a :ask :b }", QueryForm.SELECT),
    ],
)
def test_the_form_is_that_of_the_keyword_after_the_prologue(query: str, form: QueryForm) -> None:
    assert form_of(query) is form


@pytest.mark.parametrize("head", ["ASK", "SELECT (COUNT(*) AS ?n)", "SELECT *"])
def test_a_query_that_would_burn_is_read_at_once(head: str) -> None:
    start = time.process_time()
    form_of(f"{head} {{ {BURNING} FILTER(?v0 + ?v1 + ?v2 + ?v3 < 0) }} ORDER BY ?v0")
    assert time.process_time() - start < 1


def test_no_name_of_a_variable_makes_it_run() -> None:
    query = f"ASK {{ {BURNING} FILTER(?v0 + ?v1 + ?v2 + ?v3 < 0) BIND(1 AS ?empilementNowhere) }}"
    start = time.process_time()
    assert form_of(query) is QueryForm.ASK
    assert time.process_time() - start < 1


def test_faults_and_service_are_told() -> None:
    with pytest.raises(QuerySyntaxError, match="line 2, column 3"):
        form_of("SELECT * {\n  ?s ?p }")
    with pytest.raises(QuerySyntaxError, match="this is an update"):
        form_of("INSERT DATA { <x:a> <x:b> <x:c> }")
    federated = "ASK { SERVICE <http://127.0.0.1:9/> {} }"
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        form_of(federated)
    assert form_of(federated, frozenset({"http://127.0.0.1:9/"})) is QueryForm.ASK


@pytest.mark.parametrize(
    ("query", "dataset"),
    [
        ("SELECT * { ?s ?from ?o FILTER(?o = 'FROM <x:a>') } # FROM <x:b>", None),
        ("SELECT * FROM <x:a> FROM NAMED <x:b> FROM <x:c> {}", (("x:a", "x:c"), ("x:b",))),
        ("SELECT * FROM skos:a {}", ((f"{SKOS}a",), ())),
        ("PREFIX skos: <x:> DESCRIBE <x:d> FROM skos:a", (("x:a",), ())),
        ("BASE <http://h/i/> ASK FROM <../j> { ?s <from> 1 }", (("http://h/j",), ())),
        (
            "CONSTRUCT { ?s <x:from> ?o } FROM # the first\n <x:a> WHERE { ?s ?p ?o }",
            (("x:a",), ()),
        ),
    ],
)
def test_the_graphs_are_those_of_from(
    query: str, dataset: tuple[tuple[str, ...], tuple[str, ...]] | None
) -> None:
    form_of(query)
    assert dataset_of(query) == (None if dataset is None else Dataset(*dataset))


def test_the_fault_of_an_update_is_found() -> None:
    with pytest.raises(QuerySyntaxError, match="line 2"):
        check_update("INSERT DATA {\n <x:a> <x:b> }")
    check_update("DROP GRAPH <x:absent>")
