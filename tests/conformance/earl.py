"""The report of a run in EARL (Evaluation and Report Language 1.0 Schema), as W3C collects them."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from rdflib import DCTERMS, DOAP, RDF, XSD, BNode, Graph, Literal, Namespace, URIRef

from ontology.namespaces import BASE
from tests.conformance.judging import Outcome

EARL: Final = Namespace("http://www.w3.org/ns/earl#")
SUBJECT: Final = URIRef(BASE)
_ASSERTOR: Final = BNode("assertor")


def report(outcomes: Iterable[Outcome], versions: dict[str, str], day: date) -> Graph:
    """Report what became of the tests.

    Args:
        outcomes: a test and its verdict each.
        versions: of the software and of what it is built on, by name; the software comes first.
        day: of the run.

    Returns:
        One assertion for each test, and who asserts it of what.

    """
    graph = Graph()
    for prefix, namespace in (("earl", EARL), ("doap", DOAP), ("dcterms", DCTERMS)):
        graph.bind(prefix, namespace)
    _describe(graph, versions)
    for place, outcome in enumerate(outcomes):
        # Numbered, so that two runs give files that can be compared.
        assertion, result = BNode(f"assertion{place:04}"), BNode(f"result{place:04}")
        graph.add((assertion, RDF.type, EARL.Assertion))
        graph.add((assertion, EARL.assertedBy, _ASSERTOR))
        graph.add((assertion, EARL.subject, SUBJECT))
        graph.add((assertion, EARL.test, URIRef(outcome.case.iri)))
        graph.add((assertion, EARL.mode, EARL.automatic))
        graph.add((assertion, EARL.result, result))
        graph.add((result, RDF.type, EARL.TestResult))
        graph.add((result, EARL.outcome, EARL[outcome.verdict.value]))
        graph.add((result, DCTERMS.date, Literal(day.isoformat(), datatype=XSD.date)))
        if outcome.why:
            graph.add((result, EARL.info, Literal(outcome.why, lang="en")))
    return graph


def _describe(graph: Graph, versions: dict[str, str]) -> None:
    name, version = next(iter(versions.items()))
    release = BNode("release")
    for kind in (EARL.TestSubject, EARL.Software, DOAP.Project):
        graph.add((SUBJECT, RDF.type, kind))
    graph.add((SUBJECT, DOAP.name, Literal(name)))
    graph.add((SUBJECT, DOAP.homepage, SUBJECT))
    graph.add((SUBJECT, DOAP.release, release))
    graph.add((release, RDF.type, DOAP.Version))
    graph.add((release, DOAP.revision, Literal(version)))
    built_on = ", ".join(f"{name} {versions[name]}" for name in versions)
    graph.add((release, DCTERMS.description, Literal(built_on)))
    for kind in (EARL.Assertor, EARL.Software):
        graph.add((_ASSERTOR, RDF.type, kind))
    graph.add((_ASSERTOR, DCTERMS.title, Literal("The conformance tests of Empilement", lang="en")))
