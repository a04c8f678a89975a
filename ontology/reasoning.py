"""Consistency of the ontology, judged by HermiT through owlready2 within a time limit."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import OWL, RDF, Graph

from ontology.java import JavaMissingError, find_java
from ontology.loading import ROOT, load_ontology, parse_turtle
from ontology.namespaces import EMP

DEFAULT_TIMEOUT: Final = 120.0
# Halves a run of a second: such runs are too short for the optimising compiler to pay.
_QUICK_JAVA: Final = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
# Reified statements talk about triples without asserting them: the reasoner must not read them.
_REIFICATION: Final = frozenset({RDF.subject, RDF.predicate, RDF.object})
# What HermiT throws outside the global restrictions of OWL 2 DL (Structural Spec., section 11.2).
_OUTSIDE_OWL_DL: Final = "IllegalArgumentException"

__all__ = [
    "CanaryResult",
    "JavaMissingError",
    "ReasonerError",
    "ReasonerTimeoutError",
    "ReasoningReport",
    "check_canaries",
    "check_consistency",
    "reason",
]


class ReasonerError(Exception):
    """HermiT refused the ontology or failed; the message is its own."""


class ReasonerTimeoutError(ReasonerError):
    """HermiT did not answer within the time allowed and was stopped."""


@dataclass(frozen=True, slots=True)
class ReasoningReport:
    """HermiT's verdict on one graph."""

    consistent: bool
    unsatisfiable: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class CanaryResult:
    """HermiT's verdict on one canary beside the verdict that the canary announces."""

    name: str
    shows: str
    expected: str
    found: str

    @property
    def passed(self) -> bool:
        """Tell whether the verdict is the one announced."""
        return self.expected == self.found


def readable(graph: Graph) -> Graph:
    """Copy a graph without imports (nothing is fetched) and without reified statements.

    Args:
        graph: an ontology or data graph.

    Returns:
        What a reasoner may read of it.
    """
    statements = set(graph.subjects(RDF.type, EMP.CatalogueStatement))
    statements |= set(graph.subjects(RDF.type, RDF.Statement))
    copy = Graph()
    for subject, predicate, value in graph:
        reified = subject in statements and predicate in _REIFICATION
        if predicate != OWL.imports and not reified and value != RDF.Statement:
            copy.add((subject, predicate, value))
    return copy


def run_stoppable(command: list[str], timeout: float) -> tuple[int, str]:
    """Run a command in its own process group and kill the whole group when time is up.

    Args:
        command: the program and its arguments; no shell is involved.
        timeout: seconds allowed.

    Returns:
        The exit code, and what was said on both streams.

    Raises:
        ReasonerTimeoutError: the time is up.
    """
    process = subprocess.Popen(  # noqa: S603  fixed command, no shell
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env=_QUICK_JAVA | os.environ,
    )
    try:
        output, _ = process.communicate(timeout=timeout)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise ReasonerTimeoutError(f"HermiT stopped after {timeout:g} s") from None
        raise
    return process.returncode, output


def reason(graph: Graph, *, timeout: float = DEFAULT_TIMEOUT) -> ReasoningReport:
    """Judge a graph: is it consistent, and which classes can have no member?

    Dates are no OWL 2 datatype (OWL 2 Structural Specification, section 4): HermiT is told to
    ignore them. Property values are not inferred: only the verdict is asked for.

    Args:
        graph: an ontology, with or without individuals.
        timeout: seconds after which HermiT is killed.

    Returns:
        The verdict and the time it took.

    Raises:
        JavaMissingError: no Java runtime can be used.
        ReasonerTimeoutError: the time is up.
        ReasonerError: HermiT refused the ontology, for instance outside OWL 2 DL.
    """
    java = find_java()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="empilement-hermit-") as folder:
        ntriples = Path(folder) / "ontology.nt"
        verdict_file = Path(folder) / "verdict.json"
        ntriples.write_text(readable(graph).serialize(format="nt"), encoding="utf-8")
        worker = str(ROOT / "hermit.py")
        command = [sys.executable, "-P", worker, str(ntriples), java, str(verdict_file)]
        code, output = run_stoppable(command, timeout)
        if code != 0 or not verdict_file.is_file():
            raise ReasonerError(f"the reasoner's process failed (code {code}): {output[-2000:]}")
        verdict = json.loads(verdict_file.read_text(encoding="utf-8"))
    if "refused" in verdict:
        raise ReasonerError(str(verdict["refused"]))
    return ReasoningReport(
        consistent=bool(verdict["consistent"]),
        unsatisfiable=tuple(verdict["unsatisfiable"]),
        seconds=time.monotonic() - started,
    )


def check_consistency(
    data: Graph | None = None, *, timeout: float = DEFAULT_TIMEOUT
) -> ReasoningReport:
    """Judge the modules and restrictions, alone or together with a small graph of individuals.

    Alignments to external vocabularies are never read here.

    Args:
        data: at most a few hundred individuals; HermiT does not scale to the full graph.
        timeout: seconds after which HermiT is killed.

    Returns:
        The verdict and the time it took.

    Raises:
        JavaMissingError: no Java runtime can be used.
        ReasonerError: HermiT refused the ontology or ran out of time.
    """
    graph = load_ontology(restrictions=True)
    if data is not None:
        for triple in data:
            graph.add(triple)
    return reason(graph, timeout=timeout)


def canary_files() -> tuple[Path, ...]:
    """Return the canaries: small graphs of which the verdict is known beforehand.

    Returns:
        The paths of `canaries/{bad,good,error}/*.ttl`, sorted.
    """
    return tuple(sorted((ROOT / "canaries").glob("*/*.ttl")))


def announced(path: Path) -> tuple[str, str]:
    """Read what a canary shows from its first line, `# verdict: explanation`.

    Args:
        path: the canary's file.

    Returns:
        The announced verdict (consistent, inconsistent, unsatisfiable or refused) and its reason.
    """
    with path.open(encoding="utf-8") as stream:
        verdict, _, explanation = stream.readline().removeprefix("#").partition(":")
    return verdict.strip(), explanation.strip()


def judge_canary(path: Path, *, timeout: float = DEFAULT_TIMEOUT) -> CanaryResult:
    """Judge one canary together with the modules and restrictions.

    Args:
        path: the canary's file.
        timeout: seconds after which HermiT is killed.

    Returns:
        The announced and the found verdict.

    Raises:
        JavaMissingError: no Java runtime can be used.
        ReasonerError: the reasoner failed for another reason than an ontology outside OWL 2 DL.
        OntologyError: the canary is not Turtle.
    """
    expected, shows = announced(path)
    data = Graph()
    parse_turtle(path, data)
    try:
        report = check_consistency(data, timeout=timeout)
    except ReasonerError as error:
        if _OUTSIDE_OWL_DL not in str(error):
            raise
        found = "refused"
    else:
        if not report.consistent:
            found = "inconsistent"
        else:
            found = "unsatisfiable" if report.unsatisfiable else "consistent"
    name = f"{path.parent.name}/{path.stem}"
    return CanaryResult(name=name, shows=shows, expected=expected, found=found)


def check_canaries(*, timeout: float = DEFAULT_TIMEOUT) -> tuple[CanaryResult, ...]:
    """Judge every canary: a reasoner that misses one must not be believed on the ontology.

    Args:
        timeout: seconds allowed to each canary.

    Returns:
        One result per canary, sorted by name.

    Raises:
        JavaMissingError: no Java runtime can be used.
        ReasonerError: the reasoner failed on one canary or ran out of time.
        OntologyError: a canary is not Turtle.
    """
    return tuple(judge_canary(path, timeout=timeout) for path in canary_files())
