"""Loading of the shapes, and of the part of the ontology that the shapes need."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from rdflib import RDF, RDFS, SH, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

import ontology
from ontology.namespaces import EMP, EMPS, ID, PREFIXES

SHAPES_FOLDER: Final = Path(__file__).parent
MODULES_FOLDER: Final = Path(ontology.__file__).parent / "modules"
GATE_NODE: Final = ID["dataset"]
WATCHES: Final = EMPS["watches"]
_SEVERITIES: Final = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}


class ShapesError(Exception):
    """A shapes or data file cannot be read; the message names the file, the line and the remedy."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue: a node shape with its stable id (``DEP-01``)."""

    id: str
    severity: str
    label_fr: str
    label_en: str
    gate: bool


def syntax_error(path: Path, error: SyntaxError) -> ShapesError:
    """Word a syntax error so that it says where it is and what to do.

    Params: the file and pyoxigraph's error (it carries the line). Returns: the error to raise.
    """
    line = error.lineno if error.lineno is not None else "?"
    return ShapesError(
        f"{path.name}, line {line}: {error.msg}. The file is not valid RDF; "
        f"correct this line and run again."
    )


def _check_syntax(path: Path) -> None:
    try:
        for _ in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            pass
    except SyntaxError as error:
        raise syntax_error(path, error) from error
    except OSError as error:
        raise ShapesError(f"{path.name}: cannot be read ({error.strerror}).") from error


def shape_files(folder: Path = SHAPES_FOLDER) -> tuple[Path, ...]:
    """List the shape files of a folder in name order (sub-folders hold fixtures, not shapes)."""
    return tuple(sorted(folder.glob("*.ttl")))


def load_shapes(paths: tuple[Path, ...] | None = None) -> Graph:
    """Read shape files into one graph.

    Params: ``paths``, the Turtle files; the project's own shapes when None.
    Returns: the shapes graph. Raises: ShapesError naming file and line for a broken file, or when
    there is no shape at all (an empty shapes graph would accept anything).
    """
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    files = shape_files() if paths is None else paths
    for path in files:
        _check_syntax(path)
        graph.parse(path, format="turtle")
    if (None, RDF.type, SH.NodeShape) not in graph:
        names = ", ".join(path.name for path in files) or "no file"
        raise ShapesError(f"No sh:NodeShape found in {names}; nothing would be checked.")
    return graph


def _text(graph: Graph, subject: Node, language: str) -> str:
    for value in graph.objects(subject, RDFS.label):
        if isinstance(value, Literal) and value.language == language:
            return str(value)
    return ""


def rule_id(shape: Node) -> str:
    """Return the short id of a rule (``DEP-01``) from its shape IRI."""
    return str(shape).removeprefix(str(EMPS))


def rules(shapes: Graph) -> tuple[Rule, ...]:
    """List the rules of a shapes graph in id order.

    Params: the shapes graph. Returns: one Rule for each named node shape.
    """
    found = []
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        if not isinstance(shape, URIRef):
            continue
        severity = shapes.value(shape, SH.severity, default=SH.Violation)
        found.append(
            Rule(
                id=rule_id(shape),
                severity=_SEVERITIES.get(URIRef(str(severity)), "violation"),
                label_fr=_text(shapes, shape, "fr"),
                label_en=_text(shapes, shape, "en"),
                gate=(shape, SH.sparql, None) in shapes,
            )
        )
    return tuple(sorted(found, key=lambda rule: rule.id))


def severity_name(node: Node | None) -> str:
    """Return ``violation``, ``warning`` or ``info`` for a SHACL severity IRI."""
    return _SEVERITIES.get(URIRef(str(node)), "violation")


def vocabulary_index(folder: Path = MODULES_FOLDER) -> Graph:
    """Extract from the ontology the two flat facts validation needs.

    The whole ontology must not enter the data graph: OWL restrictions there multiply the work
    (BrickSchema/py-brickschema#119). So only ``rdfs:subClassOf`` between our named classes and
    ``rdfs:isDefinedBy`` of our terms are kept.

    Params: the folder of ontology modules. Returns: a small graph.
    Raises: ShapesError for a broken module, or for a folder without modules.
    """
    emp = str(Namespace(str(EMP)))
    index = Graph()
    files = sorted(folder.glob("*.ttl"))
    if not files:
        raise ShapesError(f"No ontology module in {folder.name}/; classes cannot be resolved.")
    for path in files:
        _check_syntax(path)
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            subject, predicate, value = triple.subject, triple.predicate.value, triple.object
            if not (isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode)):
                continue
            inside = subject.value.startswith(emp)
            if inside and predicate == str(RDFS.subClassOf) and value.value.startswith(emp):
                index.add((URIRef(subject.value), RDFS.subClassOf, URIRef(value.value)))
            elif inside and predicate == str(RDFS.isDefinedBy):
                index.add((URIRef(subject.value), RDFS.isDefinedBy, URIRef(value.value)))
    return index
