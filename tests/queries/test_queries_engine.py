"""The engine in process: what it answers, and how it says what is wrong."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries.engine import Answer, Dataset, EmbeddedEngine, table_from, truth_from
from queries.errors import (
    EngineUnavailableError,
    FormatError,
    ParameterError,
    QueryEvaluationError,
    QueryFormError,
    QueryRefusedError,
    QuerySyntaxError,
)
from queries.formats import GRAPHS, RESULTS, QueryForm

COMMUNE = "https://w3id.org/empilement/id/commune/"
QUADS = f"""
<{COMMUNE}37261> <http://www.w3.org/2000/01/rdf-schema#label> "Tours"@fr <x:g1> .
<{COMMUNE}41018> <http://www.w3.org/2000/01/rdf-schema#label> "Blois"@fr <x:g2> .
<{COMMUNE}41018> <x:rank> "2"^^<http://www.w3.org/2001/XMLSchema#integer> <x:g2> .
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("engine") / "store"
    store = ox.Store(str(path))
    store.load(QUADS, format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    return path


@pytest.fixture
def engine(folder: Path) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(folder)
    yield made
    made.close()


def labels(engine: EmbeddedEngine, clause: str = "", pattern: str = "?s rdfs:label ?l") -> set[str]:
    table = engine.select(f"SELECT ?l {clause} {{ {pattern} }}")
    return {value.value for (value,) in table.rows if value is not None}


def test_rows_keep_terms_order_of_columns_and_unbound_values(engine: EmbeddedEngine) -> None:
    table = engine.select(
        "SELECT ?r ?l ?s { ?s rdfs:label ?l OPTIONAL { ?s <x:rank> ?r } } ORDER BY ?l"
    )
    assert table.columns == ("r", "l", "s")
    assert table.rows == (
        (
            ox.Literal("2", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
            ox.Literal("Blois", language="fr"),
            ox.NamedNode(COMMUNE + "41018"),
        ),
        (None, ox.Literal("Tours", language="fr"), ox.NamedNode(COMMUNE + "37261")),
    )


def test_the_default_graph_is_the_union_unless_the_query_chooses(engine: EmbeddedEngine) -> None:
    assert labels(engine) == {"Tours", "Blois"}
    assert labels(engine, "FROM <x:g1>") == {"Tours"}
    assert labels(engine, "from <x:g1> FROM <x:g2>") == {"Tours", "Blois"}
    assert labels(engine, "FROM NAMED <x:g1>") == set()
    assert labels(engine, "FROM NAMED <x:g1>", "GRAPH ?g { ?s rdfs:label ?l }") == {"Tours"}
    assert labels(engine, "FROM <file:///etc/hostname>", "?l ?p ?o") == set()
    assert labels(engine, "", "?s rdfs:label ?l FILTER(?l != 'FROM')") == {"Tours", "Blois"}


def test_the_dataset_beside_the_query_wins(engine: EmbeddedEngine) -> None:
    query = "SELECT ?l FROM <x:g2> { { ?s rdfs:label ?l } UNION { GRAPH ?g { ?s rdfs:label ?l } } }"

    def found(dataset: Dataset) -> list[str]:
        body = engine.answer(query, "csv", dataset).body.decode()
        return sorted(body.split()[1:])

    assert found(Dataset(default=("x:g1",))) == ["Tours"]
    assert found(Dataset(named=("x:g2",))) == ["Blois"]
    assert found(Dataset(("x:g1",), ("x:g1", "x:g2"))) == ["Blois", "Tours", "Tours"]
    with pytest.raises(ParameterError, match="IRI"):
        found(Dataset(default=("not an iri",)))


def test_ask(engine: EmbeddedEngine) -> None:
    assert engine.ask("ASK { id:nowhere ?p ?o }") is False
    assert engine.ask("ASK { <x:nowhere>?p ?o } ") is False
    assert engine.ask('ASK { ?s rdfs:label "Tours"@fr }') is True


def test_project_prefixes_are_known_and_may_be_declared_otherwise(engine: EmbeddedEngine) -> None:
    assert engine.ask("ASK { ?s rdfs:label ?l }")
    assert not engine.ask("PREFIX rdfs: <x:other/> ASK { ?s rdfs:label ?l }")


def test_every_results_format_says_the_same(engine: EmbeddedEngine) -> None:
    query = "SELECT ?s ?l { ?s rdfs:label ?l } ORDER BY ?l"
    for each in RESULTS:
        answer = engine.answer(query, each.media_type)
        assert (answer.form, answer.media_type) == (QueryForm.SELECT, each.media_type)
        assert answer.body.index(b"Blois") < answer.body.index(b"Tours")
        truth = engine.answer("ASK { ?s ?p ?o }", each.media_type)
        assert truth.form is QueryForm.ASK
        assert b"true" in truth.body


def test_every_graph_format_holds_the_same_triples(engine: EmbeddedEngine) -> None:
    query = "CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s rdfs:label ?l }"
    expected = {
        ox.Triple(
            ox.NamedNode(COMMUNE + code),
            ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label"),
            ox.Literal(name, language="fr"),
        )
        for code, name in (("37261", "Tours"), ("41018", "Blois"))
    }
    for each in GRAPHS:
        answer = engine.answer(query, each.media_type)
        assert (answer.form, answer.media_type) == (QueryForm.GRAPH, each.media_type)
        assert {quad.triple for quad in ox.parse(answer.body, format=each.rdf)} == expected
    turtle = engine.answer(query).body
    assert turtle.startswith(b"@prefix rdfs:")
    assert turtle.count(b"@prefix") == 1
    assert b"<https://w3id.org/empilement/id/commune/37261> rdfs:label" in turtle
    assert engine.answer(f"DESCRIBE <{COMMUNE}37261>").form is QueryForm.GRAPH


def test_a_format_that_does_not_suit_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(FormatError, match="text/csv"):
        engine.answer("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv")


@pytest.mark.parametrize(
    ("query", "line", "column", "why"),
    [
        ("", 1, 1, "empty"),
        ("SELEC ?s { ?s ?p ?o }", 1, 1, "SELEC"),
        ("SELECT * {\n  ?s ?p ?o .\n  FILTR(?x)\n}", 3, 3, "FILTR"),
        ("SELECT * { ?s ?p ?o }\nODER BY ?s", 2, 1, "ODER"),
        ("SELECT * {\n?s ?p ?o }\nLIMIT a", 3, 7, "'a'"),
        ("SELECT * {\n  ?s ?p ?o", 1, 10, "never closed"),
        ("SELECT * { ?s ?p ?o\n}}", 2, 2, "closes nothing"),
        ("SELECT * { (?s }", 1, 16, "closes nothing"),
        ("SELECT * {\n ?s ?p 'abc }", 2, 8, "quote"),
        ("SELECT * { ?s foo:bar ?o }", 1, 22, "'foo'"),
        ("SELECT ?x ?y { ?x a ?y } GROUP BY ?x", 1, 37, "grouped"),
        ("# all\nPREFIX a: <b:> BASE <c:>\n INSERT DATA { <x:a> <x:b> 1 }", 3, 2, "an update"),
        ("DELETE WHERE { ?s ?p ?o }", 1, 1, "an update"),
        ("load <file:///etc/hostname>", 1, 1, "an update"),
        ("CLEAR ALL", 1, 1, "an update"),
    ],
)
def test_faults_are_told_with_their_place(
    engine: EmbeddedEngine, query: str, line: int, column: int, why: str
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        engine.answer(query)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert why in caught.value.why
    assert f"line {line}, column {column}" in caught.value.what
    assert str(caught.value).count("\n") == 2


def test_a_malformed_iri_is_told(engine: EmbeddedEngine) -> None:
    with pytest.raises(QuerySyntaxError, match="IRI"):
        engine.answer("PREFIX a: <http://[> ASK {}")


def test_a_relative_iri_is_read_against_the_base_of_the_project(engine: EmbeddedEngine) -> None:
    assert engine.ask("ASK { FILTER (<id/x> = <https://w3id.org/empilement/id/x>) }")
    assert engine.ask("BASE <urn:> ASK { FILTER (<x> = <urn:x>) }")


def test_service_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(QueryRefusedError):
        engine.select("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_the_form_must_be_the_one_that_is_due(engine: EmbeddedEngine) -> None:
    with pytest.raises(QueryFormError, match="SELECT is due"):
        engine.select("ASK {}")
    with pytest.raises(QueryFormError, match="ASK is due"):
        engine.ask("CONSTRUCT WHERE { ?s ?p ?o }")
    with pytest.raises(QueryFormError):
        table_from(engine.answer("ASK {}"))
    with pytest.raises(QueryFormError):
        truth_from(engine.answer("SELECT * { ?s ?p ?o }"))


def test_a_failure_inside_the_engine_is_told(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queries.guard.check", lambda *_: None)
    query = "SELECT * { SERVICE ?unbound { ?s ?p ?o } }"
    with pytest.raises(QueryEvaluationError, match="unbound"):
        engine.answer(query)
    with pytest.raises(QueryEvaluationError, match="unbound"):
        engine.select(query)


def test_rows_read_back_from_json_are_those_of_the_store(engine: EmbeddedEngine) -> None:
    query = "SELECT ?s ?l ?r { ?s rdfs:label ?l OPTIONAL { ?s <x:rank> ?r } } ORDER BY ?l"
    assert table_from(engine.answer(query)) == engine.select(query)
    assert truth_from(Answer(QueryForm.ASK, "", b'{"head":{},"boolean":true}')) is True


def test_a_missing_store_and_a_closed_engine_are_told(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(EngineUnavailableError, match="'nothing'"):
        EmbeddedEngine(tmp_path / "nothing")
    engine = EmbeddedEngine(folder)
    engine.close()
    engine.close()
    with pytest.raises(EngineUnavailableError, match="closed"):
        engine.ask("ASK {}")
