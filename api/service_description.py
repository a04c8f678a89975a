"""What the endpoint is, in triples (SPARQL 1.1 Service Description)."""

from typing import Final

from pyoxigraph import NamedNode, Triple

from api.problems import NotReadyError
from api.service import Service
from ontology.namespaces import PREFIXES
from queries.formats import GRAPHS, RESULTS

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"


def describe_service(service: Service, endpoint: str) -> list[Triple]:
    """Describe the endpoint of a service.

    Args:
        service: the state of the service.
        endpoint: the address of its endpoint.

    Returns:
        The triples, in order.

    """
    return service_description(endpoint, _graph_names(service))


def _graph_names(service: Service) -> list[str]:
    try:
        rows = service.engine.select("SELECT ?g WHERE { GRAPH ?g {} } ORDER BY ?g").rows
    except NotReadyError:
        return []
    return [value.value for (value,) in rows if isinstance(value, NamedNode)]


def service_description(endpoint: str, graphs: list[str]) -> list[Triple]:
    """Describe the endpoint (SPARQL 1.1 Service Description §3).

    Args:
        endpoint: its address.
        graphs: IRIs of its named graphs.

    Returns:
        The triples: language, formats, features, default dataset and named graphs.

    """

    def sd(name: str) -> NamedNode:
        return NamedNode(_SD + name)

    rdf_type = NamedNode(PREFIXES["rdf"] + "type")
    service, dataset = NamedNode(endpoint + "#service"), NamedNode(endpoint + "#dataset")
    default = NamedNode(endpoint + "#default")
    triples = [
        Triple(service, rdf_type, sd("Service")),
        Triple(service, sd("endpoint"), NamedNode(endpoint)),
        Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        Triple(service, sd("feature"), sd("UnionDefaultGraph")),
        Triple(service, sd("defaultDataset"), dataset),
        Triple(dataset, rdf_type, sd("Dataset")),
        Triple(dataset, sd("defaultGraph"), default),
        Triple(default, rdf_type, sd("Graph")),
    ]
    for each in (*RESULTS, *GRAPHS):
        triples.append(Triple(service, sd("resultFormat"), NamedNode(each.value.engine.iri)))
    for iri in graphs:
        named = NamedNode(f"{endpoint}#{iri.rpartition('/graph/')[2].replace('/', '-')}")
        triples += [
            Triple(dataset, sd("namedGraph"), named),
            Triple(named, rdf_type, sd("NamedGraph")),
            Triple(named, sd("name"), NamedNode(iri)),
        ]
    return triples
