"""Mutants of the fixtures: a valid file with one triple dropped, doubled or spoilt."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ontology.namespaces import EMP, ID

_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
NOWHERE: Final = ox.NamedNode(str(ID["nowhere"]))

Mutator = Callable[[ox.Triple], list[ox.Triple] | None]
"""What stands in place of a triple; None where the change does not apply."""


def _with(triple: ox.Triple, value: ox.NamedNode | ox.BlankNode | ox.Literal) -> ox.Triple:
    return ox.Triple(triple.subject, triple.predicate, value)


def _retype(local: str) -> Mutator:
    def mutate(triple: ox.Triple) -> list[ox.Triple] | None:
        value = triple.object
        if not isinstance(value, ox.Literal) or value.language:
            return None
        return [_with(triple, ox.Literal(value.value, datatype=ox.NamedNode(_XSD + local)))]

    return mutate


def _literal(change: Callable[[ox.Literal], ox.Literal | None]) -> Mutator:
    def mutate(triple: ox.Triple) -> list[ox.Triple] | None:
        changed = change(triple.object) if isinstance(triple.object, ox.Literal) else None
        return None if changed is None else [_with(triple, changed)]

    return mutate


def _iri(value: ox.NamedNode | ox.BlankNode | ox.Literal, keep: bool = False) -> Mutator:
    def mutate(triple: ox.Triple) -> list[ox.Triple] | None:
        if not isinstance(triple.object, ox.NamedNode) or triple.predicate.value == _TYPE:
            return None
        return [*([triple] if keep else []), _with(triple, value)]

    return mutate


def _flip_digit(value: ox.Literal) -> ox.Literal | None:
    if not value.value[-1:].isdigit() or value.language:
        return None
    flipped = value.value[:-1] + str((int(value.value[-1]) + 3) % 10)
    return ox.Literal(flipped, datatype=value.datatype)


def _other_century(value: ox.Literal) -> ox.Literal | None:
    if value.datatype.value != _XSD + "date":
        return None
    return ox.Literal("0" + value.value[1:], datatype=value.datatype)


def _next_century(value: ox.Literal) -> ox.Literal | None:
    if value.datatype.value != _XSD + "date":
        return None
    return ox.Literal(value.value[:1] + "1" + value.value[2:], datatype=value.datatype)


def _second_text(triple: ox.Triple) -> list[ox.Triple] | None:
    value = triple.object
    if not isinstance(value, ox.Literal):
        return None
    more = value.value + "1"
    if value.language:
        return [triple, _with(triple, ox.Literal(more, language=value.language))]
    return [triple, _with(triple, ox.Literal(more, datatype=value.datatype))]


def _other_class(triple: ox.Triple) -> list[ox.Triple] | None:
    if triple.predicate.value != _TYPE:
        return None
    return [_with(triple, ox.NamedNode(str(EMP.Commune)))]


MUTATORS: Final[dict[str, Mutator]] = {
    "drop triple": lambda _: [],
    "second text": _second_text,
    "second object": _iri(NOWHERE, keep=True),
    "dangling object": _iri(NOWHERE),
    "blank object": _iri(ox.BlankNode("m")),
    "text for object": _iri(ox.Literal("texte")),
    "date as dateTime": _retype("dateTime"),
    "text as integer": _retype("integer"),
    "value as string": _retype("string"),
    "drop language": _literal(lambda v: ox.Literal(v.value) if v.language else None),
    "other language": _literal(
        lambda v: ox.Literal(v.value, language="de") if v.language else None
    ),
    "flip digit": _literal(_flip_digit),
    "past century": _literal(_other_century),
    "next century": _literal(_next_century),
    "padded text": _literal(
        lambda v: ox.Literal(f" {v.value}", language=v.language) if v.language else None
    ),
    "other class": _other_class,
}


def mutants(path: Path, number: int) -> Iterator[tuple[str, list[ox.Triple]]]:
    """Give mutants of a fixture, by different operators, the same at each run."""
    chance = random.Random(path.parent.name)  # noqa: S311 - reproducible, not secret
    triples = list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    names = list(MUTATORS)
    chance.shuffle(names)
    found = 0
    for name in names:
        places = list(range(len(triples)))
        chance.shuffle(places)
        for place in places:
            changed = MUTATORS[name](triples[place])
            if changed is not None:
                yield name, [*triples[:place], *changed, *triples[place + 1 :]]
                found += 1
                break
        if found == number:
            return
