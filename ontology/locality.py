"""The part of an ontology that can matter to some names, so that a reasoner tests few axioms."""

from collections.abc import Iterable
from typing import Final

from rdflib import URIRef

from ontology.axioms import Axiom, Compound, Expression

# Forms that hold of an empty class or relation, whatever the rest: only their first name calls.
_LED_BY_FIRST: Final = ("SubClassOf", "HasKey", "Domain", "Range", "PropertyOf", "Property")


def _names(expression: Expression) -> frozenset[URIRef]:
    if isinstance(expression, Compound):
        return frozenset(name for part in expression.parts for name in _names(part))
    return frozenset({expression}) if isinstance(expression, URIRef) else frozenset()


def concerns(axiom: Axiom, names: frozenset[URIRef]) -> bool:
    """Tell whether an axiom can constrain some names when all other names are empty.

    This is bottom-locality (Cuenca Grau et al., Modular Reuse of Ontologies, JAIR 2008), read off
    the form of the axiom: an axiom left out holds in any model whose other names are empty.

    Args:
        axiom: an axiom; what is given as data always concerns.
        names: the names in question.

    Returns:
        False only when leaving the axiom out is safe.
    """
    if axiom.given or axiom.form.startswith("Reflexive") or axiom.form.endswith("Assertion"):
        return True
    first = axiom.arguments[0]
    if axiom.form == "DisjointClasses":
        return all(_names(part) & names or not _names(part) for part in axiom.arguments)
    if isinstance(first, Compound) and first.operator == "ObjectPropertyChain":
        return _names(first) <= names
    if isinstance(first, URIRef) and axiom.form.endswith(_LED_BY_FIRST):
        return first in names
    return not axiom.signature or bool(axiom.signature & names)


def module(axioms: tuple[Axiom, ...], names: Iterable[URIRef]) -> tuple[Axiom, ...]:
    """Extract the axioms that can matter to some names.

    Args:
        axioms: the ontology, and the data.
        names: the names to start from, such as those of the data.

    Returns:
        The module, in the order of the axioms: it clashes with the data if the whole does.
    """
    remaining = list(axioms)
    reached = frozenset(names)
    kept: set[str] = set()
    while taken := [axiom for axiom in remaining if concerns(axiom, reached)]:
        kept |= {axiom.text for axiom in taken}
        reached |= frozenset(name for axiom in taken for name in axiom.signature)
        remaining = [axiom for axiom in remaining if axiom.text not in kept]
    return tuple(axiom for axiom in axioms if axiom.text in kept)
