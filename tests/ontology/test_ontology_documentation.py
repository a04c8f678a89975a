"""The generated pages describe every term once, in both languages, always in the same order."""

import re

import pytest
from rdflib import Graph

from ontology.documentation import documentation, module_markdown
from ontology.loading import load_ontology, module_files
from ontology.terms import list_terms


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_ontology()


def _listed(page: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE)


def test_one_page_per_module_and_language(graph: Graph) -> None:
    expected = {f"{p.stem}.{lang}.md" for p in module_files() for lang in ("fr", "en")}
    assert set(documentation(graph)) == expected


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_term_is_listed_exactly_once(graph: Graph, language: str) -> None:
    pages = documentation(graph)
    listed = [
        name
        for file, page in pages.items()
        if file.endswith(f".{language}.md")
        for name in _listed(page)
    ]
    assert sorted(listed) == sorted(term.name for term in list_terms(graph))


def test_a_page_stands_in_its_module_only(graph: Graph) -> None:
    for path in module_files():
        own = {term.name for term in list_terms(graph) if term.module == path.stem}
        assert set(_listed(module_markdown(graph, path.stem, "fr"))) == own


def test_pages_do_not_depend_on_the_order_of_triples(graph: Graph) -> None:
    shuffled = Graph()
    for triple in sorted(graph, key=str, reverse=True):
        shuffled.add(triple)
    assert documentation(shuffled) == documentation(graph)


def test_texts_are_in_the_language_of_the_page(graph: Graph) -> None:
    french = module_markdown(graph, "territories", "fr")
    english = module_markdown(graph, "territories", "en")
    assert "Territoire administratif d'une commune française." in french
    assert "Administrative territory of a French commune." in english
    assert "Territoire administratif" not in english
    assert "| `partOf` | fait partie de | `SpatialUnit` → `SpatialUnit` |" in french


def test_rows_have_five_cells_even_with_a_bar_in_the_text() -> None:
    graph = Graph().parse(
        format="turtle",
        data="""
        @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix emp: <https://w3id.org/empilement/def#> .
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <https://w3id.org/empilement/ont/x> a owl:Ontology ; dcterms:title "Titre"@fr .
        emp:Bar a owl:Class ; rdfs:label "barre"@fr ;
          skos:definition "Avec une | et\\nun saut."@fr ;
          rdfs:isDefinedBy <https://w3id.org/empilement/ont/x> .
        """,
    )
    (row,) = [line for line in module_markdown(graph, "x", "fr").splitlines() if "`Bar`" in line]
    assert row == r"| `Bar` | barre |  | Avec une \| et un saut. |  |"


def test_unknown_module_is_an_error(graph: Graph) -> None:
    with pytest.raises(KeyError, match="unknown module: nowhere"):
        module_markdown(graph, "nowhere", "en")
