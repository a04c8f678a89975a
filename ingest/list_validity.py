"""Validity of what lists give: bounded by the days it is listed, and the days it is not."""

from collections import defaultdict
from datetime import date
from typing import Final

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from ingest.bounds import Bounds
from ingest.identity import mint, split
from ingest.local_ids import concept
from ingest.other_names import name_bodies
from ingest.quads import Graph, emp, label, type_
from ingest.stays import stays, within
from ingest.validity import CONTRACTS, add_bounds, by_duration

_UNDATED: Final = Bounds(None, None, None, None)
_PREFIX: Final = "PREFIX emp: <https://w3id.org/empilement/def#>\n"
_DATED: Final = """
SELECT ?d ?i ?class (GROUP_CONCAT(DISTINCT STR(?seen)) AS ?days)
       (GROUP_CONCAT(DISTINCT STR(?s)) AS ?signed) {
  ?d emp:appliesInstrument ?i ; a ?class .
  OPTIONAL { ?d emp:observedOn ?seen }
  OPTIONAL { ?d emp:agreementSignedOn ?s }
  FILTER(?class != emp:FundingAward)
  FILTER NOT EXISTS { ?d emp:validFrom|emp:certainFrom|emp:validBefore|emp:certainBefore ?stated }
} GROUP BY ?d ?i ?class"""
_LISTS: Final = """
SELECT ?i ?day { ?c emp:completeFor ?i ; emp:observedOn ?day ;
  emp:completeWithin <https://w3id.org/empilement/id/pays/FR> }"""
_LIVES: Final = """
SELECT ?i ?p ?day { VALUES ?p { emp:validFrom emp:certainFrom emp:certainBefore emp:validBefore }
  ?i a emp:Instrument ; ?p ?day }"""
_DURATIONS: Final = "SELECT ?i ?duration { ?i a emp:Instrument ; emp:duration ?duration }"
_NAMELESS: Final = """
SELECT ?d { ?d emp:appliesInstrument ?i FILTER NOT EXISTS { ?d rdfs:label ?name } }"""


def date_deployments(store: Store, graph: Graph) -> None:
    """State the bounds of every deployment that has none of its own, stay by stay.

    A second stay is a second deployment, which renews the first: same instrument, same perimeter.
    What no source names is called by its instrument and key.

    Args:
        store: holds the sources.
        graph: receives the statements.

    """
    lists: defaultdict[str, set[date]] = defaultdict(set)
    for instrument, day in _rows(store, _LISTS):
        lists[instrument].add(date.fromisoformat(day))
    lives = _lives(store)
    durations = {row[0]: row[1] for row in _rows(store, _DURATIONS)}
    for deployment, instrument, class_, seen, signed in _rows(store, _DATED):
        # What no dated source names may have been in application at any time of its instrument.
        found = stays(_days(seen), lists[instrument], _days(signed)) or [_UNDATED]
        life = lives.get(instrument, _UNDATED)
        for number, stay in enumerate(found, start=1):
            subject = deployment
            if number > 1:
                subject = _again(deployment, number)
                _renew(store, graph, subject, deployment, class_)
            bounds, status = within(stay, life), "unknown"
            duration = durations.get(instrument)
            contract = class_.rpartition("#")[2] in CONTRACTS and stay is not _UNDATED
            if duration and contract and not stay.valid_before:
                bounds, status = by_duration(bounds, None, duration, life)
            add_bounds(graph, subject, "", "", bounds)
            graph.add(subject, emp("endStatus"), concept("end-status", status))
    _name(store, graph)
    name_bodies(store, graph)


def _rows(store: Store, query: str) -> list[tuple[str, ...]]:
    prefixes = {"rdfs": "http://www.w3.org/2000/01/rdf-schema#"}
    found = store.query(_PREFIX + query, prefixes=prefixes, use_default_graph_as_union=True)
    if not isinstance(found, QuerySolutions):
        raise TypeError(query)
    return [tuple("" if term is None else term.value for term in row) for row in found]


def _days(text: str) -> list[date]:
    return [date.fromisoformat(day) for day in text.split()]


def _lives(store: Store) -> dict[str, Bounds]:
    dates: defaultdict[str, dict[str, date]] = defaultdict(dict)
    for instrument, prop, day in _rows(store, _LIVES):
        dates[instrument][prop.rpartition("#")[2]] = date.fromisoformat(day)
    names = ("validFrom", "certainFrom", "certainBefore", "validBefore")
    return {iri: Bounds(*(found.get(name) for name in names)) for iri, found in dates.items()}


def _again(deployment: str, number: int) -> str:
    kind, code = split(deployment)
    return mint(kind, f"{code}.{number}")


def _renew(store: Store, graph: Graph, subject: str, first: str, class_: str) -> None:
    graph.add(subject, type_, NamedNode(class_))
    graph.add(subject, emp("renews"), NamedNode(first))
    node = NamedNode(first)
    shared = ("appliesInstrument", "perimeter", "supportedBy", "confidence")
    for prop in (*map(emp, shared), label):
        for quad in store.quads_for_pattern(node, prop, None, None):
            if isinstance(quad.object, NamedNode | Literal):
                graph.add(subject, prop, quad.object)


def _name(store: Store, graph: Graph) -> None:
    for (deployment,) in _rows(store, _NAMELESS):
        _, code = split(deployment)
        instrument, _, key = code.partition("/")
        names = {
            quad.object.language or "": quad.object.value
            for quad in store.quads_for_pattern(
                NamedNode(mint("instrument", instrument)), label, None, None
            )
            if isinstance(quad.object, Literal)
        }
        texts = {language: f"{name} : {key}" for language, name in names.items()}
        graph.labels(deployment, label, texts)
