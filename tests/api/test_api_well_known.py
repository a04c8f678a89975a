"""The agreed addresses of the dataset over HTTP: forms, types, validators, HEAD, refusals."""

import gzip
import shutil
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient
from rdflib import Graph, Namespace

from api.app import create_app
from ingest.settings import Settings
from ontology.namespaces import PREFIXES
from queries.formats import GRAPHS, Format
from tests.api.conftest import in_process

VOID = Namespace(PREFIXES["void"])
DESCRIPTIONS = ("/dataset", "/catalogue")
DUMPS = {"/dump/town.nq": "application/n-quads", "/dump/town.nq.gz": "application/gzip"}
FORMS = [
    # suffix, media type of its registration at IANA
    ("ttl", "text/turtle"),
    ("nt", "application/n-triples"),
    ("rdf", "application/rdf+xml"),
    ("jsonld", "application/ld+json"),
]
CASES = [
    *(
        (path, {"Accept": each.media_type}, each.media_type)
        for path in DESCRIPTIONS
        for each in GRAPHS
    ),
    *((f"{path}.{suffix}", {}, media) for path in DESCRIPTIONS for suffix, media in FORMS),
    *((path, {"Accept-Encoding": "identity"}, media) for path, media in DUMPS.items()),
    ("/dump/town.nq", {"Accept-Encoding": "gzip"}, "application/n-quads"),
]


@pytest.fixture(scope="module")
def dumped(town: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of the service over the town, whose dump was compressed as a build does."""
    data = tmp_path_factory.mktemp("dumped") / "data"
    shutil.copytree(town.data, data, symlinks=True)
    dataset = data / "versions" / "town" / "dataset.nq"
    dataset.with_suffix(".nq.gz").write_bytes(gzip.compress(dataset.read_bytes()))
    settings = town.model_copy(update={"data": data})
    with TestClient(create_app(settings, in_process), follow_redirects=False) as found:
        yield found


def media_of(answer) -> str:
    return answer.headers["content-type"].partition(";")[0]


def varying(answer) -> set[str]:
    return {name.strip().lower() for name in answer.headers["vary"].split(",")}


@pytest.mark.parametrize(("path", "headers", "media"), CASES)
def test_each_form_has_its_type_its_tag_and_its_head(
    dumped: TestClient, path: str, headers: dict[str, str], media: str
) -> None:
    answer = dumped.get(path, headers=headers)
    assert (answer.status_code, media_of(answer)) == (200, media)
    assert answer.content
    tag = answer.headers["etag"]
    assert "max-age=" in answer.headers["cache-control"]

    head = dumped.head(path, headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "etag", "cache-control"):
        assert head.headers[name] == answer.headers[name]
    assert varying(head) == varying(answer)

    for held in (tag, f'"other", {tag}'):
        for method in ("GET", "HEAD"):
            kept = dumped.request(method, path, headers=headers | {"If-None-Match": held})
            assert (kept.status_code, kept.content) == (304, b"")
            # RFC 9110 §15.4.5: what a 200 would have said
            for name in ("etag", "cache-control"):
                assert kept.headers[name] == answer.headers[name]
            assert varying(kept) == varying(answer)
    other = dumped.get(path, headers=headers | {"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, answer.content)


@pytest.mark.parametrize("path", DESCRIPTIONS)
def test_every_form_says_the_same_and_has_a_tag_of_its_own(dumped: TestClient, path: str) -> None:
    answers = {each: dumped.get(path, headers={"Accept": each.media_type}) for each in GRAPHS}
    assert len({answer.headers["etag"] for answer in answers.values()}) == len(GRAPHS)
    said = {
        each: {quad.triple for quad in ox.parse(answer.content, format=each.rdf)}
        for each, answer in answers.items()
        if each is not Format.JSONLD  # its context lies at an address, which the parser must fetch
    }
    assert said[Format.TURTLE]
    assert all(triples == said[Format.TURTLE] for triples in said.values())


@pytest.mark.parametrize("path", DESCRIPTIONS)
@pytest.mark.parametrize("accept", ["image/png", "text/html", "text/turtle;q=0, application/pdf"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_does_not_exist_is_refused_with_the_list(dumped, path, accept, method) -> None:
    answer = dumped.request(method, path, headers={"Accept": accept})
    assert answer.status_code == 406
    assert "etag" not in answer.headers
    if method == "GET":
        assert media_of(answer) == ("text/html" if "html" in accept else "application/problem+json")
        assert all(each.media_type in answer.text for each in GRAPHS)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/.well-known/void", "/dataset/town", "/dataset/town/class/x"])
@pytest.mark.parametrize("accept", ["*/*", "application/n-triples", "text/html", "image/png"])
def test_whatever_is_accepted_the_identifiers_lead_to_the_description(
    dumped: TestClient, method: str, path: str, accept: str
) -> None:
    led = dumped.request(method, path, headers={"Accept": accept})
    assert (led.status_code, led.headers["location"], led.content) == (303, "/dataset", b"")


@pytest.mark.parametrize("path", ["/.well-known/void", *DESCRIPTIONS, *DUMPS])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_they_are_for_reading_alone(dumped: TestClient, path: str, method: str) -> None:
    answer = dumped.request(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].replace(" ", "").split(",")) >= {"GET", "HEAD"}


def test_a_dump_is_the_dataset_however_it_is_sent(dumped: TestClient, town: Settings) -> None:
    dataset = (town.data / "current" / "dataset.nq").read_bytes()
    plain = dumped.get("/dump/town.nq", headers={"Accept-Encoding": "identity"})
    sent = dumped.get("/dump/town.nq", headers={"Accept-Encoding": "gzip"})
    packed = dumped.get("/dump/town.nq.gz", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert sent.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in packed.headers
    assert plain.content == sent.content == gzip.decompress(packed.content) == dataset
    assert plain.headers["etag"] != sent.headers["etag"]
    assert all("accept-encoding" in each.headers["vary"].lower() for each in (plain, sent))
    part = dumped.get(
        "/dump/town.nq",
        headers={
            "Accept-Encoding": "identity",
            "Range": "bytes=5-9",
            "If-Range": plain.headers["etag"],
        },
    )
    assert (part.status_code, part.content) == (206, dataset[5:10])


def test_a_dump_that_was_not_compressed_is_not_named_and_not_there(client: TestClient) -> None:
    assert client.get("/dump/town.nq.gz").status_code == 404
    assert client.get("/dump/town.nq", headers={"Accept-Encoding": "gzip"}).status_code == 200
    graph = Graph().parse(data=client.get("/dataset.ttl").text, format="turtle")
    named = {str(dump) for dump in graph.objects(None, VOID.dataDump)}
    assert named == {"http://testserver/dump/town.nq"}


def test_what_is_named_as_a_dump_is_to_be_had(dumped: TestClient) -> None:
    graph = Graph().parse(data=dumped.get("/dataset.ttl").text, format="turtle")
    named = {str(dump) for dump in graph.objects(None, VOID.dataDump)}
    assert named == {f"http://testserver{path}" for path in DUMPS}
    assert all(dumped.head(dump).status_code == 200 for dump in named)
