"""The graph that describes the graphs: DCAT, PROV, and rows read, kept and rejected."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad
from pyoxigraph import parse as parse_rdf

from ingest.identity import mint
from ingest.quads import Graph, Value, emp, term
from ingest.sources import CATALOGUE, Source
from ingest.tables import Tally
from ontology.namespaces import BASE, GRAPH

META: Final = f"{GRAPH}meta/build"
COVERAGE: Final = f"{GRAPH}derived/coverage"
ONTOLOGY: Final = f"{GRAPH}ontology/current"
VOCABULARIES: Final = f"{GRAPH}vocabularies/current"
_ROOT: Final = Path(__file__).parent.parent
_ROOMS: Final = ("ontology", "shapes", "ingest")
# They test the rooms; they decide nothing of what is built or judged.
_TESTED_WITH: Final = frozenset({"fixtures", "canaries"})


@dataclass(frozen=True, slots=True)
class Loaded:
    """A source as one build has read it."""

    source: Source
    files: Mapping[str, Path]
    hashes: Mapping[str, str]
    tally: Tally


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def code_hash() -> str:
    """Return the SHA-256 of what decides the content and the verdict of a build, inputs apart.

    The files themselves rather than a commit: the same for a checkout and for an archive.
    """
    digest = hashlib.sha256()
    for path in sorted(path for room in _ROOMS for path in (_ROOT / room).rglob("*")):
        name = path.relative_to(_ROOT)
        if path.suffix in {".py", ".ttl"} and _TESTED_WITH.isdisjoint(name.parts):
            digest.update(name.as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def build_id(loaded: Iterable[Loaded]) -> str:
    """Return the identifier of a build: 16 hexadecimal digits of its inputs and code."""
    digest = hashlib.sha256(code_hash().encode())
    for entry in sorted(loaded, key=lambda entry: entry.source.identifier):
        digest.update(entry.source.identifier.encode())
        for name, value in sorted(entry.hashes.items()):
            digest.update(f"{name} {value}".encode())
    return digest.hexdigest()[:16]


def describe(graph: Graph, loaded: Iterable[Loaded], derived: Mapping[str, dict[str, str]]) -> None:
    """Write the description of every named graph of a build.

    Args:
        graph: receives the statements.
        loaded: the sources read.
        derived: title by language of each graph that no source gives, by IRI.

    """
    entries = list(loaded)
    run = mint("run", build_id(entries))
    graph.named(run, "IngestRun", {"fr": "Construction du graphe", "en": "Build of the graph"})
    graph.add(run, term("rdf", "type"), term("prov", "Activity"))
    graph.add(run, emp("codeHash"), Literal(code_hash()))
    graph.add_all(_catalogue())
    for entry in entries:
        source = entry.source
        graph.add(run, term("prov", "used"), NamedNode(source.graph))
        graph.add(source.graph, term("rdf", "type"), term("prov", "Entity"))
        graph.labels(source.graph, term("rdfs", "label"), source.title)
        for prop, value in _counts(entry.tally):
            graph.add(source.graph, emp(prop), value)
        for distribution in source.distributions:
            digest = entry.hashes[distribution.name]
            graph.add(distribution.iri, emp("contentHash"), Literal(digest))
    for iri, title in derived.items():
        graph.named(iri, "DerivedGraph", title)
        graph.add(iri, term("rdf", "type"), term("dcat", "Dataset"))
        graph.add(iri, term("rdf", "type"), term("prov", "Entity"))
        graph.labels(iri, term("dcterms", "title"), title)
        graph.add(iri, term("prov", "wasGeneratedBy"), NamedNode(run))
        graph.add(iri, term("dcterms", "publisher"), NamedNode(f"{BASE}team"))
        licence = NamedNode("https://spdx.org/licenses/etalab-2.0")
        graph.add(iri, term("dcterms", "license"), licence)
        for entry in entries:
            graph.add(iri, term("prov", "wasDerivedFrom"), NamedNode(entry.source.graph))


def _catalogue() -> Iterable[Quad]:
    return parse_rdf(path=str(CATALOGUE))


def _counts(tally: Tally) -> Iterable[tuple[str, Value]]:
    return (
        ("rowsRead", Literal(tally.read)),
        ("rowsKept", Literal(tally.kept)),
        ("rowsRejected", Literal(len(tally.rejections))),
    )
