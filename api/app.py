"""The service: the application, its life, its headers, its failures."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import (
    definitions,
    linked_data,
    openapi,
    openapi_endpoint,
    pages,
    question_routes,
    source_pages,
    sparql_routes,
    well_known,
)
from api.access import TokenError, UpdateClosedError
from api.direct import LONGEST_ADDRESS, Answering, Direct
from api.guide import read_guide
from api.heads import SoundHeads
from api.negotiation import HTML, NotAcceptableError
from api.observing import METRICS_TYPE, Metrics, Observed
from api.problems import (
    MEDIA_TYPE,
    NotFoundError,
    NotReadyError,
    Problem,
    TooLargeError,
    failure_media,
    problem_of,
)
from api.protocol import ProtocolError
from api.render import VARY, page
from api.renewal import renew_for_ever
from api.repeating import SentAnswers
from api.search import SearchIndex
from api.service import EngineFactory, Service, backend, open_service
from api.watching import AskerGoneError
from ingest.errors import EmpilementError
from ingest.settings import Settings
from ingest.store import current
from ontology.pages import resembling
from queries.territories import TerritoryNotFoundError

CSP: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
    # Said here too, since failures outside the middleware for it must be readable as well.
    "Access-Control-Allow-Origin": "*",
}
_RAW_HEADERS: Final = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_VARIED: Final = (b"Accept-Encoding", b"Origin")
_SUGGESTING: Final = 3
_FORESEEN: Final = (
    EmpilementError,
    ProtocolError,
    NotAcceptableError,
    NotFoundError,
    NotReadyError,
    TooLargeError,
    UpdateClosedError,
    TokenError,
    AskerGoneError,
)
TOO_LONG: Final = Problem(
    414,
    "too-long",
    "The address of the request is too long.",
    todo="Send a long query in the body of a POST.",
)
# Level 9, the default, takes ten times the time of level 1 for a tenth off the size.
_COMPRESSION: Final = 4
_COMPRESSED: Final = 1 << 10


def create_app(
    settings: Settings | None = None, engine_factory: EngineFactory = backend
) -> FastAPI:
    """Make the application.

    Args:
        settings: where the build lies and how far queries may go; from the environment if absent.
        engine_factory: opens the engine on the version in use; by default a pool of processes, or
            the endpoint of the settings.

    Returns:
        The application. Its engine is opened when it starts, and closed when it stops.

    """
    chosen = settings or Settings()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        version = await run_in_threadpool(current, chosen)
        engine = engine_factory(chosen, version)
        try:
            service = await run_in_threadpool(open_service, chosen, version, engine)
            app.state.service = service
            threading.Thread(target=service.warm, name="search-index", daemon=True).start()
            watching = asyncio.create_task(renew_for_ever(app, chosen))
            yield
            watching.cancel()
        finally:
            await run_in_threadpool(engine.close)

    app = FastAPI(
        title="Empilement",
        version="0.1.0",
        description="Open knowledge graph of territorial cohesion instruments.",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(SoundHeads)
    app.add_middleware(GZipMiddleware, minimum_size=_COMPRESSED, compresslevel=_COMPRESSION)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
        allow_headers=[
            "Accept",
            "Accept-Language",
            "Authorization",
            "Content-Type",
            "If-None-Match",
        ],
        expose_headers=["ETag", "Link", "Content-Disposition", "Content-Language", "Retry-After"],
        max_age=86400,
    )
    app.add_middleware(_Headers)
    app.state.settings = chosen
    app.state.metrics = Metrics()
    app.add_middleware(Observed, metrics=app.state.metrics)
    for kind in (*_FORESEEN, Exception):
        app.add_exception_handler(kind, _failed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    app.add_api_route("/health", health, methods=["GET", "HEAD"])
    app.add_api_route("/ready", ready, methods=["GET", "HEAD"])
    app.add_api_route("/metrics", metrics, methods=["GET", "HEAD"])
    app.router.routes.append(sparql_routes.route)
    for module in (
        question_routes,
        linked_data,
        definitions,
        source_pages,
        well_known,
        pages,
    ):
        app.include_router(module.router)
    openapi.install(app, (openapi_endpoint.extend,))
    return app


def front(app: FastAPI) -> Direct:
    """Put the short way to the endpoint before an application.

    Args:
        app: what ``create_app`` made.

    Returns:
        What answers all that the application does, and the endpoint at less cost.

    """
    settings: Settings = app.state.settings
    short = SoundHeads(Answering(sparql_routes.route.endpoint, _failed, _FORESEEN))
    zipped = GZipMiddleware(short, _COMPRESSED, _COMPRESSION)
    metrics: Metrics = app.state.metrics
    return Direct(
        app,
        endpoint=Observed(_Headers(short), metrics),
        compressed=Observed(_Headers(zipped), metrics),
        # Half of the memory for answers; the other half is that of the service.
        sent=SentAnswers(settings.cache_mb << 19, lambda: app.state.service.mark),
        metrics=metrics,
    )


async def health() -> dict[str, str]:
    """Tell that the process lives; asks nothing of the graph."""
    return {"status": "alive"}


async def ready(request: Request) -> Response:
    """Tell whether the graph answers: 200 only when it does."""
    service: Service = request.app.state.service
    if not await run_in_threadpool(service.ready):
        raise NotReadyError
    return JSONResponse({"status": "ready", "version": service.version.id})


async def metrics(request: Request) -> Response:
    """Give the metrics of this process in the text format of Prometheus."""
    service: Service = request.app.state.service
    counts = {} if service.pool is None else service.pool.crew.counts
    measured: Metrics = request.app.state.metrics
    return Response(measured.write(service.version.id, counts), media_type=METRICS_TYPE)


class _Headers:
    """Adds the headers every answer has.

    Plain ASGI: the framework's own wrapper for such functions hides from the routes that the
    client has gone, and with it that its query can be stopped.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                raw = message["headers"]
                present = dict(raw)
                raw.extend(pair for pair in _RAW_HEADERS if pair[0] not in present)
                # Some answers pass the compression by, which would say so, or what is for origins.
                vary = present.get(b"vary", b"")
                if missing := [each for each in _VARIED if each not in vary]:
                    raw[:] = [pair for pair in raw if pair[0] != b"vary"]
                    raw.append((b"vary", b", ".join([vary, *missing] if vary else missing)))
            await send(message)

        if len(scope.get("query_string", b"")) > LONGEST_ADDRESS:
            answer = JSONResponse(TOO_LONG.body(), TOO_LONG.status, media_type=MEDIA_TYPE)
            await answer(scope, receive, sending)
        else:
            await self._app(scope, receive, sending)


async def _refused(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses: no such route, another method."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if status == HTTPStatus.NOT_FOUND:
        return await _failed(request, NotFoundError(request.url.path))
    code = "method" if status == HTTPStatus.METHOD_NOT_ALLOWED else "parameter"
    detail = "This method is not allowed here." if code == "method" else "Malformed request."
    return await _answer(request, Problem(status, code, detail, headers=headers), error)


async def _failed(request: Request, error: Exception) -> Response:
    """Answer a failure: a page for browsers, problem+json for programs."""
    return await _answer(request, problem_of(error), error)


async def _answer(request: Request, problem: Problem, error: Exception) -> Response:
    wanted = failure_media(request.headers.get("accept"))
    service: Service | None = getattr(request.app.state, "service", None)
    if wanted == HTML and service is not None:
        response: Response = await run_in_threadpool(_page, request, service, problem, error)
    else:
        response = JSONResponse(problem.body(), status_code=problem.status, media_type=MEDIA_TYPE)
        response.headers["Vary"] = VARY
    response.headers.update(problem.headers)
    # An unforeseen failure is answered outside the middleware that adds these.
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _page(request: Request, service: Service, problem: Problem, error: Exception) -> Response:
    return page(
        request,
        service,
        "error.html",
        status=problem.status,
        problem=problem,
        path=request.url.path,
        suggestions=_suggestions(service, error),
        robots="noindex",
    )


def _suggestions(service: Service, error: Exception) -> list[tuple[str, str, str]]:
    """Give what an unknown address may have meant: kind, code, name. Never fails."""
    try:
        if isinstance(error, NotFoundError) and error.kind == "def":
            terms = read_guide().terms
            close = resembling(error.code, terms, _SUGGESTING)
            return [("def", name, terms[name].term.label_fr) for name in close]
        if isinstance(error, TerritoryNotFoundError):
            found = [service.index().entries.get(each.iri) for each in error.suggestions]
        elif isinstance(error, NotFoundError) and error.code:
            index: SearchIndex = service.index()
            found = list(index.resembling(error.code, error.kind, _SUGGESTING))
        else:
            found = []
    except EmpilementError:
        return []
    return [(each.kind, each.code, each.name("fr")) for each in found if each is not None]
