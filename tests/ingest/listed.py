"""The graph of a mapped list, as a test asks it."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from ingest.fetch import TABLES, TABLES_FOLDER
from ingest.identity import mint
from ingest.known import Known
from ingest.mappings import MAPPINGS
from ingest.quads import Graph
from ingest.sources import Source, load_sources
from ingest.tables import Tally
from tests.conftest import SHARED

DATA = SHARED / "data"
Rows = list[dict[str, str]]
Said = dict[tuple[str, str], set[str]]
Lines = tuple[frozenset[str], Tally]
Graphs = Callable[[str], Lines]
Mapped = Callable[[str], tuple[Said, Tally]]


@cache
def raw(path: str, separator: str = ",") -> Rows:
    """Return the rows of a table of the reference data, read once: not to be changed."""
    with (DATA / path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator))


def read(lines: Iterable[str]) -> Said:
    """Index statements by subject and local name of the property.

    Args:
        lines: N-Quads.

    Returns:
        The values: codes of things (``epci/240100883``, ``extent/whole``), or texts, those with a
        language as ``text@fr``.

    """
    found: Said = defaultdict(set)
    for quad in parse("\n".join(lines), format=RdfFormat.N_QUADS):
        subject, value = quad.subject, quad.object
        assert isinstance(subject, NamedNode)
        name = quad.predicate.value.rpartition("#")[2].rpartition("/")[2]
        if isinstance(value, Literal):
            text = f"{value.value}@{value.language}" if value.language else value.value
        else:
            assert isinstance(value, NamedNode)
            text = short(value.value)
        found[short(subject.value), name].add(text)
    return found


def short(iri: str) -> str:
    """Return an IRI of ours without its beginning."""
    for start in ("id/", "def#", "voc/", "graph/"):
        if iri.startswith(f"https://w3id.org/empilement/{start}"):
            return iri.removeprefix(f"https://w3id.org/empilement/{start}")
    return iri


def deployments(said: Said, instrument: str) -> set[str]:
    """Return the keys of the deployments of an instrument."""
    prefix = mint("deployment", f"{instrument}/x").removesuffix("x")
    start = short(prefix)
    applied = {s for (s, p), values in said.items() if p == "appliesInstrument"}
    return {subject.removeprefix(start) for subject in applied if subject.startswith(start)}


def members(said: Said, instrument: str, key: str) -> set[str]:
    """Return the members of the perimeter of a deployment, as kind and code."""
    return said.get((f"deployment/{instrument}/{key}/perimeter", "perimeterMember"), set())


@cache
def sources() -> dict[str, Source]:
    """Return the entries of the catalogue, by identifier."""
    return {source.identifier: source for source in load_sources()}


def source_of(identifier: str) -> Source:
    """Return an entry of the catalogue."""
    return sources()[identifier]


def files_of(source: Source) -> dict[str, Path]:
    """Return the files of a source: in the mirror beside the project, or tables of ours."""
    return {
        each.name: TABLES_FOLDER / each.address.removeprefix(TABLES)
        if each.address.startswith(TABLES)
        else DATA / (each.mirror or "")
        for each in source.distributions
    }


def map_files(source: Source, files: Mapping[str, Path], known: Known) -> Lines:
    """Map a source; return the lines of its graph, and its tally."""
    graph, tally = Graph(source.graph), Tally()
    MAPPINGS[source.mapping](source, files, graph, tally, known)
    return frozenset(graph.lines()), tally


def map_spoilt(
    source: Source, known: Known, folder: Path, name: str, spoil: Callable[[bytes], bytes]
) -> Lines:
    """Map the files of a source, one of them spoilt in a copy."""
    files = files_of(source)
    spoilt = folder / name
    spoilt.write_bytes(spoil(files[name].read_bytes()))
    return map_files(source, files | {name: spoilt}, known)


def without_records(lines: Iterable[str]) -> set[str]:
    """Return what is said, without the rows that say it."""
    return {line for line in lines if "/id/record/" not in line}
