"""The graph that describes the graphs: DCAT, PROV, and rows read, kept and rejected."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Quad
from pyoxigraph import parse as parse_rdf

from ingest.companions import Companion
from ingest.identity import mint
from ingest.parts import Part
from ingest.quads import Graph, Value, emp, term
from ingest.sources import catalogue_files, load_sources
from ingest.tables import Tally
from ontology.namespaces import BASE, GRAPH

if TYPE_CHECKING:
    from ingest.mappings import Failure

META: Final = f"{GRAPH}meta/build"
COVERAGE: Final = f"{GRAPH}derived/coverage"
MENTIONS: Final = f"{GRAPH}derived/mentions"
VALIDITY: Final = f"{GRAPH}derived/validity"
COMPOSITION: Final = f"{GRAPH}derived/composition"
ONTOLOGY: Final = f"{GRAPH}ontology/current"
VOCABULARIES: Final = f"{GRAPH}vocabularies/current"
_ROOT: Final = Path(__file__).parent.parent
_ROOMS: Final = ("ontology", "shapes", "ingest")
_MAPPING_ROOMS: Final = ("ontology", "ingest")
_ENTRIES: Final = Path("ingest/catalogue")
# They test the rooms; they decide nothing of what is built or judged.
_TESTED_WITH: Final = frozenset({"fixtures", "canaries"})
_DECIDING: Final = frozenset({".py", ".ttl", ".csv", ".rq"})
_DERIVED: Final = {
    ONTOLOGY: {"fr": "Ontologie d'Empilement", "en": "Ontology of Empilement"},
    VOCABULARIES: {"fr": "Vocabulaires d'Empilement", "en": "Vocabularies of Empilement"},
    COMPOSITION: {
        "fr": "Appartenances datées et événements des territoires",
        "en": "Dated memberships and events of territories",
    },
    MENTIONS: {
        "fr": "Déploiements que nomme une autre liste que celle de leur programme",
        "en": "Deployments named by another list than that of their programme",
    },
    VALIDITY: {
        "fr": "Validité calculée des déploiements que donnent les listes",
        "en": "Computed validity of the deployments that lists give",
    },
    COVERAGE: {
        "fr": "Couverture calculée des déploiements",
        "en": "Computed coverage of deployments",
    },
    META: {"fr": "Description des graphes nommés", "en": "Description of the named graphs"},
}
_SNAPSHOT: Final = f"{COMPOSITION.removeprefix(str(GRAPH))}-"
_STALE: Final = {
    "fr": "La source n'a pas pu être lue : ce graphe est ce qui en avait été lu la dernière fois.",
    "en": "The source could not be read: this graph is what was read of it last time.",
}
_ABSENT: Final = {
    "fr": "La source n'a pas pu être lue : ce graphe est vide, ce qui ne dit rien du monde.",
    "en": "The source could not be read: this graph is empty, which says nothing of the world.",
}


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def code_hash() -> str:
    """Return the SHA-256 of what decides the content and the verdict of a build, inputs apart.

    The files themselves rather than a commit: the same for a checkout and for an archive.
    """
    return _files_hash(_deciding(_ROOMS))


def mapping_hash() -> str:
    """Return the SHA-256 of what decides how any source is mapped.

    Shapes only judge, and each entry of the catalogue decides of its own source alone.
    """
    files = _deciding(_MAPPING_ROOMS)
    return _files_hash(name for name in files if not name.is_relative_to(_ENTRIES))


def _deciding(rooms: Iterable[str]) -> list[Path]:
    """Return the files of rooms that decide of a build, by their path in the project."""
    names = [path.relative_to(_ROOT) for room in rooms for path in (_ROOT / room).rglob("*")]
    return sorted(n for n in names if n.suffix in _DECIDING and _TESTED_WITH.isdisjoint(n.parts))


def _files_hash(names: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.as_posix().encode())
        digest.update((_ROOT / name).read_bytes())
    return digest.hexdigest()


def describe(
    graph: Graph,
    version: str,
    parts: Iterable[Part],
    failures: Iterable["Failure"],
    companions: Iterable[Companion] = (),
) -> None:
    """Write the description of every named graph of a build.

    Args:
        graph: receives the statements.
        version: identifier of the build.
        parts: the graphs made of sources, and those of the ontology.
        failures: the sources that could not be read.
        companions: the graphs made elsewhere, of no source.

    """
    made = list(parts)
    sources = {source.identifier: source for source in load_sources()}
    run = mint("run", version)
    graph.named(run, "IngestRun", {"fr": "Construction du graphe", "en": "Build of the graph"})
    graph.add(run, term("rdf", "type"), term("prov", "Activity"))
    graph.add(run, emp("codeHash"), Literal(code_hash()))
    graph.add_all(_catalogue())
    for part in made:
        source = sources.get(part.name)
        if source is None:
            continue
        graph.add(run, term("prov", "used"), NamedNode(source.graph))
        graph.add(source.graph, term("rdf", "type"), term("prov", "Entity"))
        graph.labels(source.graph, term("rdfs", "label"), source.title)
        for prop, value in _counts(part.tally):
            graph.add(source.graph, emp(prop), value)
        for rule in part.tally.corrected + part.tally.uncertain:
            graph.add(source.graph, emp("appliedRule"), Literal(rule))
        for distribution in source.distributions:
            if digest := part.hashes.get(distribution.name):
                graph.add(distribution.iri, emp("contentHash"), Literal(digest))
    for failure in failures:
        state = _STALE if failure.kept else _ABSENT
        graph.labels(failure.source.graph, emp("recordNote"), state)
    read = [sources[part.name].graph for part in made if part.name in sources]
    compositions = sorted(part.name for part in made if part.name.startswith(_SNAPSHOT))
    for name in compositions:
        year = name.removeprefix(_SNAPSHOT)
        vintage = NamedNode(mint("vintage", f"cog-{year}"))
        graph.add(f"{GRAPH}{name}", emp("compositionOf"), vintage)
    snapshots = {
        f"{GRAPH}{name}": {
            "fr": f"Composition des territoires en {name.removeprefix(_SNAPSHOT)}",
            "en": f"Composition of territories in {name.removeprefix(_SNAPSHOT)}",
        }
        for name in compositions
    }
    handed = {each.iri: each.title for each in companions}
    for iri, title in (_DERIVED | snapshots | handed).items():
        graph.named(iri, "DerivedGraph", title)
        graph.add(iri, term("rdf", "type"), term("dcat", "Dataset"))
        graph.add(iri, term("rdf", "type"), term("prov", "Entity"))
        graph.labels(iri, term("dcterms", "title"), title)
        graph.add(iri, term("prov", "wasGeneratedBy"), NamedNode(run))
        graph.add(iri, term("dcterms", "publisher"), NamedNode(f"{BASE}team"))
        licence = NamedNode("https://spdx.org/licenses/etalab-2.0")
        graph.add(iri, term("dcterms", "license"), licence)
        for source_graph in () if iri in handed else read:
            graph.add(iri, term("prov", "wasDerivedFrom"), NamedNode(source_graph))


def _catalogue() -> Iterable[Quad]:
    for path in catalogue_files():
        yield from parse_rdf(path=str(path))


def _counts(tally: Tally) -> Iterable[tuple[str, Value]]:
    return (
        ("rowsRead", Literal(tally.read)),
        ("rowsKept", Literal(tally.kept)),
        ("rowsCorrected", Literal(tally.corrected.total())),
        ("rowsUncertain", Literal(tally.uncertain.total())),
        ("rowsRejected", Literal(len(tally.rejections))),
    )
