"""Terms that nothing uses: no data, shape, question, nor any axiom of another term."""

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from rdflib import Graph, URIRef

from ontology.axioms import read_axioms
from ontology.hygiene import HygieneFinding
from ontology.loading import ROOT, OntologyError
from ontology.namespaces import BASE, EMP, ONT
from ontology.terms import list_terms

# As Turtle, SPARQL, N-Quads and the project's Python write a term.
_MENTION: Final = re.compile(r"""(?:\bEMP\.|\bEMP\[["']|\bemp\(["']|\bemp:|/def\#)([A-Za-z]\w*)""")
_QUOTED: Final = re.compile(r"""["']([A-Za-z]\w*)["']""")
_WORD: Final = re.compile(r"[A-Za-z]\w*")
# The ontology is published with the data: that it describes a term is no use of it.
_DESCRIBING: Final = (f"<{EMP}", f"<{ONT}", f"<{BASE}ont>", "_:")
_COLUMNS: Final = ("term", "reason")


def mentions(paths: Iterable[Path]) -> frozenset[str]:
    """Find the terms that some files mention.

    In Python and CSV files any quoted name or word counts, since code and tables write terms bare.

    Args:
        paths: Turtle, SPARQL, N-Quads, Python or CSV files; large ones are read line by line.

    Returns:
        Short names such as `Commune`, known to the ontology or not.

    Raises:
        OntologyError: a file cannot be read.
    """
    found: set[str] = set()
    for path in paths:
        try:
            with path.open(encoding="utf-8") as stream:
                for line in stream:
                    if path.suffix == ".csv":
                        found.update(_WORD.findall(line))
                    elif path.suffix != ".nq" or not line.startswith(_DESCRIBING):
                        found.update(_MENTION.findall(line))
                    if path.suffix == ".py":
                        found.update(_QUOTED.findall(line))
        except (OSError, UnicodeDecodeError) as error:
            raise OntologyError(f"{path.name}: cannot be read ({error})") from error
    return frozenset(found)


def used_in_axioms(graph: Graph) -> frozenset[str]:
    """Find the terms that axioms about other terms use.

    To be disjoint with others is no use: it only says what a term is not.

    Args:
        graph: an ontology graph.

    Returns:
        Short names.
    """
    found: set[str] = set()
    for axiom in read_axioms(graph):
        if axiom.form != "DisjointClasses":
            first = axiom.arguments[0]
            found |= {str(name) for name in axiom.signature if name != first}
    return frozenset(name.removeprefix(str(EMP)) for name in found if URIRef(name) in EMP)


def justified(path: Path = ROOT / "unused.csv") -> dict[str, str]:
    """Read why some unused terms are kept.

    Args:
        path: a table of two columns, term and reason.

    Returns:
        The reason of each term.

    Raises:
        OntologyError: the file is missing, has other columns, or gives no reason.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise OntologyError(f"{path.name}: cannot be read ({error.strerror})") from error
    for number, row in enumerate(rows, start=2):
        if tuple(row) != _COLUMNS or not all((row[name] or "").strip() for name in _COLUMNS):
            raise OntologyError(f"{path.name}, line {number}: a term and its reason are needed")
    return {row["term"]: row["reason"] for row in rows}


def check_usage(
    graph: Graph, mentioned: frozenset[str], reasons: Mapping[str, str]
) -> tuple[HygieneFinding, ...]:
    """Find the terms that are unused without a reason, and the reasons that have had their day.

    Args:
        graph: the ontology, restrictions included.
        mentioned: the short names that data, shapes and queries mention.
        reasons: why some unused terms are kept.

    Returns:
        The findings, sorted by term: USE-01 for a term, USE-02 for a reason.
    """
    names = {term.name for term in list_terms(graph)}
    unused = names - mentioned - used_in_axioms(graph)
    found = [
        HygieneFinding(
            rule="USE-01",
            severity="warning",
            entity=f"{EMP}{name}",
            property="",
            value=name,
            problem="No data, shape, query or other axiom uses this term.",
            solution="Use it, deprecate it, or say in unused.csv why it is kept.",
        )
        for name in unused - set(reasons)
    ]
    found += [
        HygieneFinding(
            rule="USE-02",
            severity="warning",
            entity=f"{EMP}{name}",
            property="",
            value=reason,
            problem="A reason is given for a term that is used, or that does not exist.",
            solution="Remove its line from unused.csv.",
        )
        for name, reason in reasons.items()
        if name not in unused
    ]
    return tuple(sorted(found, key=lambda finding: finding.entity))
