"""Where a thing of the graph is shown on this server, and in which forms."""

from typing import Final
from urllib.parse import quote, urlencode

from api.negotiation import HTML, Offer, offer
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
BY_SUFFIX: Final = dict(FORMS)
BY_TYPE: Final = {HTML if form is None else form.media_type: form for _, form in FORMS}


def local(iri: str) -> str:
    """Give the path of the page of a thing; the IRI itself when it is not ours."""
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
    return iri


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
