"""The three tests of a service description (SPARQL 1.1 Service Description)."""

from pathlib import Path
from typing import Final

import pyshacl
from rdflib import Graph, URIRef

from tests.conformance.answers import read_body

_SHAPES: Final = Path(__file__).parent / "service_description.ttl"
_ENDPOINT: Final = URIRef("http://www.w3.org/ns/sparql-service-description#endpoint")


def faults(test: str, media_type: str, body: bytes, address: str) -> list[str]:
    """Tell what is wrong with the answer to a GET without a query.

    Args:
        test: local name of the test: ``returns-rdf``, ``has-endpoint-triple`` or
            ``conforms-to-schema``.
        media_type: type of the answer, without parameters.
        body: the answer.
        address: where the endpoint answers.

    Returns:
        The faults, one line each; none when the test is passed.

    """
    try:
        graph = read_body(media_type, body)
    except Exception as error:
        return [f"what came is no RDF: {error}"]
    if not isinstance(graph, Graph) or not graph:
        return [f"{media_type} came, which describes nothing"]
    match test:
        case "returns-rdf":
            return []
        case "has-endpoint-triple":
            named = (None, _ENDPOINT, URIRef(address)) in graph
            return [] if named else [f"no service has the endpoint {address}"]
        case "conforms-to-schema":
            conforms, _, text = pyshacl.validate(graph, shacl_graph=Graph().parse(_SHAPES))
            return [] if conforms else [" ".join(str(text).split())]
    return [f"the test {test} is not known"]
