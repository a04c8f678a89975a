"""The named questions over HTTP: parameters in the address, answers as page, JSON, CSV…"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from api.addresses import root_of
from api.asking import answered
from api.caching import CACHE, Kept, etag, matches
from api.negotiation import HTML, Offer, negotiate
from api.problems import failure_media, problem_of
from api.question_files import written
from api.question_forms import (
    PAGE,
    Form,
    file_headers,
    forms_of,
    origin_of,
    short_name,
    wanted_form,
)
from api.render import VARY, language_of, page
from api.service import Service, service_of
from api.sparql_page import shown
from ingest.errors import EmpilementError
from queries.binding import bound
from queries.catalogue import NamedQuery, ParameterType
from queries.engine import Answer
from queries.errors import ParameterError, UnknownQueryError
from queries.formats import Format

router = APIRouter()
READING: Final = ["GET", "HEAD"]
Served = Annotated[Service, Depends(service_of)]
_RESERVED: Final = frozenset(("lang", "format"))
_INPUTS: Final = {ParameterType.DATE: "date", ParameterType.INTEGER: "number"}


@router.api_route("/query", methods=READING)
def questions(request: Request, service: Served) -> Response:
    """List the named questions: a page, or JSON."""
    media = negotiate(request.headers.get("accept"), (PAGE, Offer("application/json")))
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


@router.api_route("/query/{slug}", methods=READING, include_in_schema=False)
async def question(request: Request, slug: str, service: Served) -> Response:
    """Answer a named question with the parameters of the address; ``.csv`` chooses the form."""
    slug, _, suffix = slug.partition(".")
    asked = service.questions.get(slug)
    if asked is None:
        raise UnknownQueryError(
            f"No question is called {slug!r}.",
            "The named questions are listed at /query.",
            "Choose one of them.",
        )
    form = wanted_form(request, asked, suffix)
    tag, headers = _validators(request, service, HTML if form is None else form.extension)
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    if form is None:
        return await _answer_page(request, service, asked, headers)
    values = _values(request)
    kept = service.cache.find(tag)
    if kept is None:
        kept = await _file(request, service, asked, values, form)
        service.cache.keep(tag, kept)
    headers |= file_headers(request, service, asked, values, form)
    return Response(kept.body, media_type=kept.media_type, headers=headers)


async def _file(
    request: Request,
    service: Service,
    asked: NamedQuery,
    values: Mapping[str, str],
    form: Form,
) -> Kept:
    if isinstance(form, Format):
        _, found = await _ask(request, service, asked, values, form)
        return Kept(found.media_type, found.body)
    text, found = await _ask(request, service, asked, values, Format.JSON)
    origin = origin_of(request, service, asked, values, text)
    seconds = service.settings.query_seconds
    return Kept(form.media_type, await written(request.receive, found, form, origin, seconds))


async def _ask(
    request: Request,
    service: Service,
    asked: NamedQuery,
    values: Mapping[str, str],
    form: Format,
) -> tuple[str, Answer]:
    """Bind the values and put the question, without holding up the event loop."""
    text = await run_in_threadpool(bound, service.engine, asked, values)
    return text, await answered(request.receive, service, text, form.media_type)


async def _answer_page(
    request: Request, service: Service, asked: NamedQuery, headers: dict[str, str]
) -> Response:
    try:
        text, found = await _ask(request, service, asked, _values(request), Format.JSON)
        hidden = names_beside(asked.columns)
        content = await run_in_threadpool(shown, service, found, language_of(request), hidden)
    except EmpilementError as error:
        # Who named no form gets a page of an answer, but a failure as programs read it.
        if failure_media(request.headers.get("accept")) != HTML:
            raise
        text, content, headers = asked.text, {"problem": problem_of(error)}, {}
    problem = content.get("problem")
    answer = await run_in_threadpool(
        lambda: _page(request, service, asked, text, problem.status if problem else 200, **content)
    )
    answer.headers.update(problem.headers if problem else headers)
    return answer


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


def _validators(request: Request, service: Service, form: str) -> tuple[str, dict[str, str]]:
    lang = language_of(request) if form == HTML else ""
    address = (request.url.path, request.url.query, form, lang, root_of(request, service))
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
        for each in forms_of(asked)
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
        "formats": [short_name(form) for form in (None, *forms_of(each))],
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
