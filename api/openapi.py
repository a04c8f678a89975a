"""The OpenAPI description: one documented path a question; extensions tell the other routes."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.messages import LANGUAGES
from api.negotiation import HTML
from api.problems import MEDIA_TYPE
from api.question_forms import forms_of, short_name
from queries.binding import EXPECTED, LONGEST_TEXT
from queries.catalogue import NamedQuery, Parameter, ParameterType, load_catalogue
from queries.formats import Format

Extension: TypeAlias = Callable[[dict[str, Any]], None]
"""Adds to the description what the framework does not know of, such as ``/sparql``."""

_LARGEST: Final = 10**15 - 1
_FAILURES: Final = {
    400: "A parameter is unknown, sent twice, or not of its type; the problem names it.",
    404: "No question of that name, or no territory of that code; the problem suggests others.",
    406: "The answer has no such form; the problem lists those it has.",
    503: "The service is busy or still loading the graph: ask again after Retry-After.",
    504: "The question was stopped at its time limit.",
    507: "The question was stopped at its memory limit, or its answer is too large.",
}
_TYPED: Final[dict[ParameterType, dict[str, Any]]] = {
    ParameterType.DATE: {"type": "string", "format": "date"},
    ParameterType.INTEGER: {"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST},
    ParameterType.BOOLEAN: {"type": "boolean"},
    ParameterType.STRING: {"type": "string", "maxLength": LONGEST_TEXT},
}
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A failure (RFC 9457).",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "description": "The phrase of the status."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Short stable name of the failure."},
        "detail": {"type": "string", "description": "What failed."},
        "why": {"type": "string", "description": "The cause."},
        "todo": {"type": "string", "description": "What to do about it."},
    },
}
_RESULTS: Final[dict[str, Any]] = {
    "type": "object",
    "description": "SPARQL 1.1 Query Results JSON Format (W3C, 21 March 2013).",
    "required": ["head", "results"],
    "properties": {
        "head": {
            "type": "object",
            "required": ["vars"],
            "properties": {"vars": {"type": "array", "items": {"type": "string"}}},
        },
        "results": {
            "type": "object",
            "required": ["bindings"],
            "properties": {
                "bindings": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": {"$ref": "#/components/schemas/Term"},
                    },
                }
            },
        },
    },
}
_TERM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {
        "type": {"enum": ["uri", "literal", "bnode"]},
        "value": {"type": "string"},
        "datatype": {"type": "string", "format": "uri"},
        "xml:lang": {"type": "string"},
    },
}
_HEADERS: Final[dict[str, Any]] = {
    "ETag": {"schema": {"type": "string"}, "description": "Changes with the data."},
    "Vary": {"schema": {"type": "string"}},
    "Content-Disposition": {
        "schema": {"type": "string"},
        "description": "The name of the file: question, parameters, version of the data.",
    },
    "Link": {
        "schema": {"type": "string"},
        "description": "rel=describedby: the page of the question.",
    },
}


def install(app: FastAPI, extensions: Sequence[Extension] = ()) -> None:
    """Make ``/openapi.json`` answer with the description of this module.

    Args:
        app: the application, with all its routes.
        extensions: called in turn on the description, before it is kept.

    """

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app, load_catalogue().values(), extensions)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def describe(
    app: FastAPI, questions: Iterable[NamedQuery], extensions: Sequence[Extension] = ()
) -> dict[str, Any]:
    """Describe the service (OpenAPI 3.1).

    Args:
        app: the application, with all its routes.
        questions: the named questions.
        extensions: what adds to the description.

    Returns:
        The document as JSON would have it.

    """
    with warnings.catch_warnings():
        # The framework gives GET and HEAD of a route one name, and warns; they get their own below.
        warnings.simplefilter("ignore", UserWarning)
        found = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
    for item in found["paths"].values():
        for method, operation in item.items():
            operation["operationId"] += f"_{method}"
    found["info"]["license"] = {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}
    found["tags"] = [{"name": "questions", "description": "The named questions."}]
    found["components"] = _components()
    for each in questions:
        found["paths"][f"/query/{each.slug}"] = _path(each)
    for extend in extensions:
        extend(found)
    return found


def _components() -> dict[str, Any]:
    failures = {
        str(status): {
            "description": meaning,
            "content": failed(),
            **({"headers": _RETRY} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}),
        }
        for status, meaning in _FAILURES.items()
    }
    return {
        "schemas": {"Problem": _PROBLEM, "Results": _RESULTS, "Term": _TERM},
        "headers": _HEADERS,
        "parameters": {
            "lang": {
                "name": "lang",
                "in": "query",
                "description": "Language of the page; an unknown one is left out of account.",
                "schema": {"type": "string", "examples": list(LANGUAGES)},
            },
            "ifNoneMatch": {
                "name": "If-None-Match",
                "in": "header",
                "description": "Entity tags that the client holds; 304 if one of them is current.",
                "schema": {"type": "string"},
            },
        },
        "responses": failures | {"304": {"description": "The client holds the current answer."}},
    }


_RETRY: Final[dict[str, Any]] = {
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}
}


def failed() -> dict[str, Any]:
    """Give the forms of a failure: problem+json, or a page for browsers."""
    return {
        MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}},
        HTML: {"schema": {"type": "string"}},
    }


def _path(asked: NamedQuery) -> dict[str, Any]:
    form = {
        "name": "format",
        "in": "query",
        "description": "Form of the answer; wins over Accept. "
        f"As a suffix too: /query/{asked.slug}.csv",
        "schema": {"enum": [short_name(each) for each in (None, *forms_of(asked))]},
        "allowEmptyValue": True,
    }
    referred = ("304", *map(str, _FAILURES))
    failures = {each: {"$ref": f"#/components/responses/{each}"} for each in referred}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
    found = {"description": asked.question["en"], "headers": headers}
    described = {
        "tags": ["questions"],
        "summary": asked.title["en"],
        "description": f"{asked.question['en']}\n\n{asked.title['fr']}. {asked.question['fr']}\n\n"
        f"Columns: {', '.join(asked.columns)}.",
    }
    return {
        "parameters": [
            *map(_parameter, asked.parameters),
            form,
            {"$ref": "#/components/parameters/lang"},
            {"$ref": "#/components/parameters/ifNoneMatch"},
        ],
        "get": described
        | {
            "operationId": asked.slug,
            "responses": {"200": found | {"content": _content(asked)}} | failures,
        },
        "head": described
        | {
            "operationId": f"{asked.slug}-head",
            "responses": {"200": found} | failures,
        },
    }


def _parameter(each: Parameter) -> dict[str, Any]:
    expected, todo = EXPECTED[each.type]
    schema = dict(_TYPED.get(each.type, {"type": "string"}))
    if each.choices:
        schema["enum"] = list(each.choices)
    schema["default"] = _default(each)
    fr, en = each.description["fr"], each.description["en"]
    return {
        "name": each.name,
        "in": "query",
        "description": f"{en} / {fr}: {expected}. {todo}",
        "schema": schema,
        # A field of a form that was left empty: the default.
        "allowEmptyValue": True,
        "example": schema["default"],
    }


def _default(each: Parameter) -> str | int | bool:
    match each.type:
        case ParameterType.INTEGER:
            return int(each.default)
        case ParameterType.BOOLEAN:
            return each.default == "true"
        case _:
            return each.default


def _content(asked: NamedQuery) -> dict[str, Any]:
    """Give the media types of the answers, the page first; what is no text has no schema."""
    content: dict[str, Any] = {HTML: {"schema": {"type": "string"}}}
    for form in forms_of(asked):
        content.setdefault(
            form.media_type,
            {"schema": {"type": "string"}} if form.media_type.startswith("text/") else {},
        )
    content[Format.JSON.media_type] = {
        "schema": {
            "allOf": [{"$ref": "#/components/schemas/Results"}],
            "properties": {
                "head": {"properties": {"vars": {"const": list(asked.columns)}}},
            },
        }
    }
    return content
