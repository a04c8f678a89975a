"""Finding things by name, code or acronym, without regard to case, accents or hyphens."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz, process

from api import terms
from ingest.errors import IdentityError
from ingest.identity import split
from ontology.namespaces import EMP, ID, PREFIXES
from queries.engine import Engine
from queries.territories import plain

FOUND: Final = 50
SUGGESTED: Final = 3
LONGEST: Final = 200
_CLOSE: Final = 70
# In this order for equal matches: a name asked for is most often that of a commune.
_KINDS: Final = (
    "commune",
    "epci",
    "departement",
    "region",
    "instrument",
    "actor",
    "ept",
    "espace",
    "legal-act",
    "arrondissement",
    "arrondissement-municipal",
    "commune-deleguee",
    "commune-associee",
    "cited-instrument",
    "deployment",
)
_FORMER: Final = str(EMP.formerCode)
_CODES: Final = (
    str(EMP.inseeCode),
    str(EMP.sirenCode),
    _FORMER,
    str(EMP.postalCode),
    str(EMP.programmeCode),
    PREFIXES["skos"] + "notation",
)
_OTHER_NAMES: Final = PREFIXES["skos"] + "altLabel"
_SAINT: Final = re.compile(r"\bst(e?)\b")


@dataclass(slots=True)
class Entry:
    """A thing that can be found.

    Args:
        iri: its identifier.
        kind: its kind, such as ``commune``.
        code: its code in the identifier.
        names: names by language; other names under ``alt``.
        codes: codes and acronyms by which it is asked for.
        former: codes that it or what it has taken over bore; not its own.
        heir: for a former commune, the commune of today that holds it, as an IRI.
        place: what tells homonyms apart (département), as an IRI.
        population: reference population, where known.
    """

    iri: str
    kind: str
    code: str
    names: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    former: set[str] = field(default_factory=set)
    heir: str = ""
    place: str = ""
    population: int | None = None

    def name(self, language: str) -> str:
        """Give the name in a language, or in another, or the code."""
        for each in (language, "fr", "en", ""):
            if each in self.names:
                return self.names[each]
        return self.code


class SearchIndex:
    """The names and codes of the graph, held in memory; immutable once made."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = {each.iri: each for each in entries}
        self._by_code: dict[str, list[Entry]] = {}
        self._names: list[tuple[str, Entry]] = []
        for each in self.entries.values():
            for code in {each.code, *each.codes, *each.former}:
                self._by_code.setdefault(code.casefold(), []).append(each)
            for name in {spelled(name) for name in each.names.values()}:
                self._names.append((name, each))

    def find(self, text: str, limit: int = FOUND) -> tuple[Entry, ...]:
        """Give what a text names, best first.

        The order: a code or acronym, the whole name, its beginning, words inside it, and only
        where nothing else is found, names that resemble it.

        Args:
            text: what the reader typed.
            limit: how many at most.

        """
        wanted = spelled(text[:LONGEST])
        if not text.strip() or not wanted:
            return ()
        found: dict[str, tuple[int, float, int, str]] = {}

        def keep(each: Entry, rank: int) -> None:
            order = (rank, _order(each), -(each.population or 0), each.iri)
            found[each.iri] = min(found.get(each.iri, order), order)

        for each in self._by_code.get(text.strip().casefold(), ()):
            keep(each, 0)
        for name, each in self._names:
            if name == wanted:
                keep(each, 1)
            elif name.startswith(wanted + " "):
                keep(each, 2)
            elif f" {wanted} " in f" {name} ":
                keep(each, 3)
            elif f" {wanted}" in f" {name}":
                keep(each, 4)
        if not found:
            for each in self.resembling(wanted, limit=SUGGESTED):
                keep(each, 5)
        best = sorted(found, key=lambda iri: found[iri])
        return tuple(self.entries[iri] for iri in best[:limit])

    def coded(self, text: str) -> Entry | None:
        """Give the thing whose code or acronym a text is, where it is that of one thing alone.

        A territory and the body that administers it, or a commune and its delegated namesake,
        bear one code: the first of the kinds is meant.
        """
        found = self._by_code.get(text.strip().casefold(), [])
        if len({each.code for each in found}) != 1:
            return None
        return min(found, key=_order)

    def holds(self, text: str) -> bool:
        """Tell whether a text is a code or stands in a name; else what is found resembles it."""
        wanted = spelled(text)
        if text.strip().casefold() in self._by_code:
            return True
        return any(f" {wanted}" in f" {name}" for name, _ in self._names)

    def resembling(
        self, text: str, kind: str | None = None, limit: int = SUGGESTED
    ) -> tuple[Entry, ...]:
        """Give the things whose name or code resembles a text, best first.

        Args:
            text: a name, or a code that does not exist.
            kind: only things of this kind; None for all.
            limit: how many at most.

        """
        if any(letter.isdigit() for letter in text) and " " not in text.strip():
            pool = [
                (each.code, each)
                for each in self.entries.values()
                if kind in (None, each.kind) and not (kind is None and each.kind == "deployment")
            ]
            scorer, cutoff = fuzz.ratio, 0
            wanted = text.strip()
        else:
            pool = [(name, each) for name, each in self._names if kind in (None, each.kind)]
            pool += [(spelled(each.code), each) for _, each in pool if not each.code.isdigit()]
            scorer, cutoff = fuzz.token_sort_ratio, _CLOSE
            wanted = spelled(text)
        choices = {number: key for number, (key, _) in enumerate(pool)}
        best = process.extract(wanted, choices, scorer=scorer, limit=limit * 4, score_cutoff=cutoff)
        unique = {pool[number][1].iri: pool[number][1] for _, _, number in best}
        return tuple(unique.values())[:limit]


def _order(each: Entry) -> float:
    """Rank by kind; a former commune comes after those of today."""
    return _KINDS.index(each.kind) + (0.5 if each.heir else 0)


def spelled(name: str) -> str:
    """Give a name as it is compared: bare words, "st" written out."""
    return _SAINT.sub(r"saint\1", plain(name))


def load_index(engine: Engine) -> SearchIndex:
    """Read the names and codes of the graph.

    Args:
        engine: the graph.

    """
    entries: dict[str, Entry] = {}
    named = engine.select(
        f"SELECT ?s ?name WHERE {{ ?s <{PREFIXES['rdfs']}label> ?name"
        f" FILTER(STRSTARTS(STR(?s), {terms.text(str(ID))})) }}"
    )
    for subject, name in named.rows:
        if isinstance(subject, NamedNode) and isinstance(name, Literal):
            entry = entries.get(subject.value) or _entry(subject.value)
            if entry is not None:
                entries[subject.value] = entry
                entry.names[name.language or ""] = name.value
    keyed = engine.select(
        f"SELECT ?s ?p ?o WHERE {{ {terms.values('p', (*_CODES, _OTHER_NAMES))} ?s ?p ?o }}"
    )
    for subject, predicate, value in keyed.rows:
        if not (isinstance(subject, NamedNode) and subject.value in entries):
            continue
        if isinstance(predicate, NamedNode) and isinstance(value, Literal):
            entry = entries[subject.value]
            if predicate.value == _OTHER_NAMES:
                entry.names[f"alt {len(entry.names)}"] = value.value
            elif predicate.value == _FORMER:
                entry.former.add(value.value)
            else:
                entry.codes.add(value.value)
    _replace(engine, entries)
    _place(engine, entries)
    return SearchIndex(entries.values())


def _replace(engine: Engine, entries: dict[str, Entry]) -> None:
    """Note what has become of former communes."""
    replaced = engine.select(
        f"SELECT ?s ?heir WHERE {{ ?s a <{EMP.FormerCommune}> ;"
        f" <{PREFIXES['dcterms']}isReplacedBy> ?heir }}"
    )
    for subject, heir in replaced.rows:
        entry = entries.get(subject.value) if isinstance(subject, NamedNode) else None
        if entry is not None and isinstance(heir, NamedNode):
            entry.heir = heir.value


def _place(engine: Engine, entries: dict[str, Entry]) -> None:
    """Note what tells communes apart: their département, how many people live there."""
    placed = engine.select(
        f"SELECT ?s ?place ?people WHERE {{ ?s a <{EMP.Commune}> ; <{EMP.partOf}> ?place ."
        f" ?place a <{EMP.Department}> OPTIONAL {{ ?s <{EMP.referencePopulation}> ?people }} }}"
    )
    for subject, place, people in placed.rows:
        if isinstance(subject, NamedNode) and subject.value in entries:
            entry = entries[subject.value]
            entry.place = place.value if isinstance(place, NamedNode) else ""
            entry.population = int(people.value) if isinstance(people, Literal) else None


def _entry(iri: str) -> Entry | None:
    try:
        kind, code = split(iri)
    except IdentityError:
        return None
    return Entry(iri, kind, code) if kind in _KINDS else None
