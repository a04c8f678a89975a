"""The parts every page of a thing ends with: properties, what refers to it, where it is said."""

from typing import Final

from pyoxigraph import NamedNode

from api import messages
from api.describe import Description
from api.views.cells import Cell, Section, Words
from ontology.namespaces import PREFIXES

# They lead by the dozen to nodes that only say a number (VoID §4.3), of use to programs alone.
_PARTITIONS: Final = frozenset(
    (
        PREFIXES["void"] + "classPartition",
        PREFIXES["void"] + "propertyPartition",
        PREFIXES["void-ext"] + "datatypePartition",
    )
)


def properties(described: Description, words: Words) -> Section:
    """List every property of a thing with its values, as the graph states them.

    The partitions of a data set are not listed; a sentence says where they are.
    """
    stated = {quad.predicate.value for quad in described.quads}
    predicates = sorted(stated - _PARTITIONS, key=words.name)
    return Section(
        "properties",
        words.say("section_properties"),
        (words.say("col_property"), words.say("col_value")),
        tuple(((words.link(each),), words.cells(described.values(each))) for each in predicates),
        words.say("partitions_elsewhere") if stated & _PARTITIONS else "",
    )


def inbound(described: Description, words: Words) -> Section | None:
    """List who points to a thing, by property, counted, the first ones named."""
    if not described.inbound:
        return None
    return Section(
        "inbound",
        words.say("section_inbound"),
        (words.say("col_property"), words.say("col_count"), words.say("col_first")),
        tuple(
            (
                (words.link(each.predicate),),
                (Cell(messages.number(words.lang, each.count)),),
                (
                    *(words.link(subject) for subject in each.subjects),
                    *_rest(words, each.count - len(each.subjects)),
                ),
            )
            for each in described.inbound
        ),
    )


def graphs(described: Description, words: Words) -> Section:
    """List the named graphs that speak of a thing: title, statements, date, licence."""
    counts = {
        each.iri: sum(
            isinstance(quad.graph_name, NamedNode) and quad.graph_name.value == each.iri
            for quad in described.quads
        )
        for each in described.graphs
    }
    return Section(
        "graphs",
        words.say("section_graphs"),
        (
            words.say("col_title"),
            words.say("figure_triples"),
            words.say("col_issued"),
            words.say("col_licence"),
        ),
        tuple(
            (
                (_titled(words, each.iri, each.title),),
                (Cell(messages.number(words.lang, counts[each.iri])),),
                (Cell(messages.day(words.lang, each.issued) or "—"),),
                (Cell(each.licence or "—", each.licence),),
            )
            for each in described.graphs
        ),
    )


def closing(described: Description, words: Words) -> list[Section]:
    """Give the three parts that close every page of a thing."""
    found = [properties(described, words), inbound(described, words), graphs(described, words)]
    return [each for each in found if each is not None]


def _titled(words: Words, iri: str, title: dict[str, str]) -> Cell:
    named = words.best(title)
    link = words.link(iri)
    return Cell(named.text, link.href, named.lang) if named else link


def _rest(words: Words, left: int) -> tuple[Cell, ...]:
    return (Cell(words.say("more", n=messages.number(words.lang, left))),) if left > 0 else ()
