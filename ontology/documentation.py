"""The ontology as Markdown: one table of terms per module, in French and English."""

from typing import Final, Literal

from rdflib import DCTERMS, RDFS, SKOS, Graph, URIRef

from ontology.namespaces import EMP, ONT
from ontology.terms import Kind, Term, list_terms

Language = Literal["fr", "en"]

HEADINGS: Final[dict[Language, dict[Kind, str]]] = {
    "fr": {
        "class": "Classes",
        "object property": "Relations",
        "datatype property": "Attributs",
        "annotation property": "Annotations",
    },
    "en": {
        "class": "Classes",
        "object property": "Object properties",
        "datatype property": "Datatype properties",
        "annotation property": "Annotation properties",
    },
}
CLASS_COLUMNS: Final[dict[Language, str]] = {
    "fr": "| Terme | Nom | Sous-classe de | Définition | Exemple ou règle de lecture |",
    "en": "| Term | Name | Subclass of | Definition | Reading rule |",
}
PROPERTY_COLUMNS: Final[dict[Language, str]] = {
    "fr": "| Terme | Nom | Sujet → objet | Définition | Règle de lecture |",
    "en": "| Term | Name | Subject → object | Definition | Reading rule |",
}


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _texts(graph: Graph, subject: URIRef, predicate: URIRef, language: Language) -> list[str]:
    return sorted(
        str(value)
        for value in graph.objects(subject, predicate)
        if getattr(value, "language", None) == language
    )


def _names(graph: Graph, subject: URIRef, predicate: URIRef) -> str:
    return ", ".join(
        sorted(
            f"`{str(value).removeprefix(str(EMP))}`"
            for value in graph.objects(subject, predicate)
            if isinstance(value, URIRef) and value in EMP
        )
    )


def _row(graph: Graph, term: Term, language: Language) -> str:
    subject = URIRef(term.iri)
    label = term.label_fr if language == "fr" else term.label_en
    definition = term.definition_fr if language == "fr" else term.definition_en
    notes = _texts(graph, subject, SKOS.example, language)
    notes += _texts(graph, subject, SKOS.scopeNote, language)
    if term.kind == "class":
        position = _names(graph, subject, RDFS.subClassOf)
    else:
        domain = _names(graph, subject, RDFS.domain) or "∗"
        range_ = _names(graph, subject, RDFS.range) or "∗"
        position = f"{domain} → {range_}"
    cells = [f"`{term.name}`", label, position, definition, " ".join(notes)]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def module_markdown(graph: Graph, module: str, language: Language) -> str:
    """Describe one module as a Markdown page.

    Args:
        graph: the ontology graph.
        module: the module's short name, such as `core`.
        language: the language of the page.

    Returns:
        A page that depends on the graph's content only, never on the order of its triples.

    Raises:
        KeyError: the graph holds no module of that name.
    """
    iri = ONT[module]
    titles = _texts(graph, iri, DCTERMS.title, language)
    if not titles:
        raise KeyError(f"unknown module: {module}")
    lines = [f"# {titles[0]}", "", *_texts(graph, iri, DCTERMS.description, language), ""]
    terms = [term for term in list_terms(graph) if term.module == module]
    for kind, heading in HEADINGS[language].items():
        chosen = [term for term in terms if term.kind == kind]
        if not chosen:
            continue
        columns = CLASS_COLUMNS if kind == "class" else PROPERTY_COLUMNS
        lines += [f"## {heading}", "", columns[language], "|---|---|---|---|---|"]
        lines += [_row(graph, term, language) for term in chosen]
        lines.append("")
    return "\n".join(lines)


def documentation(graph: Graph) -> dict[str, str]:
    """Describe every module in both languages.

    Args:
        graph: the ontology graph.

    Returns:
        File names such as `core.fr.md` and their content, sorted by name.
    """
    modules = sorted({term.module for term in list_terms(graph)})
    languages: tuple[Language, ...] = ("fr", "en")
    return {
        f"{module}.{language}.md": module_markdown(graph, module, language)
        for module in modules
        for language in languages
    }
