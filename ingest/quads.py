"""Writing quads: one named graph at a time, row by row for few, in columns for many."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

import polars as pl
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
    """The quads of one named graph, gathered in memory: single statements, and whole columns."""

    def __init__(self, iri: str) -> None:
        self.name = NamedNode(iri)
        self._quads: set[Quad] = set()
        self._columns: list[pl.Series] = []

    def __len__(self) -> int:
        return len(self.lines())

    def __iter__(self) -> Iterator[Quad]:
        """Yield the single statements; those stated in columns are lines only."""
        return iter(self._quads)

    def lines(self) -> pl.Series:
        """Return the graph as N-Quads lines without their ends, sorted and unique.

        Equal graphs give equal lines (RDF 1.1 N-Quads, canonical form; no blank node is used).
        """
        single = pl.Series([f"{quad} ." for quad in self._quads], dtype=pl.String)
        lines = pl.concat([single, *self._columns]).sort()
        # Neighbours are compared: hashing every line to drop repeats takes twice as long.
        return lines.filter(lines.ne_missing(lines.shift()))

    def state(
        self, frame: pl.DataFrame, subject: pl.Expr, predicate: NamedNode, value: pl.Expr
    ) -> None:
        """State one property of every row of a frame; a row lacking either end says nothing.

        Args:
            frame: the rows.
            subject: N-Quads terms, as `ingest.columns` writes them.
            predicate: the property.
            value: N-Quads terms.

        """
        middle, end = pl.lit(f" {predicate} "), pl.lit(f" {self.name} .")
        line = pl.concat_str(subject, middle, value, end)
        self._columns.append(frame.select(line.alias("line")).to_series().drop_nulls())

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
