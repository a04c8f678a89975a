"""A quick guess at why a graph clashes: hierarchy, domains and ranges followed from what is given.

Only a guess: it knows a few forms of axioms, and its answer is verified by the reasoner.
"""

from collections.abc import Iterable, Iterator

from rdflib import BNode, URIRef
from rdflib.term import Node

from ontology.axioms import Axiom, Compound, Expression

Fact = tuple[Expression, ...]
Support = frozenset[Axiom]


def _steps(axiom: Axiom, facts: dict[Fact, Support]) -> Iterator[tuple[Fact, Support]]:
    """Draw what one axiom adds to the facts: (class, thing) or (property, subject, object)."""
    first, second = axiom.arguments[0], axiom.arguments[-1]
    for fact, support in tuple(facts.items()):
        because = support | {axiom}
        if fact[0] == first:
            if axiom.form in {"SubClassOf", "SubObjectPropertyOf"}:
                yield (second, *fact[1:]), because
            elif axiom.form.endswith("PropertyDomain"):
                yield (second, fact[1]), because
            elif axiom.form == "ObjectPropertyRange":
                yield (second, fact[2]), because
        if axiom.form == "InverseObjectProperties" and fact[0] in {first, second}:
            other = second if fact[0] == first else first
            yield (other, fact[2], fact[1]), because


def guess_clash(axioms: Iterable[Axiom]) -> tuple[Axiom, ...] | None:
    """Look for two disjoint classes that one thing is led into.

    Args:
        axioms: the ontology and the data.

    Returns:
        The fewest axioms found that lead there, or None: there may still be a clash.
    """
    named = [axiom for axiom in axioms if not any(map(_complex, axiom.arguments))]
    facts: dict[Fact, Support] = {
        axiom.arguments: frozenset({axiom}) for axiom in named if _states(axiom)
    }
    rules = [axiom for axiom in named if not axiom.form.endswith("Assertion")]
    changed = True
    while changed:
        changed = False
        for rule in rules:
            for fact, support in _steps(rule, facts):
                if fact not in facts or len(support) < len(facts[fact]):
                    facts[fact] = support
                    changed = True
    clashes = [
        facts[left, thing] | facts[right, thing] | {rule}
        for rule in rules
        if rule.form == "DisjointClasses"
        for left, right in [(rule.arguments[0], rule.arguments[1])]
        for thing in _things(facts, left)
        if (right, thing) in facts
    ]
    if not clashes:
        return None
    best = min(clashes, key=lambda found: (len(found), sorted(axiom.text for axiom in found)))
    return tuple(best)


def _states(axiom: Axiom) -> bool:
    return axiom.form.endswith("Assertion") and not axiom.form.startswith("Negative")


def _complex(argument: Expression) -> bool:
    return isinstance(argument, Compound | BNode)


def _things(facts: dict[Fact, Support], name: Expression) -> set[Node]:
    return {
        fact[1]
        for fact in facts
        if len(fact) == 2 and fact[0] == name and isinstance(fact[1], URIRef)  # noqa: PLR2004
    }
