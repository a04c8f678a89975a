"""What the service says of itself, against what it does: service description, VoID, DCAT, dumps."""

import gzip
import hashlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient
from rdflib import RDF, Graph, Literal, Namespace, URIRef

from api.app import create_app
from api.describe import SourceGraph
from api.extensions import CALLS, LANGUAGE, functions, language_extensions
from api.service_description import Facts, service_description
from ingest.errors import EmpilementError
from ingest.settings import Settings
from ingest.store import Version
from ontology.namespaces import BASE, GRAPH, PREFIXES
from queries.formats import GRAPHS
from tests.api.conftest import in_process
from tests.conformance.description import faults

SD = Namespace(PREFIXES["sd"])
VOID = Namespace(PREFIXES["void"])
DCAT = Namespace(PREFIXES["dcat"])
DCTERMS = Namespace(PREFIXES["dcterms"])
SPDX = Namespace(PREFIXES["spdx"])
ENDPOINT = URIRef("http://testserver/sparql")
W3C = ("returns-rdf", "has-endpoint-triple", "conforms-to-schema")


def parsed(answer) -> Graph:
    assert answer.status_code == 200
    return Graph().parse(data=answer.text, format="turtle")


def rows(client: TestClient, query: str) -> list[dict[str, str]]:
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return [
        {name: value["value"] for name, value in each.items()}
        for each in answer.json()["results"]["bindings"]
    ]


@pytest.fixture(scope="module")
def over_built(settings: Settings, version: Version) -> Iterator[TestClient]:
    """A client of the service over the built graph."""
    assert (settings.data / "current").resolve() == version.path.resolve()
    app = create_app(settings, in_process)
    with TestClient(app, follow_redirects=False) as found:
        yield found


@pytest.fixture
def described(client: TestClient) -> Graph:
    return parsed(client.get("/sparql", headers={"Accept": "text/turtle"}))


@pytest.mark.parametrize("media", [each for each in GRAPHS if each.extension not in ("nq", "trig")])
@pytest.mark.parametrize("test", W3C)
def test_the_served_description_passes_the_tests_of_w3c(client: TestClient, test, media) -> None:
    answer = client.get("/sparql", headers={"Accept": media.media_type})
    assert answer.status_code == 200
    given = answer.headers["content-type"].partition(";")[0]
    assert faults(test, given, answer.content, str(ENDPOINT)) == []


@pytest.mark.parametrize("facts", [Facts(), Facts(updates=True, federates=True)])
def test_every_kind_of_endpoint_is_described_by_the_schema(facts: Facts) -> None:
    body = ox.serialize(service_description(str(ENDPOINT), facts), format=ox.RdfFormat.N_TRIPLES)
    for test in W3C:
        assert faults(test, "application/n-triples", body, str(ENDPOINT)) == []


def test_each_format_it_names_is_sent_and_each_sent_is_named(
    client: TestClient, described: Graph
) -> None:
    named = {str(value) for value in described.objects(None, SD.resultFormat)}
    sent = set()
    refused = client.get("/sparql", params={"query": "ASK {}"}, headers={"Accept": "image/png"})
    for media in set(refused.json()["available"]) - {"text/html"}:
        graph = ox.RdfFormat.from_media_type(media)
        query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1" if graph else "ASK {}"
        answer = client.get("/sparql", params={"query": query}, headers={"Accept": media})
        assert answer.headers["content-type"].partition(";")[0] == media
        sent.add((graph or ox.QueryResultsFormat.from_media_type(media)).iri)
    assert named == sent
    assert list(described.objects(None, SD.inputFormat)) == []


def test_each_function_it_names_has_a_value_and_a_made_up_one_is_not_named(
    client: TestClient, described: Graph
) -> None:
    named = {str(value) for value in described.objects(None, SD.extensionFunction)}
    for iri in named:
        (row,) = rows(client, f"SELECT (<{iri}>({CALLS[iri]}) AS ?x) WHERE {{}}")
        assert row["x"] != ""
    assert named == set(CALLS)


def test_distance_is_one_in_metres(client: TestClient) -> None:
    """One degree of a meridian from the equator: 110.574 km (WGS 84)."""
    iri = "http://www.opengis.net/def/function/geosparql/distance"
    (row,) = rows(client, f"SELECT (<{iri}>({CALLS[iri]}) AS ?x) WHERE {{}}")
    assert float(row["x"]) == pytest.approx(110_574, rel=0.01)


def test_each_extension_of_the_language_is_kept(client: TestClient, described: Graph) -> None:
    for iri in described.objects(None, SD.languageExtension):
        asked = f"PREFIX xsd: <{PREFIXES['xsd']}> {LANGUAGE[str(iri)]}"
        answer = client.get("/sparql", params={"query": asked, "format": "json"})
        assert answer.json()["boolean"] is True


class Refusing:
    """An engine that knows no function but one, and none of the extensions."""

    def __init__(self, known: str) -> None:
        self._known = known

    def select(self, _: str):
        raise EmpilementError("No.", "Some function is not known.", "Ask for less.")

    def ask(self, query: str) -> bool:
        if self._known not in query:
            raise EmpilementError("No.", "This function is not known.", "Ask for another.")
        return True


def test_an_engine_that_refuses_a_function_is_asked_for_each() -> None:
    known = "http://www.opengis.net/def/function/geosparql/sfWithin"
    assert functions(Refusing(f"<{known}>")) == [known]
    assert language_extensions(Refusing(known)) == []


def test_updates_and_service_are_named_only_where_they_are_open(described: Graph) -> None:
    assert set(described.objects(None, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert set(described.objects(None, SD.feature)) == {SD.UnionDefaultGraph}
    opened = stated(Facts(updates=True, federates=True))
    assert set(opened.objects(None, SD.supportedLanguage)) == {SD.SPARQL11Query, SD.SPARQL11Update}
    assert SD.BasicFederatedQuery in set(opened.objects(None, SD.feature))
    assert SD.DereferencesURIs not in set(opened.objects(None, SD.feature))


def stated(facts: Facts) -> Graph:
    body = ox.serialize(service_description(str(ENDPOINT), facts), format=ox.RdfFormat.N_TRIPLES)
    return Graph().parse(data=body, format="nt")


def test_the_default_graph_is_the_union(client: TestClient) -> None:
    inside = f"ASK {{ GRAPH <{GRAPH}cog/2026> {{ ?s a ?c }} }}"
    for asked in ("ASK { ?s a ?c }", inside):
        answer = client.get("/sparql", params={"query": asked, "format": "json"})
        assert answer.json()["boolean"] is True


def test_counts_that_are_not_known_are_not_stated() -> None:
    graphs = tuple(SourceGraph(f"{GRAPH}a/{n}", {}, "", "") for n in (1, 2))
    some = stated(Facts(graphs=graphs, triples={f"{GRAPH}a/1": 3}))
    assert set(some.subject_objects(VOID.triples)) == {(URIRef(f"{GRAPH}a/1"), Literal(3))}
    every = stated(Facts(graphs=graphs, triples={f"{GRAPH}a/1": 3, f"{GRAPH}a/2": 4}))
    assert every.value(URIRef(f"{ENDPOINT}#default"), VOID.triples) == Literal(7)


@pytest.mark.built
def test_each_named_graph_is_named_counted_and_titled(over_built: TestClient) -> None:
    description = parsed(over_built.get("/sparql", headers={"Accept": "text/turtle"}))
    counted = {
        row["g"]: int(row["n"])
        for row in rows(
            over_built, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
        )
    }
    named = {str(value) for value in description.objects(None, SD.name)}
    # A graph of nothing is described too, but an engine does not see that it is there.
    assert named == set(counted)
    for node, graph in description.subject_objects(SD.graph):
        assert description.value(node, SD.name) == graph
        assert description.value(graph, VOID.triples) == Literal(counted[str(graph)])
        languages = {text.language for text in description.objects(graph, DCTERMS.title)}
        assert languages == {"fr", "en"}
        assert description.value(graph, DCTERMS.license) is not None
    (total,) = rows(over_built, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    default = URIRef(f"{ENDPOINT}#default")
    assert description.value(default, VOID.triples) == Literal(int(total["n"]))


@pytest.mark.built
def test_the_well_known_address_leads_to_the_description_of_the_dataset(
    over_built: TestClient, version: Version
) -> None:
    led = over_built.get("/.well-known/void")
    assert (led.status_code, led.headers["location"]) == (303, "/dataset")
    dataset = URIRef(f"{BASE}dataset/{version.id}")
    graph = parsed(over_built.get("/dataset", headers={"Accept": "text/turtle"}))
    assert (dataset, RDF.type, VOID.Dataset) in graph
    assert graph.value(dataset, VOID.sparqlEndpoint) == ENDPOINT
    (total,) = rows(
        over_built,
        f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{GRAPH}meta/build>) }}",
    )
    assert graph.value(dataset, VOID.triples) == Literal(int(total["n"]))
    partitions = list(graph.objects(dataset, VOID.classPartition))
    assert len(partitions) == int(graph.value(dataset, VOID.classes))
    for partition in partitions:
        assert graph.value(partition, VOID["class"]) and graph.value(partition, VOID.entities)
        assert graph.value(partition, VOID.propertyPartition)
        address = over_built.get(str(partition).removeprefix(BASE.rstrip("/")))
        assert (address.status_code, address.headers["location"]) == (303, "/dataset")
    assert over_built.get("/dataset/0123").status_code == 404
    other = over_built.get("/dataset", headers={"Accept": "application/n-triples"})
    triples = {each.triple for each in ox.parse(other.content, format=ox.RdfFormat.N_TRIPLES)}
    assert len(triples) == len(graph)


@pytest.mark.built
def test_the_catalogue_names_sources_files_and_endpoint(
    over_built: TestClient, version: Version
) -> None:
    graph = parsed(over_built.get("/catalogue", headers={"Accept": "text/turtle"}))
    catalogue, dataset = URIRef(f"{BASE}catalogue"), URIRef(f"{BASE}dataset/{version.id}")
    listed = set(graph.objects(catalogue, DCAT.dataset))
    asked = f"SELECT ?d {{ <{catalogue}> <{DCAT.dataset}> ?d }}"
    assert listed == {URIRef(row["d"]) for row in rows(over_built, asked)} | {dataset}
    for each in listed:
        assert graph.value(each, DCTERMS.title) is not None
        assert graph.value(each, DCTERMS.license) is not None
        assert graph.value(each, DCTERMS.publisher) is not None
        assert graph.value(each, DCAT.distribution) is not None
    service = graph.value(catalogue, DCAT.service)
    assert graph.value(service, DCAT.endpointURL) == ENDPOINT
    assert graph.value(service, DCAT.servesDataset) == dataset
    described = over_built.get(
        urlsplit(str(graph.value(service, DCAT.endpointDescription))).path,
        headers={"Accept": "text/turtle"},
    )
    assert (None, SD.endpoint, ENDPOINT) in parsed(described)


@pytest.mark.built
def test_each_dump_is_of_the_size_and_digest_that_are_stated(
    over_built: TestClient, version: Version
) -> None:
    graph = parsed(over_built.get("/dataset.ttl"))
    dataset = URIRef(f"{BASE}dataset/{version.id}")
    dumps = set(graph.objects(dataset, VOID.dataDump))
    assert {str(dump).rpartition("/")[2] for dump in dumps} == {
        f"{version.id}.nq",
        f"{version.id}.nq.gz",
    }
    for dump in dumps:
        path = urlsplit(str(dump)).path
        got = over_built.get(path, headers={"Accept-Encoding": "identity"})
        assert got.status_code == 200
        assert graph.value(dump, DCAT.byteSize).toPython() == len(got.content)
        checksum = graph.value(dump, SPDX.checksum)
        digest = graph.value(checksum, SPDX.checksumValue)
        assert str(digest) == hashlib.sha256(got.content).hexdigest()
        content = gzip.decompress(got.content) if path.endswith(".gz") else got.content
        assert content == version.dataset.read_bytes()
        part = over_built.get(path, headers={"Range": "bytes=0-9", "Accept-Encoding": "identity"})
        assert (part.status_code, part.content) == (206, got.content[:10])
    shrunk = over_built.get(f"/dump/{version.id}.nq", headers={"Accept-Encoding": "gzip"})
    assert shrunk.headers["content-encoding"] == "gzip"
    assert shrunk.content == version.dataset.read_bytes()


@pytest.mark.parametrize(
    "path",
    ["/dump/none.nq", "/dump/...nq", "/dump/%2e%2e.nq", "/dump/town.json", "/dump/town", "/dump/"],
)
def test_nothing_else_is_to_be_had_as_a_dump(client: TestClient, path) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/dataset", "/catalogue"])
def test_descriptions_are_negotiated_and_kept(client: TestClient, path) -> None:
    for media in GRAPHS:
        answer = client.get(path, headers={"Accept": media.media_type})
        assert answer.headers["content-type"].partition(";")[0] == media.media_type
        assert answer.headers["vary"].startswith("Accept")
        again = {"Accept": media.media_type, "If-None-Match": answer.headers["etag"]}
        assert client.get(path, headers=again).status_code == 304
    refused = client.get(path, headers={"Accept": "image/png"})
    assert refused.status_code == 406 and "text/turtle" in refused.json()["available"]
    assert client.get(f"{path}.png").status_code == 404
    assert client.get(f"{path}.html").status_code == 404
    assert client.post(path).status_code == 405


def test_a_size_that_was_not_measured_is_not_stated(client: TestClient) -> None:
    graph = parsed(client.get("/dataset.ttl"))
    assert list(graph.objects(None, VOID.dataDump))
    assert not list(graph.objects(None, DCAT.byteSize))
