"""The pieces of a page: cells, rows, sections, and the words for the terms of the graph."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from api import messages
from api.addresses import local
from api.describe import Names
from ontology.namespaces import ID, PREFIXES
from queries.engine import Term

SHOWN: Final = 50
_SOURCE: Final = f"{ID}source/"
_XSD: Final = PREFIXES["xsd"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as it is shown.

    Args:
        text: what is read.
        href: where it leads, or empty.
        lang: the language of the text when it is known and not the page's.
    """

    text: str
    href: str = ""
    lang: str = ""


Cells = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: a heading and a table, or a sentence where there is nothing to list.

    Args:
        id: its anchor.
        title: its heading.
        columns: the headings of the columns.
        rows: the rows; the first cell of each heads it.
        note: a sentence below the heading, or empty.
    """

    id: str
    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cells, ...], ...] = ()
    note: str = ""


class Words:
    """Turns terms of the graph into cells, in the language of the page.

    Args:
        lang: ``fr`` or ``en``.
        names: names by language, by IRI, of what the page meets.
        terms: names by language of the terms of the ontologies.
    """

    def __init__(self, lang: str, names: Names, terms: Mapping[str, Mapping[str, str]]) -> None:
        self.lang = lang
        self._names = names
        self._terms = terms

    def say(self, key: str, **values: object) -> str:
        """Give a text of the pages."""
        return messages.say(self.lang, key, **values)

    def knows(self, iri: str) -> bool:
        """Tell whether a thing has a name here."""
        return iri in self._names

    def best(self, texts: Mapping[str, str]) -> Cell | None:
        """Choose among texts by language: the page's, else French, else whatever there is."""
        for each in (self.lang, "", "fr", "en"):
            if texts.get(each):
                return Cell(texts[each], lang=each if each != self.lang else "")
        return None

    def link(self, iri: str) -> Cell:
        """Give the name of a thing, leading to its page."""
        named = self.best(self._names.get(iri) or self._terms.get(iri) or {})
        if named is not None and iri.startswith(_SOURCE):
            # Many sources bear one title; their codes tell them apart.
            code = iri.removeprefix(_SOURCE)
            return Cell(f"{code} · {named.text}", local(iri), named.lang)
        if named is not None:
            return Cell(named.text, local(iri), named.lang)
        return Cell(short(iri), local(iri))

    def name(self, iri: str) -> str:
        """Give the name of a thing alone."""
        return self.link(iri).text

    def cell(self, value: Term | None) -> Cell:
        """Give any term of the graph as it is shown."""
        if value is None:
            return Cell("")
        if isinstance(value, NamedNode):
            return self.link(value.value)
        if isinstance(value, BlankNode):
            return Cell("…")
        return self.literal(value)

    def literal(self, value: Literal) -> Cell:
        """Give a literal as the language writes it: dates, numbers, yes and no."""
        if value.language:
            return Cell(value.value, lang=value.language if value.language != self.lang else "")
        kind = value.datatype.value.removeprefix(_XSD)
        if kind == "date":
            return Cell(messages.day(self.lang, value.value))
        if kind == "integer" and value.value.lstrip("+-").isdigit():
            return Cell(messages.number(self.lang, int(value.value)))
        if kind == "decimal" and self.lang == "fr":
            return Cell(value.value.replace(".", ","))
        if kind == "boolean":
            return Cell(self.say("yes" if value.value in ("true", "1") else "no"))
        return Cell(value.value)

    def links(self, iris: Iterable[str], shown: int = SHOWN) -> Cells:
        """Give several things, the first ones only, with the number of the others."""
        every = sorted({iri: self.link(iri) for iri in iris}.items(), key=lambda e: e[1].text)
        cells = tuple(cell for _, cell in every[:shown])
        return (*cells, *self._more(len(every) - shown))

    def cells(self, values: Iterable[Term], shown: int = SHOWN) -> Cells:
        """Give several values, the first ones only, with the number of the others."""
        every = list(values)
        return (*(self.cell(v) for v in every[:shown]), *self._more(len(every) - shown))

    def _more(self, left: int) -> Cells:
        return (Cell(self.say("more", n=messages.number(self.lang, left))),) if left > 0 else ()


def short(iri: str) -> str:
    """Give an IRI with its prefix, where it has one: ``skos:notation``."""
    best = max(
        ((base, prefix) for prefix, base in PREFIXES.items() if iri.startswith(base)),
        key=lambda each: len(each[0]),
        default=None,
    )
    return f"{best[1]}:{iri.removeprefix(best[0])}" if best else iri
