"""Writing quads: one named graph at a time, terms made and escaped by the RDF library."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Quad

from ontology.namespaces import EMP, PREFIXES

type_ = NamedNode(PREFIXES["rdf"] + "type")
label = NamedNode(PREFIXES["rdfs"] + "label")
_XSD = PREFIXES["xsd"]
_DATE = NamedNode(_XSD + "date")
_DECIMAL = NamedNode(_XSD + "decimal")
_DURATION = NamedNode(_XSD + "duration")

Value = NamedNode | Literal


def term(prefix: str, name: str) -> NamedNode:
    """Return the term ``prefix:name`` of a declared namespace."""
    return NamedNode(PREFIXES[prefix] + name)


def emp(name: str) -> NamedNode:
    """Return a term of the project's ontology."""
    return NamedNode(str(EMP) + name)


def day(value: date) -> Literal:
    """Return an ``xsd:date`` without time zone."""
    return Literal(value.isoformat(), datatype=_DATE)


def decimal(value: str) -> Literal:
    """Return an ``xsd:decimal`` from its written form.

    Raises:
        decimal.InvalidOperation: the text is not a number.

    """
    return Literal(format(Decimal(value), "f"), datatype=_DECIMAL)


def duration(value: str) -> Literal:
    """Return an ``xsd:duration`` such as ``P6Y``."""
    return Literal(value, datatype=_DURATION)


class Graph:
    """The quads of one named graph, gathered in memory."""

    def __init__(self, iri: str) -> None:
        self.name = NamedNode(iri)
        self._quads: set[Quad] = set()

    def __len__(self) -> int:
        return len(self._quads)

    def __iter__(self) -> Iterator[Quad]:
        return iter(self._quads)

    def add(self, subject: str, predicate: NamedNode, value: Value | None) -> None:
        """Add one statement; nothing when the value is not known (``None``)."""
        if value is not None:
            self._quads.add(Quad(NamedNode(subject), predicate, value, self.name))

    def add_all(self, quads: Iterable[Quad]) -> None:
        """Add triples or quads of elsewhere, restated in this graph."""
        self._quads.update(Quad(q.subject, q.predicate, q.object, self.name) for q in quads)

    def named(self, subject: str, kind: str, names: dict[str, str]) -> None:
        """Declare a thing of a class, with its labels by language (empty ones left out)."""
        self.add(subject, type_, emp(kind))
        self.labels(subject, label, names)

    def labels(self, subject: str, predicate: NamedNode, texts: dict[str, str]) -> None:
        """Add a text in each language where it is known."""
        for language, text in texts.items():
            if text:
                self.add(subject, predicate, Literal(text, language=language))


def canonical_lines(graphs: Iterable[Graph]) -> list[str]:
    """Return the dataset as sorted unique N-Quads lines: equal datasets, equal bytes.

    No blank node may be in it (RDF 1.1 N-Quads canonical form needs none relabelled then).
    """
    return sorted({f"{quad} .\n" for graph in graphs for quad in graph})
