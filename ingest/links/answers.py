"""Answers of the endpoints, checked strictly: what is kept as a link, what is set aside and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Final

from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results

from ingest.links.client import LinksError
from ingest.links.endpoints import CLOSE, SEE, Endpoint

# Reasons that tell of another answer than the one due, not of a doubt about an item.
_NOT_ASKED: Final = "a code that was not asked"
_NOT_AN_ITEM: Final = "not an item of the endpoint"
FOREIGN: Final = frozenset({_NOT_ASKED, _NOT_AN_ITEM})

Term = object
Row = dict[str, Term]


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A code, the IRI of the relation, and the item elsewhere."""

    code: str
    relation: str
    item: str


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """What was answered and is not asserted, with the reason."""

    code: str
    item: str
    reason: str


@dataclass(slots=True)
class Candidate:
    """An item answered for a code, with every day given for the beginning and end of its life."""

    since: set[date]
    until: set[date]
    fault: str = ""


def rows_of(body: bytes, endpoint: Endpoint) -> list[Row]:
    """Read the rows of an answer.

    Args:
        body: SPARQL 1.1 Query Results JSON.
        endpoint: which variables it must have.

    Returns:
        A row a solution: terms by variable, unbound ones left out.

    Raises:
        LinksError: not JSON results, broken off, or a variable is missing.

    """
    try:
        results = parse_query_results(body, format=QueryResultsFormat.JSON)
        if not isinstance(results, QuerySolutions):
            raise changed(endpoint, "It answers yes or no, not rows.")
        names = [variable.value for variable in results.variables]
        missing = [name for name in endpoint.variables if name not in names]
        if missing:
            raise changed(endpoint, f"Its rows lack {', '.join(missing)}.")
        return [_row(names, solution) for solution in results]
    except (SyntaxError, ValueError, OSError) as error:
        raise changed(
            endpoint, f"It is no whole SPARQL JSON: {' '.join(str(error).split())}."
        ) from (error)


def _row(names: Iterable[str], solution: Iterable[Term | None]) -> Row:
    return {name: term for name, term in zip(names, solution, strict=True) if term is not None}


def changed(endpoint: Endpoint, why: str) -> LinksError:
    """Return the error of an endpoint that no longer answers as it did."""
    return LinksError(
        f"The answer of {endpoint.name} is not what it must be.",
        why[:300],
        "The links kept from before stay in use; check the address and the query.",
    )


def judge(
    endpoint: Endpoint, rows: Iterable[Row], asked: AbstractSet[str], today: date
) -> tuple[list[Link], list[Refusal]]:
    """Say which items are linked to which codes, and how closely.

    An exact match needs the only version that ever bore the code, with a known beginning
    (``Endpoint.dated``). The version in force among several is a close match; a past or undated
    one is worth a look, no more. Several in force, or one item for several codes: nothing is said.

    Args:
        endpoint: what an item looks like and how it relates.
        rows: all rows answered to one question.
        asked: the codes that were asked.
        today: the day at which a version is in force or not.

    Returns:
        The links and the refusals, each sorted and unique.

    """
    refusals: set[Refusal] = set()
    candidates: defaultdict[str, dict[str, Candidate]] = defaultdict(dict)
    for row in rows:
        code, item = _text(row.get("code")), _text(row.get("item"))
        fault = _fault(endpoint, row, asked)
        if fault:
            refusals.add(Refusal(code, item, fault))
            continue
        candidate = candidates[code].setdefault(item, Candidate(set(), set()))
        try:
            candidate.since |= _days(row, "since")
            candidate.until |= _days(row, "until")
        except ValueError as error:
            candidate.fault = min(filter(None, (candidate.fault, str(error))))
    links: set[Link] = set()
    bearers = Counter(item for items in candidates.values() for item in items)
    for code, items in candidates.items():
        timely: dict[str, Candidate] = {}
        for item, candidate in items.items():
            outside = _outside(endpoint, candidate, today)
            candidate.fault = candidate.fault or _doubt(candidate, bearers[item])
            if outside or candidate.fault:
                refusals.add(Refusal(code, item, candidate.fault or outside))
            if candidate.fault or not outside:
                timely[item] = candidate
        sole = endpoint.relation if len(items if endpoint.dated else timely) == 1 else CLOSE
        for item, relation, reason in _relations(endpoint, timely, sole, today):
            if reason:
                refusals.add(Refusal(code, item, reason))
            else:
                links.add(Link(code, relation, item))
    return sorted(links), sorted(refusals)


def _fault(endpoint: Endpoint, row: Row, asked: AbstractSet[str]) -> str:
    code, item = row.get("code"), row.get("item")
    if not isinstance(code, Literal) or code.value not in asked:
        return _NOT_ASKED
    if not isinstance(item, NamedNode) or not endpoint.item.fullmatch(item.value):
        return _NOT_AN_ITEM
    return ""


def _days(row: Row, name: str) -> set[date]:
    """Return the day of a cell, if any.

    Raises:
        ValueError: the cell holds something else (Wikidata: an unknown day).

    """
    if name not in row:
        return set()
    text = _text(row[name])
    try:
        if isinstance(row[name], Literal) and text[10:11] in {"", "T", "Z", "+", "-"}:
            return {date.fromisoformat(text[:10])}
    except ValueError:
        pass
    raise ValueError(f"its {name!r} is not a day: {text[:40]!r}")


def _outside(endpoint: Endpoint, candidate: Candidate, today: date) -> str:
    if candidate.since and min(candidate.since) > today:
        return "it is not in force yet"
    if not endpoint.dated and not _in_force(candidate, today):
        return f"it ended on {min(candidate.until)}"
    return ""


def _doubt(candidate: Candidate, bearers: int) -> str:
    if bearers > 1:
        return f"ambiguous: the item bears {bearers} of the codes asked"
    if len(candidate.since) > 1 or len(candidate.until) > 1:
        return "ambiguous: two days for the beginning or the end of its life"
    return ""


def _in_force(candidate: Candidate, today: date) -> bool:
    return not candidate.until or min(candidate.until) > today


def _relations(
    endpoint: Endpoint, timely: dict[str, Candidate], sole: str, today: date
) -> Iterator[tuple[str, str, str]]:
    """Yield each sound item with its relation, or with the reason why there is none.

    One in doubt still rivals those in force: which of them is meant cannot be said.
    """
    present = [item for item, each in timely.items() if each.fault or _in_force(each, today)]
    for item, candidate in timely.items():
        if candidate.fault:
            continue
        if len(present) > 1 and item in present:
            yield item, "", f"ambiguous: {len(present)} items for this code"
        elif item not in present or (endpoint.dated and not candidate.since):
            yield item, SEE, ""
        else:
            yield item, sole, ""


def _text(term: Term) -> str:
    value = getattr(term, "value", "")
    return value if isinstance(value, str) else ""
