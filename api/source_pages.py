"""The page of the sources, and the two tables of a build that say what became of their rows."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response

from api.caching import CACHE, etag, matches
from api.problems import NotFoundError
from api.render import VARY, language_of, page
from api.service import Service, service_of
from api.views import sources
from api.views.cells import Words

router = APIRouter()
READING: Final = ["GET", "HEAD"]
Served = Annotated[Service, Depends(service_of)]
_TABLES: Final = frozenset(("quality.csv", "rejected.csv"))


@router.api_route("/sources", methods=READING)
def listing(request: Request, service: Served) -> Response:
    """Send every source of the build: origin, state, rows and the rules applied to them."""
    lang = language_of(request)
    tag = etag(service.mark, "/sources", request.url.query, lang)
    headers = {"ETag": tag, "Cache-Control": CACHE, "Vary": VARY}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    words = Words(lang, {}, service.vocabulary.names)
    rows = rows_of(service, words)
    answer = page(
        request,
        service,
        "sources.html",
        title_key="sources_title",
        rows=rows,
        totals=sources.totals(rows),
        states=sources.states(rows),
        rules=sources.applied(rows, words),
        downloads=[each for each in sorted(_TABLES) if (service.version.path / each).is_file()],
    )
    answer.headers.update(headers)
    return answer


@router.api_route("/sources/{name}", methods=READING)
def table(request: Request, name: str, service: Served) -> Response:
    """Send the rules applied (``quality.csv``) or the rows rejected (``rejected.csv``)."""
    path = service.version.path / name
    if name not in _TABLES or not path.is_file():
        raise NotFoundError(request.url.path)
    tag = etag(service.mark, request.url.path)
    headers = {"ETag": tag, "Cache-Control": CACHE}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type="text/csv", filename=name, headers=headers)


def rows_of(service: Service, words: Words) -> tuple[sources.Shown, ...]:
    """Gather what is known of the sources of the version that is served."""
    return sources.shown(
        service.version.info.get("sources", []),
        sources.origins_of(service.engine),
        sources.rejected_by_rule(service.version.path / "rejected.csv"),
        words,
    )
