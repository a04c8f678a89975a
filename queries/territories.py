"""Territories as people name them: a code, kind/code or a former code -> one territory."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from ingest.errors import IdentityError
from ingest.identity import TERRITORY_KINDS, mint, parse_reference, split
from ontology.namespaces import EMP
from queries.engine import Engine, Table
from queries.errors import UnknownTerritoryError
from queries.former import former_of

SUGGESTIONS: Final = 3
_RDFS_LABEL: Final = "<http://www.w3.org/2000/01/rdf-schema#label>"
_LISTED: Final = (
    "Commune",
    "IntermunicipalTerritory",
    "TerritorialEstablishment",
    "Arrondissement",
    "Department",
    "Region",
    "MunicipalArrondissement",
)
_CODE: Final = re.compile(r"[0-9][0-9ABab]?[0-9]*")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A territory of the graph, as found from what the reader wrote.

    Attributes:
        iri: its identifier.
        kind: its kind, such as ``commune``.
        code: its official code, as text.
        label: its name, or its code when the graph gives none.
        note_fr: what must be said of a former code or commune, in French; empty elsewhere.
        note_en: the same in English.

    """

    iri: str
    kind: str
    code: str
    label: str
    note_fr: str = ""
    note_en: str = ""


class TerritoryNotFoundError(UnknownTerritoryError):
    """No territory of the graph answers to what was written; says which ones resemble it.

    Args:
        text: what the reader wrote.
        suggestions: territories that resemble it, best first.

    """

    def __init__(self, text: str, suggestions: tuple[Resolved, ...]) -> None:
        if suggestions:
            names = "; ".join(f"{s.kind}/{s.code} ({s.label})" for s in suggestions)
            todo = f"Did you mean: {names}?"
        else:
            todo = "Check the code: a commune has 5 characters, an EPCI 9 digits."
        super().__init__(
            f"Unknown territory: {text!r}.",
            "No territory of the loaded geographic code has this code or former code.",
            todo,
        )
        self.text = text
        self.suggestions = suggestions


def resolve(engine: Engine, text: str) -> Resolved:
    """Find the territory that a reader names.

    Args:
        engine: the graph.
        text: 5 characters (commune), 9 digits (EPCI or EPT) or ``kind/code``.

    Returns:
        The territory; with a note in both languages when it is a former commune, or when a former
        code led to it.

    Raises:
        IdentityError: 2 or 3 characters alone, which name a département and a région.
        TerritoryNotFoundError: nothing of that code; carries up to three suggestions.

    """
    reference = text.strip()
    if "/" not in reference:
        reference = reference.upper()
    if not _has_form_of_code(reference):
        raise TerritoryNotFoundError(text, suggest(engine, text))
    kind, code = parse_reference(reference)
    candidates = [mint(kind, code)]
    if kind == "epci" and "/" not in reference:
        candidates.append(mint("ept", code))
    found = _labelled(engine, candidates)
    if found:
        return _explained(engine, found[0]) if kind == "commune" else found[0]
    if kind == "commune":
        successors = _successors(engine, code)
        if len(successors) == 1:
            return successors[0]
        if successors:
            raise TerritoryNotFoundError(text, successors[:SUGGESTIONS])
    raise TerritoryNotFoundError(text, suggest(engine, text))


def suggest(engine: Engine, text: str, limit: int = SUGGESTIONS) -> tuple[Resolved, ...]:
    """Return the territories whose name or code resembles a text, best first.

    Args:
        engine: the graph.
        text: a name, or a code that does not exist.
        limit: how many at most.

    Returns:
        Up to ``limit`` territories; names are compared without case, accents or hyphens.

    """
    classes = " ".join(f"<{EMP[name]}>" for name in _LISTED)
    everything = _read(
        engine.select(
            f"SELECT ?t ?label WHERE {{ VALUES ?class {{ {classes} }}\n"
            f"?t a ?class ; {_RDFS_LABEL} ?label }}"
        )
    )
    kind, _, code = text.strip().rpartition("/")
    pool = [t for t in everything if t.kind == kind] if kind in TERRITORY_KINDS else everything
    wanted = code if kind in TERRITORY_KINDS else text
    by_code = wanted[:1].isdigit()
    if by_code:
        same = [t for t in pool if t.code == wanted.upper()]
        choices = {index: t.code for index, t in enumerate(pool)}
        # Jaro-Winkler prefers a common beginning: a code starts with its département.
        scorer = JaroWinkler.normalized_similarity
        best = process.extract(wanted.upper(), choices, scorer=scorer, limit=limit)
    else:
        same = []
        choices = {index: plain(t.label) for index, t in enumerate(pool)}
        best = process.extract(
            plain(wanted), choices, scorer=fuzz.token_sort_ratio, limit=limit, score_cutoff=50
        )
    ranked = same + [pool[index] for _, _, index in best]
    unique = {found.iri: found for found in ranked}
    return tuple(unique.values())[:limit]


def plain(name: str) -> str:
    """Return a name without accents, case, apostrophes or hyphens.

    Args:
        name: a name as printed.

    Returns:
        The bare words, separated by single spaces.

    """
    decomposed = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "Oe"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", letters))


def _has_form_of_code(reference: str) -> bool:
    if _CODE.fullmatch(reference):
        try:
            parse_reference(reference)
        except IdentityError:
            # Ambiguity must be said as such; any other bad form deserves suggestions.
            return len(reference) in {2, 3}
        return True
    kind, slash, code = reference.partition("/")
    if not slash or kind not in TERRITORY_KINDS:
        return bool(slash)
    try:
        mint(kind, code)
    except IdentityError:
        return False
    return True


def _labelled(engine: Engine, iris: Iterable[str]) -> tuple[Resolved, ...]:
    values = " ".join(str(NamedNode(iri)) for iri in iris)
    return _read(
        engine.select(
            f"SELECT ?t ?label WHERE {{ VALUES ?t {{ {values} }}\n"
            f"?t a ?class . OPTIONAL {{ ?t {_RDFS_LABEL} ?label }} }}"
        )
    )


def _explained(engine: Engine, found: Resolved) -> Resolved:
    """Add to a former commune what it has become; its own life is what a past day is asked of."""
    former = former_of(engine, found.iri)
    if former is None:
        return found
    heir = f"{former.heir_name} ({former.heir_code})"
    until = ("", "")
    if former.last:
        until = (
            f" ; elle figure au code officiel géographique jusqu'en {former.last}",
            f"; the official geographic code lists it until {former.last}",
        )
    return replace(
        found,
        note_fr=f"{found.label} est une ancienne commune, aujourd'hui dans {heir}{until[0]}.",
        note_en=f"{found.label} is a former commune, now part of {heir}{until[1]}.",
    )


def _successors(engine: Engine, code: str) -> tuple[Resolved, ...]:
    literal = str(Literal(code))
    current = _read(
        engine.select(
            f"SELECT ?t ?label WHERE {{ ?t <{EMP.formerCode}> {literal} ."
            f" OPTIONAL {{ ?t {_RDFS_LABEL} ?label }} }}"
        )
    )
    return tuple(
        Resolved(
            iri=found.iri,
            kind=found.kind,
            code=found.code,
            label=found.label,
            note_fr=f"Le code {code} est celui d'une ancienne commune, ou un code abandonné : "
            f"c'est aujourd'hui {found.label} ({found.code}).",
            note_en=f"Code {code} is that of a former commune, or a code no longer used: it is now "
            f"{found.label} ({found.code}).",
        )
        for found in current
    )


def _read(table: Table) -> tuple[Resolved, ...]:
    found: dict[str, Resolved] = {}
    for territory, label in table.rows:
        if not isinstance(territory, NamedNode):
            continue
        try:
            kind, code = split(territory.value)
        except IdentityError:
            continue
        text = label.value if isinstance(label, Literal) else code
        french = isinstance(label, Literal) and label.language in {None, "fr"}
        if territory.value not in found or french:
            found[territory.value] = Resolved(territory.value, kind, code, text)
    return tuple(found.values())
