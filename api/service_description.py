"""What the endpoint is, in triples (SPARQL 1.1 Service Description)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from api.describe import SourceGraph, graphs_of
from api.extensions import functions, language_extensions
from api.service import Service
from ingest.errors import EmpilementError
from ontology.namespaces import BASE, PREFIXES
from queries.formats import GRAPHS, RESULTS

_SIMPLE: Final = NamedNode("http://www.w3.org/ns/entailment/Simple")
_INTEGER: Final = NamedNode(PREFIXES["xsd"] + "integer")
_TITLE: Final = {
    "fr": "Point d'accès SPARQL d'Empilement",
    "en": "SPARQL endpoint of Empilement",
}
_NAMES: Final = "SELECT ?g WHERE { GRAPH ?g {} } ORDER BY ?g"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so of an endpoint; nothing here is taken for granted.

    Args:
        graphs: its named graphs, with what is said of each.
        triples: how many statements a named graph holds, by IRI, where it is known.
        functions: IRIs of the functions it offers beyond SPARQL 1.1.
        extensions: IRIs of the extensions of the language it keeps.
        updates: whether it takes updates.
        federates: whether SERVICE may call some endpoint.
        dataset: IRI of the dataset it serves unchanged; empty when updates changed it.
    """

    graphs: tuple[SourceGraph, ...] = ()
    triples: Mapping[str, int] = field(default_factory=dict)
    functions: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    updates: bool = False
    federates: bool = False
    dataset: str = ""


def describe_service(service: Service, endpoint: str) -> list[Triple]:
    """Describe the endpoint of a service, as it is now.

    Args:
        service: the state of the service.
        endpoint: the address of its endpoint.

    Returns:
        The triples, in order.

    """
    return service_description(endpoint, gather(service))


def gather(service: Service) -> Facts:
    """Find what is so of an endpoint, by asking it. Blocks; an engine that fails states less."""
    engine, settings = service.engine, service.settings
    changed = service.pool is not None and service.pool.revision > 0
    try:
        rows = engine.select(_NAMES).rows
        names = [value.value for (value,) in rows if isinstance(value, NamedNode)]
        graphs = graphs_of(engine, names)
    except EmpilementError:
        graphs = ()
    return Facts(
        graphs=graphs,
        # They were counted when the version was built: an update may have changed any of them.
        triples={} if changed else service.version.info.get("graphs", {}),
        functions=tuple(functions(engine)),
        extensions=tuple(language_extensions(engine)),
        updates=bool(settings.update_token) and service.pool is not None,
        federates=bool(settings.service_allowed) and service.pool is not None,
        dataset="" if changed else f"{BASE}dataset/{service.version.id}",
    )


def service_description(endpoint: str, facts: Facts) -> list[Triple]:
    """Describe an endpoint (SPARQL 1.1 Service Description §3).

    The default graph is the union of the named ones, and counts a statement once for each graph
    that makes it, as the engine does when it is asked to count.

    Args:
        endpoint: its address.
        facts: what is so of it.

    Returns:
        The triples, in order: languages, formats, features, functions, dataset and graphs.

    """
    service, dataset = NamedNode(f"{endpoint}#service"), NamedNode(f"{endpoint}#dataset")
    default = NamedNode(f"{endpoint}#default")
    formats = (NamedNode(each.value.engine.iri) for each in (*RESULTS, *GRAPHS))
    features = ["UnionDefaultGraph"]
    features += ["EmptyGraphs"] if facts.updates else []
    features += ["BasicFederatedQuery"] if facts.federates else []
    languages = ["SPARQL11Query"] + (["SPARQL11Update"] if facts.updates else [])
    made = [
        Triple(service, _term("rdf", "type"), _term("sd", "Service")),
        Triple(service, _term("sd", "endpoint"), NamedNode(endpoint)),
        *_texts(service, _term("dcterms", "title"), _TITLE),
        *_each(service, "supportedLanguage", (_term("sd", name) for name in languages)),
        *_each(service, "languageExtension", map(NamedNode, facts.extensions)),
        *_each(service, "feature", (_term("sd", name) for name in features)),
        *_each(service, "resultFormat", formats),
        *_each(service, "extensionFunction", map(NamedNode, facts.functions)),
        *(_typed(iri, "Function") for iri in facts.functions),
        *(_typed(iri, "Feature") for iri in facts.extensions),
        Triple(service, _term("sd", "defaultEntailmentRegime"), _SIMPLE),
        Triple(service, _term("sd", "defaultDataset"), dataset),
        Triple(dataset, _term("rdf", "type"), _term("sd", "Dataset")),
        Triple(dataset, _term("sd", "defaultGraph"), default),
        Triple(default, _term("rdf", "type"), _term("sd", "Graph")),
    ]
    if facts.dataset:
        made.append(Triple(dataset, _term("dcterms", "source"), NamedNode(facts.dataset)))
    if facts.graphs and all(each.iri in facts.triples for each in facts.graphs):
        total = sum(facts.triples[each.iri] for each in facts.graphs)
        made.append(Triple(default, _term("void", "triples"), _number(total)))
    for each in facts.graphs:
        made += _graph(endpoint, dataset, each, facts.triples.get(each.iri))
    return made


def _graph(
    endpoint: str, dataset: NamedNode, graph: SourceGraph, triples: int | None
) -> Iterator[Triple]:
    """Describe a named graph; its name is also where its own description is to be had."""
    fragment = graph.iri.rpartition("/graph/")[2].replace("/", "-")
    named, name = NamedNode(f"{endpoint}#{fragment}"), NamedNode(graph.iri)
    yield Triple(dataset, _term("sd", "namedGraph"), named)
    yield Triple(named, _term("rdf", "type"), _term("sd", "NamedGraph"))
    yield Triple(named, _term("sd", "name"), name)
    yield Triple(named, _term("sd", "graph"), name)
    yield Triple(name, _term("rdf", "type"), _term("sd", "Graph"))
    yield from _texts(name, _term("dcterms", "title"), graph.title)
    if graph.licence:
        yield Triple(name, _term("dcterms", "license"), NamedNode(graph.licence))
    if triples is not None:
        yield Triple(name, _term("void", "triples"), _number(triples))


def _each(service: NamedNode, name: str, values: Iterable[NamedNode]) -> Iterator[Triple]:
    return (Triple(service, _term("sd", name), value) for value in values)


def _typed(iri: str, name: str) -> Triple:
    return Triple(NamedNode(iri), _term("rdf", "type"), _term("sd", name))


def _texts(subject: NamedNode, name: NamedNode, texts: Mapping[str, str]) -> Iterator[Triple]:
    for language, text in texts.items():
        value = Literal(text, language=language) if language else Literal(text)
        yield Triple(subject, name, value)


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=_INTEGER)


def _term(prefix: str, name: str) -> NamedNode:
    return NamedNode(PREFIXES[prefix] + name)
