"""What the graph of an endpoint's links says: the links, and where, when and how they were had."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pyoxigraph import Literal, NamedNode

from ingest.identity import mint
from ingest.links.answers import Link
from ingest.links.endpoints import NO_LICENCE, SEE, Endpoint
from ingest.provenance import code_hash
from ingest.quads import Graph, day, emp, term
from ontology.namespaces import BASE, GRAPH

_NO_LICENCE: Final = {"fr": "aucune licence déclarée", "en": "no licence stated"}
_RUN: Final = {"fr": "Interrogation de {}", "en": "Questions put to {}"}


def graph_of(endpoint: Endpoint, when: datetime) -> Graph:
    """Return the empty graph of the links had of an endpoint on a day."""
    return Graph(f"{GRAPH}links-{endpoint.name}/{when.date().isoformat()}")


def query_hash(endpoint: Endpoint) -> str:
    """Return the SHA-256 of the query file, in hexadecimal."""
    return hashlib.sha256(endpoint.template().encode()).hexdigest()


def state(graph: Graph, things: Mapping[str, Sequence[str]], links: Sequence[Link]) -> Counter[str]:
    """State the links of one question.

    Args:
        graph: receives them.
        things: the things of this graph that bear each code.
        links: what was found. Where several things share a code, none is the item's match.

    Returns:
        How many statements were made, by relation.

    """
    made: Counter[str] = Counter()
    for link in links:
        bearers = things[link.code]
        relation = link.relation if len(bearers) == 1 else SEE
        for thing in bearers:
            graph.add(thing, NamedNode(relation), NamedNode(link.item))
        made[relation] += len(bearers)
    return made


def describe(
    graph: Graph, endpoint: Endpoint, address: str, when: datetime, counts: Mapping[str, int]
) -> None:
    """State what the graph is and how it was had (DCAT, PROV).

    Args:
        graph: the graph of the links, which describes itself.
        endpoint: who was asked.
        address: the address that was asked.
        when: the moment, with its time zone.
        counts: answers read, kept and rejected.

    """
    node, digest, query = graph.name.value, query_hash(endpoint), f"{BASE}links/{endpoint.query}"
    moment = Literal(when.isoformat(timespec="seconds"), datatype=term("xsd", "dateTime"))
    key = f"{node} {address} {digest} {moment.value}"
    run = mint("run", hashlib.sha256(key.encode()).hexdigest()[:16])
    graph.named(node, "SourceDataset", endpoint.title)
    for class_ in (term("dcat", "Dataset"), term("prov", "Entity")):
        graph.add(node, term("rdf", "type"), class_)
    graph.labels(node, term("dcterms", "title"), endpoint.title)
    graph.add(node, term("dcterms", "identifier"), Literal(node.removeprefix(str(GRAPH))))
    graph.add(node, term("dcterms", "source"), NamedNode(address))
    graph.add(node, term("dcterms", "license"), NamedNode(endpoint.licence))
    graph.add(node, term("dcterms", "publisher"), NamedNode(endpoint.publisher))
    graph.add(node, emp("retrievedOn"), day(when.date()))
    graph.add(node, term("prov", "wasGeneratedBy"), NamedNode(run))
    graph.add(node, term("prov", "generatedAtTime"), moment)
    for prop in ("rowsRead", "rowsKept", "rowsRejected"):
        graph.add(node, emp(prop), Literal(counts[prop]))
    graph.add(endpoint.publisher, term("rdf", "type"), term("foaf", "Organization"))
    graph.add(endpoint.publisher, term("foaf", "name"), Literal(endpoint.publisher_name))
    if endpoint.licence == NO_LICENCE:
        graph.labels(NO_LICENCE, term("rdfs", "label"), _NO_LICENCE)
    names = {language: text.format(endpoint.name) for language, text in _RUN.items()}
    graph.named(run, "IngestRun", names)
    graph.add(run, term("rdf", "type"), term("prov", "Activity"))
    graph.add(run, emp("codeHash"), Literal(code_hash()))
    graph.add(run, term("prov", "used"), NamedNode(address))
    graph.add(run, term("prov", "used"), NamedNode(query))
    graph.add(query, term("rdf", "type"), term("prov", "Entity"))
    graph.add(query, emp("contentHash"), Literal(digest))
