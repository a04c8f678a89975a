"""Expected inferences: what the axioms must entail, must rule out, and must leave open.

HermiT's inferred property values are partial, so none is read. Each row of the table becomes two
classes: one of what would deny the inference, one of what would affirm it. A class that can have
no member is a proof (OWL 2 Direct Semantics, section 2.5: entailment as unsatisfiability), and one
run of HermiT judges them all.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Identifier

from ontology.loading import ROOT, OntologyError, load_files, load_ontology
from ontology.namespaces import ID, PREFIXES
from ontology.reasoning import DEFAULT_TIMEOUT, ReasonerError, reason

FOLDER: Final = ROOT / "expected"
TABLE: Final = FOLDER / "inferences.csv"
VERDICTS: Final = ("yes", "no", "open")

__all__ = [
    "Inference",
    "InferenceResult",
    "check_inferences",
    "expected_inferences",
    "fixture_files",
]


@dataclass(frozen=True, slots=True)
class Inference:
    """One row of the table: a statement, and whether it follows from a fixture and the axioms."""

    fixture: str
    subject: str
    predicate: str
    object: str
    holds: str
    why: str

    @property
    def text(self) -> str:
        """The statement as it is written in the table."""
        return f"{self.fixture}: {self.subject} {self.predicate} {self.object}"


@dataclass(frozen=True, slots=True)
class InferenceResult:
    """What was expected of a statement beside what HermiT proves of it."""

    expected: Inference
    found: str

    @property
    def passed(self) -> bool:
        """Tell whether HermiT proves what was expected, and nothing more."""
        return self.expected.holds == self.found


def fixture_files() -> tuple[Path, ...]:
    """Return the fixtures: small graphs, each in a namespace of its own.

    Returns:
        The paths of `expected/*.ttl`, sorted.
    """
    return tuple(sorted(FOLDER.glob("*.ttl")))


def expected_inferences(table: Path = TABLE) -> tuple[Inference, ...]:
    """Read the table of expected inferences.

    Args:
        table: a CSV file with the columns of `Inference`.

    Returns:
        Its rows, in order.

    Raises:
        OntologyError: the table cannot be read, or a row has another verdict than yes, no, open.
    """
    try:
        with table.open(encoding="utf-8", newline="") as stream:
            rows = tuple(Inference(**row) for row in csv.DictReader(stream))
    except (OSError, TypeError) as error:
        raise OntologyError(f"{table.name}: cannot be read ({error})") from error
    for row in rows:
        if row.holds not in VERDICTS:
            raise OntologyError(f"{table.name}: {row.text}: no such verdict: {row.holds}")
    return rows


def term(name: str, fixture: str) -> Identifier:
    """Read a term of the table.

    Args:
        name: a prefixed name, `ex:` being the fixture's own namespace, or a quoted text.
        fixture: the fixture's name.

    Returns:
        The term.

    Raises:
        OntologyError: the prefix is unknown.
    """
    if name.startswith('"'):
        return Literal(name.strip('"'))
    prefix, _, local = name.partition(":")
    namespace = str(ID[f"expected/{fixture}/"]) if prefix == "ex" else PREFIXES.get(prefix)
    if namespace is None:
        raise OntologyError(f"{name}: no such prefix")
    return URIRef(namespace + local)


class _Writer:
    """Writes class expressions into a graph (OWL 2 Mapping to RDF, section 2.1)."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def _list(self, predicate: URIRef, *members: Identifier) -> BNode:
        node, head = BNode(), BNode()
        Collection(self.graph, head, list(members))
        self.graph.add((node, RDF.type, OWL.Class))
        self.graph.add((node, predicate, head))
        return node

    def one(self, individual: Identifier) -> BNode:
        return self._list(OWL.oneOf, individual)

    def both(self, left: Identifier, right: Identifier) -> BNode:
        return self._list(OWL.intersectionOf, left, right)

    def lacking(self, other: Identifier) -> BNode:
        node = BNode()
        self.graph.add((node, RDF.type, OWL.Class))
        self.graph.add((node, OWL.complementOf, other))
        return node

    def having(self, predicate: Identifier, value: Identifier) -> BNode:
        node = BNode()
        self.graph.add((node, RDF.type, OWL.Restriction))
        self.graph.add((node, OWL.onProperty, predicate))
        self.graph.add((node, OWL.hasValue, value))
        return node

    def sides(self, row: Inference, anyone: URIRef) -> tuple[Identifier, Identifier]:
        """Return two classes: the row says that the members of one are, or not, in the other."""
        subject, predicate, value = (
            term(name, row.fixture) for name in (row.subject, row.predicate, row.object)
        )
        if predicate in {RDFS.subClassOf, OWL.disjointWith}:
            return subject, value
        if predicate == RDFS.subPropertyOf:
            self.graph.add((anyone, RDF.type, OWL.NamedIndividual))
            return self.having(subject, anyone), self.having(value, anyone)
        if predicate == RDF.type:
            return self.one(subject), value
        if predicate == OWL.sameAs:
            return self.one(subject), self.one(value)
        return self.one(subject), self.having(predicate, value)

    def check(self, row: Inference, denied: URIRef, affirmed: URIRef, anyone: URIRef) -> None:
        left, right = self.sides(row, anyone)
        if term(row.predicate, row.fixture) == OWL.disjointWith:
            denied, affirmed = affirmed, denied
        for name, other in ((denied, self.lacking(right)), (affirmed, right)):
            self.graph.add((name, RDF.type, OWL.Class))
            self.graph.add((name, OWL.equivalentClass, self.both(left, other)))


@cache
def _fixtures() -> Graph:
    return load_files(fixture_files())


def check_inferences(
    ontology: Graph | None = None,
    rows: tuple[Inference, ...] | None = None,
    *,
    timeout: float = DEFAULT_TIMEOUT,
) -> tuple[InferenceResult, ...]:
    """Judge every expected inference in one run of HermiT.

    Args:
        ontology: the axioms; by default the modules and restrictions.
        rows: the expectations; by default the table's.
        timeout: seconds after which HermiT is killed.

    Returns:
        One result a row: `yes` (entailed), `no` (its contrary is entailed) or `open` (neither).

    Raises:
        JavaMissingError: no Java runtime can be used.
        ReasonerError: HermiT failed, or a fixture contradicts the axioms, which proves anything.
        OntologyError: a fixture or the table cannot be read.
    """
    rows = expected_inferences() if rows is None else rows
    graph = load_ontology(restrictions=True) if ontology is None else Graph() + ontology
    graph += _fixtures()
    checks = [
        tuple(ID[f"expected/check/{number}/{side}"] for side in ("denied", "affirmed", "anyone"))
        for number in range(len(rows))
    ]
    writer = _Writer(graph)
    for row, (denied, affirmed, anyone) in zip(rows, checks, strict=True):
        writer.check(row, denied, affirmed, anyone)
    report = reason(graph, timeout=timeout)
    if not report.consistent:
        raise ReasonerError("the fixtures of the expected inferences contradict the ontology")
    empty = set(report.unsatisfiable)
    results = []
    for row, (denied, affirmed, _) in zip(rows, checks, strict=True):
        found = "yes" if str(denied) in empty else "no" if str(affirmed) in empty else "open"
        results.append(InferenceResult(row, found))
    return tuple(results)
