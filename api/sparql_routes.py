"""The SPARQL endpoint: protocol, negotiation, limits, validators. Plain ASGI, for speed."""

import asyncio
from collections.abc import AsyncIterator
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pyoxigraph import RdfFormat, serialize
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.access import Allowance, allowance, may_update, require_update
from api.addresses import root_of
from api.asking import answered, streamed
from api.caching import CACHE, Kept, etag, lasting, matches
from api.negotiation import HTML, NotAcceptableError, Offer, offer, preferences
from api.observing import BrokenOffError, note
from api.problems import TooLargeError, problem_of
from api.protocol import (
    ProtocolError,
    ServiceDescription,
    SparqlRequest,
    SparqlUpdate,
    parse_request,
)
from api.render import VARY, language_of
from api.repeating import ENDPOINT, lasts
from api.service import Service, service_of
from api.service_description import describe_service
from api.sparql_page import EXAMPLE, shown, sparql_page
from api.watching import AskerGoneError, watched
from ingest.errors import EmpilementError
from ontology.namespaces import PREFIXES
from queries.engine import Dataset
from queries.errors import EngineUnavailableError, FormatError
from queries.formats import GRAPHS, RESULTS, Format, find
from queries.pool import Reply
from queries.using import with_dataset

LARGEST: Final = 1 << 20
LARGEST_UPDATE: Final = 1 << 26
BODY_SECONDS: Final = 60.0
_PAGE: Final = Offer(HTML, ("application/xhtml+xml",))
# Results and graphs together: the form of the query, known once it runs, keeps those that suit.
OFFERS: Final = tuple(offer(each) for each in (*RESULTS, *GRAPHS))
_BOTH: Final = f"{Format.JSON.media_type},{Format.TURTLE.media_type}"
_SENT: Final = {"Vary": VARY}


class SparqlEndpoint:
    """The SPARQL 1.1 Protocol at one address; without a query, a page or what the service is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        scope["route"] = route
        await _Exchange(scope, receive, send).run()


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._request = Request(scope, receive)
        self._scope = scope
        self._receive = receive
        self._send = send

    async def run(self) -> None:
        request = self._request
        service: Service = request.app.state.service
        if may_update(self._header(b"authorization"), service.settings):
            body = await _body(request, LARGEST_UPDATE, None)
        elif self._scope["method"] == "POST" or self._announces_body():
            body = await _body(request, LARGEST, BODY_SECONDS)
        else:
            body = b""
        asked = parse_request(
            self._scope["method"],
            self._scope["query_string"],
            self._header(b"content-type"),
            body,
        )
        if isinstance(asked, SparqlUpdate):
            require_update(self._header(b"authorization"), service.settings)
            response = await self._updated(service_of(request), asked)
            await response(self._scope, self._receive, self._send)
        elif isinstance(asked, ServiceDescription):
            ready = service_of(request)
            response = await run_in_threadpool(_described, request, ready, asked)
            await response(self._scope, self._receive, self._send)
        else:
            await self._asked(service_of(request), asked)

    def _header(self, wanted: bytes) -> str | None:
        for name, value in self._scope["headers"]:
            if name == wanted:
                return str(value, "latin-1")
        return None

    def _announces_body(self) -> bool:
        announcing = (b"content-length", b"transfer-encoding", b"content-encoding")
        return any(name in announcing for name, _ in self._scope["headers"])

    async def _asked(self, service: Service, asked: SparqlRequest) -> None:
        request = self._request
        accept = self._header(b"accept")
        allowed = allowance(asked, self._header(b"authorization"), service.settings)
        if _wants_page(asked.format, accept):
            response = await _answer_page(request, service, asked, allowed)
            await response(self._scope, self._receive, self._send)
            return
        wanted = _wanted(asked.format, accept)
        note(self._scope, query=asked.query)
        reading = self._scope["method"] != "POST"
        mark = service.mark
        tag = _tag(service, asked, wanted, allowed) if lasting(asked.query) else ""
        headers = dict(_SENT)
        if tag:
            lasts(self._scope, mark)
            kept = service.cache.find(tag)
            if reading:
                headers |= {"ETag": tag, "Cache-Control": CACHE}
                if matches(self._header(b"if-none-match"), tag):
                    note(self._scope, outcome="not-modified")
                    await self._send_whole(HTTPStatus.NOT_MODIFIED, headers, b"")
                    return
            if kept is not None:
                note(self._scope, outcome="kept")
                await self._send_whole(
                    HTTPStatus.OK, headers | {"Content-Type": kept.media_type}, kept.body
                )
                return
        else:
            headers["Cache-Control"] = "no-store"
        try:
            reply = await watched(
                self._receive, streamed(service, asked.query, wanted, _dataset(asked), allowed)
            )
        except EmpilementError as error:
            note(self._scope, outcome=problem_of(error).code)
            raise
        note(self._scope, outcome="answered")
        if tag and service.mark != mark:
            # The data changed meanwhile: which of the two were asked is not known.
            lasts(self._scope, "")
            tag = ""
            headers = _SENT | {"Cache-Control": "no-store"}
        headers["Content-Type"] = _typed(reply.media_type)
        if reply.whole is not None:
            note(self._scope, rows=reply.rows)
            if tag:
                service.cache.keep(tag, Kept(headers["Content-Type"], reply.whole))
            await self._send_whole(HTTPStatus.OK, headers, reply.whole)
        else:
            await self._send_pieces(headers, reply)

    async def _send_whole(self, status: int, headers: dict[str, str], body: bytes) -> None:
        if status == HTTPStatus.OK:
            headers = headers | {"Content-Length": str(len(body))}
        await self._start(status, headers)
        # To HEAD the server sends no body; compression still needs it, to say the same length.
        await self._send({"type": "http.response.body", "body": body})

    async def _send_pieces(self, headers: dict[str, str], reply: Reply) -> None:
        await self._start(HTTPStatus.OK, headers)
        if self._scope["method"] == "HEAD":
            reply.abandon()
            await self._send({"type": "http.response.body", "body": b""})
            return
        try:
            await watched(self._receive, self._pass_on(reply.pieces()))
            note(self._scope, rows=reply.rows)
        except AskerGoneError:
            note(self._scope, outcome="cancelled")
        except EmpilementError as error:
            note(self._scope, outcome=problem_of(error).code)
            raise BrokenOffError(error.what) from error
        finally:
            reply.abandon()

    async def _pass_on(self, pieces: AsyncIterator[bytes]) -> None:
        async for piece in pieces:
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})

    async def _start(self, status: int, headers: dict[str, str]) -> None:
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def _updated(self, service: Service, asked: SparqlUpdate) -> Response:
        if service.live is None:
            raise EngineUnavailableError(
                "This service takes no update.",
                "Its engine is neither the pool that holds the graph in memory nor an endpoint.",
                "Put the update to what holds the graph.",
            )
        text = with_dataset(asked.update, asked.default_graphs, asked.named_graphs)
        await watched(self._receive, service.live.update(text))
        return Response(status_code=204, headers=_SENT)


route = Route(ENDPOINT, SparqlEndpoint())


async def _body(request: Request, most: int, seconds: float | None) -> bytes:
    """Read the body of a request, as far as it is of a bearable size, form and slowness."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        # A few bytes may unfold to gigabytes, and no client of the protocol compresses queries.
        raise ProtocolError(415, "Compressed bodies are not read here.", "Send it as it is.")
    found = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                found += piece
                if len(found) > most:
                    raise TooLargeError
    except TimeoutError:
        raise ProtocolError(408, "The body is too long in coming.", "Send it at once.") from None
    except ClientDisconnect:
        raise AskerGoneError from None
    return bytes(found)


def _tag(service: Service, asked: SparqlRequest, wanted: str, allowed: Allowance) -> str:
    graphs = (*asked.default_graphs, "", *asked.named_graphs)
    return etag(service.mark, asked.query, wanted, str(allowed.rows), *graphs)


def _dataset(asked: SparqlRequest) -> Dataset | None:
    return Dataset(asked.default_graphs, asked.named_graphs) if asked.has_dataset else None


def _typed(media_type: str) -> str:
    """Say the charset where a text type would otherwise mean another (RFC 2046 §4.1.2)."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


@lru_cache(256)
def _wanted(name: str | None, accept: str | None) -> str:
    """Order the formats that may be sent; ``format=`` in the address wins over Accept."""
    if name:
        return name if name != "html" else Format.JSON.media_type
    ranked = preferences(accept, OFFERS)
    if not ranked:
        raise NotAcceptableError([each.media_type for each in (*OFFERS, _PAGE)])
    return ",".join(ranked)


def _wants_page(name: str | None, accept: str | None) -> bool:
    """Tell whether a browser asks: HTML named in Accept, not merely covered by ``*/*``."""
    if name:
        return name == "html"
    if accept is None or "html" not in accept.lower():
        return False
    return preferences(accept, (*OFFERS, _PAGE))[:1] == (HTML,)


async def _answer_page(
    request: Request, service: Service, asked: SparqlRequest, allowed: Allowance
) -> Response:
    try:
        found = await answered(
            request.receive, service, asked.query, _BOTH, _dataset(asked), allowed
        )
        content = await run_in_threadpool(shown, service, found, language_of(request))
    except EmpilementError as error:
        problem = problem_of(error)
        answer = await run_in_threadpool(
            lambda: sparql_page(
                request, service, asked.query, status=problem.status, problem=problem
            )
        )
        answer.headers.update(problem.headers)
        return answer
    return await run_in_threadpool(lambda: sparql_page(request, service, asked.query, **content))


def _described(request: Request, service: Service, asked: ServiceDescription) -> Response:
    graphs = tuple(offer(each) for each in GRAPHS)
    if asked.format and asked.format != "html":
        media = find(asked.format)
        if not media.is_graph:
            raise FormatError(
                f"The service description cannot be given as {asked.format!r}.",
                "It is made of triples.",
                "Ask for one of: " + ", ".join(each.media_type for each in graphs) + ".",
            )
        chosen = media.media_type
    else:
        ranked = preferences(request.headers.get("accept"), (*graphs, _PAGE))
        if asked.format == "html" or ranked[:1] == (HTML,):
            text = request.query_params.get("edit", "") or EXAMPLE
            return sparql_page(request, service, text[:LARGEST])
        if not ranked:
            raise NotAcceptableError([each.media_type for each in (*graphs, _PAGE)])
        chosen = ranked[0]
    root = root_of(request, service)
    tag = etag(service.mark, root, chosen, "description")
    headers = _SENT | {"ETag": tag, "Cache-Control": CACHE}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    triples = describe_service(service, f"{root}/sparql")
    body = serialize(triples, format=_rdf(chosen), prefixes=PREFIXES)
    return Response(body, media_type=chosen, headers=headers)


def _rdf(media_type: str) -> RdfFormat:
    return find(media_type).rdf
