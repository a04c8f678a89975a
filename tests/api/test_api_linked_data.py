"""Linked data over HTTP: 303, negotiation, validators, former codes, what is not there."""

import json

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient
from rdflib import DCTERMS as DCT
from rdflib import FOAF, Graph, Literal, URIRef

from ontology.namespaces import BASE, EMP

RDFS = "http://www.w3.org/2000/01/rdf-schema#"
DCTERMS = str(DCT)
THINGS = [
    "/doc/commune/37261",
    "/doc/epci/243700754",
    "/doc/region/24",
    "/doc/instrument/fr-crte",
    "/doc/deployment/fr-crte/1",
    "/doc/deployment/fr-crte/1/perimeter",
    "/doc/actor/anct",
    "/doc/legal-act/loi-2019-753",
    "/doc/statement/a/2",
    "/voc/kind",
    "/voc/kind/contract",
    "/graph/cog/2026",
]
RDF = {
    "text/turtle": ("ttl", ox.RdfFormat.TURTLE),
    "application/ld+json": ("jsonld", None),
    "application/n-triples": ("nt", ox.RdfFormat.N_TRIPLES),
    "application/n-quads": ("nq", ox.RdfFormat.N_QUADS),
    "application/rdf+xml": ("rdf", ox.RdfFormat.RDF_XML),
}
PAGE = "text/html"


def iri_of(path: str) -> str:
    return BASE + path.removeprefix("/").replace("doc/", "id/", 1)


@pytest.mark.parametrize("path", THINGS)
@pytest.mark.parametrize("accept", [PAGE, *RDF])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_kind_is_sent_in_every_form(client: TestClient, path, accept, method) -> None:
    answer = client.request(method, path, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == accept
    assert "Accept" in answer.headers["vary"]
    assert answer.headers["etag"]
    assert f'<{path}.ttl>; rel="describedby"' in answer.headers["link"]
    assert f'<{iri_of(path)}>; rel="describes"' in answer.headers["link"]


@pytest.mark.parametrize("path", THINGS)
@pytest.mark.parametrize("media", [media for media in RDF if RDF[media][1]])
def test_the_forms_state_the_thing_itself(client: TestClient, path, media) -> None:
    suffix, syntax = RDF[media]
    by_suffix = client.get(f"{path}.{suffix}", headers={"Accept": PAGE})
    by_accept = client.get(path, headers={"Accept": media})
    quads = list(ox.parse(by_suffix.content, format=syntax))
    thing, address = iri_of(path), f"http://testserver{path}"
    assert thing in {quad.subject.value for quad in quads}
    graphs = {quad.object.value for quad in quads if quad.predicate.value == f"{DCTERMS}source"}
    for quad in quads:
        named = quad.predicate.value == f"{RDFS}label"
        about = {quad.subject.value, quad.object.value} & {thing, address, *graphs}
        assert named or about, quad
    assert by_accept.content == by_suffix.content


@pytest.mark.parametrize("path", THINGS)
def test_a_document_says_what_it_is_about_and_after_which_source(client, path) -> None:
    graph = Graph().parse(data=client.get(f"{path}.ttl").text, format="turtle")
    address = URIRef(f"http://testserver{path}")
    assert (address, FOAF.primaryTopic, URIRef(iri_of(path))) in graph
    sources = set(graph.objects(address, DCT.source))
    assert sources
    cog = URIRef(f"{BASE}graph/cog/2026")
    assert cog not in sources or graph.value(cog, DCT.title)


def test_a_machine_finds_the_members_of_a_group_and_their_names(client: TestClient) -> None:
    text = client.get("/doc/epci/243700754.ttl").text
    graph = Graph().parse(data=text, format="turtle")
    group, tours = URIRef(f"{BASE}id/epci/243700754"), URIRef(f"{BASE}id/commune/37261")
    assert (tours, EMP.partOf, group) in graph
    assert graph.value(tours, URIRef(RDFS + "label")) == Literal("Tours", lang="fr")
    assert "\\/" not in text


@pytest.mark.parametrize("path", THINGS)
def test_json_ld_read_with_its_published_context_is_the_turtle(client: TestClient, path) -> None:
    document = client.get(f"{path}.jsonld").json()
    address = document["@context"]
    assert address == "http://testserver/context.jsonld"
    document["@context"] = client.get("/context.jsonld").json()["@context"]
    compact = Graph().parse(data=json.dumps(document), format="json-ld")
    plain = Graph().parse(data=client.get(f"{path}.nt").text, format="nt")
    assert set(compact) == set(plain)


def test_turtle_says_what_the_town_is(client: TestClient) -> None:
    graph = Graph().parse(data=client.get("/doc/commune/37261.ttl").text, format="turtle")
    tours = URIRef(f"{BASE}id/commune/37261")
    assert graph.value(tours, URIRef(RDFS + "label")) == Literal("Tours", lang="fr")
    assert (tours, EMP.partOf, URIRef(f"{BASE}id/epci/243700754")) in graph


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", [PAGE, *RDF, "*/*"])
def test_an_identifier_answers_303_to_the_document(client: TestClient, method, accept) -> None:
    answer = client.request(method, "/id/commune/37261", headers={"Accept": accept})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/doc/commune/37261"


@pytest.mark.parametrize(
    "path",
    [
        "/id/commune/99999",
        "/doc/commune/99999",
        "/doc/commune/99999.ttl",
        "/doc/commune/1",
        "/doc/nothing/1",
        "/doc/instrument/no-such",
        "/voc/kind/nothing",
        "/voc/nothing",
        "/graph/no/2026",
        "/def.nope",
        "/static/app.py",
        "/nowhere",
    ],
)
@pytest.mark.parametrize("accept", [PAGE, "text/turtle", "*/*"])
def test_what_is_not_there_is_404(client: TestClient, path, accept) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == 404
    expected = PAGE if accept == PAGE else "application/problem+json"
    assert answer.headers["content-type"].split(";")[0] == expected
    assert "etag" not in answer.headers


def test_an_unknown_code_proposes_what_resembles_it(client: TestClient) -> None:
    page = client.get("/doc/commune/37262", headers={"Accept": PAGE, "Accept-Language": "en"})
    assert page.status_code == 404
    assert "Did you mean" in page.text
    assert 'href="/doc/commune/37261"' in page.text


@pytest.mark.parametrize("path", THINGS)
def test_an_unacceptable_form_is_406_with_the_list(client: TestClient, path) -> None:
    answer = client.get(path, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert set(answer.json()["available"]) == {PAGE, *RDF}


@pytest.mark.parametrize("path", [*THINGS, "/", "/query", "/def", "/id/commune/37261"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_another_method_is_405_and_says_which(client: TestClient, path, method) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.json()["code"] == "method"


@pytest.mark.parametrize("path", [*THINGS, "/", "/def", "/query", "/context.jsonld"])
def test_who_holds_the_document_gets_304(client: TestClient, path) -> None:
    first = client.get(path, headers={"Accept": PAGE} if path != "/context.jsonld" else {})
    again = client.get(
        path, headers=dict(first.request.headers) | {"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


def test_each_representation_has_its_own_tag(client: TestClient) -> None:
    path = "/doc/instrument/fr-crte"
    tags = [client.get(path, headers={"Accept": each}).headers["etag"] for each in (PAGE, *RDF)]
    tags += [client.get(path + "?lang=en", headers={"Accept": PAGE}).headers["etag"]]
    tags += [client.get("/doc/actor/anct", headers={"Accept": PAGE}).headers["etag"]]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize(
    ("path", "status"), [("/id/commune/37900", 303), ("/doc/commune/37900", 301)]
)
def test_a_former_code_leads_to_the_current_commune(client: TestClient, path, status) -> None:
    answer = client.get(path, headers={"Accept": PAGE})
    assert answer.status_code == status
    assert answer.headers["location"] == "/doc/commune/37018?former=37900"
    page = client.get(answer.headers["location"], headers={"Accept": PAGE})
    assert page.status_code == 200
    assert "Le code 37900 est celui d'une ancienne commune".replace("'", "&#39;") in page.text


def test_a_former_code_keeps_the_form_asked_for(client: TestClient) -> None:
    answer = client.get("/doc/commune/37900.ttl")
    assert (answer.status_code, answer.headers["location"]) == (
        301,
        "/doc/commune/37018.ttl?former=37900",
    )


def test_a_former_code_that_is_none_is_not_explained(client: TestClient) -> None:
    page = client.get("/doc/commune/37018?former=37261", headers={"Accept": PAGE})
    assert "ancienne commune" not in page.text


def test_the_ontology_is_sent_as_turtle_and_as_a_page(client: TestClient) -> None:
    turtle = client.get("/def", headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=turtle.text, format="turtle")
    assert (EMP.Instrument, None, None) in graph
    page = client.get("/def", headers={"Accept": PAGE})
    assert 'id="Instrument"' in page.text
    assert client.get("/def.ttl").content == turtle.content
    assert client.get("/def", headers={"Accept": "image/png"}).status_code == 406
