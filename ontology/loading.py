"""Reading the ontology's Turtle files into one rdflib graph."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rdflib import Graph
from rdflib.plugins.parsers.notation3 import BadSyntax

from ontology.namespaces import PREFIXES

ROOT: Final = Path(__file__).resolve().parent


class OntologyError(Exception):
    """A Turtle file of the ontology is missing or cannot be read."""


def module_files() -> tuple[Path, ...]:
    """Return the Turtle files of the modules, sorted by name.

    Returns:
        The paths of `modules/*.ttl`.
    """
    return tuple(sorted((ROOT / "modules").glob("*.ttl")))


def aggregate_file() -> Path:
    """Return the file that imports every module and states their disjointness.

    Returns:
        The path of `empilement.ttl`.
    """
    return ROOT / "empilement.ttl"


def restrictions_file() -> Path:
    """Return the file of existentials and cardinalities read by the reasoner only.

    Returns:
        The path of `restrictions.ttl`.
    """
    return ROOT / "restrictions.ttl"


def alignment_files() -> tuple[Path, ...]:
    """Return the files of links to external vocabularies, which no reasoner reads.

    Returns:
        The path of `alignments.ttl`, which imports the others, then those of
        `alignments/*.ttl`, one a vocabulary, sorted by name.
    """
    return (ROOT / "alignments.ttl", *sorted((ROOT / "alignments").glob("*.ttl")))


def vocabulary_files() -> tuple[Path, ...]:
    """Return the Turtle files of the SKOS schemes, sorted by name.

    Returns:
        The paths of `voc/*.ttl`.
    """
    return tuple(sorted((ROOT / "voc").glob("*.ttl")))


def parse_turtle(path: Path, graph: Graph) -> None:
    """Add the triples of one Turtle file to a graph.

    Args:
        path: the Turtle file.
        graph: the graph that receives the triples; left untouched when the file is broken.

    Raises:
        OntologyError: the file is missing, is not UTF-8 or is not Turtle; the message names the
            file and, for a syntax error, the line (Turtle 1.1, section 6).
    """
    scratch = Graph()
    try:
        scratch.parse(data=path.read_text(encoding="utf-8"), format="turtle")
    except BadSyntax as error:
        raise OntologyError(f"{path.name}, line {error.lines + 1}: {error.message}") from error
    except UnicodeDecodeError as error:
        raise OntologyError(f"{path.name}: not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise OntologyError(f"{path.name}: cannot be read ({error.strerror})") from error
    for triple in scratch:
        graph.add(triple)


def load_files(paths: Iterable[Path]) -> Graph:
    """Parse several Turtle files into one graph bound to the project's prefixes.

    Args:
        paths: the files, in any order.

    Returns:
        The union of their triples.

    Raises:
        OntologyError: one file cannot be read.
    """
    graph = Graph()
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    for path in paths:
        parse_turtle(path, graph)
    return graph


def load_ontology(*, restrictions: bool = False, alignments: bool = False) -> Graph:
    """Load the modules and the aggregate ontology.

    Args:
        restrictions: add the existentials and cardinalities meant for the reasoner.
        alignments: add the links to external vocabularies meant for publication.

    Returns:
        One graph of the requested files.

    Raises:
        OntologyError: one file cannot be read.
    """
    paths = [*module_files(), aggregate_file()]
    if restrictions:
        paths.append(restrictions_file())
    if alignments:
        paths.extend(alignment_files())
    return load_files(paths)


def load_vocabularies() -> Graph:
    """Load the SKOS schemes.

    Returns:
        One graph of every scheme and concept of `voc/`.

    Raises:
        OntologyError: one file cannot be read.
    """
    return load_files(vocabulary_files())
