"""The alignments link declared terms to confirmed vocabularies, and no reasoner reads them."""

import csv
import re
from pathlib import Path

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef

from ontology import reasoning
from ontology.loading import (
    alignment_files,
    load_files,
    load_ontology,
    load_vocabularies,
)
from ontology.namespaces import EMP, ONT
from ontology.reasoning import check_consistency, reason
from ontology.terms import list_terms

# Each file, with the only vocabularies that it may name: published bases, seen in use.
VOCABULARIES = {
    "cpov": {"http://data.europa.eu/m8g/"},
    "cpsv-ap": {"http://purl.org/vocab/cpsv#", "http://data.europa.eu/m8g/"},
    "data-cube": {"http://purl.org/linked-data/cube#", str(SKOS)},
    "dcat": {"http://www.w3.org/ns/dcat#", "http://data.europa.eu/r5r/"},
    "dublin-core": {"http://purl.org/dc/terms/"},
    "eli": {"http://data.europa.eu/eli/ontology#"},
    "eu-knowledge-graph": {
        "https://linkedopendata.eu/entity/Q",
        "https://linkedopendata.eu/prop/direct/P",
    },
    "foaf": {"http://xmlns.com/foaf/0.1/"},
    "frapo": {"http://purl.org/cerif/frapo/"},
    "geosparql": {"http://www.opengis.net/ont/geosparql#"},
    "igeo": {"http://rdf.insee.fr/def/geo#", "http://rdf.insee.fr/def/demo#"},
    "org": {"http://www.w3.org/ns/org#"},
    "owl-time": {"http://www.w3.org/2006/time#"},
    "prov": {"http://www.w3.org/ns/prov#", str(RDF)},
}
MATCHES = {
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.narrowMatch,
    SKOS.relatedMatch,
}
LINKS = MATCHES | {RDFS.subClassOf, RDFS.subPropertyOf}
FILES = {path.stem: path for path in alignment_files()}
# The identifiers of the EU Knowledge Graph that were read in the code behind Kohesio.
KOHESIO = {
    "Q9934": "project",
    "Q2463047": "programme",
    "Q2504365": "fund",
    "Q2630486": "public beneficiary",
    "Q2630487": "private beneficiary",
    "Q4407315": "NUTS 3",
    "Q4407316": "NUTS 2",
    "Q4407317": "NUTS 1",
    "P20": "start",
    "P33": "end",
    "P192": "NUTS code",
    "P474": "total budget",
    "P835": "EU contribution",
    "P888": "intervention field",
    "P1368": "programme",
    "P1584": "fund",
    "P1586": "managing authority",
    "P1848": "thematic objective",
    "P1849": "policy objective",
    "P574247": "priority axis",
}


def _links(graph: Graph) -> set[tuple[URIRef, URIRef, URIRef]]:
    """Return the statements that attach a term of ours."""
    return {
        (subject, predicate, value)
        for subject, predicate, value in graph
        if isinstance(subject, URIRef)
        and isinstance(predicate, URIRef)
        and isinstance(value, URIRef)
        and subject.startswith(str(EMP))
    }


def test_there_is_one_file_for_each_vocabulary_and_an_aggregate() -> None:
    assert set(FILES) == {"alignments", *VOCABULARIES}
    aggregate = load_files([FILES["alignments"]])
    header = URIRef(str(ONT) + "alignments")
    assert set(aggregate.objects(header, OWL.imports)) == {
        ONT[f"alignments/{name}"] for name in VOCABULARIES
    }
    assert _links(aggregate) == set()


@pytest.mark.parametrize("name", sorted(VOCABULARIES))
def test_a_file_attaches_declared_terms_to_its_vocabulary(name: str) -> None:
    graph = load_files([FILES[name]])
    links = _links(graph)
    assert links
    declared = {str(EMP) + term.name for term in list_terms(load_ontology())}
    for subject, predicate, value in links:
        assert str(subject) in declared
        assert predicate in LINKS, (subject, predicate)
        assert any(value.startswith(base) for base in VOCABULARIES[name]), value
    attached = {base for base in VOCABULARIES[name] for _, _, v in links if v.startswith(base)}
    assert attached == VOCABULARIES[name]


@pytest.mark.parametrize("name", sorted(VOCABULARIES))
def test_a_file_only_links_and_names_the_classes_it_needs(name: str) -> None:
    graph = load_files([FILES[name]])
    header = ONT[f"alignments/{name}"]
    parents = {value for _, _, value in _links(graph)}
    for subject, predicate, value in graph:
        if subject == header or (subject, predicate, value) in _links(graph):
            continue
        assert (predicate, value) == (RDF.type, OWL.Class)
        assert subject in parents


@pytest.mark.parametrize("name", sorted(VOCABULARIES))
def test_a_file_says_why_and_what_it_leaves_out(name: str) -> None:
    graph = load_files([FILES[name]])
    header = ONT[f"alignments/{name}"]
    for predicate in (
        DCTERMS.title,
        DCTERMS.description,
        SKOS.note,
        SKOS.editorialNote,
        SKOS.changeNote,
    ):
        languages = sorted(
            str(text.language)
            for text in graph.objects(header, predicate)
            if isinstance(text, Literal)
        )
        assert languages == ["en", "fr"], predicate


def test_one_pair_of_terms_has_one_kind_of_match() -> None:
    graph = load_files(FILES.values())
    kinds: dict[tuple[URIRef, URIRef], set[URIRef]] = {}
    for subject, predicate, value in _links(graph):
        kinds.setdefault((subject, value), set()).add(predicate)
    assert {pair: found for pair, found in kinds.items() if len(found) > 1} == {}


def test_identity_is_said_of_nothing() -> None:
    whole = load_ontology(restrictions=True, alignments=True) + load_vocabularies()
    assert (None, OWL.sameAs, None) not in whole
    assert (None, OWL.equivalentClass, None) not in load_files(FILES.values())
    assert (None, OWL.equivalentProperty, None) not in load_files(FILES.values())


def test_a_match_is_exact_only_where_the_other_side_is_no_legal_person() -> None:
    # igeo makes region, commune and arrondissement legal persons: see the note of its file.
    exact = {s for s, p, _ in _links(load_files(FILES.values())) if p == SKOS.exactMatch}
    assert exact == {
        EMP.Department,
        EMP.MunicipalArrondissement,
        EMP.DelegatedCommune,
        EMP.AssociatedCommune,
    }


def test_identifiers_of_the_eu_graph_are_those_read() -> None:
    found = {
        str(value).rpartition("/")[2]
        for _, _, value in _links(load_files([FILES["eu-knowledge-graph"]]))
    }
    assert found == set(KOHESIO)


@pytest.mark.shared
def test_identifiers_of_the_eu_graph_stand_in_the_reference() -> None:
    reference = Path(__file__).parents[3] / "shared/anchors/linked-data.md"
    text = reference.read_text(encoding="utf-8")
    assert {name for name in KOHESIO if not re.search(rf"\b{name}\b", text)} == set()
    assert "NUTS 1/2/3 `Q4407317`/`Q4407316`/`Q4407315`" in text


@pytest.mark.shared
def test_a_nuts_level_is_the_one_of_the_territories_matched() -> None:
    table = Path(__file__).parents[3] / "shared/data/links/kohesio_nuts_fr.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        levels = {row["nuts_level"] for row in csv.DictReader(stream)}
    assert levels == {"1", "2"}
    links = _links(load_files([FILES["eu-knowledge-graph"]]))
    found = {KOHESIO[str(v).rpartition("/")[2]] for s, _, v in links if s == EMP.Region}
    assert found == {f"NUTS {level}" for level in levels}


def test_the_reasoner_is_given_no_alignment(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Graph] = []

    def spy(graph: Graph, *, timeout: float) -> reasoning.ReasoningReport:
        given.append(graph)
        return reasoning.ReasoningReport(consistent=True, unsatisfiable=(), seconds=timeout)

    monkeypatch.setattr(reasoning, "reason", spy)
    check_consistency()
    (graph,) = given
    bases = {base for found in VOCABULARIES.values() for base in found} - {
        str(SKOS),
        str(RDF),
        str(DCTERMS),
    }
    ontologies = {str(node) for node in graph.subjects(RDF.type, OWL.Ontology)}
    assert not {name for name in ontologies if "/alignments" in name}
    values = {str(node) for _, predicate, node in graph if predicate in LINKS}
    assert not {value for value in values for base in bases if value.startswith(base)}


def test_no_file_imports_what_is_not_ours() -> None:
    graph = load_ontology(restrictions=True, alignments=True)
    foreign = [v for v in graph.objects(None, OWL.imports) if not str(v).startswith(str(ONT)[:-1])]
    assert foreign == []


@pytest.mark.java
def test_the_core_stays_consistent_beside_the_alignments_but_igeo() -> None:
    files = [path for name, path in FILES.items() if name not in {"alignments", "igeo"}]
    graph = load_ontology(restrictions=True) + load_files(files)
    assert not any("rdf.insee.fr" in str(node) for triple in graph for node in triple)
    report = reason(graph)
    assert report.consistent
    assert report.unsatisfiable == ()
