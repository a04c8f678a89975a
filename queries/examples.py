"""The named questions as RDF, and the prefixes they are written with: what editors complete from.

SHACL's own terms (SHACL §5.2.1, SHACL Advanced Features §4), as the SPARQL editors of SIB and
others read them.
"""

from collections.abc import Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from ingest.companions import Companion
from ingest.quads import Graph, term, type_
from ontology.namespaces import BASE, GRAPH, PREFIXES
from queries.catalogue import NamedQuery, load_catalogue

EXAMPLES: Final = f"{GRAPH}service/examples"
DECLARED: Final = f"{EXAMPLES}#prefixes"
ENDPOINT: Final = f"{BASE}sparql"
_ANY_URI: Final = term("xsd", "anyURI")
_TITLE: Final = {
    "fr": "Questions nommées et préfixes, pour les éditeurs SPARQL",
    "en": "Named questions and prefixes, for SPARQL editors",
}


def companions() -> tuple[Companion, ...]:
    """Return the graphs that the questions add to a build: the one of examples."""
    return (Companion(examples(load_catalogue()), _TITLE),)


def examples(questions: Mapping[str, NamedQuery]) -> Graph:
    """State the prefixes, and each question as an executable query with its default values.

    Args:
        questions: the named questions, by slug.

    Returns:
        A named graph without blank nodes.

    """
    graph = Graph(EXAMPLES)
    graph.add(DECLARED, type_, term("owl", "Ontology"))
    for prefix, namespace in PREFIXES.items():
        declaration = f"{EXAMPLES}#prefix-{prefix}"
        graph.add(DECLARED, term("sh", "declare"), NamedNode(declaration))
        graph.add(declaration, type_, term("sh", "PrefixDeclaration"))
        graph.add(declaration, term("sh", "prefix"), Literal(prefix))
        graph.add(declaration, term("sh", "namespace"), Literal(namespace, datatype=_ANY_URI))
    for question in questions.values():
        _state(graph, question)
    return graph


def _state(graph: Graph, question: NamedQuery) -> None:
    iri = f"{BASE}query/{question.slug}"
    graph.add(iri, type_, term("sh", "SPARQLExecutable"))
    graph.add(iri, type_, term("sh", "SPARQLSelectExecutable"))
    graph.add(iri, term("dcterms", "identifier"), Literal(question.id))
    graph.labels(iri, term("rdfs", "label"), question.title)
    graph.labels(iri, term("rdfs", "comment"), question.question)
    graph.add(iri, term("sh", "prefixes"), NamedNode(DECLARED))
    graph.add(iri, term("sh", "select"), Literal(question.body))
    graph.add(iri, term("schema", "target"), NamedNode(ENDPOINT))
    for keyword in sorted({each.type.value for each in question.parameters} | {"SELECT"}):
        graph.add(iri, term("schema", "keywords"), Literal(keyword))
