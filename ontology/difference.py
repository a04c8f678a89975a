"""What changed between two states of the ontology, and which version number it calls for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef
from rdflib import Literal as RdfLiteral

from ontology.axioms import Axiom, functional, read_axioms
from ontology.loading import OntologyError, load_files
from ontology.namespaces import BASE, EMP

Level = Literal["major", "minor", "patch", "none"]
ChangeKind = Literal["removed", "redefined", "deprecated", "added", "annotated"]

# A removed or redefined term breaks its readers, an added one does not, words change nothing.
_LEVELS: Final[dict[ChangeKind, Level]] = {
    "removed": "major",
    "redefined": "major",
    "deprecated": "minor",
    "added": "minor",
    "annotated": "patch",
}
_ORDER: Final[tuple[Level, ...]] = ("major", "minor", "patch", "none")
_KINDS: Final = (
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    SKOS.Concept,
    SKOS.ConceptScheme,
)
_BOTH: Final = ("DisjointClasses", "EquivalentClasses", "InverseObjectProperties")
_PLACING: Final = frozenset({SKOS.broader, SKOS.narrower, SKOS.inScheme})
_LOGICAL: Final = frozenset({RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range})
_NOT_MODULES: Final = frozenset({"canaries", "hygiene", "versions"})


@dataclass(frozen=True, slots=True)
class TermChange:
    """One term that changed, with what is gone and what is new in functional syntax."""

    kind: ChangeKind
    term: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes between two states, the most breaking first."""

    changes: tuple[TermChange, ...]
    old_version: str
    new_version: str

    @property
    def level(self) -> Level:
        """The part of the version number that the changes call for."""
        found = {_LEVELS[change.kind] for change in self.changes}
        return next((level for level in _ORDER if level in found), "none")

    def of_kind(self, kind: ChangeKind) -> tuple[str, ...]:
        """List the terms that changed in one way.

        Args:
            kind: the way.

        Returns:
            Their short names, sorted.
        """
        return tuple(change.term for change in self.changes if change.kind == kind)


@dataclass(frozen=True, slots=True)
class _Described:
    """What a graph says of one term: its logic, its words, whether it is deprecated."""

    logic: frozenset[str]
    words: frozenset[str]
    deprecated: bool


def load_modules(path: Path) -> Graph:
    """Read the Turtle files of an ontology, wherever they lie.

    Args:
        path: a Turtle file, or a folder searched to the bottom (canaries are passed over).

    Returns:
        The union of their triples.

    Raises:
        OntologyError: the path does not exist, holds no Turtle file, or one is broken.
    """
    if path.is_file():
        return load_files([path])
    if not path.is_dir():
        raise OntologyError(f"{path}: no such file or folder")
    files = sorted(
        file
        for file in path.rglob("*.ttl")
        if not _NOT_MODULES & set(file.relative_to(path).parts[:-1])
    )
    if not files:
        raise OntologyError(f"{path}: no Turtle file in this folder")
    return load_files(files)


def _subjects(axiom: Axiom) -> tuple[URIRef, ...]:
    """Return the terms that an axiom is about, rather than those it only uses."""
    if axiom.form in _BOTH:
        chosen = axiom.arguments
    elif isinstance(axiom.arguments[0], URIRef):
        chosen = axiom.arguments[:1]
    else:
        chosen = axiom.arguments[-1:]
    return tuple(argument for argument in chosen if isinstance(argument, URIRef))


def _describe(graph: Graph, passing: frozenset[URIRef]) -> dict[URIRef, _Described]:
    logic: dict[URIRef, set[str]] = {term: set() for term in _terms(graph)}
    words: dict[URIRef, set[str]] = {term: set() for term in logic}
    for axiom in read_axioms(graph):
        if axiom.form.endswith("Assertion"):
            continue
        subjects = _subjects(axiom)
        # A link to another vocabulary informs readers; it changes no meaning of ours.
        ours = all(name.startswith(BASE) or name in logic for name in axiom.signature)
        for term in subjects:
            others = set(subjects) - {term}
            if term in logic and not others & passing:
                (logic if ours else words)[term].add(axiom.text)
    for term, meaning in logic.items():
        for predicate, value in graph.predicate_objects(term):
            if predicate == RDF.type and value in _KINDS:
                meaning.add(f"Declaration({functional(value)})")
            elif predicate in _PLACING or (
                str(predicate).startswith(str(EMP)) and not _is_text(value)
            ):
                meaning.add(f"{functional(predicate)} {functional(value)}")
            elif isinstance(value, RdfLiteral | URIRef) and _is_annotation(predicate):
                words[term].add(f"{functional(predicate)} {functional(value)}")
    return {
        term: _Described(
            frozenset(logic[term]),
            frozenset(words[term]),
            (term, OWL.deprecated, RdfLiteral(True)) in graph,
        )
        for term in logic
    }


def _is_text(value: object) -> bool:
    return isinstance(value, RdfLiteral) and value.language is not None


def _is_annotation(predicate: object) -> bool:
    return predicate not in _LOGICAL and not str(predicate).startswith((str(RDF), str(OWL)))


def _terms(graph: Graph) -> set[URIRef]:
    return {
        term
        for kind in _KINDS
        for term in graph.subjects(RDF.type, kind)
        if isinstance(term, URIRef) and term.startswith(BASE)
    }


def _version(graph: Graph) -> str:
    found = {str(value) for value in graph.objects(None, OWL.versionInfo)}
    return ", ".join(sorted(found))


def _changed(term: URIRef, old: _Described, new: _Described) -> TermChange | None:
    kind: ChangeKind
    if old.logic != new.logic:
        kind = "redefined"
    elif new.deprecated and not old.deprecated:
        kind = "deprecated"
    elif old.words != new.words:
        kind = "annotated"
    else:
        return None
    before, after = old.logic | old.words, new.logic | new.words
    gone, come = tuple(sorted(before - after)), tuple(sorted(after - before))
    return TermChange(kind, functional(term), gone, come)


def compare(old: Graph, new: Graph) -> Difference:
    """Compare two states of the ontology, term by term.

    A term is redefined when an axiom about it, or its place among the concepts, changed. That a
    new class is disjoint with it, or that a removed one was, redefines nothing. The levels are
    those of Semantic Versioning: removed or redefined, major; added or deprecated, minor; words
    only, patch.

    Args:
        old: the earlier state.
        new: the later state.

    Returns:
        The changes, and the declared versions of both.
    """
    before, after = _terms(old), _terms(new)
    passing = frozenset(before ^ after)
    olds, news = _describe(old, passing), _describe(new, passing)
    changes = [
        TermChange("removed", functional(term), tuple(sorted(olds[term].logic)), ())
        for term in before - after
    ]
    changes += [
        TermChange("added", functional(term), (), tuple(sorted(news[term].logic)))
        for term in after - before
    ]
    both = (_changed(term, olds[term], news[term]) for term in before & after)
    changes += [change for change in both if change is not None]
    rank = {kind: position for position, kind in enumerate(_LEVELS)}
    changes.sort(key=lambda change: (rank[change.kind], change.term))
    return Difference(tuple(changes), _version(old), _version(new))
