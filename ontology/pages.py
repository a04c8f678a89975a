"""What the page of a term says of it: texts, place, axioms in words, alignments, changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from rdflib import DCTERMS, OWL, RDFS, SKOS, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from ontology.axioms import Axiom, functional, read_axioms
from ontology.loading import load_ontology
from ontology.namespaces import EMP, PREFIXES
from ontology.releases import Change, history, state
from ontology.terms import Term, list_terms
from ontology.wording import in_words

_STATUS: Final = URIRef(PREFIXES["vs"] + "term_status")
_MATCHES: Final = (
    OWL.equivalentClass,
    OWL.equivalentProperty,
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.narrowMatch,
    SKOS.relatedMatch,
    RDFS.subClassOf,
    RDFS.subPropertyOf,
)
# Said once, as a list, rather than as one sentence for each pair.
_LISTED: Final = ("DisjointClasses", "DisjointObjectProperties", "DisjointDataProperties")
_BOTH: Final = ("EquivalentClasses", "InverseObjectProperties", *_LISTED)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of one purpose, by language."""

    fr: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fr or self.en)


@dataclass(frozen=True, slots=True)
class Sentence:
    """An axiom in words, and in functional syntax."""

    fr: str
    en: str
    text: str


@dataclass(frozen=True, slots=True)
class TermPage:
    """All that the ontology says of one term; other terms are named by their short names.

    Args:
        term: its names and definitions.
        status: maturity, such as `testing`.
        deprecated: whether it must no longer be used.
        replaced_by: what to use instead.
        notes: scope notes.
        examples: examples of the definition.
        changes: notes on changes, written by hand.
        sources: addresses or titles the definition comes from.
        lines: each way from the term up to a root, the term excluded, the root first.
        children: direct subclasses or subproperties.
        inverses: properties that say the same the other way round.
        domain: classes of the subjects; several when any of them will do.
        range: classes of the values (`emp:` left out) or datatypes.
        outgoing: for a class, the properties whose subjects are of that class.
        incoming: for a class, the properties whose values are of that class.
        sentences: its axioms in words, disjointness excepted.
        disjoint: what it shares nothing with.
        alignments: pairs of a relation such as `skos:closeMatch` and an IRI elsewhere.
        history: which version added or changed it, the oldest first.
    """

    term: Term
    status: str
    deprecated: bool
    replaced_by: tuple[str, ...]
    notes: Texts
    examples: Texts
    changes: Texts
    sources: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    children: tuple[str, ...]
    inverses: tuple[str, ...]
    domain: tuple[str, ...]
    range: tuple[str, ...]
    outgoing: tuple[str, ...]
    incoming: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    disjoint: tuple[str, ...]
    alignments: tuple[tuple[str, str], ...]
    history: tuple[Change, ...]

    @property
    def parents(self) -> tuple[str, ...]:
        """Direct superclasses or superproperties."""
        return tuple(sorted({line[-1] for line in self.lines}))

    @property
    def ancestors(self) -> frozenset[str]:
        """All that it is a case of."""
        return frozenset(name for line in self.lines for name in line)


def _local(node: Node) -> str:
    """Name one of our terms by its short name, another by its prefixed name."""
    return str(node).removeprefix(str(EMP)) if _is_ours(node) else functional(node)


def _is_ours(node: Node) -> bool:
    return isinstance(node, URIRef) and node in EMP


def _named(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(sorted({_local(node) for node in nodes if isinstance(node, URIRef)}))


def _ours(nodes: Iterable[Node]) -> tuple[str, ...]:
    return _named(node for node in nodes if _is_ours(node))


def _members(graph: Graph, nodes: Iterable[Node]) -> list[Node]:
    """Replace each union of classes by its members."""
    found: list[Node] = []
    for node in nodes:
        union = graph.value(node, OWL.unionOf)
        found += [node] if union is None else list(Collection(graph, union))
    return found


def _texts(graph: Graph, subject: URIRef, *predicates: URIRef) -> Texts:
    values = [value for predicate in predicates for value in graph.objects(subject, predicate)]

    def chosen(language: str) -> tuple[str, ...]:
        found = {str(v) for v in values if getattr(v, "language", None) == language}
        return tuple(sorted(found))

    return Texts(chosen("fr"), chosen("en"))


def _lines(graph: Graph, node: URIRef, above: URIRef, seen: frozenset[Node]) -> list[list[str]]:
    parents = sorted(
        parent
        for parent in graph.objects(node, above)
        if isinstance(parent, URIRef) and parent in EMP and parent not in seen
    )
    return [
        [*line, _local(parent)]
        for parent in parents
        for line in _lines(graph, parent, above, seen | {parent}) or [[]]
    ]


def _about(axioms: Iterable[Axiom]) -> dict[Node, list[Axiom]]:
    """Sort axioms by the terms they are about, rather than by those they only use."""
    found: dict[Node, list[Axiom]] = {}
    for axiom in axioms:
        chosen = axiom.arguments if axiom.form in _BOTH else axiom.arguments[:1]
        if not isinstance(axiom.arguments[0], Node):
            chosen = axiom.arguments[-1:]
        for node in chosen:
            if isinstance(node, URIRef):
                found.setdefault(node, []).append(axiom)
    return found


def _alignments(graph: Graph, subject: URIRef) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted(
            (functional(predicate), str(value))
            for predicate in _MATCHES
            for value in graph.objects(subject, predicate)
            if isinstance(value, URIRef) and value not in EMP
        )
    )


def make_pages(
    graph: Graph, aligned: Graph, changes: Mapping[str, Iterable[Change]]
) -> dict[str, TermPage]:
    """Gather the page of every term.

    Args:
        graph: the ontology, restrictions included.
        aligned: the same with the alignments.
        changes: what each version did to each term, by `emp:` name.

    Returns:
        The pages by short name, in the order of `list_terms`.
    """
    axioms = _about(read_axioms(graph))
    pages = {}
    for term in list_terms(graph):
        subject = URIRef(term.iri)
        is_class = term.kind == "class"
        above = RDFS.subClassOf if is_class else RDFS.subPropertyOf
        own = axioms.get(subject, [])
        said = [axiom for axiom in own if axiom.form not in _LISTED]
        apart = [axiom for axiom in own if axiom.form in _LISTED]
        inverses = [*graph.objects(subject, OWL.inverseOf), *graph.subjects(OWL.inverseOf, subject)]
        pages[term.name] = TermPage(
            term=term,
            status=str(graph.value(subject, _STATUS) or ""),
            deprecated=str(graph.value(subject, OWL.deprecated) or "") == "true",
            replaced_by=_named(graph.objects(subject, DCTERMS.isReplacedBy)),
            notes=_texts(graph, subject, SKOS.scopeNote, SKOS.note, RDFS.comment),
            examples=_texts(graph, subject, SKOS.example),
            changes=_texts(graph, subject, SKOS.changeNote, SKOS.historyNote),
            sources=tuple(sorted(str(each) for each in graph.objects(subject, DCTERMS.source))),
            lines=tuple(tuple(line) for line in _lines(graph, subject, above, frozenset())),
            children=_ours(graph.subjects(above, subject)),
            inverses=_ours(inverses),
            domain=_named(_members(graph, graph.objects(subject, RDFS.domain))),
            range=_named(_members(graph, graph.objects(subject, RDFS.range))),
            outgoing=_using(graph, subject, RDFS.domain) if is_class else (),
            incoming=_using(graph, subject, RDFS.range) if is_class else (),
            sentences=tuple(
                Sentence(in_words(axiom, graph, "fr"), in_words(axiom, graph, "en"), axiom.text)
                for axiom in said
            ),
            disjoint=_named(
                node
                for axiom in apart
                for node in axiom.arguments
                if isinstance(node, URIRef) and node != subject
            ),
            alignments=_alignments(aligned, subject),
            history=tuple(changes.get(functional(subject), ())),
        )
    return pages


def _using(graph: Graph, subject: URIRef, predicate: URIRef) -> tuple[str, ...]:
    return _ours(
        prop
        for prop, _, node in graph.triples((None, predicate, None))
        if subject in _members(graph, [node])
    )


def project_pages() -> dict[str, TermPage]:
    """Gather the page of every term from the project's files.

    Returns:
        The pages by short name.

    Raises:
        OntologyError: a file cannot be read.
    """
    aligned = load_ontology(restrictions=True, alignments=True)
    return make_pages(load_ontology(restrictions=True), aligned, history(state(".")))


def resembling(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Find the terms that an unknown name may have meant.

    Args:
        name: the name.
        known: the short names that exist.
        limit: how many to return at most.

    Returns:
        Short names, the closest first; case is left out of account.
    """
    by_case = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), by_case, limit, cutoff=0.5)
    return tuple(by_case[each] for each in close)
