"""Puts the tests of the suite to an endpoint, and judges its answers."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import httpx
from rdflib import URIRef

from tests.conformance import answers
from tests.conformance.answers import Answer, Table
from tests.conformance.cases import Case, Exchange, Graphs, published
from tests.conformance.description import faults
from tests.conformance.endpoint import DEFAULT, NOTHING, Endpoint


class Verdict(StrEnum):
    """What became of a test; local names of EARL outcomes."""

    PASSED = "passed"
    FAILED = "failed"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A test and what became of it.

    Args:
        case: the test.
        verdict: passed, failed or untested.
        why: the reason, in one line; empty when it passed.
    """

    case: Case
    verdict: Verdict
    why: str = ""


class WrongError(Exception):
    """The endpoint did something else than the test says."""


_UNTESTED: Final = {
    "entailment": "the service answers under simple entailment and claims no other regime",
    "http-rdf-update": "the service offers no Graph Store Protocol",
    "service": "the test needs endpoints elsewhere, and the service calls none",
}
_GRAPHS: Final = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
)
_FAILED: Final = 500
_FAILED_RUNNING: Final = {"query-function", "graph-state"}
_JSON: Final = "application/sparql-results+json"
_BOOLEANS: Final = (_JSON, "application/sparql-results+xml")
_TYPED: Final = (*_BOOLEANS, "text/tab-separated-values")
_CSV: Final = "text/csv"
_TABLES: Final = (*_TYPED, _CSV)
_BY_FILE: Final = {
    ".csv": _CSV,
    ".tsv": "text/tab-separated-values",
    ".srj": _JSON,
}
_FORM: Final = re.compile(r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)
_ORDER: Final = re.compile(r"\}[^{}]*\bORDER\s+BY\b[^{}]*$", re.IGNORECASE)
_FROM: Final = re.compile(r"\bFROM\b", re.IGNORECASE)
_COMMENT: Final = re.compile(r"(?:^|\s)#[^\n]*")
_FORMATS: Final = {
    "boolean": frozenset(_BOOLEANS),
    "tabular": frozenset(_TABLES),
    "RDF": frozenset(_GRAPHS),
}


def untested(case: Case) -> str:
    """Tell why a test is not put; empty when it is."""
    return _UNTESTED.get(case.folder, "")


def judge_all(endpoint: Endpoint, cases: Iterable[Case]) -> list[Outcome]:
    """Put every test to an endpoint; the graphs of all queries lie in it side by side.

    Args:
        endpoint: whose store is emptied.
        cases: the tests.

    Returns:
        What became of each, in the same order.

    """
    ordered = list(cases)
    endpoint.fill(*(_named(case.before) for case in ordered if _is_read(case)))
    # Queries first: updates and protocol tests empty the store.
    turns = sorted(enumerate(ordered), key=lambda turn: not _is_read(turn[1]))
    found = {turn: judge(endpoint, case, turn) for turn, case in turns}
    return [found[turn] for turn in range(len(ordered))]


def judge(endpoint: Endpoint, case: Case, turn: int) -> Outcome:
    """Put one test to an endpoint.

    Args:
        endpoint: it holds the graphs of the test if that is a query.
        case: the test.
        turn: a number that says which method and format are used.

    Returns:
        What became of it.

    """
    if reason := untested(case):
        return Outcome(case, Verdict.UNTESTED, reason)
    try:
        _JUDGES[case.kind](endpoint, case, turn)
    except WrongError as error:
        return Outcome(case, Verdict.FAILED, str(error))
    except httpx.HTTPError as error:
        return Outcome(case, Verdict.FAILED, " ".join(f"{type(error).__name__}: {error}".split()))
    return Outcome(case, Verdict.PASSED)


def _is_read(case: Case) -> bool:
    return case.kind in ("QueryEvaluationTest", "CSVResultFormatTest") and not untested(case)


def _named(graphs: Graphs) -> Graphs:
    """Put the files of the default graph in named graphs, each under its own IRI."""
    return Graphs(named=(*graphs.named, *((published(path), path) for path in graphs.default)))


def _evaluation(endpoint: Endpoint, case: Case, turn: int) -> None:
    assert case.text
    assert case.result
    text = case.text.read_text("utf-8")
    bare = _COMMENT.sub(" ", text)
    form = _FORM.search(bare)
    expected = answers.read_file(case.result, published(case.result))
    ordered = bool(_ORDER.search(bare))
    for accept in _formats(form[0].upper() if form else "", case.result, turn):
        response = _asked(endpoint, case, text, accept, post=_posts(turn))
        media_type = _media_type(response)
        if media_type != accept:
            raise WrongError(f"{accept} was asked for and {media_type} came")
        try:
            found = answers.read_body(media_type, response.content)
        except Exception as error:
            raise WrongError(f"the {accept} that came cannot be read: {error}") from error
        wanted = expected
        if accept == _CSV and isinstance(expected, Table):
            wanted = answers.as_csv(expected)
        if not answers.same(wanted, found, ordered=ordered):
            raise WrongError(f"{_shown(wanted)} was expected and {_shown(found)} came")


def _posts(turn: int) -> bool:
    """Take turns of one round of formats each, so that every format comes by both methods."""
    return turn // len(_TABLES) % 2 == 1


def _formats(form: str, result: Path, turn: int) -> tuple[str, ...]:
    if form in ("CONSTRUCT", "DESCRIBE"):
        return _GRAPHS
    if form == "ASK":
        return _BOOLEANS
    if result.suffix in _BY_FILE:
        return (_BY_FILE[result.suffix],)
    chosen = _TABLES[turn % len(_TABLES)]
    # CSV loses types and cannot tell "" from nothing: what it shows is asked for again in full.
    return (chosen,) if chosen != _CSV else (_CSV, _TYPED[turn // len(_TABLES) % len(_TYPED)])


def _asked(endpoint: Endpoint, case: Case, text: str, accept: str, *, post: bool) -> httpx.Response:
    # Relative IRIs of a test are read against the address of its file (RFC 3986 §5.1.3).
    query = f"BASE <{published(case.text)}>\n{text}" if case.text else text
    default = tuple(published(path) for path in case.before.default)
    named = tuple(name for name, _ in case.before.named)
    if _FROM.search(_COMMENT.sub(" ", text)):
        default = named = ()
    elif not default:
        default = (NOTHING,)
    response = endpoint.query(query, accept, default=default, named=named, post=post)
    if not response.is_success:
        raise WrongError(_refusal(response))
    return response


def _ran(response: httpx.Response) -> bool:
    """Tell whether the text was understood, and what it asks for failed."""
    told = response.headers.get("content-type", "").startswith("application/problem+json")
    return told and response.json().get("code") in _FAILED_RUNNING


def _syntax(endpoint: Endpoint, case: Case, *, right: bool, turn: int) -> None:
    assert case.text
    text = case.text.read_text("utf-8")
    if case.is_update:
        response = endpoint.update(text)
    else:
        response = endpoint.query(text, "*/*", post=_posts(turn))
    # A sound text may fail as it runs, with 500 (SPARQL 1.1 Protocol §2.1.7), or with a status that
    # tells more: DROP of no graph, a function that nobody knows.
    if right and not (response.is_success or response.status_code == _FAILED or _ran(response)):
        raise WrongError(_refusal(response))
    # As the protocol suite expects of bad_query_syntax and bad_update_syntax.
    if not right and not response.is_client_error:
        raise WrongError(f"the text is malformed, and the status is {response.status_code}")


def _sound(endpoint: Endpoint, case: Case, turn: int) -> None:
    _syntax(endpoint, case, right=True, turn=turn)


def _malformed(endpoint: Endpoint, case: Case, turn: int) -> None:
    _syntax(endpoint, case, right=False, turn=turn)


def _update(endpoint: Endpoint, case: Case, _: int) -> None:
    assert case.text
    endpoint.fill(case.before)
    response = endpoint.update(f"BASE <{published(case.text)}>\n{case.text.read_text('utf-8')}")
    if not response.is_success:
        raise WrongError(_refusal(response))
    found = answers.read_body(_JSON, endpoint.state().encode())
    wanted = _quads(case.after)
    if not answers.same(wanted, found):
        raise WrongError(f"the store should hold {_shown(wanted)} and holds {_shown(found)}")


def _quads(graphs: Graphs) -> Table:
    rows = []
    for name, path in (*((DEFAULT, path) for path in graphs.default), *graphs.named):
        content = answers.read_file(path, published(path))
        assert not isinstance(content, Table | bool)
        rows += [{"g": URIRef(name), "s": s, "p": p, "o": o} for s, p, o in content]
    return Table(("g", "s", "p", "o"), tuple(rows))


def _protocol(endpoint: Endpoint, case: Case, _: int) -> None:
    if case.before.named:
        endpoint.fill(case.before)
    for place, exchange in enumerate(case.exchanges, 1):
        fault = fault_of(exchange, endpoint.send(exchange))
        if fault:
            raise WrongError(f"request {place}: {fault}")


def fault_of(exchange: Exchange, response: httpx.Response) -> str:
    """Tell what is wrong with the answer to a request of a protocol test.

    Args:
        exchange: the request and what is expected.
        response: what came.

    Returns:
        The fault in one line; empty when there is none.

    """
    if response.status_code // 100 not in exchange.statuses:
        expected = " or ".join(f"{each}xx" for each in sorted(exchange.statuses))
        return f"{expected} was expected. {_refusal(response)}"
    media_type = _media_type(response)
    if exchange.form and media_type not in _FORMATS[exchange.form]:
        return f"{exchange.form} was expected and {media_type or 'nothing'} came"
    if exchange.boolean is None:
        return ""
    found = answers.read_body(media_type, response.content)
    return "" if found is exchange.boolean else f"{exchange.boolean} was expected, not {found}"


def _description(endpoint: Endpoint, case: Case, _: int) -> None:
    response = endpoint.describe(", ".join(_GRAPHS))
    if not response.is_success:
        raise WrongError(_refusal(response))
    found = faults(
        case.iri.partition("#")[2], _media_type(response), response.content, endpoint.address
    )
    if found:
        raise WrongError("; ".join(found))


_JUDGES: Final[dict[str, Callable[[Endpoint, Case, int], None]]] = {
    "QueryEvaluationTest": _evaluation,
    "CSVResultFormatTest": _evaluation,
    "PositiveSyntaxTest11": _sound,
    "NegativeSyntaxTest11": _malformed,
    "PositiveUpdateSyntaxTest11": _sound,
    "NegativeUpdateSyntaxTest11": _malformed,
    "UpdateEvaluationTest": _update,
    "ProtocolTest": _protocol,
    "ServiceDescriptionTest": _description,
}


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _refusal(response: httpx.Response) -> str:
    return f"status {response.status_code}: {' '.join(response.text.split())[:300]}"


def _shown(answer: Answer) -> str:
    if isinstance(answer, bool):
        return str(answer)
    if isinstance(answer, Table):
        rows = [{name: term.n3() for name, term in row.items()} for row in answer.rows]
        return f"{list(answer.variables)} {rows}"[:600]
    return " ".join(answer.serialize(format="nt").split())[:600]
