"""Fixtures of the tests of the service: a small built version, and clients over it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from ingest.settings import Settings
from ingest.store import Version
from queries.engine import EmbeddedEngine, Engine

TOWN = Path(__file__).parent / "town.trig"
INFO = {
    "id": "town",
    "dataDate": "2026-11-23",
    "quads": 100,
    "sources": [
        {
            "identifier": "cog/2026",
            "title": {"fr": "Code géographique", "en": "Geographic code"},
            "licence": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
        }
    ],
}


def in_process(_: Settings, version: Version) -> Engine:
    return EmbeddedEngine(version.store)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings over a data folder that holds the town as its current version."""
    data = tmp_path_factory.mktemp("town")
    folder = data / "versions" / "town"
    folder.mkdir(parents=True)
    memory = ox.Store()
    memory.load(path=TOWN, format=ox.RdfFormat.TRIG)
    (folder / "dataset.nq").write_bytes(memory.dump(format=ox.RdfFormat.N_QUADS))
    store = ox.Store(str(folder / "store"))
    store.bulk_load(path=str(folder / "dataset.nq"), format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    (folder / "build.json").write_text(json.dumps(INFO), encoding="utf-8")
    (data / "current").symlink_to(Path("versions") / "town")
    return Settings(data=data, query_seconds=3.0, query_memory_mb=512, workers=2)


@pytest.fixture(scope="session")
def client(town: Settings) -> Iterator[TestClient]:
    """A client of the service over the town, answered in this process."""
    with TestClient(create_app(town, in_process), follow_redirects=False) as found:
        yield found
