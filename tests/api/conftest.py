"""Fixtures of the tests of the service: a small built version, and clients over it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

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
            "publisher": "https://w3id.org/empilement/publisher/etalab",
            "licence": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
            "retrieved": "2026-11-23",
            "state": "read",
            "failure": "",
            "read": 12,
            "kept": 9,
            "corrected": 5,
            "uncertain": 2,
            "rejected": 3,
            "rules": {"lost-zero": 4, "multi-valued": 1, "date-unreadable": 2},
        },
        {
            "identifier": "acv/2024-09",
            "title": {"fr": "Liste d'hier", "en": "Yesterday's list"},
            "publisher": "https://w3id.org/empilement/publisher/anct",
            "licence": "https://spdx.org/licenses/etalab-2.0",
            "retrieved": "2026-11-23",
            "state": "kept",
            "failure": "The list has not the columns it must have. missing: code.",
            "read": 7,
            "kept": 7,
            "corrected": 0,
            "uncertain": 0,
            "rejected": 0,
            "rules": {},
        },
        {
            "identifier": "pvd/2026-04",
            "title": {"fr": "Liste absente", "en": "Absent list"},
            "publisher": "https://w3id.org/empilement/publisher/anct",
            "licence": "https://spdx.org/licenses/etalab-2.0",
            "retrieved": "2026-11-23",
            "state": "missing",
            "failure": "Source file unavailable: pvd.csv. file:///srv/secret/pvd.csv: no file",
            "read": 0,
            "kept": 0,
            "corrected": 0,
            "uncertain": 0,
            "rejected": 0,
            "rules": {},
        },
    ],
}
QUALITY = "source,family,rule,outcome,rows\ncog/2026,5,lost-zero,corrected,4\n"
REJECTED = (
    "source,table,row,reason,content\n"
    'cog/2026,communes.json,3,unknown-code: 99999,"{}"\n'
    'cog/2026,communes.json,4,unknown-code: 99998,"{}"\n'
    'cog/2026,communes.json,7,not as many cells as the header,"{}"\n'
)


def in_process(_: Settings, version: Version) -> Engine:
    return EmbeddedEngine(version.store)


class _Broken:
    """An engine that is ready, and fails at whatever it is asked."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError("inner detail")

    def ready(self) -> bool:
        return True

    def close(self) -> None:
        return


def broken(_: Settings, __: Version) -> Engine:
    return cast(Engine, _Broken())


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
    (folder / "quality.csv").write_text(QUALITY, encoding="utf-8")
    (folder / "rejected.csv").write_text(REJECTED, encoding="utf-8")
    (data / "current").symlink_to(Path("versions") / "town")
    return Settings(data=data, query_seconds=3.0, query_memory_mb=512, workers=2)


@pytest.fixture(scope="session")
def client(town: Settings) -> Iterator[TestClient]:
    """A client of the service over the town, answered in this process."""
    with TestClient(create_app(town, in_process), follow_redirects=False) as found:
        yield found
