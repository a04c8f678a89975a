"""Building the graph: a pure function of the catalogue, the files and the code, published whole."""

import gzip
import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, Store

from ingest.companions import Companion, companion_parts
from ingest.coverage import cover, read_world
from ingest.errors import ViolationsError
from ingest.links.cache import cached_links
from ingest.list_validity import date_deployments
from ingest.mappings import Failure, fetch_sources, map_sources
from ingest.mentioned import describe_mentioned
from ingest.parts import Part, drop_others, merge_lines, write_lines
from ingest.progress import Progress
from ingest.provenance import COVERAGE, MENTIONS, META, VALIDITY, code_hash, describe, file_hash
from ingest.quads import Graph
from ingest.reports import summary, write_reports
from ingest.settings import Settings
from ingest.sources import load_sources
from ingest.statistics import state_statistics
from ingest.store import REPORTS, Version, built, lock, publish, switch, workspace
from ingest.term_usage import write_usage
from ontology.loading import load_ontology
from ontology.namespaces import GRAPH
from shapes.validation import validate

_COMPRESSION: Final = 6
_TITLE: Final = {
    "fr": "Empilement : les dispositifs de cohésion territoriale",
    "en": "Empilement: territorial cohesion instruments",
}


def steps() -> tuple[str, ...]:
    """Return the names of the steps of a build, for a progress bar."""
    identifiers = (source.identifier for source in load_sources())
    end = ("memory", "derivation", "validation", "dataset", "store", "publication")
    return ("sources", "ontology", "composition", *identifiers, *end)


def build(
    settings: Settings,
    progress: Progress,
    force: bool = False,
    companions: Sequence[Companion] = (),
) -> Version:
    """Build, validate and publish a version of the graph.

    What has not changed is not done again: neither the mapping of a source whose bytes and code are
    the same, nor anything where a validated version of the same parts lies there already.

    Args:
        settings: where sources and versions lie.
        progress: told of each step.
        force: derive and validate anew all the same.
        companions: graphs made elsewhere, published with those of the build.

    Returns:
        The version, which is current from then on; ``info["sources"]`` says which source could
        not be read, and whether what was last read of it stands in.

    Raises:
        SourceError: a base source is missing or malformed; the last version stays current.
        CatalogueError: the catalogue is not what it must be.
        BuildLockedError: another build is under way.
        ViolationsError: the graph breaks a shape; the report stays in ``refused/``.

    """
    with lock(settings):
        with progress.step("sources"):
            entries = fetch_sources(settings)
        parts, failures = map_sources(entries, settings, progress)
        parts += links_out(settings) + companion_parts(companions, settings)
        version = build_id(parts, failures)
        known = built(version, settings)
        if known and known.info["validation"] and not force:
            progress.say(f"version {version} is up to date")
            return switch(version, settings)
        with workspace(settings) as folder:
            with progress.step("memory"):
                memory = load(Store(), parts)
            with progress.step("derivation"):
                parts += derive(memory, folder, version, parts, failures, companions)
            with progress.step("validation"):
                report = validate(memory)
            del memory
            with progress.step("dataset"):
                write_dataset(folder / "dataset.nq", parts)
            with progress.step("store"):
                write_store(folder)
                worked = [s.graph for s in load_sources() if s.mapping == "worked-case"]
                write_usage(folder, load_ontology(), worked)
            info = summary(version, load_sources(), parts, failures, report)
            info["files"] = file_facts(folder)
            write_reports(folder, report, info, parts)
            if not report.conforms:
                raise refuse(folder, sorted({f.rule for f in report.results}), settings)
            with progress.step("publication"):
                drop_others(settings)
                return publish(folder, version, settings)


def links_out(settings: Settings) -> list[Part]:
    """Return the links to other graphs that were asked for on request, each a named graph."""
    made = []
    for path in cached_links(settings):
        with path.open(encoding="utf-8") as stream:
            lines = list(stream)
        name = lines[0].rsplit(f"<{GRAPH}", 1)[1].split(">")[0]
        made.append(Part(name, path.stem.rpartition("-")[2], path, len(lines)))
    return made


def build_id(parts: Iterable[Part], failures: Iterable[Failure]) -> str:
    """Return the identifier of a build: 16 hexadecimal digits of its parts, gaps and code."""
    digest = hashlib.sha256(code_hash().encode())
    for text in (
        *sorted(f"{part.name} {part.key} {part.failure}" for part in parts),
        *sorted(f"{each.source.identifier} {each.why.what}" for each in failures),
    ):
        digest.update(text.encode())
    return digest.hexdigest()[:16]


def load(store: Store, parts: Iterable[Part]) -> Store:
    """Load a store with the parts; in memory, deriving and validating are ten times faster."""
    for part in parts:
        store.bulk_load(path=str(part.path), format=RdfFormat.N_QUADS)
    return store


def derive(
    store: Store,
    folder: Path,
    version: str,
    parts: Sequence[Part],
    failures: Iterable[Failure],
    companions: Iterable[Companion],
) -> list[Part]:
    """State what follows from the sources: validity, coverage, the description of every graph.

    Args:
        store: holds the parts; receives what is derived.
        folder: where the graphs are written.
        version: identifier of the build.
        parts: the sources as mapped.
        failures: the sources that could not be read.
        companions: the graphs made elsewhere, to be described like all others.

    """
    made: list[Part] = []

    def describing(graph: Graph) -> None:
        describe(graph, version, parts, failures, companions)
        state_statistics(version, [*parts, *made], _TITLE, graph)

    deriving: dict[str, Callable[[Graph], None]] = {
        MENTIONS: lambda graph: describe_mentioned(store, graph),
        VALIDITY: lambda graph: date_deployments(store, graph),
        COVERAGE: lambda graph: cover(read_world(store), graph),
        META: describing,
    }
    for iri, state in deriving.items():
        graph = Graph(iri)
        state(graph)
        name = iri.removeprefix(str(GRAPH))
        path = folder / f"{name.replace('/', '@')}.nq"
        made.append(Part(name, version, path, write_lines(path, graph)))
        store.bulk_load(path=str(path), format=RdfFormat.N_QUADS)
    return made


def write_dataset(path: Path, parts: Sequence[Part]) -> None:
    """Write the canonical dump, plain and compressed; the derived parts lie beside it no more."""
    merge_lines((part.path for part in parts), path)
    with (
        path.open("rb") as plain,
        path.with_suffix(".nq.gz").open("wb") as packed,
        # No name and no time in the header: the same graph, the same bytes.
        gzip.GzipFile("", "wb", _COMPRESSION, packed, mtime=0) as stream,
    ):
        shutil.copyfileobj(plain, stream, 1 << 20)
    for part in parts:
        if part.path.parent == path.parent:
            part.path.unlink()


def file_facts(folder: Path) -> dict[str, dict[str, int | str]]:
    """Return the size in bytes and the SHA-256 of each dump, by file name."""
    return {
        path.name: {"bytes": path.stat().st_size, "sha256": file_hash(path)}
        for path in sorted(folder.glob("dataset.nq*"))
    }


def write_store(folder: Path) -> None:
    """Load the embedded store from the dump, in one go."""
    store = Store(str(folder / "store"))
    store.bulk_load(path=str(folder / "dataset.nq"), format=RdfFormat.N_QUADS)
    store.flush()


def refuse(folder: Path, rules: Sequence[str], settings: Settings) -> ViolationsError:
    """Keep the report of a refused build where it can be read, and say why it is refused."""
    refused = settings.data / "refused"
    refused.mkdir(exist_ok=True)
    for name in REPORTS:
        (folder / name).replace(refused / name)
    return ViolationsError(
        "The graph breaks its shapes; it is not published.",
        f"Results for {', '.join(rules[:8])}.",
        f"Read {refused / 'report.json'}, mend the source, build again.",
    )
