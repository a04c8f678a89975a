"""Where machines look first: the dataset, the catalogue and the dumps at agreed addresses."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from pyoxigraph import Quad, Triple

from api import rdf
from api.addresses import BY_SUFFIX, root_of
from api.caching import CACHE, etag, matches
from api.datasets import DUMPS, catalogue, dataset_description, dump_path
from api.negotiation import negotiate, offer
from api.problems import NotFoundError
from api.service import Service, service_of
from ingest.store import built
from queries.formats import GRAPHS, Format, find

router = APIRouter()
READING: Final = ["GET", "HEAD"]
Served = Annotated[Service, Depends(service_of)]
_OFFERS: Final = tuple(offer(each) for each in GRAPHS)
_VERSION: Final = re.compile(r"[0-9a-z]+")
_ENCODING: Final = "Accept-Encoding"


@router.api_route("/.well-known/void", methods=READING, response_class=RedirectResponse)
def well_known_void() -> Response:
    """Lead to the description of the dataset (VoID, section 7.2)."""
    return RedirectResponse("/dataset", 303, headers={"Cache-Control": CACHE})


@router.api_route("/dataset", methods=READING)
@router.api_route("/dataset.{suffix}", methods=READING)
def dataset(request: Request, service: Served, suffix: str = "") -> Response:
    """Send the description of the dataset that is served, in VoID and DCAT."""
    return _sent(request, service, suffix, dataset_description)


@router.api_route("/dataset/{rest:path}", methods=READING, response_class=RedirectResponse)
def of_dataset(request: Request, service: Served, rest: str) -> Response:
    """Lead from the identifier of the dataset, or of a part of it, to its description."""
    if rest.partition("/")[0] != service.version.id:
        raise NotFoundError(request.url.path)
    return RedirectResponse("/dataset", 303, headers={"Cache-Control": CACHE})


@router.api_route("/catalogue", methods=READING)
@router.api_route("/catalogue.{suffix}", methods=READING)
def sources(request: Request, service: Served, suffix: str = "") -> Response:
    """Send the catalogue: the sources, the dataset, its files and the endpoint, in DCAT."""
    return _sent(request, service, suffix, catalogue)


@router.api_route("/dump/{name}", methods=READING)
def dump(request: Request, service: Served, name: str) -> Response:
    """Send the whole graph of a version as a file; parts of it may be asked for."""
    version, _, extension = name.partition(".")
    if extension not in DUMPS or not _VERSION.fullmatch(version):
        raise NotFoundError(request.url.path)
    found = built(version, service.settings)
    if found is None:
        raise NotFoundError(request.url.path)
    packed = dump_path(found, "nq.gz")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": _ENCODING}
    plain = extension == "nq"
    if plain and "gzip" in request.headers.get(_ENCODING, "") and packed.is_file():
        # The same file, compressed once and for all rather than at each request.
        headers["Content-Encoding"] = "gzip"
        return _file(request, packed, DUMPS[extension], headers)
    return _file(request, found.dataset if plain else packed, DUMPS[extension], headers)


def _file(request: Request, path: Path, media_type: str, headers: dict[str, str]) -> Response:
    try:
        stated = path.stat()
    except FileNotFoundError:
        raise NotFoundError(request.url.path) from None
    answer = FileResponse(path, media_type=media_type, headers=headers, stat_result=stated)
    tag = answer.headers["etag"]
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers | {"ETag": tag})
    return answer


def _sent(
    request: Request,
    service: Service,
    suffix: str,
    describe: Callable[[Service, str], list[Triple]],
) -> Response:
    media = _media(request, suffix)
    root = root_of(request, service)
    tag = etag(service.mark, request.url.path, media.media_type, root)
    headers = {"ETag": tag, "Cache-Control": CACHE, "Vary": "Accept"}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    quads = [Quad(each.subject, each.predicate, each.object) for each in describe(service, root)]
    body = rdf.write(quads, media, service.vocabulary.context, f"{root}/context.jsonld")
    return Response(body, media_type=media.media_type, headers=headers)


def _media(request: Request, suffix: str) -> Format:
    if not suffix:
        return find(negotiate(request.headers.get("accept"), _OFFERS))
    form = BY_SUFFIX.get(suffix)
    if form is None:
        raise NotFoundError(request.url.path)
    return form
