"""The rules that bear on each term of the ontology, and their constraints in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from rdflib import RDF, SH, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.collection import Collection
from rdflib.term import Node

from ontology.namespaces import EMP, EMPS, VOC
from shapes.loading import WATCHES, Rule, rules
from shapes.paths import compact, path_text

Role = Literal["target", "path", "mention"]

_TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, WATCHES)
_MENTION: Final = re.compile(r"\bemp:([A-Za-z]\w*)")
# What a parameter demands, in French and English; {} is its value.
_WORDS: Final[dict[URIRef, tuple[str, str]]] = {
    SH.qualifiedMinCount: ("nombre minimal de telles valeurs : {}", "least number of such: {}"),
    SH["class"]: ("de la classe {}", "of the class {}"),
    SH.datatype: ("de type {}", "of type {}"),
    SH.nodeKind: ("nature : {}", "node kind: {}"),
    SH.pattern: ("de la forme {}", "matching {}"),
    SH.hasValue: ("a la valeur {}", "has the value {}"),
    SH["in"]: ("parmi {}", "among {}"),
    SH.languageIn: ("dans une langue parmi {}", "in a language among {}"),
    SH.uniqueLang: ("un texte par langue", "one text for each language"),
    SH.minInclusive: ("au moins {}", "at least {}"),
    SH.maxInclusive: ("au plus {}", "at most {}"),
    SH.minExclusive: ("plus que {}", "more than {}"),
    SH.maxExclusive: ("moins que {}", "less than {}"),
    SH.minLength: ("au moins {} caractères", "at least {} characters"),
    SH.maxLength: ("au plus {} caractères", "at most {} characters"),
    SH.lessThan: ("avant la valeur de {}", "before the value of {}"),
    SH.lessThanOrEquals: ("pas après la valeur de {}", "not after the value of {}"),
    SH.disjoint: ("autre que la valeur de {}", "other than the value of {}"),
    SH.equals: ("égal à la valeur de {}", "equal to the value of {}"),
    SH["not"]: ("sauf : {}", "except: {}"),
    SH["or"]: ("l'un de : {}", "one of: {}"),
    SH["and"]: ("à la fois : {}", "all of: {}"),
    SH.xone: ("un seul de : {}", "exactly one of: {}"),
    SH.qualifiedValueShape: ("{}", "{}"),
    SH.property: ("{}", "{}"),
}
_LISTS: Final = frozenset({SH["or"], SH["and"], SH.xone})
_SHAPES: Final = frozenset({SH["not"], SH.qualifiedValueShape, SH.property})
_LANGUAGES: Final = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Constraint:
    """One demand of a rule.

    Args:
        path: the property path it bears on, as SPARQL writes it; empty for a query or the node.
        fr: what is demanded, in French; empty for a query, which its message explains.
        en: the same in English.
        message_fr: what is said when it is not met.
        message_en: the same in English.
    """

    path: str
    fr: str
    en: str
    message_fr: str
    message_en: str


@dataclass(frozen=True, slots=True)
class TermRule:
    """A rule as it bears on one term.

    Args:
        rule: the rule.
        role: `target` when it judges the things of the class, or those that have the property;
            `path` when it judges the values of the property; `mention` when it only looks at it.
        constraints: its demands; for a path, those on that path alone; for a mention, those that
            name the term (none where only a query does).
    """

    rule: Rule
    role: Role
    constraints: tuple[Constraint, ...]


def _value(shapes: Graph, node: Node) -> str:
    if (node, RDF.first, None) in shapes:
        return ", ".join(_value(shapes, item) for item in Collection(shapes, node))
    if isinstance(node, URIRef) and node in VOC:
        return f"voc:{str(node).removeprefix(str(VOC))}"
    if isinstance(node, URIRef):
        return compact(str(node)).removeprefix("sh:")
    return str(node)


def _count(shapes: Graph, node: Node, place: int) -> Iterator[str]:
    """Say how many values there must be."""
    least, most = (shapes.value(node, each) for each in (SH.minCount, SH.maxCount))
    plural = "s" if int(str(most or least or 0)) > 1 else ""
    if least is not None and least == most:
        yield (f"exactement {least} valeur{plural}", f"exactly {least} value{plural}")[place]
    elif most is not None and int(str(most)) == 0:
        yield ("aucune valeur", "no value")[place]
    else:
        if least is not None:
            yield (f"au moins {least} valeur{plural}", f"at least {least} value{plural}")[place]
        if most is not None:
            yield (f"au plus {most} valeur{plural}", f"at most {most} value{plural}")[place]


def _in_words(shapes: Graph, node: Node, place: int, *, own: bool = False) -> str:
    """Say what a shape demands; `place` is the position of the language.

    With `own`, its property shapes are left out: each is a constraint of its own.
    """
    said = list(_count(shapes, node, place))
    for parameter, words in _WORDS.items():
        if own and parameter == SH.property:
            continue
        for value in sorted(shapes.objects(node, parameter), key=str):
            if parameter in _LISTS:
                inside = [_in_words(shapes, each, place) for each in Collection(shapes, value)]
                text = " ; ".join(inside) if place == 0 else "; ".join(inside)
            elif parameter in _SHAPES:
                path = shapes.value(value, SH.path)
                head = f"{path_text(shapes, path)} : " if path is not None else ""
                text = (head if place == 0 else head.replace(" : ", ": ")) + _in_words(
                    shapes, value, place
                )
            else:
                text = _value(shapes, value)
            said.append(words[place].format(text))
    return ", ".join(said)


def _message(shapes: Graph, node: Node, language: str) -> str:
    for value in shapes.objects(node, SH.message):
        if isinstance(value, RdfLiteral) and value.language == language:
            return str(value)
    return ""


def _constraint(shapes: Graph, node: Node, path: str, words: tuple[str, str]) -> Constraint:
    messages = (_message(shapes, node, language) for language in _LANGUAGES)
    return Constraint(path, *words, *messages)


def _constraints(shapes: Graph, shape: Node) -> Iterator[Constraint]:
    for node in shapes.objects(shape, SH.property):
        path = shapes.value(node, SH.path)
        if path is not None:
            words = (_in_words(shapes, node, 0), _in_words(shapes, node, 1))
            yield _constraint(shapes, node, path_text(shapes, path), words)
    for node in shapes.objects(shape, SH.sparql):
        yield _constraint(shapes, node, "", ("", ""))
    own = (_in_words(shapes, shape, 0, own=True), _in_words(shapes, shape, 1, own=True))
    if all(own):
        yield _constraint(shapes, shape, "", own)


def _mentions(shapes: Graph, shape: Node) -> set[str]:
    """Find the terms in the queries of a rule and in what it demands of values."""
    found: set[str] = set()
    waiting, seen = [shape], {shape}
    while waiting:
        for _, value in shapes.predicate_objects(waiting.pop()):
            if isinstance(value, URIRef) and value in EMP:
                found.add(str(value).removeprefix(str(EMP)))
            elif isinstance(value, RdfLiteral) and value.language is None:
                found.update(_MENTION.findall(str(value)))
            elif not isinstance(value, URIRef | RdfLiteral) and value not in seen:
                seen.add(value)
                waiting.append(value)
    return found


def rules_by_term(shapes: Graph) -> dict[str, tuple[TermRule, ...]]:
    """Tell which rules bear on each term.

    Params: ``shapes``, the shapes graph. Returns: for the short name of each term that a rule
    targets, has on a path or mentions, the rules in id order (SHACL sections 2.1 and 4).
    """
    found: dict[str, list[TermRule]] = {}
    for rule in rules(shapes):
        shape = EMPS[rule.id]
        every = tuple(sorted(_constraints(shapes, shape), key=lambda each: each.path))
        targets = {
            str(node).removeprefix(str(EMP))
            for predicate in _TARGETS
            for node in shapes.objects(shape, predicate)
        }
        for name in sorted(targets | _mentions(shapes, shape)):
            on_path = tuple(each for each in every if name in _MENTION.findall(each.path))
            role: Role = "path" if on_path else "target" if name in targets else "mention"
            if role == "mention":
                shown = tuple(each for each in every if name in _MENTION.findall(each.fr))
            else:
                shown = on_path or every
            found.setdefault(name, []).append(TermRule(rule, role, shown))
    return {name: tuple(entries) for name, entries in found.items()}
