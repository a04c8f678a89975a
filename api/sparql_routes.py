"""The SPARQL endpoint: protocol, negotiation, limits, the page with a text area."""

import asyncio
from collections.abc import Container
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse_query_results,
    serialize,
)

from api.describe import names_of
from api.negotiation import HTML, NotAcceptableError, Offer, offer, preferences
from api.problems import NotReadyError, TooLargeError, problem_of
from api.protocol import METHODS, ServiceDescription, SparqlRequest, parse_request
from api.render import VARY, language_of, page
from api.service import Service, service_of
from api.views.cells import Cell, Words
from ingest.errors import EmpilementError
from ontology.namespaces import PREFIXES
from queries.engine import Answer, Dataset
from queries.errors import FormatError
from queries.formats import GRAPHS, RESULTS, Format, QueryForm, find
from queries.line import Cancellation
from queries.workers import WorkerPool

router = APIRouter()
LARGEST: Final = 1 << 20
ROWS_SHOWN: Final = 1000
_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_PAGE: Final = Offer(HTML, ("application/xhtml+xml",))
# Results and graphs together: the form of the query, known once it runs, keeps those that suit.
OFFERS: Final = tuple(offer(each) for each in (*RESULTS, *GRAPHS))
_EXAMPLE: Final = """# Les communes de Tours Métropole Val de Loire
SELECT ?commune ?name WHERE {
  ?commune emp:partOf <https://w3id.org/empilement/id/epci/243700754> ;
           a emp:Commune ;
           rdfs:label ?name .
}
ORDER BY ?name
"""


@router.api_route("/sparql", methods=[*METHODS, "PUT", "DELETE", "PATCH"], include_in_schema=False)
async def sparql(request: Request) -> Response:
    """Answer the SPARQL 1.1 Protocol; without a query, a page or the service description."""
    body = await _body(request)
    asked = parse_request(
        request.method, request.url.query, request.headers.get("content-type"), body
    )
    service = service_of(request)
    accept = request.headers.get("accept")
    if isinstance(asked, ServiceDescription):
        return await run_in_threadpool(_without_query, request, service, asked, accept)
    if _wants_page(asked.format, accept):
        return await _watched(request, service, asked, None)
    return await _watched(request, service, asked, _wanted(asked.format, accept))


async def _body(request: Request) -> bytes:
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > LARGEST:
            raise TooLargeError
    return bytes(found)


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
    return preferences(accept, (*OFFERS, _PAGE))[:1] == (HTML,)


async def _watched(
    request: Request, service: Service, asked: SparqlRequest, wanted: str | None
) -> Response:
    """Run a query away from the event loop, and stop it when its asker has gone."""
    wish = Cancellation()
    running = asyncio.ensure_future(
        run_in_threadpool(_answered, request, service, asked, wanted, wish)
    )
    while not (await asyncio.wait({running}, timeout=0.5))[0]:
        if await request.is_disconnected():
            wish.cancel()
            break
    return await running


def _answered(
    request: Request,
    service: Service,
    asked: SparqlRequest,
    wanted: str | None,
    wish: Cancellation,
) -> Response:
    if wanted is not None:
        found = run(service, asked, wanted, wish)
        return Response(found.body, media_type=found.media_type, headers={"Vary": VARY})
    try:
        both = f"{Format.JSON.media_type},{Format.TURTLE.media_type}"
        found = run(service, asked, both, wish)
    except EmpilementError as error:
        problem = problem_of(error)
        answer = _page(request, service, asked.query, status=problem.status, problem=problem)
        answer.headers.update(problem.headers)
        return answer
    return _page(request, service, asked.query, **shown(service, found, language_of(request)))


def run(service: Service, asked: SparqlRequest, wanted: str, wish: Cancellation) -> Answer:
    """Put a query to the engine.

    Args:
        service: the state of the service.
        asked: the request.
        wanted: formats, best first.
        wish: by which the asker may have it stopped.

    Returns:
        The answer.

    Raises:
        QueryError: as the engine does.

    """
    dataset = Dataset(asked.default_graphs, asked.named_graphs) if asked.has_dataset else None
    if isinstance(service.engine, WorkerPool):
        return service.engine.answer(asked.query, wanted, dataset, wish)
    return service.engine.answer(asked.query, wanted, dataset)


def shown(
    service: Service, found: Answer, lang: str, hidden: Container[str] = ()
) -> dict[str, Any]:
    """Give what the page shows of an answer: a truth value, the first rows, or Turtle.

    Args:
        service: the state of the service.
        found: the answer.
        lang: the language of the page.
        hidden: columns left out of the page.

    Returns:
        What the templates read.

    """
    if found.form is QueryForm.GRAPH:
        return {"turtle": found.body.decode("utf-8")}
    results = parse_query_results(found.body, format=Format.JSON.results)
    if not isinstance(results, QuerySolutions):
        return {"truth": bool(results)}
    every = [variable.value for variable in results.variables]
    places = [place for place, column in enumerate(every) if column not in hidden]
    columns = [every[place] for place in places]
    rows = [tuple(row[place] for place in places) for row in results]
    first = rows[:ROWS_SHOWN]
    iris = {value.value for row in first for value in row if isinstance(value, NamedNode)}
    words = Words(lang, names_of(service.engine, iris), service.vocabulary.names)
    cells = [
        [
            words.cell(value) if isinstance(value, NamedNode | Literal | BlankNode) else Cell("")
            for value in row
        ]
        for row in first
    ]
    return {"columns": columns, "rows": cells, "count": len(rows)}


def _page(
    request: Request, service: Service, query: str, status: int = 200, **content: Any
) -> Response:
    nothing: dict[str, Any] = {
        "problem": None,
        "columns": None,
        "rows": [],
        "count": 0,
        "turtle": None,
        "truth": None,
    }
    formats = GRAPHS if content.get("turtle") is not None else RESULTS
    downloads = tuple(
        (each.extension, f"/sparql?{urlencode({'query': query, 'format': each.extension})}")
        for each in formats
    )
    return page(
        request,
        service,
        "sparql.html",
        status=status,
        query=query,
        choices=[(each.extension, each.media_type) for each in (*RESULTS, *GRAPHS)],
        seconds=f"{service.settings.query_seconds:g}",
        downloads=downloads,
        **(nothing | content),
    )


def _without_query(
    request: Request, service: Service, asked: ServiceDescription, accept: str | None
) -> Response:
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
        ranked = preferences(accept, (*graphs, _PAGE))
        if asked.format == "html" or ranked[:1] == (HTML,):
            text = request.query_params.get("edit", "") or _EXAMPLE
            return _page(request, service, text[:LARGEST])
        if not ranked:
            raise NotAcceptableError([each.media_type for each in (*graphs, _PAGE)])
        chosen = ranked[0]
    root = service.public_url or str(request.base_url).rstrip("/")
    triples = service_description(f"{root}/sparql", _graph_names(service))
    body = serialize(triples, format=_rdf(chosen), prefixes={"sd": _SD, **PREFIXES})
    return Response(body, media_type=chosen, headers={"Vary": VARY})


def _rdf(media_type: str) -> RdfFormat:
    return find(media_type).rdf


def _graph_names(service: Service) -> list[str]:
    try:
        rows = service.engine.select("SELECT ?g WHERE { GRAPH ?g {} } ORDER BY ?g").rows
    except NotReadyError:
        return []
    return [value.value for (value,) in rows if isinstance(value, NamedNode)]


def service_description(endpoint: str, graphs: list[str]) -> list[Triple]:
    """Describe the endpoint (SPARQL 1.1 Service Description §3).

    Args:
        endpoint: its address.
        graphs: IRIs of its named graphs.

    Returns:
        The triples: language, formats, features, default dataset and named graphs.

    """

    def sd(name: str) -> NamedNode:
        return NamedNode(_SD + name)

    rdf_type = NamedNode(PREFIXES["rdf"] + "type")
    service, dataset = NamedNode(endpoint + "#service"), NamedNode(endpoint + "#dataset")
    default = NamedNode(endpoint + "#default")
    triples = [
        Triple(service, rdf_type, sd("Service")),
        Triple(service, sd("endpoint"), NamedNode(endpoint)),
        Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        Triple(service, sd("feature"), sd("UnionDefaultGraph")),
        Triple(service, sd("defaultDataset"), dataset),
        Triple(dataset, rdf_type, sd("Dataset")),
        Triple(dataset, sd("defaultGraph"), default),
        Triple(default, rdf_type, sd("Graph")),
    ]
    for each in (*RESULTS, *GRAPHS):
        triples.append(Triple(service, sd("resultFormat"), NamedNode(each.value.engine.iri)))
    for iri in graphs:
        named = NamedNode(f"{endpoint}#{iri.rpartition('/graph/')[2].replace('/', '-')}")
        triples += [
            Triple(dataset, sd("namedGraph"), named),
            Triple(named, rdf_type, sd("NamedGraph")),
            Triple(named, sd("name"), NamedNode(iri)),
        ]
    return triples
