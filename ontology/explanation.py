"""Why a graph is inconsistent or a class empty: a smallest set of axioms that clash, in words.

HermiT gives no reason, so the reason is found from outside: a quick guess is verified, or else
axioms are taken away until each one left is needed (contraction; Junker, QuickXplain, AAAI 2004).
"""

import re
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rdflib import RDF, Graph, URIRef

from ontology.axioms import Axiom, Triple, declarations, functional, read_axioms
from ontology.forward import guess_clash
from ontology.java import find_java
from ontology.loading import OntologyError, load_ontology
from ontology.locality import module
from ontology.namespaces import ID
from ontology.reasoning import DEFAULT_TIMEOUT, ReasonerError, readable, run_stoppable
from ontology.wording import Language, in_words

_SATISFIABLE: Final = re.compile(r"#Thing is satisfiable\.")
_INCONSISTENT: Final = "InconsistentOntologyException"
_GRAPHS_PER_RUN: Final = 64
_WITNESS: Final = ID["witness"]
# What is said of the world comes first, what is said of its absence last: reasons read better
# when they rest on what is given and on the hierarchy than on existentials.
_ORDER: Final = ("Assertion", "Individuals", "SubClassOf", "Domain", "Range", "Classes")

__all__ = [
    "Explanation",
    "expected_axioms",
    "explain",
    "explain_unsatisfiable",
    "leading_consistent",
]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A minimal set of axioms that clash: without any one of them, no clash is left."""

    subject: str
    axioms: tuple[Axiom, ...]
    seconds: float
    runs: int

    @property
    def of_ontology(self) -> tuple[str, ...]:
        """The axioms of the ontology among them, in functional syntax."""
        return tuple(axiom.text for axiom in self.axioms if not axiom.given)

    @property
    def of_data(self) -> tuple[str, ...]:
        """The statements of the judged graph among them, in functional syntax."""
        return tuple(axiom.text for axiom in self.axioms if axiom.given)

    def sentences(self, labels: Graph, language: Language) -> tuple[str, ...]:
        """Say each axiom in words, what is given first.

        Args:
            labels: the graph that names the terms.
            language: the language.

        Returns:
            One sentence per axiom.
        """
        return tuple(in_words(axiom, labels, language) for axiom in self.axioms)

    def in_words(self, labels: Graph, language: Language) -> str:
        """Say the whole clash as one sentence.

        Args:
            labels: the graph that names the terms.
            language: the language.

        Returns:
            The axioms in words, separated by semicolons.
        """
        said = (" ; " if language == "fr" else "; ").join(self.sentences(labels, language))
        return f"{said}."


def leading_consistent(
    graphs: Sequence[Iterable[Triple]], *, timeout: float = DEFAULT_TIMEOUT
) -> int:
    """Judge a series of graphs in one run of HermiT, up to the first inconsistent one.

    Args:
        graphs: the graphs, smallest first.
        timeout: seconds after which HermiT is killed.

    Returns:
        How many graphs at the head of the series are consistent.

    Raises:
        JavaMissingError: no Java runtime can be used.
        ReasonerError: HermiT refused a graph, failed, or ran out of time.
    """
    java = find_java()
    spec = find_spec("owlready2")
    home = Path(spec.origin).parent / "hermit" if spec and spec.origin else Path()
    with tempfile.TemporaryDirectory(prefix="empilement-explain-") as folder:
        files = []
        for number, triples in enumerate(graphs):
            graph = Graph()
            for triple in triples:
                graph.add(triple)
            file = Path(folder) / f"{number}.nt"
            file.write_text(graph.serialize(format="nt"), encoding="utf-8")
            files.append(file.as_uri())
        separator = ";" if sys.platform == "win32" else ":"
        code, output = run_stoppable(
            [
                java,
                "-Xmx1000M",
                "-cp",
                f"{home}{separator}{home / 'HermiT.jar'}",
                "org.semanticweb.HermiT.cli.CommandLine",
                "--ignoreUnsupportedDatatypes",
                "-k",
                *files,
            ],
            timeout,
        )
    consistent = len(_SATISFIABLE.findall(output))
    clash = code != 0 and _INCONSISTENT in output
    if not clash and (code != 0 or consistent != len(files)):
        raise ReasonerError(f"HermiT failed on graph {consistent} (code {code}): {output[-2000:]}")
    return consistent


def _rank(axiom: Axiom) -> tuple[bool, int, str]:
    form = next((i for i, end in enumerate(_ORDER) if axiom.form.endswith(end)), len(_ORDER))
    anonymous = "(" in axiom.text.partition("(")[2]
    return (not axiom.given, form + len(_ORDER) * anonymous, axiom.text)


class _Contraction:
    """Finds the axioms needed for a clash, always the first possible in the order given."""

    def __init__(self, told: tuple[Triple, ...], timeout: float) -> None:
        self.told = told
        self.timeout = timeout
        self.runs = 0

    def first_clash(self, kept: Sequence[Axiom], others: Sequence[Axiom]) -> int | None:
        """Return how many of the others, in order, must join the kept ones for a clash."""
        fixed = [*self.told, *(triple for axiom in kept for triple in axiom.triples)]
        low, high = -1, len(others)
        ends = False
        while high - low > 1 or not ends:
            step = max(1, (high - low) // _GRAPHS_PER_RUN)
            sizes = sorted({*range(low + step, high, step), high})
            series = [
                [*fixed, *(triple for axiom in others[:size] for triple in axiom.triples)]
                for size in sizes
            ]
            self.runs += 1
            count = leading_consistent(series, timeout=self.timeout)
            if count == len(sizes):
                return None
            low, high = (sizes[count - 1] if count else low), sizes[count]
            ends = True
        return high

    def is_minimal(self, kept: tuple[Axiom, ...], guess: Sequence[Axiom]) -> bool:
        """Tell whether a guess clashes and does no longer once any one of its axioms is gone."""
        sets = [[a for a in guess if a is not left_out] for left_out in guess] + [list(guess)]
        series = [
            [*self.told, *(triple for axiom in (*kept, *chosen) for triple in axiom.triples)]
            for chosen in sets
        ]
        self.runs += 1
        return leading_consistent(series, timeout=self.timeout) == len(guess)

    def contract(
        self, kept: tuple[Axiom, ...], others: tuple[Axiom, ...]
    ) -> tuple[Axiom, ...] | None:
        """Return the needed ones among the others, or None when nothing clashes."""
        found: list[Axiom] = []
        size = self.first_clash(kept, others)
        while size:
            found.append(others[size - 1])
            others = others[: size - 1]
            size = self.first_clash((*kept, *found), others)
        return None if size is None else tuple(reversed(found))


def _explain(
    subject: str,
    data: Graph,
    ontology: Graph | None,
    witness: tuple[Axiom, ...],
    timeout: float,
) -> Explanation | None:
    started = time.monotonic()
    base = load_ontology(restrictions=True) if ontology is None else ontology
    vocabulary = base + data
    given = read_axioms(readable(data), vocabulary, given=True)
    names = frozenset(name for axiom in (*given, *witness) for name in axiom.signature)
    known = {axiom.text for axiom in given}
    axioms = tuple(axiom for axiom in read_axioms(base) if axiom.text not in known)
    chosen = tuple(sorted(module((*given, *axioms), names), key=_rank))
    used = names | frozenset(name for axiom in chosen for name in axiom.signature)
    search = _Contraction(declarations(vocabulary, used), timeout)
    guess = [a for a in guess_clash((*witness, *chosen)) or () if a not in witness]
    clash: tuple[Axiom, ...] | None = tuple(guess)
    if not guess or not search.is_minimal(witness, guess):
        clash = search.contract(witness, chosen)
    if clash is None:
        return None
    return Explanation(
        subject=subject,
        axioms=tuple(sorted(clash, key=_rank)),
        seconds=time.monotonic() - started,
        runs=search.runs,
    )


def explain(
    data: Graph, ontology: Graph | None = None, *, timeout: float = DEFAULT_TIMEOUT
) -> Explanation | None:
    """Say why a small graph is inconsistent with the ontology.

    Args:
        data: at most a few hundred statements.
        ontology: the ontology; by default the modules and restrictions.
        timeout: seconds allowed to each run of HermiT.

    Returns:
        A minimal set of axioms that clash, or None when the graph is consistent. There may be
        other reasons: what remains after this one is repaired is explained by a new call.

    Raises:
        JavaMissingError: no Java runtime can be used.
        ReasonerError: HermiT refused the axioms or ran out of time.
        OntologyError: the ontology cannot be read.
    """
    return _explain("", data, ontology, (), timeout)


def expected_axioms(path: Path) -> tuple[str, ...]:
    """Read which axioms of the ontology a planted fault must be explained by.

    Args:
        path: a canary's file.

    Returns:
        The axioms of its `# expects-axioms:` lines, in functional syntax; none if it has no such.
    """
    start = "# expects-axioms:"
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(line.removeprefix(start).strip() for line in lines if line.startswith(start))


def explain_unsatisfiable(
    name: URIRef,
    data: Graph | None = None,
    ontology: Graph | None = None,
    *,
    timeout: float = DEFAULT_TIMEOUT,
) -> Explanation | None:
    """Say why a class can have no member: one is supposed, and the clash is explained.

    Args:
        name: the class.
        data: axioms on top of the ontology, if any.
        ontology: the ontology; by default the modules and restrictions.
        timeout: seconds allowed to each run of HermiT.

    Returns:
        A minimal set of axioms that clash, or None when the class can have a member.

    Raises:
        JavaMissingError: no Java runtime can be used.
        ReasonerError: HermiT refused the axioms or ran out of time.
        OntologyError: the class is described nowhere, or the ontology cannot be read.
    """
    base = load_ontology(restrictions=True) if ontology is None else ontology
    given = Graph() if data is None else data
    if (name, None, None) not in base and (name, None, None) not in given:
        raise OntologyError(f"{functional(name)}: no such class")
    supposed = Axiom("ClassAssertion", (name, _WITNESS), ((_WITNESS, RDF.type, name),), True)
    return _explain(functional(name), given, base, (supposed,), timeout)
