"""Linked data: identifiers answer 303, documents are sent in the form the client prefers."""

import json
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api import describe as graph
from api import rdf, terms
from api.addresses import BY_SUFFIX, BY_TYPE, FORMS, OFFERS, root_of, split_suffix, with_query
from api.caching import CACHE, etag, matches
from api.document import about
from api.negotiation import HTML, NotAcceptableError, negotiate
from api.problems import NotFoundError
from api.render import VARY, language_of
from api.service import Service, service_of
from api.thing_page import thing_page
from api.views.territory import successor_of
from ingest.errors import IdentityError
from ingest.identity import mint
from ontology.namespaces import GRAPH, ID, VOC
from queries.formats import Format

router = APIRouter()
READING: Final = ["GET", "HEAD"]
Served = Annotated[Service, Depends(service_of)]


@router.api_route("/id/{kind}/{code:path}", methods=READING, response_class=RedirectResponse)
def identifier(request: Request, kind: str, code: str, service: Served) -> Response:
    """Answer an identifier: 303 to the document about the thing (Cool URIs, §4.3)."""
    iri = _mint(request, kind, code)
    path = f"/doc/{iri.removeprefix(str(ID))}"
    lang = request.query_params.get("lang", "")
    if not graph.exists(service.engine, iri):
        return _former(request, service, (kind, code), "", 303)
    return _redirect(with_query(path, lang=lang), 303)


@router.api_route("/doc/{kind}/{code:path}", methods=READING)
def document(request: Request, kind: str, code: str, service: Served) -> Response:
    """Send the document about a thing: a page, or the same in RDF."""
    code, suffix = split_suffix(code)
    iri = _mint(request, kind, code)
    return _described(request, service, iri, (kind, code), suffix)


@router.api_route("/voc/{scheme}", methods=READING)
@router.api_route("/voc/{scheme}/{concept}", methods=READING)
def vocabulary(request: Request, scheme: str, service: Served, concept: str = "") -> Response:
    """Send the document about a concept or a scheme."""
    code, suffix = split_suffix(f"{scheme}/{concept}" if concept else scheme)
    return _described(request, service, _iri(request, f"{VOC}{code}"), ("voc", code), suffix)


@router.api_route("/graph/{source}/{vintage}", methods=READING)
def named_graph(request: Request, source: str, vintage: str, service: Served) -> Response:
    """Send the document about a named graph: source, vintage, licence, rows kept."""
    code, suffix = split_suffix(f"{source}/{vintage}")
    return _described(request, service, _iri(request, f"{GRAPH}{code}"), ("graph", code), suffix)


@router.api_route("/context.jsonld", methods=READING)
def context(request: Request, service: Served) -> Response:
    """Send the JSON-LD context of the ontology."""
    tag = _tag(request, service, "context")
    headers = {"ETag": tag, "Cache-Control": CACHE}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    body = json.dumps(service.vocabulary.context, ensure_ascii=False, indent=1)
    return Response(body, media_type=Format.JSONLD.media_type, headers=headers)


def _described(
    request: Request, service: Service, iri: str, key: tuple[str, str], suffix: str
) -> Response:
    """Negotiate, then answer 304, or describe, or tell that nothing is known."""
    media = _media(request, suffix)
    form = BY_TYPE[media]
    tag = _tag(request, service, media)
    base = request.url.path.removesuffix(f".{suffix}") if suffix else request.url.path
    headers = {
        "ETag": tag,
        "Cache-Control": CACHE,
        "Vary": VARY,
        "Link": ", ".join(_links(base, iri, media)),
    }
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    described = graph.describe(service.engine, iri)
    if described is None:
        return _former(request, service, key, suffix, 301)
    if form is None:
        forms = tuple((name, f"{base}.{name}") for name, each in FORMS if each is not None)
        answer: Response = thing_page(request, service, key, described, forms)
        if answer.status_code == HTTPStatus.OK:
            answer.headers.update(headers)
        return answer
    root = root_of(request, service)
    body = rdf.write(
        about(described, f"{root}{base}"),
        form,
        service.vocabulary.context,
        f"{root}/context.jsonld",
    )
    return Response(body, media_type=media, headers=headers)


def _media(request: Request, suffix: str) -> str:
    if suffix:
        form = BY_SUFFIX[suffix]
        return HTML if form is None else form.media_type
    try:
        return negotiate(request.headers.get("accept"), OFFERS)
    except NotAcceptableError:
        raise NotAcceptableError([each.media_type for each in OFFERS]) from None


def _links(base: str, iri: str, media: str) -> list[str]:
    links = [f'<{iri}>; rel="describes"', f'<{base}.ttl>; rel="describedby"; type="text/turtle"']
    for name, each in FORMS:
        other = HTML if each is None else each.media_type
        if other != media:
            links.append(f'<{base}.{name}>; rel="alternate"; type="{other}"')
    return links


def _former(
    request: Request, service: Service, key: tuple[str, str], suffix: str, status: int
) -> Response:
    """Lead a former commune to the one that took it over; else, nothing has this address."""
    kind, code = key
    if kind == "commune":
        successors = successor_of(service.engine, code)
        if len(successors) == 1:
            path = f"/doc/{successors[0].removeprefix(str(ID))}"
            path += f".{suffix}" if suffix else ""
            lang = request.query_params.get("lang", "")
            return _redirect(with_query(path, former=code, lang=lang), status)
    raise NotFoundError(request.url.path, kind, code)


def _redirect(path: str, status: int) -> RedirectResponse:
    return RedirectResponse(path, status, headers={"Vary": VARY, "Cache-Control": CACHE})


def _mint(request: Request, kind: str, code: str) -> str:
    try:
        return mint(kind, code)
    except IdentityError:
        raise NotFoundError(request.url.path, kind, code) from None


def _iri(request: Request, iri: str) -> str:
    """Check that an IRI made of an address can stand in a query; else nothing has this address."""
    try:
        terms.iri(iri)
    except ValueError:
        raise NotFoundError(request.url.path) from None
    return iri


def _tag(request: Request, service: Service, media: str) -> str:
    root = root_of(request, service)
    language = language_of(request) if media == HTML else ""
    parts = (request.url.path, request.url.query, media, language, root)
    return etag(service.mark, *parts)
