"""What the OpenAPI description says of the endpoint, of linked data, of well-known addresses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.addresses import OFFERS
from api.datasets import DUMPS
from api.guide import FORMS as TERM_FORMS
from api.negotiation import HTML
from api.observing import METRICS_TYPE
from api.openapi import failed
from api.problems import MEDIA_TYPE
from api.protocol import FORM, QUERY, UPDATE
from queries.formats import GRAPHS, RESULTS, Format

_JSON: Final = "application/json"
_PLAIN: Final = "text/plain"
_RDF: Final = tuple(each.media_type for each in GRAPHS)
_DOCUMENT: Final = tuple(each.media_type for each in OFFERS)
_TERMS: Final = (HTML, *(each.media_type for each in TERM_FORMS.values()))
_ROWS: Final = tuple(each.media_type for each in RESULTS)

_MEANT: Final[dict[str, str]] = {
    "400": "The request is malformed: the problem says where, and what to send instead.",
    "401": "A token is missing, or is not the one that was given.",
    "403": "What is asked for is never done here: an update, a call to another service, a file.",
    "404": "Nothing has this address; the problem may suggest others.",
    "408": "The body of the request was too long in coming.",
    "409": "The update needs a graph that is not there, or is there already; nothing was changed.",
    "413": "The body of the request is too large.",
    "414": "The address is too long: send the query in the body of a POST.",
    "415": "A body of this type, charset or encoding is not read here.",
    "416": "The file has no such part.",
    "502": "The SPARQL endpoint behind this service failed, or one that the query calls.",
}
_OF_EVERY_ROUTE: Final = ("400", "414")
# What the graph is asked for may be stopped, or find the service busy.
_ASKED: Final = ("502", "503", "504", "507")
_ELSEWHERE: Final = {
    "301": "What bore this code is now described elsewhere.",
    "303": "What is asked for is described elsewhere.",
}


@dataclass(frozen=True, slots=True)
class Outline:
    """What a route that is no question answers.

    Args:
        media: the media types of what it sends; none where it only leads elsewhere.
        other: the other statuses that occur.
        query: the parameters it reads, by name.
        file: whether parts of it may be asked for (Range).
    """

    media: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    file: bool = False


_THING: Final = Outline(_DOCUMENT, ("304", "404", "406", *_ASKED), ("lang",))
_DATED: Final = Outline(
    _DOCUMENT, ("301", "304", "404", "406", *_ASKED), ("lang", "date", "former")
)
_TERM: Final = Outline(_TERMS, ("304", "404", "406", *_ASKED), ("lang",))
_SET: Final = Outline(_RDF, ("304", "404", "406", *_ASKED))
OUTLINES: Final[Mapping[str, Outline]] = {
    "/health": Outline((_JSON,)),
    "/ready": Outline((_JSON,), ("503",)),
    "/metrics": Outline((METRICS_TYPE,)),
    "/": Outline((HTML,), ("304", *_ASKED), ("lang",)),
    "/search": Outline((HTML, _JSON), ("303", "406", *_ASKED), ("q", "lang")),
    "/query": Outline((HTML, _JSON), ("304", "406", "503"), ("lang",)),
    "/id/{kind}/{code}": Outline((), ("303", "404", *_ASKED), ("lang",)),
    "/doc/{kind}/{code}": _DATED,
    "/voc/{scheme}": _THING,
    "/voc/{scheme}/{concept}": _THING,
    "/graph/{source}/{vintage}": _THING,
    "/context.jsonld": Outline((Format.JSONLD.media_type,), ("304", "503")),
    "/def": _TERM,
    "/def.{suffix}": _TERM,
    "/def/{name}": _TERM,
    "/ont": Outline((), ("303", "503"), ("lang",)),
    "/ont/{path}": Outline(_TERMS, ("303", "304", "404", "406", *_ASKED), ("lang",)),
    "/sources": Outline((HTML,), ("304", *_ASKED), ("lang",)),
    "/sources/{name}": Outline(("text/csv",), ("304", "404", "503"), file=True),
    "/static/{name}": Outline(("text/css",), ("304", "404")),
    "/.well-known/void": Outline((), ("303",)),
    "/dataset": _SET,
    "/dataset.{suffix}": _SET,
    "/dataset/{rest}": Outline((), ("303", "404", "503")),
    "/catalogue": _SET,
    "/catalogue.{suffix}": _SET,
    "/dump/{name}": Outline(tuple(DUMPS.values()), ("304", "404", "503"), file=True),
}
"""By path as the framework describes it, what it answers."""

_PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "q": {"description": "A name or a code to look for.", "schema": {"type": "string"}},
    "date": {
        "description": "The day whose state is shown; any other text is answered as no day is.",
        "schema": {"type": "string", "examples": ["2026-01-01"]},
    },
    "former": {
        "description": "The code by which the thing was looked for, which it no longer bears.",
        "schema": {"type": "string"},
    },
    "query": {
        "description": "A SPARQL 1.1 query. Without it: what the service is, or a page to ask on.",
        "schema": {"type": "string", "minLength": 1},
        "example": "SELECT * WHERE { ?s a emp:Instrument } LIMIT 10",
    },
    "format": {
        "description": "Form of the answer, by name, extension or media type; wins over Accept.",
        "schema": {"type": "string", "examples": ["json", "csv", "ttl"]},
    },
    "timeout": {
        "description": "Seconds after which the query is to be stopped; lowers the limit only.",
        "schema": {"type": "number", "exclusiveMinimum": 0, "maximum": 999_999_999},
    },
    "rows": {
        "description": "The most rows to send; lowers the limit only.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
    },
    "edit": {
        "description": "A query to put into the text area of the page, without running it.",
        "schema": {"type": "string"},
    },
}
_GRAPH: Final = {"type": "array", "items": {"type": "string", "format": "uri"}}
_GRAPHS: Final = {
    "default-graph-uri": "A graph of the default graph of the query (SPARQL 1.1 Protocol §2.1.4).",
    "named-graph-uri": "A named graph of the dataset of the query (SPARQL 1.1 Protocol §2.1.4).",
}
_USING: Final = {
    "using-graph-uri": "A graph of the default graph of the update (SPARQL 1.1 Protocol §2.2.3).",
    "using-named-graph-uri": "A named graph of the update (SPARQL 1.1 Protocol §2.2.3).",
}
_WISHES: Final = ("format", "timeout", "rows")
_REFUSED: Final = ("400", "401", "403", "406", "408", "413", "414", "415", *_ASKED)


def extend(found: dict[str, Any]) -> None:
    """Add to the description what the framework does not know of (``openapi.Extension``).

    Args:
        found: the description of the service; changed in place.

    """
    responses = found["components"]["responses"]
    for status, meaning in _MEANT.items():
        responses.setdefault(status, {"description": meaning, "content": failed()})
    responses["416"] = {"description": _MEANT["416"], "content": {_PLAIN: {}} | failed()}
    for status, meaning in _ELSEWHERE.items():
        headers = {"Location": {"schema": {"type": "string"}, "required": True}}
        responses[status] = {"description": meaning, "headers": headers}
    found["components"].setdefault("securitySchemes", {})["token"] = {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of updates, or the one that raises the limits of queries.",
    }
    for path, outline in OUTLINES.items():
        for method, operation in found["paths"][path].items():
            if method in {"get", "head"}:
                _tell(method, operation, outline)
    for path, item in found["paths"].items():
        if path.startswith("/query/"):
            for method in ("get", "head"):
                item[method]["responses"] |= _referred((*_OF_EVERY_ROUTE, "502"))
    found["paths"]["/sparql"] = _endpoint()


def _tell(method: str, operation: dict[str, Any], outline: Outline) -> None:
    answers: dict[str, Any] = {}
    if outline.media:
        answers["200"] = _sent(method, "The answer.", outline.media)
    if outline.file:
        answers["206"] = _sent(method, "A part of it.", (*outline.media, "multipart/byteranges"))
    other = (*_OF_EVERY_ROUTE, *outline.other, *(("416",) if outline.file else ()))
    operation["responses"] = answers | _referred(other)
    if outline.file:
        # The framework itself refuses a malformed Range, and says so in plain text.
        operation["responses"]["400"] = _sent(method, _MEANT["400"], (_PLAIN, MEDIA_TYPE, HTML))
    operation["parameters"] = [
        *(each for each in operation.get("parameters", ()) if each["in"] == "path"),
        *_parameters(outline.query),
    ]


def _sent(method: str, description: str, media: Iterable[str]) -> dict[str, Any]:
    if method == "head":
        return {"description": description}
    return {"description": description, "content": _any(media)}


def _any(media: Iterable[str]) -> dict[str, Any]:
    return {each: {} for each in media}


def _referred(statuses: Iterable[str]) -> dict[str, Any]:
    return {each: {"$ref": f"#/components/responses/{each}"} for each in sorted(set(statuses))}


def _parameters(names: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {"$ref": "#/components/parameters/lang"}
        if each == "lang"
        else {"name": each, "in": "query"} | _PARAMETERS[each]
        for each in names
    ]


def _named(graphs: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"name": each, "in": "query", "description": text, "schema": _GRAPH, "explode": True}
        for each, text in graphs.items()
    ]


def _endpoint() -> dict[str, Any]:
    """Describe ``/sparql`` (SPARQL 1.1 Protocol §2, §3; Service Description §2)."""
    answered = {
        "description": "Rows, a truth or a graph; what the service is; a page for browsers.",
        "headers": {
            "Vary": {"$ref": "#/components/headers/Vary"},
            "Cache-Control": {"schema": {"type": "string"}},
        },
        "content": _any((*_ROWS, *_RDF, HTML)) | {_ROWS[0]: {"schema": _results()}},
    }
    reading = {
        "tags": ["sparql"],
        "parameters": [
            *_parameters(("query", *_WISHES, "edit", "lang")),
            *_named(_GRAPHS),
            {"$ref": "#/components/parameters/ifNoneMatch"},
        ],
        # The endpoint is open: a token only raises the limits of its bearer.
        "security": [{}, {"token": []}],
    }
    unchanged = ("304", *_REFUSED)
    return {
        "get": reading
        | {
            "operationId": "sparql",
            "summary": "Put a query, or ask what the service is.",
            "responses": {"200": answered} | _referred(unchanged),
        },
        "head": reading
        | {
            "operationId": "sparql-head",
            "summary": "As GET, without the body.",
            "responses": {"200": {"description": "As GET."}} | _referred(unchanged),
        },
        "post": {
            "operationId": "sparql-post",
            "tags": ["sparql"],
            "summary": "Put a query or an update, in a form or as the body itself.",
            "parameters": [*_parameters((*_WISHES, "lang")), *_named(_GRAPHS | _USING)],
            "requestBody": {"required": True, "content": _bodies()},
            "security": [{}, {"token": []}],
            "responses": {
                "200": answered,
                "204": {"description": "The update was done."},
            }
            | _referred(("409", *_REFUSED)),
        },
    }


def _results() -> dict[str, Any]:
    truth = {
        "type": "object",
        "required": ["head", "boolean"],
        "properties": {"boolean": {"type": "boolean"}},
    }
    return {"oneOf": [{"$ref": "#/components/schemas/Results"}, truth]}


def _bodies() -> dict[str, Any]:
    wishes = {each: _PARAMETERS[each]["schema"] for each in _WISHES}
    text = {"type": "string", "minLength": 1}
    forms = [
        {
            "type": "object",
            "required": [name],
            "properties": {name: text} | more | dict.fromkeys(graphs, _GRAPH),
            # A form is a query or an update, and never both.
            "not": {"required": [other]},
        }
        for name, other, more, graphs in (
            ("query", "update", wishes, _GRAPHS),
            ("update", "query", {}, _USING),
        )
    ]
    return {
        FORM: {"schema": {"oneOf": forms}},
        QUERY: {"schema": text, "example": "ASK { ?s ?p ?o }"},
        UPDATE: {"schema": text, "example": "CLEAR GRAPH <https://example.org/mine>"},
    }
