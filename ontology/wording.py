"""Axioms said in words, in French and in English, with the labels of the terms."""

from typing import Final, Literal

from rdflib import RDFS, SKOS, Graph, URIRef
from rdflib import Literal as RdfLiteral

from ontology.axioms import Axiom, Compound, Expression, functional

Language = Literal["fr", "en"]

_SENTENCES: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "ClassAssertion": "{1} est de la classe {0}",
        "ObjectPropertyAssertion": "{1} {0} {2}",
        "DataPropertyAssertion": "{1} {0} {2}",
        "NegativeObjectPropertyAssertion": "il est nié que {1} {0} {2}",
        "DifferentIndividuals": "{0} et {1} sont distincts",
        "SameIndividual": "{0} et {1} sont une seule chose",
        "SubClassOf": "tout ce qui est de la classe {0} est aussi : {1}",
        "DisjointClasses": "rien n'est à la fois de la classe {0} et de la classe {1}",
        "EquivalentClasses": "être de la classe {0}, c'est être : {1}",
        "PropertyDomain": "ce dont on dit {0} est de la classe {1}",
        "PropertyRange": "la valeur de {0} est de la classe {1}",
        "SubPropertyOf": "{0} implique {1}",
        "InverseObjectProperties": "{0} et {1} sont la même relation lue dans les deux sens",
        "FunctionalProperty": "{0} n'a qu'une valeur par sujet",
        "TransitiveProperty": "{0} se transmet de proche en proche",
        "SymmetricProperty": "{0} vaut dans les deux sens",
        "AsymmetricProperty": "{0} ne vaut jamais dans les deux sens, ni de soi à soi",
        "IrreflexiveProperty": "{0} ne relie rien à soi-même",
        "HasKey": "deux choses de la classe {0} de même {1}{2} n'en font qu'une",
        "ObjectPropertyChain": "la suite {*}",
        "SomeValuesFrom": "ce qui a au moins un lien {0} vers {1}",
        "AllValuesFrom": "ce dont tous les liens {0} mènent à {1}",
        "HasValue": "ce qui a pour {0} la valeur {1}",
        "MinCardinality": "ce qui a au moins {0} liens {1} vers {2}",
        "MaxCardinality": "ce qui a au plus {0} liens {1} vers {2}",
        "ExactCardinality": "ce qui a exactement {0} liens {1} vers {2}",
        "ObjectComplementOf": "ce qui n'est pas {0}",
        "ObjectUnionOf": "l'un de {*}",
        "ObjectIntersectionOf": "à la fois {*}",
        "ObjectOneOf": "l'un de {*}",
    },
    "en": {
        "ClassAssertion": "{1} is of the class {0}",
        "ObjectPropertyAssertion": "{1} {0} {2}",
        "DataPropertyAssertion": "{1} {0} {2}",
        "NegativeObjectPropertyAssertion": "it is denied that {1} {0} {2}",
        "DifferentIndividuals": "{0} and {1} are different",
        "SameIndividual": "{0} and {1} are one thing",
        "SubClassOf": "whatever is of the class {0} is also: {1}",
        "DisjointClasses": "nothing is both of the class {0} and of the class {1}",
        "EquivalentClasses": "to be of the class {0} is to be: {1}",
        "PropertyDomain": "what is said to have {0} is of the class {1}",
        "PropertyRange": "the value of {0} is of the class {1}",
        "SubPropertyOf": "{0} implies {1}",
        "InverseObjectProperties": "{0} and {1} are one relation read both ways",
        "FunctionalProperty": "{0} has one value for each subject",
        "TransitiveProperty": "{0} passes on from one to the next",
        "SymmetricProperty": "{0} holds both ways",
        "AsymmetricProperty": "{0} never holds both ways, nor from a thing to itself",
        "IrreflexiveProperty": "{0} relates nothing to itself",
        "HasKey": "two things of the class {0} with the same {1}{2} are one",
        "ObjectPropertyChain": "the sequence {*}",
        "SomeValuesFrom": "what has at least one link {0} to {1}",
        "AllValuesFrom": "that of which all links {0} lead to {1}",
        "HasValue": "what has for {0} the value {1}",
        "MinCardinality": "what has at least {0} links {1} to {2}",
        "MaxCardinality": "what has at most {0} links {1} to {2}",
        "ExactCardinality": "what has exactly {0} links {1} to {2}",
        "ObjectComplementOf": "what is not {0}",
        "ObjectUnionOf": "one of {*}",
        "ObjectIntersectionOf": "all of {*}",
        "ObjectOneOf": "one of {*}",
    },
}
_ANYTHING: Final[dict[Language, str]] = {"fr": "quoi que ce soit", "en": "anything"}
_KINDS: Final = ("Object", "Data")
_QUOTED: Final[dict[Language, tuple[str, str]]] = {"fr": ("« ", " »"), "en": ("“", "”")}


def _sentence(form: str, language: Language) -> str | None:
    sentences = _SENTENCES[language]
    if form in sentences:
        return sentences[form]
    for kind in _KINDS:
        if form.replace(kind, "", 1) in sentences:
            return sentences[form.replace(kind, "", 1)]
    return None


def _name(term: URIRef, labels: Graph, language: Language) -> str:
    for predicate in (RDFS.label, SKOS.prefLabel):
        for label in sorted(labels.objects(term, predicate), key=str):
            if getattr(label, "language", None) == language:
                return str(label)
    return functional(term).rpartition(":")[2].rpartition("/")[2].rstrip(">")


def _words(expression: Expression, labels: Graph, language: Language) -> str:
    opening, closing = _QUOTED[language]
    if isinstance(expression, URIRef):
        return f"{opening}{_name(expression, labels, language)}{closing}"
    if isinstance(expression, RdfLiteral):
        return str(expression)
    if not isinstance(expression, Compound):
        return functional(expression)
    parts = [_words(part, labels, language) for part in expression.parts]
    sentence = _sentence(expression.operator, language)
    if sentence is None:
        return " ".join([expression.operator, *parts]).strip()
    # A cardinality without class counts links to anything.
    padded = [*parts, _ANYTHING[language]]
    return sentence.replace("{*}", ", ".join(parts)).format(*padded)


def in_words(axiom: Axiom, labels: Graph, language: Language) -> str:
    """Say an axiom as a sentence.

    Args:
        axiom: the axiom.
        labels: the graph that names the terms; a thing without label is called by its local name.
        language: the language.

    Returns:
        A sentence without final stop, such as “nothing is both of the class “actor” and …”.
    """
    return _words(Compound(axiom.form, axiom.arguments), labels, language)
