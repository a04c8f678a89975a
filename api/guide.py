"""The guide to the ontology: pages of terms, rules on them, ontologies, each read once."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from markupsafe import Markup
from pyoxigraph import Quad, RdfFormat, parse
from rdflib import Graph

from api import messages, rdf
from api.vocabulary import make_context
from ontology.diagram import draw
from ontology.files import Published, about, canonical, published
from ontology.loading import load_ontology
from ontology.pages import TermPage, project_pages
from queries.formats import Format
from shapes.constraints import TermRule, rules_by_term
from shapes.loading import load_shapes

# The forms that terms and ontologies are sent in, the page aside.
FORMS: Final[dict[str, Format]] = {
    "ttl": Format.TURTLE,
    "rdf": Format.RDFXML,
    "jsonld": Format.JSONLD,
    "nt": Format.NTRIPLES,
}
_LOCK: Final = threading.Lock()
_HOLDER: Final = re.compile(r"\{[?$](\w+)\}")


@dataclass(frozen=True, slots=True)
class Guide:
    """All that pages about the ontology show.

    Args:
        terms: the pages of terms, by short name.
        rules: the rules on each term.
        ontologies: what can be downloaded, by path.
        full: the ontology, its restrictions and alignments, its blank nodes named canonically.
        context: the JSON-LD context, ``@context`` included.
    """

    terms: dict[str, TermPage]
    rules: dict[str, tuple[TermRule, ...]]
    ontologies: dict[str, Published]
    full: Graph
    context: dict[str, Any]

    @property
    def version(self) -> str:
        """The version of the ontology at hand."""
        return self.ontologies[""].version

    def modules(self) -> dict[str, tuple[TermPage, ...]]:
        """Give the terms of each module, in the order of modules, kinds and names."""
        found: dict[str, list[TermPage]] = {}
        for each in self.terms.values():
            found.setdefault(each.term.module, []).append(each)
        return {name: tuple(pages) for name, pages in found.items()}

    def others(self) -> tuple[Published, ...]:
        """Give the ontologies that define no term: restrictions, alignments, releases."""
        modules = self.modules()
        return tuple(each for path, each in self.ontologies.items() if path and path not in modules)


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A rule on a term, its own or, for a class, one of a superclass.

    Args:
        entry: the rule.
        inherited: the superclass it is on; empty for a rule on the term itself.
    """

    entry: TermRule
    inherited: str = ""


def read_guide() -> Guide:
    """Read the project's files, once: they do not change while a process runs.

    Raises:
        ontology.loading.OntologyError: a file is missing or broken.
        shapes.loading.ShapesError: a file of shapes is.

    """
    # It takes seconds: two requests must not do it side by side.
    with _LOCK:
        return _read()


@cache
def _read() -> Guide:
    ontologies = published()
    return Guide(
        terms=project_pages(),
        rules=rules_by_term(load_shapes()),
        ontologies=ontologies,
        full=canonical(load_ontology(restrictions=True, alignments=True)),
        context=make_context(ontologies[""].graph),
    )


def rules_on(guide: Guide, page: TermPage) -> tuple[AppliedRule, ...]:
    """List the rules on a term: those that judge it, those of its superclasses, the others.

    Args:
        guide: the guide.
        page: the term.

    """

    def chosen() -> Iterator[AppliedRule]:
        own = guide.rules.get(page.term.name, ())
        yield from (AppliedRule(each) for each in own if each.role != "mention")
        if page.term.kind == "class":
            for name in sorted(page.ancestors):
                for each in guide.rules.get(name, ()):
                    if each.role == "target":
                        yield AppliedRule(each, name)
        yield from (AppliedRule(each) for each in own if each.role == "mention")

    found: dict[str, AppliedRule] = {}
    for each in chosen():
        found.setdefault(each.entry.rule.id, each)
    return tuple(found.values())


def plain(message: str) -> str:
    """Show the variables of a message of a rule as places to fill."""
    return _HOLDER.sub(r"‹\1›", message)


def tied(text: str) -> str:
    """Keep French quotation marks and colons on the line of their word."""
    for spaced, kept in (("« ", "«\u00a0"), (" »", "\u00a0»"), (" :", "\u00a0:")):
        text = text.replace(spaced, kept)
    return text


def diagram(guide: Guide, name: str, lang: str, link: Any) -> Markup:
    """Draw a term; ``link`` gives the address of a term's page."""
    page = guide.terms[name]
    title = messages.say(lang, "term_diagram", name=name)
    # Made by an XML library, which escapes what it is given.
    return Markup(draw(page, guide.terms, lang, title, link))  # noqa: S704


@lru_cache(maxsize=256)
def term_document(name: str, suffix: str, context_url: str) -> bytes:
    """Write what the ontology says of a term.

    Args:
        name: its short name.
        suffix: a key of ``FORMS``.
        context_url: where the JSON-LD context is published.

    """
    guide = read_guide()
    return _write(about(guide.full, guide.terms[name].term.iri), suffix, context_url)


@lru_cache(maxsize=128)
def ontology_document(path: str, suffix: str, context_url: str) -> bytes:
    """Write an ontology.

    Args:
        path: its path, a key of ``Guide.ontologies``.
        suffix: a key of ``FORMS``.
        context_url: where the JSON-LD context is published.

    """
    return _write(canonical(read_guide().ontologies[path].graph), suffix, context_url)


def _write(graph: Graph, suffix: str, context_url: str) -> bytes:
    if suffix == "ttl":
        # rdflib nests the unnamed class expressions, which the engine writes one by one.
        return graph.serialize(format="turtle").encode("utf-8")
    if suffix == "jsonld":
        # rdflib loses an unnamed class that a context calls a link; written whole, it is kept,
        # and means the same under the published context.
        named = dict(read_guide().context["@context"])
        named.pop("rdfs:subClassOf")
        return rdf.compact_graph(graph, {"@context": named}, context_url)
    triples = parse(graph.serialize(format="nt").encode("utf-8"), format=RdfFormat.N_TRIPLES)
    quads = [Quad(each.subject, each.predicate, each.object) for each in triples]
    return rdf.write(quads, FORMS[suffix], read_guide().context, context_url)
