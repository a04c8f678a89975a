"""The guide to the ontology as a folder of files, to be read and published without the service."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from api import messages
from api.guide import FORMS, Guide, ontology_document, read_guide, term_document
from api.guide_pages import index_content, ontology_content, term_content
from api.render import TEMPLATES
from ingest.term_usage import Usage
from ontology.namespaces import BASE

_SHEET: Final = "static/empilement.css"
_INDEX: Final = "index"

File = tuple[str, bytes]
Write = Callable[[str, str], bytes]


def site(lang: str, usage: Mapping[str, Usage]) -> Iterator[File]:
    """Write the guide: an index, a page a term, a page an ontology, all downloads and drawings.

    Args:
        lang: the language of headings; terms, axioms and rules are in both.
        usage: the use of each term in a built version; empty where none is at hand.

    Returns:
        Paths relative to the folder, and contents. Links between pages are relative; things of
        the graph are named by their public identifiers.

    Raises:
        ontology.loading.OntologyError: a file is missing or broken.

    """
    guide = read_guide()
    yield _SHEET, (Path(__file__).parent / _SHEET).read_bytes()
    context = json.dumps(guide.context, ensure_ascii=False, indent=1)
    yield "context.jsonld", context.encode("utf-8")

    def whole(suffix: str, context_url: str) -> bytes:
        return ontology_document("", suffix, context_url)

    yield from _documents("def", whole)
    forms = _forms("def")
    yield _page(_INDEX, lang, "ontology.html", index_content(guide) | {"forms": forms})
    for name in guide.terms:
        yield from _term(guide, name, lang, usage)
    for path in filter(None, guide.ontologies):
        yield from _ontology(guide, path, lang)


def _term(guide: Guide, name: str, lang: str, usage: Mapping[str, Usage]) -> Iterator[File]:
    base = f"def/{name}"
    content = term_content(guide, name, lang, usage, link=lambda other: f"{other}.html")
    yield _page(base, lang, "term.html", content | {"forms": _forms(name)})
    yield f"{base}.svg", str(content["diagram"]).encode("utf-8")
    yield from _documents(base, lambda suffix, url: term_document(name, suffix, url))


def _ontology(guide: Guide, path: str, lang: str) -> Iterator[File]:
    base = f"ont/{path}"
    content = ontology_content(guide, path, lang)
    forms = _forms(PurePosixPath(path).name)
    yield _page(base, lang, "module.html", content | {"forms": forms})
    yield from _documents(base, lambda suffix, url: ontology_document(path, suffix, url))


def _up(base: str) -> str:
    """Give the way from a page to the folder of the site."""
    return "../" * base.count("/")


def _forms(base: str) -> tuple[tuple[str, str], ...]:
    return tuple((suffix, f"{base}.{suffix}") for suffix in FORMS)


def _documents(base: str, write: Write) -> Iterator[File]:
    for suffix in FORMS:
        yield f"{base}.{suffix}", write(suffix, f"{_up(base)}context.jsonld")


def _page(base: str, lang: str, template: str, content: Mapping[str, Any]) -> File:
    up = _up(base)

    def href(path: str, **_: str) -> str:
        if path == "/def":
            return f"{up}{_INDEX}.html"
        if path.startswith(("/def/", "/ont/")):
            return f"{up}{path[1:]}.html"
        if path.startswith("/doc/"):
            return f"{BASE}id/{path.removeprefix('/doc/')}"
        return f"{BASE}{path[1:]}" if path.startswith("/") else path

    shared: dict[str, Any] = {
        "layout": "site.html",
        "lang": lang,
        "href": href,
        "sheet": f"{up}{_SHEET}",
        "say": lambda key, **values: messages.say(lang, key, **values),
        "number": lambda value: messages.number(lang, value),
    }
    text = TEMPLATES.get_template(template).render(shared | dict(content))
    return f"{base}.html", text.encode("utf-8")
