"""The source catalogue: DCAT in Turtle read into plain data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, Namespace, URIRef
from rdflib.exceptions import ParserError
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from ingest.errors import CatalogueError
from ontology.namespaces import EMP, GRAPH

CATALOGUE: Final = Path(__file__).parent / "catalogue"
_SPDX: Final = Namespace("http://spdx.org/rdf/terms#")


@dataclass(frozen=True, slots=True)
class Distribution:
    """One file of a source."""

    iri: str
    name: str
    address: str
    sha256: str | None
    mirror: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """One source at one vintage, which is one named graph."""

    graph: str
    identifier: str
    vintage: str
    title: dict[str, str]
    publisher: str
    licence: str
    retrieved: date
    reference_date: date | None
    mapping: str
    distributions: tuple[Distribution, ...]


def catalogue_files(path: Path | None = None) -> list[Path]:
    """Return the Turtle files of the catalogue: the project's own where no other is named."""
    path = path or CATALOGUE
    return sorted(path.glob("*.ttl")) if path.is_dir() else [path]


def parse_catalogue(path: Path | None = None) -> Graph:
    """Parse the catalogue as RDF.

    Args:
        path: a folder of Turtle files, or one of them.

    Raises:
        CatalogueError: missing, or not Turtle (with the file and line).

    """
    files = catalogue_files(path)
    graph = Graph()
    for file in files:
        try:
            graph.parse(file, format="turtle")
        except FileNotFoundError as error:
            raise _no_catalogue(file) from error
        except (BadSyntax, ParserError) as error:
            line = f"line {error.lines + 1}" if isinstance(error, BadSyntax) else str(error)
            raise CatalogueError(
                f"{file.name} is not valid Turtle.",
                f"The syntax breaks at {line}.",
                "Mend that line.",
            ) from error
    if not files:
        raise _no_catalogue(path or CATALOGUE)
    return graph


def _no_catalogue(path: Path) -> CatalogueError:
    return CatalogueError(
        "The source catalogue is missing.", f"There is no {path}.", "Restore the file."
    )


def load_sources(path: Path | None = None) -> tuple[Source, ...]:
    """Read the catalogue, in the order of the identifiers.

    Args:
        path: a DCAT catalogue in Turtle: a file, or a folder of them.

    Returns:
        The sources; each has what the build needs of it.

    Raises:
        CatalogueError: not Turtle, or an entry lacks a property.

    """
    graph = parse_catalogue(path)
    datasets = graph.subjects(RDF.type, DCAT.Dataset)
    sources = [_source(graph, node) for node in datasets if isinstance(node, URIRef)]
    return tuple(sorted(sources, key=lambda source: source.identifier))


def select(sources: Iterable[Source], identifier: str) -> Source:
    """Return the source of that identifier.

    Raises:
        CatalogueError: the catalogue has none.

    """
    known = {source.identifier: source for source in sources}
    if identifier not in known:
        raise CatalogueError(
            f"No source {identifier!r} in the catalogue.",
            f"It has: {', '.join(known)}.",
            "Check the identifier.",
        )
    return known[identifier]


def _source(graph: Graph, node: URIRef) -> Source:
    identifier = str(_one(graph, node, DCTERMS.identifier))
    vintage = identifier.rpartition("/")[2]
    if str(node) != str(GRAPH) + identifier:
        raise _incomplete(node, f"the identifier {identifier!r} is not the end of its IRI")
    retrieved = _one(graph, node, EMP.retrievedOn).toPython()
    reference = graph.value(node, EMP.referenceDate)
    if not isinstance(retrieved, date):
        raise _incomplete(node, "emp:retrievedOn is not an xsd:date")
    return Source(
        graph=str(node),
        identifier=identifier,
        vintage=vintage,
        title={o.language or "": str(o) for o in _literals(graph, node, DCTERMS.title)},
        publisher=str(_one(graph, node, DCTERMS.publisher)),
        licence=str(_one(graph, node, DCTERMS.license)),
        retrieved=retrieved,
        reference_date=reference.toPython() if isinstance(reference, Literal) else None,
        mapping=str(_one(graph, node, EMP.mapping)),
        distributions=tuple(
            sorted(
                (_distribution(graph, part) for part in graph.objects(node, DCAT.distribution)),
                key=lambda distribution: distribution.name,
            )
        ),
    )


def _distribution(graph: Graph, node: Node) -> Distribution:
    checksum = graph.value(node, _SPDX.checksum)
    value = graph.value(checksum, _SPDX.checksumValue) if checksum else None
    mirror = graph.value(node, EMP.mirrorPath)
    return Distribution(
        iri=str(node),
        name=str(_one(graph, node, DCTERMS.title)),
        address=str(_one(graph, node, DCAT.downloadURL)),
        sha256=str(value) if value else None,
        mirror=str(mirror) if mirror else None,
    )


def _literals(graph: Graph, node: Node, prop: URIRef) -> list[Literal]:
    return [value for value in graph.objects(node, prop) if isinstance(value, Literal)]


def _one(graph: Graph, node: Node, prop: URIRef) -> URIRef | Literal:
    value = graph.value(node, prop)
    if not isinstance(value, URIRef | Literal):
        raise _incomplete(node, f"it has no {prop.n3(graph.namespace_manager)}")
    return value


def _incomplete(node: Node, why: str) -> CatalogueError:
    return CatalogueError(
        f"The catalogue entry <{node}> is incomplete.",
        f"{why}.",
        "Complete it in ingest/catalogue/.",
    )
