"""Rows of the curated tables to statements: what is said plainly, and what only by somebody."""

import csv
from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from ingest.deployments import COLUMNS as DEPLOYMENT_COLUMNS
from ingest.deployments import DeploymentMapper
from ingest.identity import mint
from ingest.instruments import COLUMNS, Mapper
from ingest.known import Known
from ingest.quads import Graph
from ingest.tables import Row, RowError

CRTE = mint("instrument", "fr-crte")
PVD = mint("instrument", "fr-pvd")


def row(columns: str, **cells: str) -> Row:
    names = columns.split(",")
    assert set(cells) <= set(names)
    return dict.fromkeys(names, "") | cells


def said(graph: Graph, subject: str, name: str) -> set[str]:
    """The plain values of a property of a thing."""
    return {
        quad.object.value
        for quad in graph
        if quad.subject.value == subject and quad.predicate.value.endswith(f"#{name}")
    }


def value_row(**cells: str) -> Row:
    defaults = {"instrument": "fr-crte", "n": "1", "confidence": "sourced", "sources": "S4"}
    return row(COLUMNS["values"], **(defaults | cells))


def statement(graph: Graph, prop: str) -> dict[str, str]:
    node = mint("statement", f"instruments/fr-crte/{prop}/1")
    return {
        quad.predicate.value.rpartition("#")[2]: quad.object.value
        for quad in graph
        if quad.subject.value == node
    }


@pytest.fixture
def graph() -> Graph:
    return Graph("https://w3id.org/empilement/graph/test/1")


def test_sourced_value_is_said_twice(graph: Graph) -> None:
    cells = {"property": "designedBy", "value_type": "iri", "value": "actor:premier-ministre"}
    Mapper(graph, Known()).value(value_row(**cells))
    actor = mint("actor", "premier-ministre")
    assert said(graph, CRTE, "designedBy") == {actor}
    found = statement(graph, "designedBy")
    assert (found["object"], found["supportedBy"]) == (actor, mint("source", "S4"))
    assert found["confidence"].endswith("/sourced")


@pytest.mark.parametrize(
    "cells",
    [
        {"confidence": "doubtful"},
        {"holder": "carriere"},
        {"note": "status proposed"},
    ],
)
def test_doubt_judgement_and_proposal_are_not_the_graphs_own_voice(
    graph: Graph, cells: dict[str, str]
) -> None:
    cells |= {"property": "hasOwnFunding", "value_type": "boolean", "value": "false"}
    Mapper(graph, Known()).value(value_row(**cells))
    assert said(graph, CRTE, "hasOwnFunding") == set()
    found = statement(graph, "hasOwnFunding")
    assert found["object"] == "false"
    assert found.get("heldBy", "") == (mint("actor", "carriere") if "holder" in cells else "")


def test_unknown_is_a_statement_without_object(graph: Graph) -> None:
    cells = {"property": "successor", "value_type": "text", "confidence": "unknown"}
    Mapper(graph, Known()).value(value_row(**cells))
    assert "object" not in statement(graph, "successor")


@pytest.mark.parametrize(
    ("text", "datatype"), [("2020-11-20", "date"), ("2020-11", "gYearMonth"), ("2020", "gYear")]
)
def test_start_keeps_its_precision(graph: Graph, text: str, datatype: str) -> None:
    mapper = Mapper(graph, Known())
    mapper.value(value_row(property="start", value_type="date", value=text))
    mapper.close()
    node = NamedNode(mint("statement", "instruments/fr-crte/start/1"))
    (value,) = [q.object for q in graph if q.subject == node and "object" in q.predicate.value]
    assert isinstance(value, Literal)
    assert (value.value, value.datatype.value.rpartition("#")[2]) == (text, datatype)
    assert len(said(graph, CRTE, "validFrom")) == 1


@pytest.mark.parametrize(
    "cells",
    [
        {"property": "designedBy", "value_type": "iri", "value": "planet:mars"},
        {"property": "declaredThemeCount", "value_type": "integer", "value": "seven"},
        {"property": "hasOwnFunding", "value_type": "boolean", "value": "maybe"},
        {"property": "start", "value_type": "date", "value": "someday"},
        {"property": "start", "value_type": "colour", "value": "red"},
    ],
)
def test_value_without_its_type_is_refused(graph: Graph, cells: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Mapper(graph, Known()).value(value_row(**cells))


def test_pattern_built_eli_is_no_link(graph: Graph) -> None:
    cells = {"id": "loi-85-30", "type": "loi", "number": "85-30", "date": "1985-01-09"}
    cells |= {"number_confidence": "general-knowledge", "date_confidence": "sourced"}
    cells |= {"eli": "https://www.legifrance.gouv.fr/eli/x", "eli_confidence": "derived"}
    Mapper(graph, Known()).legal_act(row(COLUMNS["legal_acts"], **cells))
    assert said(graph, mint("legal-act", "loi-85-30"), "eliUri") == set()
    assert any("/legal/loi-85-30/eliUri" in quad.subject.value for quad in graph)


def test_signature_and_entry_into_force_are_two_dates_of_two_sources(graph: Graph) -> None:
    cells = {"id": "traite-lisbonne", "type": "traite", "date": "2007", "date_confidence": "seed"}
    cells |= {"sources": "F18", "in_force": "2009-12-01"}
    cells |= {"in_force_confidence": "general-knowledge", "in_force_sources": "GK"}
    Mapper(graph, Known()).legal_act(row(COLUMNS["legal_acts"], **cells))
    act = mint("legal-act", "traite-lisbonne")
    assert said(graph, act, "signatureDate") == set()
    assert said(graph, act, "validFrom") == said(graph, act, "certainFrom") == {"2009-12-01"}
    statement = mint("statement", "legal/traite-lisbonne/validFrom")
    assert {value.rpartition("/")[2] for value in said(graph, statement, "supportedBy")} == {"GK"}
    rated = said(graph, statement, "confidence")
    assert {value.rpartition("/")[2] for value in rated} == {"general-knowledge"}


@pytest.fixture
def known() -> Known:
    """Two instruments of six years, a commune, an actor."""
    found = Known()
    day = NamedNode("http://www.w3.org/2001/XMLSchema#date")
    duration = NamedNode("http://www.w3.org/2001/XMLSchema#duration")
    emp = "https://w3id.org/empilement/def#"
    for instrument, start in ((CRTE, "2020-11-20"), (PVD, "2020-10-01")):
        subject = NamedNode(instrument)
        found.learn(
            [
                Quad(subject, NamedNode(emp + "duration"), Literal("P6Y", datatype=duration)),
                Quad(subject, NamedNode(emp + "validFrom"), Literal(start, datatype=day)),
                Quad(
                    subject,
                    NamedNode(emp + "validBefore"),
                    Literal("2027-01-01", datatype=day),
                ),
            ]
        )
    found.subjects |= {mint("commune", "37132"), mint("actor", "etat")}
    return found


def deployment_row(**cells: str) -> Row:
    defaults = {"instrument": "fr-crte", "key": "x", "class": "Contract", "confidence": "sourced"}
    return row(DEPLOYMENT_COLUMNS["deployments"], **(defaults | cells))


def mapped(graph: Graph, known: Known, deployment: Row) -> dict[str, set[str]]:
    mapper = DeploymentMapper(graph, known, "cog-2026", date(2026, 11, 24))
    mapper.deployment(deployment)
    mapper.close()
    subject = mint("deployment", f"{deployment['instrument']}/{deployment['key']}")
    names = ("validFrom", "certainFrom", "certainBefore", "validBefore", "endStatus", "perimeter")
    return {name: said(graph, subject, name) for name in names}


def test_contract_runs_for_the_duration_its_instrument_states(graph: Graph, known: Known) -> None:
    """S100: Tours Métropole's CRTE was signed on 3 March 2022; F51: six years."""
    found = mapped(graph, known, deployment_row(start="2022-03-03"))
    assert found["validBefore"] == {"2028-03-03"}
    assert found["endStatus"] == {"https://w3id.org/empilement/voc/end-status/by-duration"}


def test_programme_duration_says_nothing_of_an_award(graph: Graph, known: Known) -> None:
    cells = {"instrument": "fr-pvd", "class": "LabelAward", "start": "2021-01-22"}
    found = mapped(graph, known, deployment_row(**cells))
    assert found["validBefore"] == {"2027-01-01"}
    assert found["endStatus"] == {"https://w3id.org/empilement/voc/end-status/unknown"}


def test_what_is_only_observed_is_left_to_the_days_of_the_lists(graph: Graph, known: Known) -> None:
    cells = {"instrument": "fr-pvd", "class": "LabelAward", "observed": "2024-09-09"}
    found = mapped(graph, known, deployment_row(**cells))
    assert not any(found[name] for name in ("validFrom", "certainFrom", "validBefore"))


def test_what_began_and_has_no_end_is_certain_up_to_the_day_of_the_source(
    graph: Graph, known: Known
) -> None:
    """S80: SRADDET approved on 4 February 2020; no source says until when it holds."""
    known.subjects.add(mint("instrument", "cvl-sraddet"))
    cells = {"instrument": "cvl-sraddet", "class": "PlanInForce", "start": "2020-02-04"}
    found = mapped(graph, known, deployment_row(**cells))
    assert (found["certainBefore"], found["validBefore"]) == ({"2026-11-24"}, set())


def test_unknown_perimeter_is_said_unknown(graph: Graph, known: Known) -> None:
    (perimeter,) = mapped(graph, known, deployment_row())["perimeter"]
    assert said(graph, perimeter, "perimeterMember") == set()
    unknown = "https://w3id.org/empilement/voc/extent/unknown"
    assert said(graph, perimeter, "perimeterExtent") == {unknown}


@pytest.mark.parametrize(
    ("method", "cells"),
    [
        ("deployment", {"instrument": "fr-none"}),
        ("deployment", {"carrier": "nobody"}),
        ("deployment", {"amount_eur": "a lot"}),
        ("member", {"kind": "commune", "code": "37999", "extent": "whole"}),
        ("member", {"key": "other", "kind": "commune", "code": "37132", "extent": "whole"}),
        ("participation", {"actor": "nobody", "role": "signatory"}),
        ("commitment", {"from": "etat", "to": "nobody"}),
    ],
)
def test_link_to_nothing_is_refused(
    graph: Graph, known: Known, method: str, cells: dict[str, str]
) -> None:
    mapper = DeploymentMapper(graph, known, "cog-2026", date(2026, 11, 24))
    mapper.deployment(deployment_row())
    table = {"deployment": "deployments"}.get(method, f"{method}s")
    identity = {"instrument": "fr-crte", "key": "x"} | (
        {"key": "y"} if table == "deployments" else {}
    )
    with pytest.raises((RowError, ArithmeticError)):
        getattr(mapper, method)(row(DEPLOYMENT_COLUMNS[table], **(identity | cells)))


def test_second_extent_of_one_perimeter_is_refused(graph: Graph, known: Known) -> None:
    mapper = DeploymentMapper(graph, known, "cog-2026", date(2026, 11, 24))
    mapper.deployment(deployment_row())
    cells = {"instrument": "fr-crte", "key": "x", "kind": "commune", "code": "37132"}
    mapper.member(row(DEPLOYMENT_COLUMNS["members"], **cells, extent="whole"))
    with pytest.raises(RowError):
        mapper.member(row(DEPLOYMENT_COLUMNS["members"], **cells, extent="part"))


def test_tables_have_the_columns_their_mapping_reads() -> None:
    folder = Path(__file__).parent.parent.parent / "ingest/tables"
    for name, columns in COLUMNS.items():
        with (folder / "catalogue" / f"{name}.csv").open(encoding="utf-8") as stream:
            assert next(csv.reader(stream)) == columns.split(",")
