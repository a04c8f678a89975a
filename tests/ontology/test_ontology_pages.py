"""What the page of a term gathers: texts, place, axioms in words, changes, drawing, description."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rdflib import OWL, RDF, RDFS, Graph, URIRef

from ontology.diagram import CHILDREN_SHOWN, RELATIONS_SHOWN, WIDTH, draw
from ontology.files import about, canonical, published
from ontology.loading import load_files, load_ontology, module_files
from ontology.namespaces import BASE, EMP
from ontology.pages import TermPage, make_pages, project_pages, resembling
from ontology.releases import history, release_files, state
from ontology.terms import list_terms

PREFIXES = f"""
@prefix emp: <{EMP}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""
SVG = "{http://www.w3.org/2000/svg}"


def parsed(text: str) -> Graph:
    return Graph().parse(data=PREFIXES + text, format="turtle")


def paged(text: str) -> dict[str, TermPage]:
    return make_pages(parsed(text), parsed(text), {})


@pytest.fixture(scope="module")
def pages() -> dict[str, TermPage]:
    return project_pages()


def test_every_term_has_its_page_with_texts_in_both_languages(pages: dict[str, TermPage]) -> None:
    assert set(pages) == {term.name for term in list_terms(load_ontology())}
    for name, page in pages.items():
        term = page.term
        texts = (term.label_fr, term.label_en, term.definition_fr, term.definition_en)
        assert all(texts), name


def test_axioms_are_said_in_words_in_both_languages(pages: dict[str, TermPage]) -> None:
    said = {(each.fr, each.en) for each in pages["appliesInstrument"].sentences}
    assert (
        "« applique le dispositif » n'a qu'une valeur par sujet",
        "“applies instrument” has one value for each subject",
    ) in said
    restricted = {each.en for each in pages["Deployment"].sentences}
    assert any("at least one link “applies instrument” to “instrument”" in t for t in restricted)


def test_no_axiom_is_left_in_the_words_of_the_standard(pages: dict[str, TermPage]) -> None:
    for name, page in pages.items():
        for sentence in page.sentences:
            form = sentence.text.partition("(")[0]
            assert form not in sentence.fr and form not in sentence.en, name


def test_the_place_of_a_class(pages: dict[str, TermPage]) -> None:
    commune = pages["Commune"]
    assert commune.lines == (("SpatialUnit", "Territory", "AdministrativeTerritory"),)
    assert commune.parents == ("AdministrativeTerritory",)
    assert "Commune" in pages["AdministrativeTerritory"].children
    assert "Instrument" in pages["Deployment"].disjoint
    assert "appliesInstrument" in pages["Deployment"].outgoing
    assert "appliesInstrument" in pages["Instrument"].incoming


def test_the_place_of_a_property(pages: dict[str, TermPage]) -> None:
    applies = pages["appliesInstrument"]
    assert (applies.domain, applies.range) == (("Deployment",), ("Instrument",))
    assert "hasPart" in pages["partOf"].inverses and "partOf" in pages["hasPart"].inverses


def test_a_union_a_replacement_a_match_and_two_parents_are_read() -> None:
    pages = paged("""
        emp:A a owl:Class . emp:B a owl:Class . emp:C a owl:Class ; rdfs:subClassOf emp:A , emp:B ;
          owl:deprecated true ; dcterms:isReplacedBy emp:A ; skos:closeMatch <http://ex.org/C> ;
          skos:historyNote "Était B."@fr .
        emp:p a owl:ObjectProperty ; rdfs:domain [ owl:unionOf ( emp:A emp:B ) ] .
    """)
    old = pages["C"]
    assert old.lines == (("A",), ("B",))
    assert (old.deprecated, old.replaced_by, old.changes.fr) == (True, ("A",), ("Était B.",))
    assert old.alignments == (("skos:closeMatch", "http://ex.org/C"),)
    assert pages["p"].domain == ("A", "B")
    assert pages["A"].outgoing == pages["B"].outgoing == ("p",)


def test_a_circle_of_classes_does_not_hang() -> None:
    pages = paged(
        "emp:A a owl:Class ; rdfs:subClassOf emp:B . emp:B a owl:Class ; rdfs:subClassOf emp:A ."
    )
    assert pages["A"].parents == ("B",)


def test_the_history_tells_which_version_added_and_changed_a_term(tmp_path: Path) -> None:
    first, second = tmp_path / "0.9.0.ttl", tmp_path / "0.10.0.ttl"
    first.write_text(PREFIXES + "emp:A a owl:Class .")
    second.write_text(PREFIXES + "emp:A a owl:Class . emp:B a owl:Class .")
    now = parsed(
        f'<{BASE}ont> owl:versionInfo "1.0.0" . emp:B a owl:Class . '
        "emp:A a owl:Class ; rdfs:subClassOf emp:B ."
    )
    found = history(now, {"0.9.0": first, "0.10.0": second})
    told = {term: [(c.version, c.kind) for c in changes] for term, changes in found.items()}
    assert told["emp:A"] == [("0.9.0", "added"), ("1.0.0", "redefined")]
    assert told["emp:B"] == [("0.10.0", "added")]
    assert found["emp:A"][1].new == ("SubClassOf(emp:A emp:B)",)


def test_a_release_declares_the_version_of_its_file() -> None:
    for version, path in release_files().items():
        declared = set(load_files([path]).objects(None, OWL.versionInfo))
        assert {str(each) for each in declared} == {version}
    assert len(state("0.1.0")) > 0


def test_what_a_term_is_described_by_takes_its_unnamed_classes_along() -> None:
    graph = canonical(
        parsed("""
        emp:A a owl:Class ; rdfs:subClassOf
          [ a owl:Restriction ; owl:onProperty emp:p ; owl:someValuesFrom emp:B ] .
        emp:B a owl:Class .
    """)
    )
    found = about(graph, str(EMP.A))
    assert {EMP.p, EMP.B} <= set(found.objects())
    assert (EMP.B, RDF.type, OWL.Class) not in found


def test_every_ontology_is_published_under_its_own_iri() -> None:
    found = published()
    assert {path.stem for path in module_files()} | {"", "restrictions"} <= set(found)
    assert set(release_files()) <= set(found)
    for path, each in found.items():
        iri = URIRef(each.iri)
        named = (iri, RDF.type, OWL.Ontology) in each.graph
        assert named or (None, OWL.versionIRI, iri) in each.graph, path
        assert each.title["fr"] and each.title["en"]


def test_an_unknown_name_leads_to_close_ones(pages: dict[str, TermPage]) -> None:
    assert resembling("Communne", pages)[0] == "Commune"
    assert resembling("COMMUNE", pages)[0] == "Commune"
    assert resembling("zzzzzzzz", pages) == ()


def test_every_drawing_is_sound_titled_and_keeps_within_its_width(
    pages: dict[str, TermPage],
) -> None:
    for name, page in pages.items():
        root = ET.fromstring(draw(page, pages, "fr", f"{name}…", lambda each: f"/def/{each}"))  # noqa: S314
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None and title.text == f"{name}…"
        assert description is not None and name in (description.text or "")
        assert name in [text.text for text in root.iter(f"{SVG}text")], name
        for box in root.iter(f"{SVG}rect"):
            assert float(box.get("x", "")) + float(box.get("width", "")) <= WIDTH, name
        height = float(root.get("height", ""))
        assert all(float(each.get("y", "")) < height for each in root.iter(f"{SVG}text"))
        for link in root.iter(f"{SVG}a"):
            assert link.get("href", "").removeprefix("/def/") in pages


def test_a_long_list_is_cut_and_says_by_how_much() -> None:
    many = CHILDREN_SHOWN + 3
    declared = "".join(f"emp:C{n} a owl:Class ; rdfs:subClassOf emp:A . " for n in range(many))
    related = "".join(
        f"emp:p{n} a owl:ObjectProperty ; rdfs:domain emp:A . " for n in range(RELATIONS_SHOWN + 2)
    )
    pages = paged(f"emp:A a owl:Class . {declared} {related}")
    root = ET.fromstring(draw(pages["A"], pages, "en", "A", str))  # noqa: S314
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "+ 3" in texts and "+ 2" in texts
    assert "C9" not in texts


def test_the_domain_is_drawn_before_the_range(pages: dict[str, TermPage]) -> None:
    root = ET.fromstring(  # noqa: S314
        draw(pages["appliesInstrument"], pages, "fr", "t", lambda each: f"/def/{each}")
    )
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts == ["Deployment", "appliesInstrument", "Instrument"]
    titles = [title.text for link in root.iter(f"{SVG}a") for title in link.iter(f"{SVG}title")]
    assert "déploiement" in titles


def test_labels_are_those_of_the_graph(pages: dict[str, TermPage]) -> None:
    graph = load_ontology()
    labels = {str(label) for label in graph.objects(EMP.Deployment, RDFS.label)}
    assert {pages["Deployment"].term.label_fr, pages["Deployment"].term.label_en} == labels
