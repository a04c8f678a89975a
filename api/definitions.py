"""The ontology over HTTP: its index, one page a term, its modules and versions, in every form."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.addresses import root_of, with_query
from api.caching import CACHE, etag, matches
from api.guide import FORMS, Guide, ontology_document, read_guide, term_document
from api.guide_pages import index_content, ontology_content, term_content
from api.negotiation import HTML, Offer, negotiate, offer
from api.problems import NotFoundError
from api.render import VARY, language_of, page
from api.service import Service, service_of
from ingest.term_usage import read_usage

router = APIRouter()
READING: Final = ["GET", "HEAD"]
Served = Annotated[Service, Depends(service_of)]
_OFFERS: Final = (
    Offer(HTML, ("application/xhtml+xml",)),
    *(offer(each) for each in FORMS.values()),
)
_SUFFIXES: Final = {form.media_type: suffix for suffix, form in FORMS.items()} | {HTML: "html"}

Document = Callable[[str, str], bytes]


@router.api_route("/def", methods=READING)
@router.api_route("/def.{suffix}", methods=READING)
def index(request: Request, service: Served, suffix: str = "") -> Response:
    """Send the ontology; hash IRIs of terms lead here, so its page has an anchor a term."""
    if suffix and suffix not in {"html", *FORMS}:
        raise NotFoundError(request.url.path)
    guide = read_guide()
    return _send(
        request,
        service,
        ("/def", suffix),
        lambda form, context: ontology_document("", form, context),
        lambda _: ("ontology.html", index_content(guide)),
    )


@router.api_route("/def/{name}", methods=READING)
def term(request: Request, name: str, service: Served) -> Response:
    """Send what is known of one term."""
    name, suffix = _split(name)
    guide = read_guide()
    if name not in guide.terms:
        raise NotFoundError(request.url.path, "def", name)
    return _send(
        request,
        service,
        (f"/def/{name}", suffix),
        lambda form, context: term_document(name, form, context),
        lambda lang: (
            "term.html",
            term_content(guide, name, lang, read_usage(service.version.path)),
        ),
        describes=guide.terms[name].term.iri,
    )


@router.api_route("/ont", methods=READING, response_class=RedirectResponse)
@router.api_route("/ont/{path:path}", methods=READING)
def ontology(request: Request, service: Served, path: str = "") -> Response:
    """Send a module, the restrictions, the alignments or a released version."""
    guide = read_guide()
    path, suffix = _split(path)
    if path not in guide.ontologies or not path:
        return _redirect(request, guide, path, suffix)
    return _send(
        request,
        service,
        (f"/ont/{path}", suffix),
        lambda form, context: ontology_document(path, form, context),
        lambda lang: ("module.html", ontology_content(guide, path, lang)),
        describes=guide.ontologies[path].iri,
    )


def _redirect(request: Request, guide: Guide, path: str, suffix: str) -> Response:
    """Lead version IRIs to what they name: the files at hand, or the release that holds them."""
    version, _, module = path.partition("/")
    if version == guide.version and version not in guide.ontologies:
        version, path = "", module
    if version in guide.ontologies and version[:1].isdigit():
        target = f"/ont/{version}"
    elif not path:
        target = "/def"
    elif path in guide.ontologies:
        target = f"/ont/{path}"
    else:
        raise NotFoundError(request.url.path)
    target += f".{suffix}" if suffix else ""
    address = with_query(target, lang=request.query_params.get("lang", ""))
    return RedirectResponse(address, 303, headers={"Vary": VARY, "Cache-Control": CACHE})


def _split(text: str) -> tuple[str, str]:
    """Part a name from the suffix that names a form; version numbers have dots of their own."""
    head, dot, suffix = text.rpartition(".")
    return (head, suffix) if dot and head and suffix in {"html", *FORMS} else (text, "")


def _send(
    request: Request,
    service: Service,
    where: tuple[str, str],
    document: Document,
    content: Callable[[str], tuple[str, dict[str, Any]]],
    *,
    describes: str = "",
) -> Response:
    """Negotiate, then answer 304, a page, or a document in RDF.

    Args:
        request: what is answered.
        service: the state of the service.
        where: the address without suffix, and the suffix asked for or none.
        document: writes the document, given a suffix and the address of the JSON-LD context.
        content: gives the template of the page and what it shows, in a language.
        describes: IRI of what is described, where it is not the address itself.

    """
    base, suffix = where
    known = {"html": HTML} | {name: form.media_type for name, form in FORMS.items()}
    media = known[suffix] if suffix else negotiate(request.headers.get("accept"), _OFFERS)
    root = root_of(request, service)
    language = language_of(request) if media == HTML else ""
    parts = (request.url.path, request.url.query, media, language, root)
    tag = etag(service.mark, *parts)
    links = [f'<{describes}>; rel="describes"'] if describes else []
    links += [
        f'<{base}.{name}>; rel="alternate"; type="{other}"'
        for name, other in known.items()
        if other != media
    ]
    headers = {"ETag": tag, "Cache-Control": CACHE, "Vary": VARY, "Link": ", ".join(links)}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    if media != HTML:
        body = document(_SUFFIXES[media], f"{root}/context.jsonld")
        return Response(body, media_type=media, headers=headers)
    template, shown = content(language)
    forms = tuple((name, f"{base}.{name}") for name in FORMS)
    answer = page(request, service, template, forms=forms, **shown)
    answer.headers.update(headers)
    return answer
