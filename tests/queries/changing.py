"""Changes of the micro dataset, and cases that say how an answer must follow them."""

from collections import Counter
from dataclasses import dataclass

import pytest

PREFIXES = """PREFIX emp: <https://w3id.org/empilement/def#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
BASE <https://w3id.org/empilement/>
"""


def insert(triples: str) -> str:
    return f"INSERT DATA {{ GRAPH <graph/micro/change> {{ {triples} }} }}"


def drop(pattern: str) -> str:
    return f"DELETE {{ GRAPH ?g {{ {pattern} }} }} WHERE {{ GRAPH ?g {{ {pattern} }} }}"


def replace(old: str, new: str) -> str:
    return (
        f"DELETE {{ GRAPH ?g {{ {old} }} }} INSERT {{ GRAPH ?g {{ {new} }} }} "
        f"WHERE {{ GRAPH ?g {{ {old} }} }}"
    )


@dataclass(frozen=True)
class Case:
    """A question, what a column says, a change of the data, what the column says then."""

    slug: str
    values: dict[str, str]
    name: str
    before: list[str | None]
    change: str
    after: list[str | None]
    given: str = ""


def case(*parts, id: str, given: str = ""):
    return pytest.param(Case(*parts, given=given), id=id)


def follows(case: Case, engine, rows) -> None:
    """Ask, change, ask again; both answers must be as announced, and differ."""

    def ask() -> Counter:
        return Counter(row[case.name] for row in rows(engine, case.slug, **case.values))

    if case.given:
        engine.store.update(PREFIXES + insert(case.given))
    assert ask() == Counter(case.before)
    engine.store.update(PREFIXES + case.change)
    assert ask() == Counter(case.after)
    assert Counter(case.before) != Counter(case.after)
