"""Building the graph: a pure function of the catalogue, the files and the code, published whole."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat
from pyoxigraph import parse as parse_rdf
from rdflib import Graph as RdflibGraph

from ingest.article import map_article
from ingest.cog import map_cog
from ingest.coverage import cover, read_world
from ingest.errors import CatalogueError, ViolationsError
from ingest.fetch import fetch
from ingest.instruments import map_instruments
from ingest.known import Known
from ingest.progress import Progress
from ingest.provenance import (
    COVERAGE,
    META,
    ONTOLOGY,
    VOCABULARIES,
    Loaded,
    build_id,
    describe,
    file_hash,
)
from ingest.quads import Graph, canonical_lines
from ingest.settings import Settings
from ingest.sources import Source, load_sources
from ingest.store import REPORTS, Version, built, load, lock, publish, switch, workspace
from ingest.tables import Rejection, Tally
from ingest.term_usage import write_usage
from ingest.worked_case import map_worked_case
from ontology.loading import load_ontology, load_vocabularies
from shapes.reports import to_json, to_turtle
from shapes.validation import ValidationReport, validate

Mapping_ = Callable[[Source, Mapping[str, Path], Graph, Tally, Known], None]

# In this order: each mapping may rely on what those before it have stated.
MAPPINGS: Final[dict[str, Mapping_]] = {
    "cog": lambda source, files, graph, tally, _: map_cog(source, files, graph, tally),
    "instruments": map_instruments,
    "worked-case": map_worked_case,
    "article": map_article,
}
_DERIVED: Final = {
    ONTOLOGY: {"fr": "Ontologie d'Empilement", "en": "Ontology of Empilement"},
    VOCABULARIES: {"fr": "Vocabulaires d'Empilement", "en": "Vocabularies of Empilement"},
    COVERAGE: {
        "fr": "Couverture calculée des déploiements",
        "en": "Computed coverage of deployments",
    },
    META: {"fr": "Description des graphes nommés", "en": "Description of the named graphs"},
}


def steps() -> tuple[str, ...]:
    """Return the names of the steps of a build, for a progress bar."""
    identifiers = (source.identifier for source in load_sources())
    return ("sources", "ontology", *identifiers, "coverage", "dataset", "validation", "publication")


def build(settings: Settings, progress: Progress, force: bool = False) -> Version:
    """Build, validate and publish a version of the graph.

    Where a validated version of the same inputs and code lies there already, it is taken.

    Args:
        settings: where sources and versions lie.
        progress: told of each step.
        force: build anew all the same.

    Returns:
        The version, which is current from then on.

    Raises:
        SourceError: a source is missing or malformed; the last version stays current.
        CatalogueError: the catalogue is not what it must be.
        BuildLockedError: another build is under way.
        ViolationsError: the graph breaks a shape; the report stays in ``refused/``.

    """
    with lock(settings):
        with progress.step("sources"):
            entries = fetch_sources(settings)
            version = build_id(entries)
        known = built(version, settings)
        if known and known.info["validation"] and not force:
            progress.say(f"version {version} is up to date")
            return switch(version, settings)
        with workspace(settings) as folder:
            graphs = map_sources(entries, progress)
            with progress.step("dataset"):
                lines = canonical_lines(graphs)
                load(lines, folder)
                write_term_usage(folder, entries)
            with progress.step("validation"):
                report = validate(folder / "dataset.nq")
            write_reports(folder, report, summary(version, entries, graphs, report), entries)
            if not report.conforms:
                raise refuse(folder, report, settings)
            with progress.step("publication"):
                return publish(folder, version, settings)


def fetch_sources(settings: Settings) -> list[Loaded]:
    """Fetch the files of every source of the catalogue, in the order they are mapped.

    Args:
        settings: where sources lie.

    Raises:
        CatalogueError: a source names a mapping that does not exist.
        SourceError: a file cannot be had.

    """
    sources = load_sources()
    unknown = {source.mapping for source in sources} - set(MAPPINGS)
    if unknown:
        raise CatalogueError(
            f"Unknown mapping: {', '.join(sorted(unknown))}.",
            f"The mappings are: {', '.join(MAPPINGS)}.",
            "Check emp:mapping in catalogue.ttl.",
        )
    order = list(MAPPINGS)
    entries = []
    for source in sorted(sources, key=lambda s: (order.index(s.mapping), s.identifier)):
        files = fetch(source, settings)
        hashes = {name: file_hash(path) for name, path in files.items()}
        entries.append(Loaded(source, files, hashes, Tally()))
    return entries


def map_sources(entries: Iterable[Loaded], progress: Progress) -> list[Graph]:
    """Map every source, then derive what follows from them.

    Args:
        entries: the sources, fetched; their tallies are filled.
        progress: told of each step.

    Returns:
        The named graphs of the build.

    """
    known, graphs, loaded = Known(), [], list(entries)
    with progress.step("ontology"):
        graphs.append(rdf_graph(ONTOLOGY, load_ontology()))
        graphs.append(rdf_graph(VOCABULARIES, load_vocabularies()))
        known.learn(graphs[1])
    for entry in loaded:
        source, tally = entry.source, entry.tally
        with progress.step(source.identifier):
            graph = Graph(source.graph)
            MAPPINGS[source.mapping](source, entry.files, graph, tally, known)
            known.learn(graph)
            graphs.append(graph)
        if tally.rejections:
            progress.say(f"{source.identifier}: {len(tally.rejections)} rows rejected")
    with progress.step("coverage"):
        coverage, meta = Graph(COVERAGE), Graph(META)
        cover(read_world(quad for graph in graphs for quad in graph), coverage)
        describe(meta, loaded, _DERIVED)
    return [*graphs, coverage, meta]


def rdf_graph(iri: str, content: RdflibGraph) -> Graph:
    """Restate an RDF graph under a name, its blank nodes (axioms, lists) named canonically."""
    dataset = Dataset(parse_rdf(content.serialize(format="nt"), format=RdfFormat.N_TRIPLES))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    graph = Graph(iri)
    graph.add_all(Quad(quad.subject, quad.predicate, quad.object) for quad in dataset)
    return graph


def write_term_usage(folder: Path, entries: Iterable[Loaded]) -> None:
    """Count the use of each term; examples are taken from the worked case where it has some."""
    worked = [entry.source.graph for entry in entries if entry.source.mapping == "worked-case"]
    write_usage(folder, load_ontology(), worked)


def write_rejections(path: Path, loaded: Iterable[Loaded]) -> None:
    """List every rejected row: source, table, row, reason, content."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        fields = ["source", *Rejection.__dataclass_fields__]
        writer = csv.DictWriter(stream, fields, lineterminator="\n")
        writer.writeheader()
        for entry in loaded:
            for rejection in entry.tally.rejections:
                writer.writerow({"source": entry.source.identifier} | asdict(rejection))


def write_reports(
    folder: Path, report: ValidationReport, info: Mapping[str, object], entries: Iterable[Loaded]
) -> None:
    """Write what is said about a build: its summary, its validation, its rejected rows."""
    text = json.dumps(info, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "build.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.ttl").write_text(to_turtle(report), encoding="utf-8")
    (folder / "report.json").write_text(to_json(report), encoding="utf-8")
    write_rejections(folder / "rejected.csv", entries)


def summary(
    version: str,
    loaded: Iterable[Loaded],
    graphs: Iterable[Graph],
    report: ValidationReport,
) -> dict[str, object]:
    """Return what ``build.json`` says of a version."""
    entries, sizes = list(loaded), {graph.name.value: len(graph) for graph in graphs}
    return {
        "id": version,
        "dataDate": max(entry.source.retrieved for entry in entries).isoformat(),
        "quads": sum(sizes.values()),
        "graphs": sizes,
        "sources": [
            {
                "identifier": entry.source.identifier,
                "title": entry.source.title,
                "publisher": entry.source.publisher,
                "licence": entry.source.licence,
                "retrieved": entry.source.retrieved.isoformat(),
                "read": entry.tally.read,
                "kept": entry.tally.kept,
                "rejected": len(entry.tally.rejections),
                "files": dict(entry.hashes),
            }
            for entry in entries
        ],
        "validation": report.counts(),
    }


def refuse(folder: Path, report: ValidationReport, settings: Settings) -> ViolationsError:
    """Keep the report of a refused build where it can be read, and say why it is refused."""
    refused = settings.data / "refused"
    refused.mkdir(exist_ok=True)
    for name in REPORTS:
        (folder / name).replace(refused / name)
    rules = sorted({finding.rule for finding in report.results})
    return ViolationsError(
        "The graph breaks its shapes; it is not published.",
        f"{len(report.results)} results for {', '.join(rules[:8])}.",
        f"Read {refused / 'report.json'}, mend the source, build again.",
    )
