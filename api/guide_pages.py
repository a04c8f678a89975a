"""What the pages about the ontology show: the index, a term, an ontology."""

from collections.abc import Callable, Mapping
from typing import Any

from api import messages
from api.addresses import local
from api.guide import Guide, diagram, plain, rules_on, tied
from api.views.cells import Cell
from ingest.term_usage import Shown, Usage
from ontology.namespaces import BASE, EMP, ID
from ontology.pages import TermPage

# A place in a hierarchy: a term, how deep it stands.
Placed = tuple[TermPage, int]


def address_of(name: str) -> str:
    """Give the address of a term's page."""
    return f"/def/{name}"


def index_content(guide: Guide) -> dict[str, Any]:
    """Give what the index shows: modules, each with its terms as a hierarchy.

    Args:
        guide: the guide.

    """
    return {
        "title_key": "ontology_title",
        "base": str(EMP),
        "edition": guide.version,
        "modules": tuple(
            (guide.ontologies[name], _placed(pages)) for name, pages in guide.modules().items()
        ),
        "others": guide.others(),
    }


def ontology_content(guide: Guide, path: str, lang: str) -> dict[str, Any]:
    """Give what the page of an ontology shows.

    Args:
        guide: the guide.
        path: a key of ``Guide.ontologies``.
        lang: the language of the page.

    """
    ontology = guide.ontologies[path]
    return {
        "ontology": ontology,
        "title": ontology.title.get(lang) or ontology.title.get("fr") or path,
        "terms": _placed(guide.modules().get(path, ())),
        "size": len(ontology.graph),
    }


def term_content(
    guide: Guide,
    name: str,
    lang: str,
    usage: Mapping[str, Usage],
    link: Callable[[str], str] = address_of,
) -> dict[str, Any]:
    """Give what the page of a term shows.

    Args:
        guide: the guide.
        name: the term.
        lang: the language of what is not said in both.
        usage: the use of each term in the version served; empty where it was not counted.
        link: gives the address of a term's page.

    """
    page = guide.terms[name]
    used = usage.get(name)
    return {
        "page": page,
        "terms": guide.terms,
        "module": guide.ontologies[page.term.module],
        "rules": rules_on(guide, page),
        "plain": plain,
        "tied": tied,
        "say_in": messages.say,
        "elsewhere": lambda iri: iri.removeprefix("https://").removeprefix("http://"),
        "diagram": diagram(guide, name, lang, link),
        "counted": bool(usage),
        "count": used.count if used else 0,
        "example": tuple(_cell(each, lang) for each in (used.subject, used.value) if each)
        if used
        else (),
    }


def _cell(shown: Shown, lang: str) -> Cell:
    """Show a thing by its name, or by its identifier where it has none, leading to its page."""
    if not shown.is_iri:
        return Cell(shown.text)
    address = local(shown.text)
    for each in (lang, "", "fr", "en"):
        if shown.names.get(each):
            return Cell(shown.names[each], address, each if each != lang else "")
    return Cell(shown.text.removeprefix(str(ID)).removeprefix(BASE), address)


def _placed(pages: tuple[TermPage, ...]) -> tuple[Placed, ...]:
    """Put the terms of a module in the order of their hierarchy, each below its first parent."""
    names = {each.term.name: each for each in pages}
    roots = [each for each in pages if not set(each.parents) & names.keys()]
    found: dict[str, Placed] = {}

    def place(page: TermPage, depth: int) -> None:
        if page.term.name not in found:
            found[page.term.name] = (page, depth)
            for child in page.children:
                if child in names:
                    place(names[child], depth + 1)

    for each in roots:
        place(each, 0)
    return tuple(found.values())
