"""Asking an endpoint about the codes of the current graph, and keeping what it answers."""

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Store

from ingest.errors import IdentityError
from ingest.identity import split
from ingest.links.answers import FOREIGN, Refusal, Row, changed, judge, rows_of
from ingest.links.cache import Account, account_of, keep
from ingest.links.client import LIMITS, Limits, LinksError, ask, fill
from ingest.links.description import describe, graph_of, query_hash, state
from ingest.links.endpoints import Endpoint, Question
from ingest.links.nuts import REGIONS, region_of
from ingest.progress import Progress
from ingest.quads import emp
from ingest.settings import Settings

Things = Mapping[str, Sequence[str]]


def things_of(question: Question, store: Store) -> Things:
    """Return the things of a graph by the code that a question asks about.

    Args:
        question: which property holds the code, of which kinds of things.
        store: the graph.

    Returns:
        The IRIs by code, both sorted; a code not of the question's form is left out.

    """
    found: dict[str, set[str]] = {}
    for quad in store.quads_for_pattern(None, emp(question.code), None, None):
        thing, code = quad.subject, quad.object
        if (
            isinstance(thing, NamedNode)
            and isinstance(code, Literal)
            and _kind(thing.value) in question.kinds
            and re.fullmatch(question.form, code.value)
        ):
            found.setdefault(code.value, set()).add(thing.value)
    if question.code == "nutsCode":
        for nuts in REGIONS:
            found.setdefault(nuts, set()).add(region_of(nuts))
    return {code: sorted(found[code]) for code in sorted(found)}


def _kind(iri: str) -> str:
    try:
        return split(iri)[0]
    except IdentityError:
        return ""


def refresh(
    endpoint: Endpoint,
    store: Store,
    settings: Settings,
    progress: Progress,
    *,
    when: datetime,
    address: str | None = None,
    limit: int | None = None,
    limits: Limits = LIMITS,
) -> Account:
    """Ask an endpoint all its questions and keep the links found, in place of those from before.

    All or nothing: whatever fails, what was kept from before stays. It is a failure too
    when a question finds nothing but items of another form, or nothing where it found links
    before: what it asks about has been renamed or moved.

    Args:
        endpoint: who is asked.
        store: the graph whose codes are asked.
        settings: where the cache lies.
        progress: told of each question.
        when: now, with its time zone.
        address: another address than the endpoint's own.
        limit: at most so many codes a question; all if None.
        limits: how far to go.

    Returns:
        The account of what was asked, kept and refused.

    Raises:
        LinksError: not reached, or the answers are not what they must be.

    """
    address, graph = address or endpoint.address, graph_of(endpoint, when)
    before = {} if limit else _found_before(endpoint, settings)
    asked: dict[str, int] = {}
    found: dict[str, int] = {}
    relations: Counter[str] = Counter()
    refused: list[dict[str, str]] = []
    for question in endpoint.questions:
        things = things_of(question, store)
        codes = list(things)[:limit]
        asked[question.name] = len(codes)
        with progress.step(f"{endpoint.name}: {question.name}"):
            rows = list(_rows(endpoint, question, codes, address, limits))
        links, refusals = judge(endpoint, rows, set(codes), when.date())
        if not links and (before.get(question.name) or _foreign(refusals)):
            reason = f" ({refusals[0].reason})" if refusals else ""
            raise changed(endpoint, f"No link to {question.name} any more{reason}.")
        found[question.name] = len(links)
        relations += state(graph, things, links)
        refused += [{"question": question.name} | asdict(refusal) for refusal in refusals]
    kept = sum(found.values())
    if not kept:
        raise changed(endpoint, f"No link in it for {sum(asked.values())} codes.")
    counts = {"rowsRead": kept + len(refused), "rowsKept": kept, "rowsRejected": len(refused)}
    describe(graph, endpoint, address, when, counts)
    account: Account = {
        "graph": graph.name.value,
        "address": address,
        "retrieved": when.isoformat(timespec="seconds"),
        "query": {"file": endpoint.query, "sha256": query_hash(endpoint)},
        "limit": limit,
        "asked": asked,
        "found": found,
        "links": dict(relations),
        "refused": refused,
    }
    return keep(endpoint.name, graph, account, settings)


def _found_before(endpoint: Endpoint, settings: Settings) -> dict[str, int]:
    try:
        account = account_of(endpoint.name, settings)
    except LinksError:
        # A damaged account is what asking again mends.
        return {}
    return dict(account.get("found", {})) if account else {}


def _foreign(refusals: Sequence[Refusal]) -> bool:
    return any(refusal.reason in FOREIGN for refusal in refusals)


def _rows(
    endpoint: Endpoint, question: Question, codes: Sequence[str], address: str, limits: Limits
) -> Iterator[Row]:
    template, about = endpoint.template(), [NamedNode(question.about)]
    for start in range(0, len(codes), limits.batch):
        if start:
            time.sleep(limits.rest)
        batch = [Literal(code) for code in codes[start : start + limits.batch]]
        body = ask(address, fill(template, {"about": about, "code": batch}), limits)
        yield from rows_of(body, endpoint)
