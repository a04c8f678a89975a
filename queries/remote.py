"""The engine behind a SPARQL endpoint: any server that speaks the SPARQL 1.1 Protocol."""

import math
import re
import time
import urllib.error
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException
from typing import Final, TypeVar

import pyoxigraph as ox
from SPARQLWrapper import GET, POST, SPARQLExceptions, SPARQLWrapper

from ontology.namespaces import PREFIXES
from queries import engine
from queries.engine import Answer, Dataset, Rows, Table
from queries.errors import (
    EngineUnavailableError,
    QueryError,
    QueryEvaluationError,
    QueryTimeoutError,
)
from queries.formats import Format, QueryForm, choose, tidy
from queries.tokens import words

T = TypeVar("T")

_LONG: Final = 2000
_DECLARED: Final = re.compile(r"prefix\s+([\w-]*):", re.IGNORECASE)
_TIMEOUTS: Final = frozenset((HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT))


class RemoteEngine:
    """Puts queries to an endpoint.

    The query is read here first, so that faults, updates and SERVICE are told the same way as
    by the other engines and never leave this machine. Rows travel as JSON and triples as
    N-Triples, whatever is asked for, and are read in full before they are given: some servers
    answer 200 and break off when their own time limit strikes.

    Which graphs make up the default graph is the server's affair; to agree with the other
    engines it must be the union of the named graphs (``oxigraph serve --union-default-graph``).

    Args:
        url: address of the endpoint, http or https.
        seconds: time limit of one attempt, rounded up to whole seconds.
        retries: further attempts when the server answers 503 (and only then).
        pause: seconds before the first of these; doubled each time.

    Raises:
        EngineUnavailableError: the address is not one of http or https.
    """

    def __init__(
        self, url: str, *, seconds: float = 30.0, retries: int = 2, pause: float = 0.5
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise EngineUnavailableError(
                f"{url!r} is no endpoint.",
                "Its address begins neither with http:// nor with https://.",
                "Give the address of a SPARQL endpoint.",
            )
        self._url = url
        self._seconds = seconds
        self._retries = retries
        self._pause = pause

    def answer(
        self, query: str, media_type: str | None = None, dataset: Dataset | None = None
    ) -> Answer:
        """Answer in bytes; see ``Engine.answer``."""
        form = _form(query)
        chosen = choose(form, media_type)
        body = self._fetch(query, form, dataset)
        if form is not QueryForm.GRAPH:
            given = _read(body, form, lambda results: results.serialize(format=chosen.results))
        else:
            given = _triples(body, chosen)
        return Answer(form, chosen.media_type, tidy(chosen, given or b""))

    def select(self, query: str) -> Table:
        """Answer a SELECT with its rows; see ``Engine.select``."""
        return self._due(query, QueryForm.SELECT, engine.table_of)

    def ask(self, query: str) -> bool:
        """Answer an ASK; see ``Engine.ask``."""
        return self._due(query, QueryForm.ASK, engine.truth_of)

    def _due(self, query: str, due: QueryForm, reader: Callable[[Rows], T]) -> T:
        form = _form(query)
        if form is not due:
            raise engine.wrong_form(due, form)
        return _read(self._fetch(query, form, None), form, reader)

    def close(self) -> None:
        """Hold nothing, give back nothing."""

    def _fetch(self, query: str, form: QueryForm, dataset: Dataset | None) -> bytes:
        accepted = Format.NTRIPLES if form is QueryForm.GRAPH else Format.JSON
        request = self._request(declared(query), accepted, dataset)
        pause = self._pause
        for left in range(self._retries, -1, -1):
            try:
                return bytes(request.query().response.read())
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE or not left:
                    raise self._refused(error.code, error.read()) from error
            except SPARQLExceptions.SPARQLWrapperException as error:
                raise _failed(error) from error
            except (OSError, HTTPException, ValueError) as error:
                raise self._unreached(error) from error
            time.sleep(pause)
            pause *= 2
        raise self._refused(HTTPStatus.SERVICE_UNAVAILABLE, b"")

    def _request(self, query: str, accepted: Format, dataset: Dataset | None) -> SPARQLWrapper:
        request = SPARQLWrapper(self._url, agent="empilement")
        request.setOnlyConneg(True)
        request.addCustomHttpHeader("Accept", accepted.media_type)
        request.setMethod(POST if len(query) > _LONG else GET)
        request.setTimeout(math.ceil(self._seconds))
        for iri in dataset.default if dataset else ():
            request.addDefaultGraph(iri)
        for iri in dataset.named if dataset else ():
            request.addNamedGraph(iri)
        request.setQuery(query)
        return request

    def _refused(self, code: int, body: bytes) -> QueryError:
        if code in _TIMEOUTS:
            return self._late()
        if code == HTTPStatus.SERVICE_UNAVAILABLE:
            return EngineUnavailableError(
                "The endpoint does not answer.",
                f"It said {code} at every attempt: it is overloaded or stopped.",
                "Try again later.",
            )
        return QueryEvaluationError(
            "The endpoint refused the query.",
            f"It said {code}: {_text(body)}",
            "Check the address of the endpoint and what it allows.",
        )

    def _unreached(self, error: Exception) -> QueryError:
        reason = getattr(error, "reason", error)
        if isinstance(error, TimeoutError) or isinstance(reason, TimeoutError):
            return self._late()
        return EngineUnavailableError(
            "The endpoint cannot be reached.",
            " ".join(str(reason).split()) or type(reason).__name__,
            "Check the address of the endpoint and that it is running.",
        )

    def _late(self) -> QueryTimeoutError:
        return QueryTimeoutError(
            "The endpoint did not answer in time.",
            f"The limit is {self._seconds:g} seconds here, and the endpoint may have its own.",
            "Narrow the question, or give it more time.",
        )


def declared(query: str) -> str:
    """Declare the project's prefixes that a query uses without declaring them.

    They are put at the head of the first line, so that the lines keep their numbers.

    Args:
        query: a sound query.

    Returns:
        A query that any server understands.
    """
    known = set(_DECLARED.findall(query))
    used = {token[0].partition(":")[0] for token in words(query) if token.lastgroup == "word"}
    wanted = sorted((used - known) & PREFIXES.keys())
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in wanted) + query


def _form(query: str) -> QueryForm:
    return engine.form_of(engine.evaluate(ox.Store(), query))


def _read(body: bytes, form: QueryForm, reader: Callable[[Rows], T]) -> T:
    try:
        results = ox.parse_query_results(body, format=Format.JSON.results)
        if engine.form_of(results) is form:
            return reader(results)
    except (SyntaxError, ValueError, OSError) as error:
        raise _broken(str(error)) from error
    raise _broken("It answers another form of query than the one that was sent.")


def _triples(body: bytes, chosen: Format) -> bytes | None:
    try:
        triples = [quad.triple for quad in ox.parse(body, format=Format.NTRIPLES.rdf)]
    except (SyntaxError, ValueError) as error:
        raise _broken(str(error)) from error
    return ox.serialize(triples, format=chosen.rdf, prefixes=engine.SHOWN)


def _broken(why: str) -> QueryEvaluationError:
    return QueryEvaluationError(
        "The endpoint's answer is broken.",
        " ".join(why.split()),
        "It may have stopped at its own time limit: narrow the question.",
    )


def _failed(error: Exception) -> QueryEvaluationError:
    body = getattr(error, "args", ())
    detail = body[0] if body else ""
    return QueryEvaluationError(
        "The endpoint refused the query.",
        _text(detail if isinstance(detail, bytes) else str(detail).encode()),
        "Check the address of the endpoint and what it allows.",
    )


def _text(body: bytes) -> str:
    return " ".join(body.decode("utf-8", "replace").split())[:300] or "no reason given"
