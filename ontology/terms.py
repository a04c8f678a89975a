"""The terms that the ontology defines, module by module."""

from dataclasses import dataclass
from typing import Final, Literal

from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from ontology.namespaces import EMP, ONT

Kind = Literal["class", "object property", "datatype property", "annotation property"]

KINDS: Final[dict[URIRef, Kind]] = {
    OWL.Class: "class",
    OWL.ObjectProperty: "object property",
    OWL.DatatypeProperty: "datatype property",
    OWL.AnnotationProperty: "annotation property",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One class or property, with its labels and definitions in both languages."""

    iri: str
    name: str
    kind: Kind
    module: str
    label_fr: str
    label_en: str
    definition_fr: str
    definition_en: str


def _text(graph: Graph, subject: URIRef, predicate: URIRef, language: str) -> str:
    found = sorted(
        str(value)
        for value in graph.objects(subject, predicate)
        if getattr(value, "language", None) == language
    )
    return found[0] if found else ""


def list_terms(graph: Graph) -> tuple[Term, ...]:
    """List the terms of our namespace declared in a graph.

    Args:
        graph: an ontology graph, such as the one of `load_ontology`.

    Returns:
        The terms sorted by module, kind and name; a missing text is an empty string.
    """
    terms = []
    for owl_type, kind in KINDS.items():
        for subject in graph.subjects(RDF.type, owl_type):
            if not isinstance(subject, URIRef) or subject not in EMP:
                continue
            module = str(graph.value(subject, RDFS.isDefinedBy) or "").removeprefix(str(ONT))
            terms.append(
                Term(
                    iri=str(subject),
                    name=str(subject).removeprefix(str(EMP)),
                    kind=kind,
                    module=module,
                    label_fr=_text(graph, subject, RDFS.label, "fr"),
                    label_en=_text(graph, subject, RDFS.label, "en"),
                    definition_fr=_text(graph, subject, SKOS.definition, "fr"),
                    definition_en=_text(graph, subject, SKOS.definition, "en"),
                )
            )
    return tuple(sorted(terms, key=lambda term: (term.module, term.kind, term.name)))
