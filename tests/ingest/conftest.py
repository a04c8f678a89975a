"""What the tests of the national lists share: the base of a real build, as they find it."""

import re
from collections.abc import Callable
from functools import cache

import pytest
from pyoxigraph import RdfFormat, parse

from ingest.cog_history import change, compose, read_package
from ingest.fetch import fetch
from ingest.known import Known
from ingest.mappings import BASE, MAPPINGS
from ingest.provenance import COMPOSITION
from ingest.quads import Graph
from ingest.settings import Settings
from ingest.tables import Tally
from ontology.loading import load_ontology, load_vocabularies
from tests.ingest.listed import Graphs, Lines, Mapped, Said, files_of, map_files, source_of, sources
from tests.ingest.listed import read as statements
from tests.ingest.referentials import Read

# Said of each record alike: left unread for speed.
DULL = re.compile(r"def#(?:recordOf|rowNumber|SourceRecord)> ")


@pytest.fixture(scope="session")
def national_known(settings: Settings) -> Known:
    """What the base states, for a list that comes after: territories, instruments, worked case.

    As a build learns it, but from memory, and without the composition of each vintage apart,
    which names nothing that is not named elsewhere.
    """
    order = list(BASE)
    base = [source for source in sources().values() if source.mapping in BASE]
    base.sort(key=lambda source: (order.index(source.mapping), source.identifier))
    files = {source.identifier: fetch(source, settings) for source in base}
    known = Known(
        {
            source.vintage: read_package(files[source.identifier].values())
            for source in base
            if source.mapping in {"cog", "cog-history"}
        }
    )
    for content in (load_ontology(), load_vocabularies()):
        known.learn(parse(content.serialize(format="nt"), format=RdfFormat.N_TRIPLES))
    composition = Graph(COMPOSITION)
    compose(known.packages, composition)
    change(known.packages, composition)
    _learn(known, composition)
    for source in base:
        graph = Graph(source.graph)
        MAPPINGS[source.mapping](source, files[source.identifier], graph, Tally(), known)
        _learn(known, graph)
    return known


def _learn(known: Known, graph: Graph) -> None:
    known.learn(parse("\n".join(graph.lines()), format=RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def read(national_known: Known) -> Callable[[str], Read]:
    """Map a source of the reference data as it is, once for all the tests of a module."""
    return cache(lambda identifier: Read(identifier, national_known))


@pytest.fixture(scope="module")
def graphs(national_known: Known) -> Graphs:
    """Map a list as it is, once for all the tests of a module."""

    @cache
    def mapped(identifier: str) -> Lines:
        source = source_of(identifier)
        return map_files(source, files_of(source), national_known)

    return mapped


@pytest.fixture(scope="module")
def mapped(graphs: Graphs) -> Mapped:
    """Map a list as it is; index what is stated of it by thing and property."""

    @cache
    def of(identifier: str) -> tuple[Said, Tally]:
        lines, tally = graphs(identifier)
        return statements(line for line in lines if not DULL.search(line)), tally

    return of
