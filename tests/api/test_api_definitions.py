"""The ontology over HTTP: every term has its page and its documents; versions and modules lead."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from api.guide import FORMS, tied
from ingest.term_usage import FILE
from ontology.loading import load_ontology, module_files
from ontology.namespaces import BASE, EMP
from ontology.releases import declared_version
from ontology.terms import list_terms
from tests.api.reading import Page, read

TERMS = [term.name for term in list_terms(load_ontology())]
READERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
MEDIA = {suffix: form.media_type for suffix, form in FORMS.items()} | {"html": "text/html"}


def parsed(client: TestClient, path: str) -> Graph:
    text = client.get(path).text
    suffix = path.rpartition(".")[2]
    if suffix == "jsonld":
        document = json.loads(text)
        assert document["@context"] == "http://testserver/context.jsonld"
        text = json.dumps(document | client.get("/context.jsonld").json())
    return Graph().parse(data=text, format=READERS[suffix])


@pytest.mark.parametrize("name", TERMS)
def test_every_term_has_a_sound_page_in_both_languages(client: TestClient, name: str) -> None:
    page = read(client, f"/def/{name}", "en")
    assert page.faults == []
    term = next(each for each in list_terms(load_ontology()) if each.name == name)
    for text in (term.label_fr, term.label_en, term.definition_fr, term.definition_en):
        assert " ".join(text.split()) in page.text
    columns = [each["lang"] for each in page.all("section") if "lang" in each]
    assert columns == ["fr", "en"]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert len(page.all("svg")) == 1


def test_the_page_of_a_class_says_axioms_rules_and_place(client: TestClient) -> None:
    text = read(client, "/def/Deployment", "fr").text
    assert tied("périmètre d'application") in text
    assert "DEP-01 bloquante" in text
    assert "exactement 1 valeur, de la classe emp:Instrument" in text
    assert "exactly 1 value, of the class emp:Instrument" in text
    assert "0.1.0 ajouté" in text
    hrefs = [each["href"] for each in read(client, "/def/Deployment").all("a") if "href" in each]
    assert {"/def/TimeBoundEntity", "/def/Contract", "/def/appliesInstrument"} <= set(hrefs)


def test_a_subclass_shows_the_rules_of_its_superclasses(client: TestClient) -> None:
    page = read(client, "/def/ReciprocityContract", "en")
    assert "DEP-01 blocking" in page.text and "of the wider class" in page.text


@pytest.mark.parametrize("suffix", FORMS)
def test_downloads_hold_the_definition_of_the_term(client: TestClient, suffix: str) -> None:
    graph = parsed(client, f"/def/Commune.{suffix}")
    told = {str(each) for each in graph.objects(EMP.Commune, SKOS.definition)}
    assert "Territoire administratif d'une commune française." in told
    assert set(graph.subjects()) == {EMP.Commune}


@pytest.mark.parametrize("suffix", FORMS)
def test_the_whole_ontology_is_the_same_in_every_form(client: TestClient, suffix: str) -> None:
    graph = parsed(client, f"/def.{suffix}")
    assert {str(EMP[name]) for name in TERMS} <= {str(each) for each in graph.subjects()}
    assert len(graph) == len(load_ontology())


def test_a_restriction_travels_with_its_class_in_every_form(client: TestClient) -> None:
    for suffix in FORMS:
        graph = parsed(client, f"/def/Deployment.{suffix}")
        bound = [
            graph.value(node, OWL.someValuesFrom)
            for node in graph.objects(EMP.Deployment, RDFS.subClassOf)
        ]
        assert EMP.Instrument in bound, suffix


@pytest.mark.parametrize("path", ["/def", "/def/Commune", "/ont/core", "/ont/0.1.0"])
@pytest.mark.parametrize("suffix", MEDIA)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_each_form_is_negotiated_or_asked_by_suffix(client, path, suffix, method) -> None:
    by_accept = client.request(method, path, headers={"Accept": MEDIA[suffix]})
    by_suffix = client.request(method, f"{path}.{suffix}", headers={"Accept": "image/png"})
    for answer in (by_accept, by_suffix):
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == MEDIA[suffix]
        assert "Accept" in answer.headers["vary"]
        again = client.request(
            method,
            str(answer.request.url),
            headers=dict(answer.request.headers) | {"If-None-Match": answer.headers["etag"]},
        )
        assert (again.status_code, again.content) == (304, b"")
    assert f'{path}.ttl>; rel="alternate"' in by_accept.headers["link"] or suffix == "ttl"
    if suffix != "html":
        assert by_accept.content == by_suffix.content


@pytest.mark.parametrize("path", ["/def/Commune", "/ont/core"])
def test_what_is_not_offered_is_406_and_another_method_405(client: TestClient, path) -> None:
    answer = client.get(path, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert set(answer.json()["available"]) == set(MEDIA.values())
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/def/Communne", "/def/Communne.ttl", "/ont/nowhere", "/def/x.y"])
def test_an_unknown_term_or_module_is_404(client: TestClient, path: str) -> None:
    for accept in ("text/html", "text/turtle"):
        assert client.get(path, headers={"Accept": accept}).status_code == 404


def test_an_unknown_term_proposes_the_closest(client: TestClient) -> None:
    page = Page(client.get("/def/Communne", headers={"Accept": "text/html"}).text)
    assert "/def/Commune" in [each["href"] for each in page.all("a")]


def test_hash_identifiers_reach_an_anchor_that_leads_to_the_page(client: TestClient) -> None:
    page = read(client, "/def")
    anchors = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert set(TERMS) <= anchors
    assert {f"/def/{name}" for name in TERMS} <= {each.get("href") for each in page.all("a")}


def test_every_module_has_a_page_that_lists_its_terms(client: TestClient) -> None:
    seen: list[str] = []
    for path in module_files():
        page = read(client, f"/ont/{path.stem}")
        assert page.faults == []
        seen += [
            each["href"].removeprefix("/def/")
            for each in page.all("a")
            if each.get("href", "").startswith("/def/")
        ]
    assert sorted(seen) == sorted(TERMS)


def test_a_module_document_declares_its_ontology(client: TestClient) -> None:
    graph = parsed(client, "/ont/core.ttl")
    assert (URIRef(f"{BASE}ont/core"), RDF.type, OWL.Ontology) in graph


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/ont", "/def"),
        ("/ont/{now}", "/def"),
        ("/ont/{now}.ttl", "/def.ttl"),
        ("/ont/{now}/core", "/ont/core"),
        ("/ont/{now}/core.ttl", "/ont/core.ttl"),
        ("/ont/0.1.0/core", "/ont/0.1.0"),
        ("/ont/0.1.0/core.ttl", "/ont/0.1.0.ttl"),
    ],
)
def test_version_identifiers_lead_to_what_they_name(client: TestClient, path, target) -> None:
    answer = client.get(path.format(now=declared_version(load_ontology())))
    assert (answer.status_code, answer.headers["location"]) == (303, target)


def test_names_of_classes_and_properties_lead_to_their_pages(client: TestClient) -> None:
    hrefs = [each.get("href", "") for each in read(client, "/doc/actor/anct").all("a")]
    assert "/def/StateAgency" in hrefs


def test_a_version_without_counts_says_so(client: TestClient) -> None:
    assert "Not counted" in read(client, "/def/Commune", "en").text


def test_counts_and_the_example_are_shown(client: TestClient, town) -> None:
    file = Path(town.data) / "current" / FILE
    tours = {"text": f"{BASE}id/commune/37261", "is_iri": True, "names": {"fr": "Tours"}}
    code = {"text": "37261", "is_iri": False, "names": {}}
    usage = {
        "Commune": {"count": 1234, "subject": tours, "value": None},
        "inseeCode": {"count": 1, "subject": tours, "value": code},
    }
    file.write_text(json.dumps(usage), encoding="utf-8")
    try:
        page = read(client, "/def/Commune", "en")
        assert "1,234 instances" in page.text and "For example: Tours" in page.text
        assert "/doc/commune/37261" in [each["href"] for each in page.all("a")]
        assert "Tours — inseeCode → 37261" in read(client, "/def/inseeCode", "en").text
        assert "Nothing in the sources loaded" in read(client, "/def/Claim", "en").text
    finally:
        file.unlink()
