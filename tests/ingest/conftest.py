"""What the tests of the national lists share: the base of a real build, as they find it."""

from collections.abc import Callable
from functools import cache

import pytest
from pyoxigraph import parse

from ingest.cog_history import read_package
from ingest.fetch import fetch
from ingest.known import Known
from ingest.mappings import BASE, Entry, map_sources
from ingest.progress import Silent
from ingest.settings import Settings
from ingest.sources import load_sources
from tests.ingest.referentials import Read


@pytest.fixture(scope="session")
def national_known(settings: Settings) -> Known:
    """What the base states, for a list that comes after: territories, instruments, worked case."""
    base = sorted(
        (source for source in load_sources() if source.mapping in BASE),
        key=lambda source: (list(BASE).index(source.mapping), source.identifier),
    )
    entries = [Entry(source, fetch(source, settings), {}) for source in base]
    parts, _ = map_sources(entries, settings, Silent())
    known = Known(
        {
            entry.source.vintage: read_package(entry.files.values())
            for entry in entries
            if entry.source.mapping in {"cog", "cog-history"}
        }
    )
    for part in parts:
        known.learn(parse(path=str(part.path)))
    return known


@pytest.fixture(scope="module")
def read(national_known: Known) -> Callable[[str], Read]:
    """Map a source of the reference data as it is, once for all the tests of a module."""
    return cache(lambda identifier: Read(identifier, national_known))
