"""Triples as bytes: Turtle, N-Triples, N-Quads, RDF/XML by the engine, compact JSON-LD."""

import json
from collections.abc import Sequence
from typing import Any

from pyoxigraph import Quad, RdfFormat, Triple, serialize
from rdflib import Graph

from queries.engine import SHOWN
from queries.formats import Format


def write(quads: Sequence[Quad], media: Format, context: dict[str, Any], context_url: str) -> bytes:
    """Serialise the description of one thing.

    Args:
        quads: its statements, with the graph of each.
        media: the format; only N-Quads and TriG keep the graphs.
        context: the JSON-LD context, ``@context`` included.
        context_url: the address where that context is published.

    Returns:
        The document, in UTF-8.

    """
    if media in (Format.NQUADS, Format.TRIG):
        return serialize(quads, format=media.rdf, prefixes=SHOWN) or b""
    triples = sorted({quad.triple for quad in quads}, key=str)
    if media is Format.JSONLD:
        return compact(triples, context, context_url)
    body = serialize(triples, format=media.rdf, prefixes=_used(triples)) or b""
    return _ordered(body) if media is Format.TURTLE else body


def _used(triples: Sequence[Triple]) -> dict[str, str]:
    """Keep the prefixes that shorten something in these triples."""
    text = "".join(map(str, triples))
    return {prefix: base for prefix, base in SHOWN.items() if f"<{base}" in text}


def _ordered(turtle: bytes) -> bytes:
    """Sort the prefix lines, which the engine writes in any order: equal data, equal bytes."""
    lines = turtle.splitlines(keepends=True)
    head = [line for line in lines if line.startswith(b"@prefix")]
    return b"".join(sorted(head) + lines[len(head) :])


def compact(triples: Sequence[Triple], context: dict[str, Any], context_url: str) -> bytes:
    """Write triples as JSON-LD, compacted with the published context (JSON-LD 1.1 §5.2)."""
    graph = Graph()
    graph.parse(data=serialize(triples, format=RdfFormat.N_TRIPLES) or b"", format="nt")
    return compact_graph(graph, context, context_url)


def compact_graph(graph: Graph, context: dict[str, Any], context_url: str) -> bytes:
    """Write a graph as JSON-LD, compacted with the published context (JSON-LD 1.1 §5.2).

    The context is named, not repeated: the document stays short, and its reader fetches it once.
    """
    document = json.loads(
        graph.serialize(format="json-ld", context=context["@context"], sort_keys=True)
    )
    if isinstance(document, list):
        document = {"@graph": document}
    document.pop("@context", None)
    return json.dumps(
        {"@context": context_url} | document, ensure_ascii=False, indent=1, sort_keys=False
    ).encode("utf-8")
