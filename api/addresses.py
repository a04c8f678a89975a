"""Where a thing of the graph is shown on this server, and in which forms."""

from typing import Final
from urllib.parse import quote, urlencode

from fastapi import Request

from api.negotiation import HTML, Offer, offer
from api.service import Service
from ontology.namespaces import BASE, EMP, GRAPH, ID, ONT, VOC
from queries.formats import Format

# The forms of a thing, by suffix; the page first, which an undecided client gets.
FORMS: Final[tuple[tuple[str, Format | None], ...]] = (
    ("html", None),
    ("ttl", Format.TURTLE),
    ("jsonld", Format.JSONLD),
    ("nt", Format.NTRIPLES),
    ("nq", Format.NQUADS),
    ("rdf", Format.RDFXML),
)
OFFERS: Final[tuple[Offer, ...]] = tuple(
    Offer(HTML, ("application/xhtml+xml",)) if form is None else offer(form) for _, form in FORMS
)
_FOLLOWED: Final = ("http://", "https://", "mailto:")
BY_SUFFIX: Final = dict(FORMS)
BY_TYPE: Final = {HTML if form is None else form.media_type: form for _, form in FORMS}


def local(iri: str) -> str:
    """Give where the name of a thing leads.

    Args:
        iri: of the thing; anybody may have written it, in the graph or in a query.

    Returns:
        The path of its page; the IRI itself when it is not ours; nothing where following it could
        run something (``javascript:``) or would lead nowhere (``urn:``).

    """
    if iri.startswith(str(EMP)):
        return f"/def/{quote(iri.removeprefix(str(EMP)))}"
    if iri.startswith(str(ID)):
        return f"/doc/{iri.removeprefix(str(ID))}"
    if iri.startswith(str(VOC)) or iri.startswith(str(GRAPH)):
        return f"/{iri.removeprefix(BASE)}"
    if iri.startswith(str(ONT)):
        return f"/{iri.removeprefix(BASE)}"
    if iri in {str(EMP).rstrip("#"), f"{BASE}ont"}:
        return "/def"
    return iri if iri.lower().startswith(_FOLLOWED) else ""


def root_of(request: Request, service: Service) -> str:
    """Give the public address of the service, without a final slash.

    Args:
        request: what is answered; ``api.heads`` has seen to it that its Host is one.
        service: the settings may name the public address, where a proxy hides it.

    """
    return service.public_url or str(request.base_url).rstrip("/")


def with_query(path: str, **parameters: str) -> str:
    """Add parameters to a path; empty ones are left out."""
    kept = {name: value for name, value in parameters.items() if value}
    if not kept:
        return path
    base, mark, fragment = path.partition("#")
    joined = "&" if "?" in base else "?"
    return f"{base}{joined}{urlencode(kept)}{mark}{fragment}"


def split_suffix(code: str) -> tuple[str, str]:
    """Part a code from the suffix that names a form.

    Returns:
        The code and the suffix; the suffix is empty where none of ours ends the text.

    """
    head, dot, suffix = code.rpartition(".")
    if dot and head and suffix in BY_SUFFIX:
        return head, suffix
    return code, ""
