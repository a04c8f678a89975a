"""The page with the text area: an answer shown to who reads in a browser."""

from collections.abc import Container
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, parse_query_results

from api.describe import names_of
from api.render import page
from api.service import Service
from api.views.cells import Cell, Words
from queries.engine import Answer
from queries.formats import GRAPHS, RESULTS, Format, QueryForm

ROWS_SHOWN: Final = 1000
EXAMPLE: Final = """# Les communes de Tours Métropole Val de Loire
SELECT ?commune ?name WHERE {
  ?commune emp:partOf <https://w3id.org/empilement/id/epci/243700754> ;
           a emp:Commune ;
           rdfs:label ?name .
}
ORDER BY ?name
"""


def shown(
    service: Service, found: Answer, lang: str, hidden: Container[str] = ()
) -> dict[str, Any]:
    """Give what the page shows of an answer: a truth value, the first rows, or Turtle.

    Args:
        service: the state of the service.
        found: the answer.
        lang: the language of the page.
        hidden: columns left out of the page.

    Returns:
        What the templates read.

    """
    if found.form is QueryForm.GRAPH:
        return {"turtle": found.body.decode("utf-8")}
    results = parse_query_results(found.body, format=Format.JSON.results)
    if not isinstance(results, QuerySolutions):
        return {"truth": bool(results)}
    every = [variable.value for variable in results.variables]
    places = [place for place, column in enumerate(every) if column not in hidden]
    columns = [every[place] for place in places]
    rows = [tuple(row[place] for place in places) for row in results]
    first = rows[:ROWS_SHOWN]
    iris = {value.value for row in first for value in row if isinstance(value, NamedNode)}
    words = Words(lang, names_of(service.engine, iris), service.vocabulary.names)
    cells = [
        [
            words.cell(value) if isinstance(value, NamedNode | Literal | BlankNode) else Cell("")
            for value in row
        ]
        for row in first
    ]
    return {"columns": columns, "rows": cells, "count": len(rows)}


def sparql_page(
    request: Request, service: Service, query: str, status: int = 200, **content: Any
) -> Response:
    """Render the page.

    Args:
        request: what is answered.
        service: the state of the service.
        query: what stands in the text area.
        status: HTTP status.
        content: the answer as ``shown`` gives it, or a problem; nothing for an empty page.

    """
    nothing: dict[str, Any] = {
        "problem": None,
        "columns": None,
        "rows": [],
        "count": 0,
        "turtle": None,
        "truth": None,
    }
    formats = GRAPHS if content.get("turtle") is not None else RESULTS
    downloads = tuple(
        (each.extension, f"/sparql?{urlencode({'query': query, 'format': each.extension})}")
        for each in formats
    )
    return page(
        request,
        service,
        "sparql.html",
        status=status,
        query=query,
        choices=[(each.extension, each.media_type) for each in (*RESULTS, *GRAPHS)],
        seconds=f"{service.settings.query_seconds:g}",
        downloads=downloads,
        **(nothing | content),
    )
