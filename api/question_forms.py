"""The forms of the answer to a question: which one is wanted, and how its file is called."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from typing import Final, TypeAlias
from urllib.parse import urlencode

from fastapi import Request

from api.addresses import root_of
from api.negotiation import HTML, NotAcceptableError, Offer, negotiate, offer, preferences
from api.service import Service
from queries.catalogue import NamedQuery
from queries.errors import FormatError
from queries.formats import RESULTS, Format, find
from queries.origin import Origin
from queries.tables import TableFormat, find_table, require_place, tables_of

Form: TypeAlias = Format | TableFormat
"""A form that is a file; the page is None."""

PAGE: Final = Offer(HTML, ("application/xhtml+xml",))
_SHOWN: Final = frozenset((Format.JSON, Format.XML))
_OTHER: Final = re.compile(r"[^A-Za-z0-9-]+")
_LONGEST: Final = 40


def forms_of(asked: NamedQuery) -> tuple[Form, ...]:
    """Give the forms of the answer to a question, besides the page, best known first."""
    return (*RESULTS, *tables_of(asked.columns))


def short_name(form: Form | None) -> str:
    """Give the name that ``format=`` and suffixes have for a form: ``json``, not ``srj``."""
    match form:
        case None:
            return "html"
        case Format():
            return form.name.lower()
        case TableFormat():
            return form.extension


def wanted_form(request: Request, asked: NamedQuery, suffix: str) -> Form | None:
    """Choose the form of an answer: by the suffix, else ``format=``, else the header Accept.

    Args:
        request: what is answered.
        asked: the question.
        suffix: what follows the first dot of its name in the address.

    Returns:
        A form; None for the page.

    Raises:
        FormatError: the form is unknown, or the answer has no such form; says why.
        NotAcceptableError: nothing that exists is acceptable.

    """
    name = suffix or request.query_params.get("format")
    return _named(name, asked) if name else _accepted(request.headers.get("accept"), asked)


def _named(name: str, asked: NamedQuery) -> Form | None:
    if name == "html":
        return None
    form: Form | None = find_table(name)
    if form is TableFormat.GEOJSON:
        require_place(asked.columns)
    if form is not None:
        return form
    try:
        found = find(name)
    except FormatError:
        found = None
    if found is None or found.is_graph:
        known = ", ".join(map(short_name, (None, *forms_of(asked))))
        raise FormatError(
            f"The answer cannot be given as {name!r}.",
            "A question answers with rows.",
            f"Ask for one of: {known}.",
        )
    return found


def _accepted(accept: str | None, asked: NamedQuery) -> Form | None:
    offers = {_offer(each): each for each in forms_of(asked) if _negotiable(each)}
    try:
        media = negotiate(accept, (PAGE, *offers))
    except NotAcceptableError:
        if preferences(accept, (_offer(TableFormat.GEOJSON),)):
            require_place(asked.columns)
        raise
    return next((form for each, form in offers.items() if each.media_type == media), None)


def _offer(form: Form) -> Offer:
    if isinstance(form, Format):
        return offer(form)
    return Offer(form.media_type, tuple(each for each in form.value.aliases if "/" in each))


def _negotiable(form: Form) -> bool:
    return isinstance(form, Format) or form.value.negotiable


def effective(asked: NamedQuery, values: Mapping[str, str]) -> dict[str, str]:
    """Give the values a question is answered with: those chosen, and the defaults of the others."""
    return {
        each.name: values.get(each.name, "").strip() or each.default for each in asked.parameters
    }


def file_headers(
    request: Request, service: Service, asked: NamedQuery, values: Mapping[str, str], form: Form
) -> dict[str, str]:
    """Give the headers of a file: its name, and the page that describes it.

    The name holds the question, the values in short and the version of the data, so that files
    of several days stand side by side. Tables are saved, JSON and XML are shown.
    """
    parts = [asked.slug, *map(_short, effective(asked, values).values()), service.version.id]
    name = "_".join(part for part in parts if part)
    kind = "inline" if form in _SHOWN else "attachment"
    page = f"{root_of(request, service)}/query/{asked.slug}.html"
    described = f"{page}?{urlencode(values)}" if values else page
    return {
        "Content-Disposition": f'{kind}; filename="{name}.{form.extension}"',
        "Link": f'<{described}>; rel="describedby"; type="text/html"',
    }


def _short(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
    return _OTHER.sub("-", plain)[:_LONGEST].strip("-")


def origin_of(
    request: Request, service: Service, asked: NamedQuery, values: Mapping[str, str], text: str
) -> Origin:
    """Tell where the answer to a question comes from.

    Args:
        request: what is answered.
        service: the state of the service.
        asked: the question.
        values: the values chosen.
        text: the query that was run.

    """
    licences: defaultdict[str, list[str]] = defaultdict(list)
    for source in service.version.info.get("sources", []):
        # Of what was not read, nothing is in the answer.
        if source.get("state") != "missing":
            licences[str(source.get("licence", ""))].append(str(source.get("identifier", "")))
    address = f"{root_of(request, service)}/query/{asked.slug}"
    chosen = effective(asked, values)
    return Origin(
        slug=asked.slug,
        title=asked.title,
        question=asked.question,
        parameters=chosen,
        address=f"{address}?{urlencode(chosen)}" if chosen else address,
        version=service.version.id,
        date=service.data_date,
        licences={licence: tuple(sources) for licence, sources in sorted(licences.items())},
        query=text,
    )
