"""What the graph says of one thing: its statements, who points to it, names, graphs that say so."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from api import terms
from ontology.namespaces import BASE, EMP, PREFIXES
from queries.engine import Engine, Term

INBOUND_SHOWN: Final = 25
_RDFS: Final = PREFIXES["rdfs"]
_SKOS: Final = PREFIXES["skos"]
_DCTERMS: Final = PREFIXES["dcterms"]
_NAMING: Final = (f"{_RDFS}label", f"{_SKOS}prefLabel", f"{_DCTERMS}title")
# Things that have no name of their own are called after what they are part of or speak of.
_NAMED_AFTER: Final = (
    str(EMP.perimeter),
    str(EMP.hasParticipation),
    str(EMP.hasCommitment),
)

Names = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Inbound:
    """Who points to the thing by one property.

    Args:
        predicate: IRI of the property.
        count: how many things do.
        subjects: the first of them, in order of their identifiers.
    """

    predicate: str
    count: int
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceGraph:
    """A named graph and what is said of it.

    Args:
        iri: its identifier.
        title: its title, by language.
        licence: IRI of its licence, or empty.
        issued: the day it was published, or empty.
    """

    iri: str
    title: dict[str, str]
    licence: str
    issued: str


@dataclass(frozen=True, slots=True)
class Description:
    """All the graph says of one thing.

    Args:
        iri: the thing.
        quads: its statements, each with the graph that states it.
        inbound: who points to it.
        names: names by language of every IRI met, by IRI.
        graphs: the named graphs that speak of it.
    """

    iri: str
    quads: tuple[Quad, ...]
    inbound: tuple[Inbound, ...] = ()
    names: Names | None = None
    graphs: tuple[SourceGraph, ...] = ()

    def values(self, predicate: str) -> tuple[Term, ...]:
        """Give the values of a property, each once, in order."""
        found = {quad.object for quad in self.quads if quad.predicate.value == predicate}
        return tuple(sorted((v for v in found if isinstance(v, Term)), key=str))

    def texts(self, predicate: str) -> dict[str, str]:
        """Give the texts of a property by language; plain ones under the empty language."""
        return {
            value.language or "": value.value
            for value in self.values(predicate)
            if isinstance(value, Literal)
        }

    def iris(self, name: str) -> tuple[str, ...]:
        """Give the IRIs that a property of our ontology leads to."""
        return tuple(
            value.value for value in self.values(str(EMP[name])) if isinstance(value, NamedNode)
        )

    def text(self, name: str) -> str:
        """Give the first literal of a property of our ontology, or nothing."""
        found = [v.value for v in self.values(str(EMP[name])) if isinstance(v, Literal)]
        return found[0] if found else ""


def exists(engine: Engine, iri: str) -> bool:
    """Tell whether the graph states anything of a thing."""
    return engine.ask(f"ASK {{ {terms.iri(iri)} ?p ?o }}")


def statements(engine: Engine, iri: str) -> tuple[Quad, ...]:
    """Give every statement whose subject is a thing, with the graph that states it."""
    subject = NamedNode(iri)
    table = engine.select(
        f"SELECT ?p ?o ?g WHERE {{ GRAPH ?g {{ {terms.iri(iri)} ?p ?o }} }} ORDER BY ?p ?o ?g"
    )
    return tuple(
        Quad(subject, predicate, value, graph)
        for predicate, value, graph in table.rows
        if isinstance(predicate, NamedNode)
        and isinstance(graph, NamedNode)
        and isinstance(value, NamedNode | Literal | BlankNode)
    )


def describe(engine: Engine, iri: str) -> Description | None:
    """Gather all that a page says of a thing.

    Args:
        engine: the graph.
        iri: the thing.

    Returns:
        The description; None when nothing is stated of the thing.

    """
    quads = statements(engine, iri)
    if not quads:
        return None
    inbound = pointing_to(engine, iri)
    met = {iri}
    met |= {quad.object.value for quad in quads if isinstance(quad.object, NamedNode)}
    met |= {quad.predicate.value for quad in quads}
    met |= {subject for each in inbound for subject in each.subjects}
    met |= {each.predicate for each in inbound}
    graphs = sorted(
        {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)}
    )
    return Description(iri, quads, inbound, names_of(engine, met), graphs_of(engine, graphs))


def pointing_to(engine: Engine, iri: str, shown: int = INBOUND_SHOWN) -> tuple[Inbound, ...]:
    """Count who points to a thing, by property, and give the first ones.

    Args:
        engine: the graph.
        iri: the thing.
        shown: how many of each property.

    Returns:
        One entry a property, in order of their IRIs.

    """
    node = terms.iri(iri)
    counted = engine.select(
        f"SELECT ?p (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s ?p {node} FILTER(isIRI(?s)) }}"
        " GROUP BY ?p ORDER BY ?p"
    )
    counts = {
        predicate.value: int(number.value)
        for predicate, number in counted.rows
        if isinstance(predicate, NamedNode) and isinstance(number, Literal)
    }
    if not counts:
        return ()
    parts = " UNION ".join(
        f"{{ SELECT DISTINCT ?p ?s WHERE {{ VALUES ?p {{ {terms.iri(predicate)} }} ?s ?p {node}"
        f" FILTER(isIRI(?s)) }} ORDER BY ?s LIMIT {shown} }}"
        for predicate in counts
    )
    found: dict[str, list[str]] = {predicate: [] for predicate in counts}
    for predicate, subject in engine.select(f"SELECT ?p ?s WHERE {{ {parts} }}").rows:
        if isinstance(predicate, NamedNode) and isinstance(subject, NamedNode):
            found[predicate.value].append(subject.value)
    return tuple(
        Inbound(predicate, counts[predicate], tuple(sorted(subjects)))
        for predicate, subjects in found.items()
    )


def names_of(engine: Engine, iris: Iterable[str]) -> Names:
    """Give the names by language of things, by IRI; the nameless are left out.

    A perimeter, a participation or a commitment is called after its deployment.
    """
    wanted = sorted({each for each in iris if each.startswith(BASE)})
    if not wanted:
        return {}
    # A path, not a second VALUES, here and below: the engine then goes from the things to their
    # names (milliseconds) rather than through every name of the graph (seconds).
    naming = "|".join(map(terms.iri, _NAMING))
    table = engine.select(
        f"SELECT ?s ?name WHERE {{ {terms.values('s', wanted)} ?s {naming} ?name }}"
    )
    names = _gather(table.rows)
    nameless = [each for each in wanted if each not in names]
    if nameless:
        through = "|".join(map(terms.iri, _NAMED_AFTER))
        table = engine.select(
            f"SELECT ?s ?name WHERE {{ {terms.values('s', nameless)}"
            f" ?s ^({through})/<{_RDFS}label> ?name }}"
        )
        names |= _gather(table.rows)
    return names


def _gather(rows: Iterable[tuple[Term | None, ...]]) -> Names:
    names: Names = {}
    for subject, name in rows:
        if isinstance(subject, NamedNode) and isinstance(name, Literal):
            names.setdefault(subject.value, {}).setdefault(name.language or "", name.value)
    return names


def graphs_of(engine: Engine, iris: Iterable[str]) -> tuple[SourceGraph, ...]:
    """Give what is said of named graphs: title, licence, date."""
    wanted = list(iris)
    if not wanted:
        return ()
    table = engine.select(
        f"SELECT ?g ?title ?licence ?issued WHERE {{ {terms.values('g', wanted)}"
        f" OPTIONAL {{ ?g <{_DCTERMS}title> ?title }}"
        f" OPTIONAL {{ ?g <{_DCTERMS}license> ?licence }}"
        f" OPTIONAL {{ ?g <{_DCTERMS}issued> ?issued }} }}"
    )
    titles: Names = {iri: {} for iri in wanted}
    licences = dict.fromkeys(wanted, "")
    dates = dict.fromkeys(wanted, "")
    for graph, title, licence, issued in table.rows:
        if not isinstance(graph, NamedNode):
            continue
        if isinstance(title, Literal):
            titles[graph.value][title.language or ""] = title.value
        if isinstance(licence, NamedNode):
            licences[graph.value] = licence.value
        if isinstance(issued, Literal):
            dates[graph.value] = issued.value
    return tuple(SourceGraph(iri, titles[iri], licences[iri], dates[iri]) for iri in wanted)
