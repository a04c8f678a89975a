"""Deployments that a source mentions and none describes: what their identifier says of them."""

from collections import defaultdict
from typing import Final

from pyoxigraph import NamedNode, QuerySolutions, Store

from ingest.identity import mint, mint_part, split
from ingest.local_ids import concept
from ingest.quads import Graph, emp, type_

_MENTIONED: Final = """
PREFIX emp: <https://w3id.org/empilement/def#>
SELECT DISTINCT ?d ?record {
  { ?d emp:observedOn ?day } UNION { ?d emp:agreementSignedOn ?signed }
  UNION { ?fact emp:coverageDeployment ?d ; emp:supportedBy ?record }
  FILTER(STRSTARTS(STR(?d), "https://w3id.org/empilement/id/deployment/"))
  FILTER NOT EXISTS { ?d emp:appliesInstrument ?instrument }
}"""


def describe_mentioned(store: Store, graph: Graph) -> None:
    """Describe what a list names when the list of its own programme could not be read.

    The identifier holds the instrument; nothing else is known: neither the kind of deployment nor
    the members of its perimeter. The rows that name it are what it stands on.

    Args:
        store: holds the sources.
        graph: receives the statements.

    """
    for deployment, records in _mentioned(store).items():
        _, code = split(deployment)
        instrument = mint("instrument", code.partition("/")[0])
        perimeter = mint_part(deployment, "perimeter")
        graph.add(deployment, type_, emp("Deployment"))
        graph.add(deployment, emp("appliesInstrument"), NamedNode(instrument))
        graph.add(deployment, emp("confidence"), concept("confidence", "derived"))
        for record in records:
            graph.add(deployment, emp("supportedBy"), record)
        graph.add(deployment, emp("perimeter"), NamedNode(perimeter))
        graph.add(perimeter, type_, emp("Perimeter"))
        graph.add(perimeter, emp("perimeterExtent"), concept("extent", "unknown"))


def _mentioned(store: Store) -> dict[str, set[NamedNode]]:
    """Return the deployments that nothing describes, with the records that name them."""
    found = store.query(_MENTIONED, use_default_graph_as_union=True)
    if not isinstance(found, QuerySolutions):
        raise TypeError(_MENTIONED)
    mentions: defaultdict[str, set[NamedNode]] = defaultdict(set)
    for deployment, record in found:
        if isinstance(deployment, NamedNode):
            mentions[deployment.value] |= {record} if isinstance(record, NamedNode) else set()
    return mentions
