"""Which rules bear on a term, and what they demand in words."""

import pytest
from rdflib import Graph

from shapes.constraints import TermRule, rules_by_term
from shapes.loading import load_shapes, rules


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[TermRule, ...]]:
    return rules_by_term(load_shapes())


def one(found: dict[str, tuple[TermRule, ...]], term: str, rule: str) -> TermRule:
    (entry,) = [each for each in found[term] if each.rule.id == rule]
    return entry


def test_a_class_has_the_rules_that_target_it(found) -> None:
    entry = one(found, "Deployment", "DEP-01")
    assert (entry.role, entry.rule.severity) == ("target", "violation")
    said = {each.path: (each.fr, each.en) for each in entry.constraints}
    assert said["emp:appliesInstrument"] == (
        "exactement 1 valeur, de la classe emp:Instrument",
        "exactly 1 value, of the class emp:Instrument",
    )


def test_a_property_has_the_constraints_on_its_own_path_only(found) -> None:
    entry = one(found, "appliesInstrument", "DEP-01")
    assert entry.role == "path"
    assert [each.path for each in entry.constraints] == ["emp:appliesInstrument"]
    assert "un seul dispositif" in entry.constraints[0].message_fr


def test_a_query_bears_on_what_it_watches_and_is_explained_by_its_message(found) -> None:
    entry = one(found, "perimeterMember", "PER-02")
    assert entry.role == "target"
    assert entry.constraints[0].fr == ""
    assert "millésime" in entry.constraints[0].message_fr


def test_alternatives_are_said_and_tied_to_each_property_they_name(found) -> None:
    entry = one(found, "observedOn", "DEP-07")
    assert entry.role == "mention"
    assert "emp:observedOn: at least 1 value" in entry.constraints[0].en


def test_every_rule_bears_on_some_term(found) -> None:
    tied = {each.rule.id for entries in found.values() for each in entries}
    general = {"STR-00", "STR-01", "STR-02", "PRV-03", "VOC-09"}
    assert {rule.id for rule in rules(load_shapes())} - tied <= general


def test_counts_patterns_and_negations_are_worded() -> None:
    shapes = Graph().parse(
        format="turtle",
        data="""
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix emp: <https://w3id.org/empilement/def#> .
        @prefix emps: <https://w3id.org/empilement/shape#> .
        emps:X-01 a sh:NodeShape ; sh:targetClass emp:A ;
          sh:property [ sh:path emp:p ; sh:minCount 2 ; sh:maxCount 3 ; sh:pattern "^a$" ] ,
            [ sh:path emp:q ; sh:maxCount 0 ] ; sh:not [ sh:class emp:B ] .
        """,
    )
    (entry,) = rules_by_term(shapes)["A"]
    said = {each.path: each.en for each in entry.constraints}
    assert said == {
        "": "except: of the class emp:B",
        "emp:p": "at least 2 values, at most 3 values, matching ^a$",
        "emp:q": "no value",
    }
