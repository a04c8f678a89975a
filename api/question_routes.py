"""The named questions over HTTP: parameters in the address, answers as page, JSON, CSV…"""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from api.caching import CACHE, etag, matches
from api.negotiation import HTML, Offer, negotiate, offer
from api.problems import failure_media, problem_of
from api.render import VARY, language_of, page
from api.service import Service, service_of
from api.sparql_page import shown
from ingest.errors import EmpilementError
from queries.binding import bound
from queries.catalogue import NamedQuery, ParameterType
from queries.errors import FormatError, ParameterError, UnknownQueryError
from queries.formats import RESULTS, Format, find

router = APIRouter()
READING: Final = ["GET", "HEAD"]
Served = Annotated[Service, Depends(service_of)]
OFFERS: Final = (Offer(HTML, ("application/xhtml+xml",)), *(offer(each) for each in RESULTS))
_RESERVED: Final = frozenset(("lang", "format"))
_INPUTS: Final = {ParameterType.DATE: "date", ParameterType.INTEGER: "number"}


@router.api_route("/query", methods=READING)
def questions(request: Request, service: Served) -> Response:
    """List the named questions: a page, or JSON."""
    media = negotiate(request.headers.get("accept"), (OFFERS[0], Offer("application/json")))
    tag, headers = _validators(request, service, media)
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    if media == HTML:
        answer: Response = page(
            request,
            service,
            "questions.html",
            title_key="questions_title",
            questions=tuple(service.questions.values()),
        )
    else:
        listed = [_listed(each) for each in service.questions.values()]
        answer = JSONResponse(listed)
    answer.headers.update(headers)
    return answer


@router.api_route("/query/{slug}", methods=READING)
def question(request: Request, slug: str, service: Served) -> Response:
    """Answer a named question with the parameters of the address; ``.csv`` chooses the form."""
    slug, _, suffix = slug.partition(".")
    asked = service.questions.get(slug)
    if asked is None:
        raise UnknownQueryError(
            f"No question is called {slug!r}.",
            "The named questions are listed at /query.",
            "Choose one of them.",
        )
    media = _media(request, suffix)
    tag, headers = _validators(request, service, media)
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    try:
        text = bound(service.engine, asked, _values(request))
        wanted = Format.JSON.media_type if media == HTML else media
        found = service.engine.answer(text, wanted)
    except EmpilementError as error:
        # Who named no form gets a page of an answer, but a failure as programs read it.
        if media != HTML or failure_media(request.headers.get("accept")) != HTML:
            raise
        problem = problem_of(error)
        answer = _page(request, service, asked, asked.text, problem.status, problem=problem)
        answer.headers.update(problem.headers)
        return answer
    if media == HTML:
        content = shown(service, found, language_of(request), names_beside(asked.columns))
        answer = _page(request, service, asked, text, **content)
        answer.headers.update(headers)
        return answer
    return Response(found.body, media_type=found.media_type, headers=headers)


def names_beside(columns: Sequence[str]) -> frozenset[str]:
    """Give the columns that only name what another column links to; the page shows the link."""
    return frozenset(
        f"{column}{ending}" for column in columns for ending in ("Label", "LabelEn")
    ) & frozenset(columns)


def _values(request: Request) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in values:
            raise ParameterError(
                f"The parameter {name!r} stands more than once.",
                "Each parameter of a question holds one value.",
                "Send it once.",
            )
        if name not in _RESERVED:
            values[name] = value
    return values


def _media(request: Request, suffix: str) -> str:
    name = suffix or request.query_params.get("format")
    if not name:
        return negotiate(request.headers.get("accept"), OFFERS)
    if name == "html":
        return HTML
    found = find(name)
    if found.is_graph:
        raise FormatError(
            f"The answer cannot be given as {name!r}.",
            "A question answers with rows.",
            "Ask for one of: " + ", ".join(each.media_type for each in RESULTS) + ".",
        )
    return found.media_type


def _validators(request: Request, service: Service, media: str) -> tuple[str, dict[str, str]]:
    lang = language_of(request) if media == HTML else ""
    address = (request.url.path, request.url.query, media, lang, str(request.base_url))
    tag = etag(service.mark, *address)
    return tag, {"ETag": tag, "Cache-Control": CACHE, "Vary": VARY}


def _page(
    request: Request,
    service: Service,
    asked: NamedQuery,
    text: str,
    status: int = 200,
    **content: Any,
) -> Response:
    nothing: dict[str, Any] = {"problem": None, "columns": None, "rows": [], "count": 0}
    chosen = {name: value for name, value in request.query_params.items() if name not in _RESERVED}
    downloads = tuple(
        (each.extension, f"/query/{asked.slug}?{urlencode(chosen | {'format': each.extension})}")
        for each in RESULTS
    )
    return page(
        request,
        service,
        "question.html",
        status=status,
        asked=asked,
        text=text,
        chosen_values=chosen,
        inputs={each.name: _INPUTS.get(each.type, "text") for each in asked.parameters},
        downloads=downloads,
        behind="/sparql?" + urlencode({"edit": text}),
        **(nothing | content),
    )


def _listed(each: NamedQuery) -> dict[str, Any]:
    return {
        "slug": each.slug,
        "id": each.id,
        "title": each.title,
        "question": each.question,
        "columns": list(each.columns),
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type.value,
                "description": parameter.description,
                "default": parameter.default,
                "choices": list(parameter.choices),
            }
            for parameter in each.parameters
        ],
    }
