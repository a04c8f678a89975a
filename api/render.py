"""Pages as HTML: the templates, and what every one of them is given."""

from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api import messages
from api.addresses import with_query
from api.negotiation import language
from api.service import Service

VARY: Final = "Accept, Accept-Language"
TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_of(request: Request) -> str:
    """Give the language of the page that answers a request: ``lang``, else Accept-Language."""
    return language(
        request.query_params.get("lang"),
        request.headers.get("accept-language"),
        messages.LANGUAGES,
    )


def page(
    request: Request, service: Service, template: str, status: int = 200, **content: Any
) -> HTMLResponse:
    """Render a page.

    Args:
        request: what is answered.
        service: the state of the service.
        template: name of the template.
        status: HTTP status.
        content: what the template shows; ``title`` at least.

    Returns:
        The response, with its language and its Vary.

    """
    lang = language_of(request)
    other = "en" if lang == "fr" else "fr"
    chosen = lang if request.query_params.get("lang") == lang else ""

    def href(path: str, **parameters: str) -> str:
        # The language chosen in the address follows the reader; the one of the browser need not.
        outside = not path.startswith("/")
        return path if outside else with_query(path, **parameters, lang=chosen)

    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    here = {
        each: str(request.url.include_query_params(lang=each).replace(scheme="", netloc=""))
        for each in messages.LANGUAGES
    }
    context = {
        "lang": lang,
        "other": other,
        "chosen": chosen,
        "href": href,
        "say": lambda key, **values: messages.say(lang, key, **values),
        "number": lambda value: messages.number(lang, value),
        "day": lambda text: messages.day(lang, text),
        "here": here,
        "kept": kept,
        "version": service.version.id,
        "data_date": service.data_date,
        "sources": service.version.info.get("sources", []),
        "forms": (),
        "behind": "",
        "robots": "",
        "layout": "base.html",
    } | content
    return HTMLResponse(
        TEMPLATES.get_template(template).render(context),
        status_code=status,
        headers={"Content-Language": lang, "Vary": VARY},
    )
