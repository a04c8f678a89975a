"""An RDF graph taken apart into OWL 2 axioms, each with its triples and its functional syntax."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from rdflib import OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from ontology.namespaces import PREFIXES

Triple = tuple[Node, Node, Node]

_DECLARED: Final = frozenset(
    {
        OWL.Class,
        OWL.ObjectProperty,
        OWL.DatatypeProperty,
        OWL.AnnotationProperty,
        OWL.NamedIndividual,
        OWL.Ontology,
        OWL.Restriction,
        RDF.Property,
        RDFS.Class,
    }
)
_CHARACTERISTICS: Final = {
    OWL.FunctionalProperty: "Functional",
    OWL.InverseFunctionalProperty: "InverseFunctional",
    OWL.TransitiveProperty: "Transitive",
    OWL.SymmetricProperty: "Symmetric",
    OWL.AsymmetricProperty: "Asymmetric",
    OWL.ReflexiveProperty: "Reflexive",
    OWL.IrreflexiveProperty: "Irreflexive",
}
_QUANTIFIERS: Final = {
    OWL.someValuesFrom: "SomeValuesFrom",
    OWL.allValuesFrom: "AllValuesFrom",
    OWL.hasValue: "HasValue",
}
_CARDINALITIES: Final = {
    OWL.minCardinality: "MinCardinality",
    OWL.maxCardinality: "MaxCardinality",
    OWL.cardinality: "ExactCardinality",
    OWL.minQualifiedCardinality: "MinCardinality",
    OWL.maxQualifiedCardinality: "MaxCardinality",
    OWL.qualifiedCardinality: "ExactCardinality",
}
_BOOLEANS: Final = {
    OWL.unionOf: "ObjectUnionOf",
    OWL.intersectionOf: "ObjectIntersectionOf",
    OWL.oneOf: "ObjectOneOf",
}
_ANNOTATING: Final = (str(SKOS), "http://purl.org/dc/terms/", PREFIXES["vs"])
_LANGUAGE: Final = (str(OWL), str(RDF), str(RDFS), PREFIXES["xsd"])


@dataclass(frozen=True, slots=True)
class Compound:
    """A class expression that has no name, such as a restriction."""

    operator: str
    parts: tuple["Expression", ...]


Expression = Node | Compound


@dataclass(frozen=True, slots=True)
class Axiom:
    """One axiom: its form and arguments (OWL 2 Structural Specification), and its triples."""

    form: str
    arguments: tuple[Expression, ...]
    triples: tuple[Triple, ...]
    given: bool

    @property
    def text(self) -> str:
        """The axiom in functional syntax, with the prefixes of the project."""
        return functional(Compound(self.form, self.arguments))

    @property
    def signature(self) -> frozenset[URIRef]:
        """The names it uses, those of OWL, RDF and XML Schema excepted."""
        return frozenset(
            node
            for triple in self.triples
            for node in triple
            if isinstance(node, URIRef) and not str(node).startswith(_LANGUAGE)
        )


def functional(expression: Expression) -> str:
    """Write an expression in the functional syntax of OWL 2.

    Args:
        expression: a name, a literal or a compound.

    Returns:
        Text such as `DisjointClasses(emp:Actor emp:SpatialUnit)`; names outside the known
        namespaces stand between angle brackets.
    """
    if isinstance(expression, Compound):
        inside = " ".join(functional(part) for part in expression.parts)
        return f"{expression.operator}({inside})"
    if isinstance(expression, URIRef):
        for prefix, namespace in PREFIXES.items():
            if expression.startswith(namespace):
                return f"{prefix}:{expression.removeprefix(namespace)}"
    if isinstance(expression, Literal) and expression.datatype is not None:
        return f"{Literal(str(expression)).n3()}^^{functional(expression.datatype)}"
    return expression.n3() if isinstance(expression, URIRef | Literal | BNode) else str(expression)


class _Reader:
    """Reads the axioms of one graph with the kinds of properties that another declares."""

    def __init__(self, graph: Graph, vocabulary: Graph, given: bool) -> None:
        self.graph = graph
        self.vocabulary = vocabulary
        self.given = given

    def is_data(self, prop: Node) -> bool:
        """Tell whether a property takes literals."""
        return (prop, RDF.type, OWL.DatatypeProperty) in self.vocabulary

    def is_annotation(self, prop: Node) -> bool:
        """Tell whether a statement of this property says nothing to a reasoner."""
        if (prop, RDF.type, OWL.AnnotationProperty) in self.vocabulary:
            return True
        named = prop in {RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.seeAlso}
        versions = {OWL.versionIRI, OWL.versionInfo, OWL.imports, OWL.deprecated}
        return named or prop in versions or str(prop).startswith(_ANNOTATING)

    def closure(self, node: Node) -> tuple[Triple, ...]:
        """Return the triples reached from a blank node."""
        found: list[Triple] = []
        waiting, seen = [node], {node}
        while waiting:
            current = waiting.pop()
            if not isinstance(current, BNode):
                continue
            for triple in sorted(self.graph.triples((current, None, None)), key=str):
                found.append(triple)
                if triple[2] not in seen:
                    seen.add(triple[2])
                    waiting.append(triple[2])
        return tuple(found)

    def items(self, node: Node | None) -> tuple[Node, ...]:
        """Return the members of an RDF list."""
        return tuple(Collection(self.graph, node)) if node is not None else ()

    def expression(self, node: Node) -> Expression:
        """Read a class expression; one of an unforeseen shape keeps its names, sorted."""
        if not isinstance(node, BNode):
            return node
        value = self.graph.value
        for predicate, operator in _BOOLEANS.items():
            if (members := value(node, predicate)) is not None:
                return Compound(operator, tuple(map(self.expression, self.items(members))))
        if (negated := value(node, OWL.complementOf)) is not None:
            return Compound("ObjectComplementOf", (self.expression(negated),))
        prop = value(node, OWL.onProperty)
        if prop is not None:
            start = "Data" if self.is_data(prop) else "Object"
            for predicate, operator in _QUANTIFIERS.items():
                if (filler := value(node, predicate)) is not None:
                    return Compound(start + operator, (prop, self.expression(filler)))
            for predicate, operator in _CARDINALITIES.items():
                if (number := value(node, predicate)) is not None:
                    filler = value(node, OWL.onClass)
                    rest = () if filler is None else (self.expression(filler),)
                    return Compound(start + operator, (number, prop, *rest))
        names = {n for triple in self.closure(node) for n in triple if isinstance(n, URIRef)}
        return Compound("Expression", tuple(sorted(names)))

    def axiom(self, form: str, arguments: tuple[Expression, ...], *triples: Triple) -> Axiom:
        """Build an axiom with the triples of the blank nodes that it points to."""
        hidden = [extra for triple in triples for extra in self.closure(triple[2])]
        return Axiom(form, arguments, (*triples, *hidden), self.given)

    def pairs(self, members: Node | None, predicate: URIRef, form: str) -> Iterator[Axiom]:
        """Read a list of things all different as one axiom for each pair, to name the one."""
        for left, right in combinations(sorted(self.items(members), key=str), 2):
            yield self.axiom(form, (left, right), (left, predicate, right))

    def of_node(self, subject: BNode) -> Iterator[Axiom]:
        """Read the axioms that RDF writes as a blank node of their own."""
        kind = self.graph.value(subject, RDF.type)
        value = self.graph.value
        if kind == OWL.AllDisjointClasses:
            yield from self.pairs(value(subject, OWL.members), OWL.disjointWith, "DisjointClasses")
        elif kind == OWL.AllDifferent:
            members = value(subject, OWL.distinctMembers) or value(subject, OWL.members)
            yield from self.pairs(members, OWL.differentFrom, "DifferentIndividuals")
        elif kind == OWL.NegativePropertyAssertion:
            parts = (OWL.assertionProperty, OWL.sourceIndividual, OWL.targetIndividual)
            named = tuple(node for part in parts if (node := value(subject, part)) is not None)
            yield Axiom("NegativeObjectPropertyAssertion", named, self.closure(subject), self.given)
        else:
            for predicate, node in sorted(self.graph.predicate_objects(subject), key=str):
                yield from self.of_triple(subject, predicate, node)

    def of_triple(self, subject: Node, predicate: Node, node: Node) -> Iterator[Axiom]:
        """Read the axiom that one triple states, if it states one."""
        triple = (subject, predicate, node)
        start = "Data" if self.is_data(subject) else "Object"
        pair = (self.expression(subject), self.expression(node))
        if predicate == RDF.type:
            if node in _CHARACTERISTICS:
                form = f"{_CHARACTERISTICS[URIRef(str(node))]}{start}Property"
                yield self.axiom(form, (subject,), triple)
            elif node not in _DECLARED:
                yield self.axiom("ClassAssertion", (pair[1], subject), triple)
        elif predicate == OWL.propertyChainAxiom:
            chain = Compound("ObjectPropertyChain", self.items(node))
            yield self.axiom("SubObjectPropertyOf", (chain, subject), triple)
        elif predicate == OWL.hasKey:
            keys = self.items(node)
            objects = Compound("", tuple(key for key in keys if not self.is_data(key)))
            data = Compound("", tuple(key for key in keys if self.is_data(key)))
            yield self.axiom("HasKey", (subject, objects, data), triple)
        elif predicate == OWL.complementOf:
            yield self.axiom(
                "EquivalentClasses", (subject, Compound("ObjectComplementOf", pair[1:])), triple
            )
        elif (stated := _form(predicate, start)) is not None:
            if stated == "DisjointClasses" and str(subject) > str(node):
                pair, triple = (pair[1], pair[0]), (node, predicate, subject)
            yield self.axiom(stated, pair, triple)
        elif not self.is_annotation(predicate) and not str(predicate).startswith(_LANGUAGE):
            form = "Data" if isinstance(node, Literal) else "Object"
            yield self.axiom(f"{form}PropertyAssertion", (predicate, subject, node), triple)


def _form(predicate: Node, start: str) -> str | None:
    return {
        RDFS.subClassOf: "SubClassOf",
        OWL.disjointWith: "DisjointClasses",
        OWL.equivalentClass: "EquivalentClasses",
        RDFS.subPropertyOf: f"Sub{start}PropertyOf",
        OWL.equivalentProperty: f"Equivalent{start}Properties",
        OWL.propertyDisjointWith: f"Disjoint{start}Properties",
        RDFS.domain: f"{start}PropertyDomain",
        RDFS.range: f"{start}PropertyRange",
        OWL.inverseOf: "InverseObjectProperties",
        OWL.differentFrom: "DifferentIndividuals",
        OWL.sameAs: "SameIndividual",
    }.get(URIRef(str(predicate)))


def read_axioms(
    graph: Graph, vocabulary: Graph | None = None, *, given: bool = False
) -> tuple[Axiom, ...]:
    """Take a graph apart into axioms (OWL 2 Mapping to RDF Graphs, section 3).

    Lists of classes all disjoint become pairs, so that an explanation can name the two that clash.

    Args:
        graph: the graph to read.
        vocabulary: where the kinds of properties are declared; by default the graph itself.
        given: whether the graph is what is judged (data) rather than the ontology.

    Returns:
        The axioms, each once, sorted by their text. Declarations and annotations are left out.
    """
    reader = _Reader(graph, vocabulary if vocabulary is not None else graph, given)
    pointed = {node for node in graph.objects() if isinstance(node, BNode)}
    found: dict[str, Axiom] = {}
    for subject in sorted(set(graph.subjects()), key=str):
        if isinstance(subject, BNode):
            axioms = iter(()) if subject in pointed else reader.of_node(subject)
        else:
            axioms = (
                axiom
                for predicate, node in graph.predicate_objects(subject)
                for axiom in reader.of_triple(subject, predicate, node)
            )
        for axiom in axioms:
            found.setdefault(axiom.text, axiom)
    return tuple(found[text] for text in sorted(found))


def declarations(vocabulary: Graph, names: frozenset[URIRef]) -> tuple[Triple, ...]:
    """Return what a parser must be told of some names: class, or which kind of property.

    Args:
        vocabulary: the graph that declares them.
        names: the names.

    Returns:
        The triples, sorted.
    """
    kinds = _DECLARED - {OWL.Ontology, OWL.Restriction}
    return tuple(
        (name, RDF.type, kind)
        for name in sorted(names)
        for kind in sorted(kinds)
        if (name, RDF.type, kind) in vocabulary
    )
