"""The page of a named graph is for people: the partitions of VoID are in its RDF forms alone."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from ingest.settings import Settings
from ontology.namespaces import BASE, PREFIXES
from tests.api.conftest import in_process
from tests.api.reading import read
from tests.serving import lay

GRAPHS = {
    "parted/2026": ("void:classPartition", "void:propertyPartition", "void-ext:datatypePartition"),
    "whole/2026": (),
}
SAID = {"fr": "Ses partitions par classe et par propriété", "en": "Its partitions by class"}


def quads() -> str:
    lines = []
    for name, links in GRAPHS.items():
        said = f"<{BASE}graph/{name}>"
        lines.append(f'{said} <{PREFIXES["dcterms"]}title> "Liste {name}"@fr <{BASE}graph/m/b> .\n')
        for link in links:
            prefix, _, local = link.partition(":")
            part = f"<{BASE}dataset/v/{name}/{local}/skos-Concept>"
            lines.append(f"{said} <{PREFIXES[prefix]}{local}> {part} <{BASE}graph/m/b> .\n")
            lines.append(f'{part} <{PREFIXES["void"]}entities> "102" <{BASE}graph/m/b> .\n')
    return "".join(lines)


def opened(folder: Path) -> None:
    store = ox.Store(str(folder / "store"))
    store.bulk_load(path=str(folder / "dataset.nq"), format=ox.RdfFormat.N_QUADS)
    store.flush()


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    data = tmp_path_factory.mktemp("parted")
    lay(data, "v", quads(), opened)
    with TestClient(create_app(Settings(data=data), in_process), follow_redirects=False) as found:
        yield found


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_lists_no_partition_and_says_where_they_are(parted: TestClient, lang: str) -> None:
    page = read(parted, "/graph/parted/2026", lang)
    assert "Liste parted/2026" in page.text
    assert SAID[lang] in page.text
    assert "classPartition" not in page.text
    assert not any("/dataset/v/" in link.get("href", "") for link in page.all("a"))
    whole = read(parted, "/graph/whole/2026", lang)
    assert SAID[lang] not in whole.text


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld"])
def test_the_rdf_forms_keep_every_partition(parted: TestClient, suffix: str) -> None:
    text = parted.get(f"/graph/parted/2026.{suffix}").text
    for link in GRAPHS["parted/2026"]:
        assert link.partition(":")[2] in text


def test_the_endpoint_gives_their_numbers_as_the_page_says(parted: TestClient) -> None:
    query = (
        f"SELECT ?n {{ <{BASE}graph/parted/2026> <{PREFIXES['void']}classPartition> ?p ."
        f" ?p <{PREFIXES['void']}entities> ?n }}"
    )
    answer = parted.get("/sparql", params={"query": query, "format": "csv"})
    assert answer.text.split() == ["n", "102"]
