"""Validity of what lists give, from the store: stays, second deployments, contracts, names."""

from typing import Any

import pytest
from pyoxigraph import RdfFormat, Store

from ingest.identity import mint
from ingest.list_validity import date_deployments
from ingest.quads import Graph

PVD = mint("instrument", "fr-pvd")
CRTE = mint("instrument", "fr-crte")
WORLD = """
@prefix emp: <https://w3id.org/empilement/def#> .
@prefix id: <https://w3id.org/empilement/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://w3id.org/empilement/id/instrument/fr-pvd> a emp:Instrument ;
  rdfs:label "Petites villes de demain"@fr ; emp:validFrom "2020-10-01"^^xsd:date ;
  emp:validBefore "2027-01-01"^^xsd:date .
<https://w3id.org/empilement/id/instrument/fr-crte> a emp:Instrument ;
  emp:validFrom "2020-11-20"^^xsd:date ; emp:duration "P6Y"^^xsd:duration .
<https://w3id.org/empilement/id/completeness/a/1> emp:completeFor
  <https://w3id.org/empilement/id/instrument/fr-pvd> ;
  emp:completeWithin <https://w3id.org/empilement/id/pays/FR> ;
  emp:observedOn "2024-08-07"^^xsd:date .
<https://w3id.org/empilement/id/deployment/fr-pvd/29165> a emp:LabelAward ; rdfs:label "x"@fr ;
  emp:appliesInstrument <https://w3id.org/empilement/id/instrument/fr-pvd> ;
  emp:perimeter <https://w3id.org/empilement/id/deployment/fr-pvd/29165/perimeter> ;
  emp:observedOn "2024-07-01"^^xsd:date , "2026-04-27"^^xsd:date .
<https://w3id.org/empilement/id/deployment/fr-pvd/37132> a emp:LabelAward ;
  emp:appliesInstrument <https://w3id.org/empilement/id/instrument/fr-pvd> ;
  emp:observedOn "2024-08-07"^^xsd:date ; emp:agreementSignedOn "2021-05-28"^^xsd:date .
<https://w3id.org/empilement/id/deployment/fr-pvd/undated> a emp:LabelAward ;
  emp:appliesInstrument <https://w3id.org/empilement/id/instrument/fr-pvd> .
<https://w3id.org/empilement/id/deployment/fr-crte/crte-1> a emp:Contract ; rdfs:label "y"@fr ;
  emp:appliesInstrument <https://w3id.org/empilement/id/instrument/fr-crte> ;
  emp:observedOn "2023-01-05"^^xsd:date .
<https://w3id.org/empilement/id/deployment/fr-crte/crte-2> a emp:Contract ; rdfs:label "z"@fr ;
  emp:appliesInstrument <https://w3id.org/empilement/id/instrument/fr-crte> ;
  emp:validFrom "2022-01-01"^^xsd:date ; emp:observedOn "2023-01-05"^^xsd:date .
"""


@pytest.fixture(scope="module")
def said() -> dict[str, dict[str, Any]]:
    store = Store()
    store.load(WORLD.encode(), format=RdfFormat.TURTLE)
    graph = Graph("https://example.org/g")
    date_deployments(store, graph)
    found: dict[str, dict[str, Any]] = {}
    for quad in graph:
        name = quad.predicate.value.rpartition("#")[2].rpartition("/")[2]
        found.setdefault(quad.subject.value, {})[name] = quad.object.value
    return found


BOUNDS = ("validFrom", "certainFrom", "certainBefore", "validBefore")


def bounds(said: dict[str, dict[str, Any]], deployment: str) -> tuple[str | None, ...]:
    mine = said[mint("deployment", deployment)]
    return tuple(mine.get(name) for name in BOUNDS)


def test_left_and_came_back_is_two_deployments(said: dict[str, dict[str, Any]]) -> None:
    first = bounds(said, "fr-pvd/29165")
    second = bounds(said, "fr-pvd/29165.2")
    assert first == ("2020-10-01", "2024-07-01", "2024-07-02", "2024-08-07")
    assert second == ("2024-08-08", "2026-04-27", "2026-04-28", "2027-01-01")
    again = said[mint("deployment", "fr-pvd/29165.2")]
    assert again["renews"] == mint("deployment", "fr-pvd/29165")
    assert again["perimeter"] == mint("deployment", "fr-pvd/29165/perimeter")
    assert (again["appliesInstrument"], again["label"]) == (PVD, "x")


def test_signature_and_list_prove_what_lies_between(said: dict[str, dict[str, Any]]) -> None:
    assert bounds(said, "fr-pvd/37132") == ("2020-10-01", "2021-05-28", "2024-08-08", "2027-01-01")


def test_what_no_dated_source_names_is_only_possible_while_its_instrument_lives(
    said: dict[str, dict[str, Any]],
) -> None:
    assert bounds(said, "fr-pvd/undated") == ("2020-10-01", None, None, "2027-01-01")


def test_a_contract_runs_for_the_duration_of_its_instrument(
    said: dict[str, dict[str, Any]],
) -> None:
    """It may have begun on 20 November 2020, and had begun on 5 January 2023; six years (F51)."""
    assert bounds(said, "fr-crte/crte-1") == (
        "2020-11-20",
        "2023-01-05",
        "2026-11-20",
        "2029-01-05",
    )
    status = said[mint("deployment", "fr-crte/crte-1")]["endStatus"]
    assert status.endswith("/by-duration")


def test_bounds_that_a_source_states_are_left_alone(said: dict[str, dict[str, Any]]) -> None:
    assert mint("deployment", "fr-crte/crte-2") not in said


def test_what_no_source_names_is_called_by_instrument_and_key(
    said: dict[str, dict[str, Any]],
) -> None:
    name = said[mint("deployment", "fr-pvd/37132")]["label"]
    assert name == "Petites villes de demain : 37132"
