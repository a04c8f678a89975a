"""The pages that are about no one thing: landing, search, the style sheet."""

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from api.addresses import local, with_query
from api.caching import CACHE, etag, matches
from api.describe import names_of
from api.negotiation import HTML, Offer, negotiate
from api.problems import NotFoundError
from api.render import VARY, language_of, page
from api.search import LONGEST
from api.service import Service, service_of
from ontology.namespaces import EMP

router = APIRouter()
READING: Final = ["GET", "HEAD"]
Served = Annotated[Service, Depends(service_of)]
_STATIC: Final = Path(__file__).parent / "static"
_FILES: Final = {"empilement.css": "text/css"}
_FIGURES: Final = (
    ("figure_communes", f"?s a <{EMP.Commune}>"),
    ("figure_epci", f"?s a <{EMP.IntermunicipalTerritory}>"),
    ("figure_instruments", f"?s a <{EMP.Instrument}>"),
    ("figure_deployments", f"?s <{EMP.appliesInstrument}> ?instrument"),
    ("figure_acts", f"?s a <{EMP.LegalAct}>"),
)


@router.api_route("/", methods=READING)
def landing(request: Request, service: Served) -> Response:
    """Send the first page: the search box, the figures of the graph, where to start."""
    tag = etag(service.mark, "/", request.url.query, language_of(request))
    headers = {"ETag": tag, "Cache-Control": CACHE, "Vary": VARY}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    answer = page(
        request,
        service,
        "landing.html",
        title_key="landing_title",
        figures=figures(service),
        text="",
    )
    answer.headers.update(headers)
    return answer


def figures(service: Service) -> list[tuple[str, int]]:
    """Count what the graph holds, by kind.

    Args:
        service: the state of the service.

    Returns:
        Pairs of a key of the messages and a number.

    """
    found: list[tuple[str, int]] = []
    for key, pattern in _FIGURES:
        counted = f"SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {{ {pattern} }}"
        rows = service.engine.select(counted).rows
        found.append((key, int(rows[0][0].value) if rows and rows[0][0] else 0))
    quads = service.version.info.get("quads")
    if isinstance(quads, int):
        found.append(("figure_triples", quads))
    return found


@router.api_route("/search", methods=READING)
def search(request: Request, service: Served) -> Response:
    """Find things by name or code; a code that names one thing alone leads straight to it."""
    text = request.query_params.get("q", "")[:LONGEST]
    media = negotiate(
        request.headers.get("accept"),
        (Offer(HTML, ("application/xhtml+xml",)), Offer("application/json")),
    )
    index = service.index()
    found = index.find(text)
    lang = language_of(request)
    coded = index.coded(text)
    if media == HTML and coded is not None:
        chosen = request.query_params.get("lang", "")
        # Of a code that it no longer bears, the page of the commune says so.
        code = text.strip() if text.strip() in coded.former - coded.codes else ""
        path = with_query(local(coded.iri), former=code, lang=chosen)
        return RedirectResponse(path, 303, headers={"Vary": VARY})
    places = names_of(service.engine, {each.place for each in found if each.place})
    rows = [
        (each, places.get(each.place, {}).get("fr", ""), index.entries.get(each.heir))
        for each in found
    ]
    if media != HTML:
        listed = [
            {
                "id": each.iri,
                "kind": each.kind,
                "code": each.code,
                "label": each.name(lang),
                "departement": place,
                "population": each.population,
                "replacedBy": each.heir or None,
            }
            for each, place, _ in rows
        ]
        return JSONResponse(listed, headers={"Vary": VARY})
    return page(
        request,
        service,
        "search.html",
        title_key="search_title",
        text=text,
        rows=rows,
        close=bool(found) and not index.holds(text),
        robots="noindex",
    )


@router.api_route("/favicon.ico", methods=READING, include_in_schema=False)
def no_icon() -> Response:
    """Tell browsers that there is no icon, without an error in their console."""
    return Response(status_code=204, headers={"Cache-Control": "public, max-age=86400"})


@router.api_route("/static/{name}", methods=READING)
def static(request: Request, name: str) -> Response:
    """Send the style sheet."""
    if name not in _FILES:
        raise NotFoundError(request.url.path)
    body = (_STATIC / name).read_bytes()
    tag = etag(body.decode("utf-8"))
    headers = {"ETag": tag, "Cache-Control": CACHE}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=_FILES[name], headers=headers)
