"""Deployments that a source mentions and none describes: what their identifier says of them."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import NamedNode, QuerySolutions, Store

from ingest.identity import mint, mint_part, split
from ingest.local_ids import concept
from ingest.quads import Graph, emp, type_

_MENTIONED: Final = """
PREFIX emp: <https://w3id.org/empilement/def#>
SELECT DISTINCT ?d {
  { ?d emp:observedOn ?day } UNION { ?fact emp:coverageDeployment ?d }
  UNION { ?d emp:agreementSignedOn ?signed }
  FILTER(STRSTARTS(STR(?d), "https://w3id.org/empilement/id/deployment/"))
  FILTER NOT EXISTS { ?d emp:appliesInstrument ?instrument }
}"""


def describe_mentioned(store: Store, graph: Graph) -> None:
    """Describe what a list names when the list of its own programme could not be read.

    The identifier holds the instrument; nothing else is known: neither the kind of deployment nor
    the members of its perimeter.

    Args:
        store: holds the sources.
        graph: receives the statements.

    """
    for deployment in _mentioned(store):
        _, code = split(deployment)
        instrument = mint("instrument", code.partition("/")[0])
        perimeter = mint_part(deployment, "perimeter")
        graph.add(deployment, type_, emp("Deployment"))
        graph.add(deployment, emp("appliesInstrument"), NamedNode(instrument))
        graph.add(deployment, emp("confidence"), concept("confidence", "derived"))
        graph.add(deployment, emp("perimeter"), NamedNode(perimeter))
        graph.add(perimeter, type_, emp("Perimeter"))
        graph.add(perimeter, emp("perimeterExtent"), concept("extent", "unknown"))


def _mentioned(store: Store) -> Iterator[str]:
    found = store.query(_MENTIONED, use_default_graph_as_union=True)
    if not isinstance(found, QuerySolutions):
        raise TypeError(_MENTIONED)
    for solution in found:
        thing = solution[0]
        if isinstance(thing, NamedNode):
            yield thing.value
