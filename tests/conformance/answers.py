"""Whether an answer is the expected one: solutions, graphs and datasets, up to blank nodes.

What is compared is turned into a graph first, a node for each row, so that one notion serves for
all: two are the same when their graphs are isomorphic (RDF 1.1 Concepts §3.6). Numbers are the
same when datatype and value are, ``2.0`` and ``2.00``; language tags when their letters are,
``en-US`` and ``en-us`` (RDF 1.1 Concepts §3.3).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import rdflib
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.plugins.sparql.results.rdfresults import RDFResult
from rdflib.query import Result
from rdflib.term import Node

Row = Mapping[str, Node]

_ROW: Final = "urn:row:"
_VARIABLE: Final = "urn:variable:"
_PLACE: Final = URIRef("urn:place")
_FILES: Final = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".tsv": "text/tab-separated-values",
    ".csv": "text/csv",
}
_RESULTS: Final = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
}
_NUMERIC: Final = frozenset(
    (
        XSD.double,
        XSD.float,
        XSD.decimal,
        XSD.integer,
        XSD.int,
        XSD.long,
        XSD.short,
        XSD.byte,
        XSD.nonNegativeInteger,
        XSD.positiveInteger,
        XSD.nonPositiveInteger,
        XSD.negativeInteger,
        XSD.unsignedInt,
        XSD.unsignedLong,
        XSD.unsignedShort,
        XSD.unsignedByte,
    )
)
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_INEXACT: Final = frozenset((XSD.double, XSD.float))


@dataclass(frozen=True, slots=True)
class Table:
    """A sequence of solutions.

    Args:
        variables: those of the header, in order.
        rows: terms by variable; what is not bound is not there.
    """

    variables: tuple[str, ...]
    rows: tuple[Row, ...]


Answer = Table | Graph | bool


def same(expected: Answer, found: Answer, *, ordered: bool = False) -> bool:
    """Tell whether an answer is the expected one.

    Args:
        expected: what the suite says.
        found: what came.
        ordered: whether the order of solutions counts.

    Returns:
        True when they are the same up to the names of blank nodes.

    """
    if isinstance(expected, Table) and isinstance(found, Table):
        if set(expected.variables) != set(found.variables):
            return False
        return isomorphic(_as_graph(expected.rows, ordered), _as_graph(found.rows, ordered))
    if isinstance(expected, Graph) and isinstance(found, Graph):
        return isomorphic(_valued(expected), _valued(found))
    return isinstance(expected, bool) and expected is found


def read_file(path: Path, base: str) -> Answer:
    """Read an expected result.

    Args:
        path: file of the suite: a result format, or RDF (a graph, or an ``rs:ResultSet``).
        base: IRI against which relative ones are read.

    Returns:
        The answer it tells.

    """
    if path.suffix in _FILES:
        return read_body(_FILES[path.suffix], path.read_bytes())
    with literals_as_written():
        return _from_result(RDFResult(Graph().parse(path, publicID=base)))


def read_body(media_type: str, body: bytes) -> Answer:
    """Read an answer of the service.

    Args:
        media_type: its type, without parameters.
        body: its bytes.

    Returns:
        The answer it tells.

    Raises:
        ValueError: the type is none of those of results or graphs.

    """
    if media_type == "text/csv":
        return read_csv(body.decode("utf-8"))
    if media_type == "text/tab-separated-values":
        return read_tsv(body.decode("utf-8"))
    try:
        with literals_as_written():
            if media_type in _RESULTS:
                return _from_result(Result.parse(io.BytesIO(body), format=_RESULTS[media_type]))
            return Graph().parse(data=body, format=media_type)
    except rdflib.plugin.PluginException as error:
        raise ValueError(f"an answer of type {media_type}") from error


def read_csv(text: str) -> Table:
    """Read CSV results, which have strings only, and blank nodes (SPARQL 1.1 CSV and TSV §3)."""
    header, *lines = csv.reader(io.StringIO(text))
    # A line of one empty value is an empty line.
    rows = [dict(zip(header, line or [""], strict=True)) for line in lines]
    return Table(
        tuple(header),
        tuple({name: _cell(text) for name, text in row.items()} for row in rows),
    )


def read_tsv(text: str) -> Table:
    """Read TSV results, of which each cell is a term of Turtle (SPARQL 1.1 CSV and TSV §4).

    Not by rdflib's own reader, which takes no number with a sign or a fraction.
    """
    header, *lines = text.split("\n")[:-1]
    names = [name.removeprefix("?") for name in header.split("\t") if name]
    statements = [
        f"<{_ROW}{place}> <{_VARIABLE}{name}> {cell} ."
        for place, line in enumerate(lines)
        for name, cell in zip(names, line.split("\t") if names else [], strict=True)
        if cell
    ]
    with literals_as_written():
        graph = Graph().parse(data="\n".join(statements), format="turtle")
    rows: list[dict[str, Node]] = [{} for _ in lines]
    for row, name, term in graph:
        rows[int(str(row).removeprefix(_ROW))][str(name).removeprefix(_VARIABLE)] = term
    return Table(tuple(names), tuple(rows))


def as_csv(table: Table) -> Table:
    """Tell a table as CSV would: what is not bound is the empty string, types are lost."""
    return Table(
        table.variables,
        tuple({name: _stripped(row.get(name)) for name in table.variables} for row in table.rows),
    )


@contextmanager
def literals_as_written() -> Iterator[None]:
    """Keep rdflib from rewriting ``"01"^^xsd:integer`` as it reads."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def _from_result(result: Result) -> Answer:
    if result.type == "ASK":
        return bool(result.askAnswer)
    if result.graph is not None:
        return result.graph
    return Table(
        tuple(map(str, result.vars or ())),
        tuple(
            {str(name): term for name, term in row.items() if term is not None}
            for row in result.bindings
        ),
    )


def _as_graph(rows: Iterable[Row], ordered: bool) -> Graph:
    graph = Graph()
    for place, row in enumerate(rows):
        node = BNode()
        graph.add((node, _PLACE, Literal(place if ordered else 0)))
        for name, term in row.items():
            graph.add((node, URIRef(_VARIABLE + name), _value(term)))
    return graph


def _valued(graph: Graph) -> Graph:
    found = Graph()
    for subject, predicate, term in graph:
        found.add((subject, predicate, _value(term)))
    return found


def _value(term: Node) -> Node:
    """Write what is the same in one way; any other term stays as it is."""
    if not isinstance(term, Literal):
        return term
    text = str(term)
    if term.language:
        return Literal(text, lang=term.language.lower())
    if term.datatype in _NUMERIC and _NUMBER.fullmatch(text):
        return Literal(_number(text, term.datatype), datatype=term.datatype, normalize=False)
    return term


def _number(text: str, datatype: URIRef | None = None) -> str:
    return str(float(text)) if datatype in _INEXACT else f"{Decimal(text).normalize() + 0:f}"


def _cell(text: str) -> Node:
    if text.startswith("_:"):
        return BNode(text[2:])
    return Literal(_number(text) if _NUMBER.fullmatch(text) else text)


def _stripped(term: Node | None) -> Node:
    return term if isinstance(term, BNode) else _cell("" if term is None else str(term))
