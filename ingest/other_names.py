"""Naming what lists name each in its own way: one of its other names becomes its label."""

from typing import Final

from pyoxigraph import Literal, QuerySolutions, Store

from ingest.quads import Graph, label

_NAMELESS: Final = """
PREFIX emp: <https://w3id.org/empilement/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing (MIN(?other) AS ?name) {
  VALUES ?class { emp:Actor emp:PublicActor emp:PrivateActor emp:LocalAuthority
    emp:MixedSyndicate emp:IntermunicipalBody
    emp:FormerIntermunicipality emp:FormerCommune emp:AdHocTerritory }
  ?thing a ?class ; skos:altLabel ?other
  FILTER NOT EXISTS { ?thing rdfs:label ?label }
} GROUP BY ?thing"""


def name_bodies(store: Store, graph: Graph) -> None:
    """Label the bodies and former intermunicipalities that no source labels.

    Lists spell them differently and none is the register: the label is the first of their other
    names in the order of characters, which stay beside it.

    Args:
        store: holds the sources.
        graph: receives the labels, in French as the lists are.

    """
    found = store.query(_NAMELESS, use_default_graph_as_union=True)
    if not isinstance(found, QuerySolutions):
        raise TypeError(_NAMELESS)
    for thing, name in found:
        graph.add(thing.value, label, Literal(name.value, language="fr"))
