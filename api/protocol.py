"""The SPARQL 1.1 Protocol as a pure function: a request's parts in, what it asks for out."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

METHODS: Final = ("GET", "HEAD", "POST")
FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
MOST_PARAMETERS: Final = 200
_SINGLE: Final = ("query", "update", "format", "lang", "timeout", "rows")
_NUMBER: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,3})?")
_COUNT: Final = re.compile(r"[0-9]{1,9}")
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_UTF8: Final = {"", "utf-8", "utf8", "us-ascii"}


class ProtocolError(Exception):
    """A request that is none of the protocol's operations.

    Args:
        status: the HTTP status that says so.
        why: the reason, in one line.
        todo: what to send instead, in one line.
    """

    def __init__(self, status: int, why: str, todo: str) -> None:
        super().__init__(f"{status}: {why} {todo}")
        self.status = status
        self.why = why
        self.todo = todo


@dataclass(frozen=True, slots=True)
class SparqlRequest:
    """The query operation (SPARQL 1.1 Protocol §2.1).

    Args:
        query: the text of the query.
        default_graphs: IRIs of ``default-graph-uri``, in order.
        named_graphs: IRIs of ``named-graph-uri``, in order.
        format: the name of a format, asked for outside Accept; None when not.
        seconds: the time limit wished (parameter ``timeout``, an extension); None when not.
        rows: the most rows wished (parameter ``rows``, an extension); None when not.
    """

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None
    seconds: float | None = None
    rows: int | None = None

    @property
    def has_dataset(self) -> bool:
        """Whether the request itself says which graphs to query."""
        return bool(self.default_graphs or self.named_graphs)


@dataclass(frozen=True, slots=True)
class SparqlUpdate:
    """The update operation (SPARQL 1.1 Protocol §2.2).

    Args:
        update: the text of the update.
        default_graphs: IRIs of ``using-graph-uri``, in order.
        named_graphs: IRIs of ``using-named-graph-uri``, in order.
    """

    update: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceDescription:
    """A GET without a query: what the service is (SPARQL 1.1 Service Description §2)."""

    format: str | None = None


def parse_request(
    method: str, query_string: str | bytes, content_type: str | None, body: bytes
) -> SparqlRequest | SparqlUpdate | ServiceDescription:
    """Read a request to the SPARQL endpoint.

    The three ways of SPARQL 1.1 Protocol §2.1 and the two of §2.2: GET (queries only), POST of a
    form, POST of the text itself. HEAD is read as GET (RFC 9110 §9.3.2).

    Args:
        method: the HTTP method.
        query_string: what follows ``?`` in the address, still encoded.
        content_type: the header Content-Type, if any.
        body: the body of the request.

    Returns:
        What is asked for.

    Raises:
        ProtocolError: 400 malformed, 405 another method, 415 another media type.

    """
    if method not in METHODS:
        raise ProtocolError(
            405, f"The method {method} means nothing here.", f"Use {', '.join(METHODS)}."
        )
    in_address = _parameters(query_string)
    if method != "POST":
        if "update" in in_address:
            raise ProtocolError(
                400, "An update is not asked for with GET.", "Send it with POST, in the body."
            )
        if "query" not in in_address:
            # What is malformed beside a query is malformed without one.
            return ServiceDescription(_query("ASK {}", in_address).format)
        return _query(_only(in_address, "query"), in_address)
    media_type, charset = _media_type(content_type)
    if charset not in _UTF8:
        raise ProtocolError(415, f"The charset {charset} is not read here.", "Send UTF-8.")
    if aside := sorted({"query", "update"} & in_address.keys()):
        raise ProtocolError(
            400,
            f"The parameter {aside[0]} stands in the address of a POST.",
            "Send it once, in the body.",
        )
    if media_type == FORM:
        return _form(in_address, _parameters(body))
    if media_type == QUERY:
        return _query(_text(body), in_address)
    if media_type == UPDATE:
        return _update(_text(body), in_address)
    raise ProtocolError(
        415,
        f"A body of type {media_type or 'unknown'} is not read here.",
        f"Send the query as {QUERY}, or as the parameter query of {FORM}.",
    )


def _form(
    in_address: dict[str, list[str]], in_body: dict[str, list[str]]
) -> SparqlRequest | SparqlUpdate:
    if twice := sorted(in_body.keys() & in_address.keys()):
        raise ProtocolError(
            400,
            f"The parameter {twice[0]} stands both in the address and in the body.",
            "Send each parameter once.",
        )
    if {"query", "update"} <= in_body.keys():
        raise ProtocolError(
            400, "The form holds a query and an update.", "Send them one after the other."
        )
    parameters = in_address | in_body
    if "update" in in_body:
        return _update(_only(in_body, "update"), parameters)
    return _query(_only(in_body, "query"), parameters)


def _query(text: str | None, parameters: dict[str, list[str]]) -> SparqlRequest:
    rows = _number(parameters, "rows", _COUNT)
    return SparqlRequest(
        query=_filled(text, "query"),
        default_graphs=_graphs(parameters, "default-graph-uri"),
        named_graphs=_graphs(parameters, "named-graph-uri"),
        format=_only(parameters, "format"),
        seconds=_number(parameters, "timeout", _NUMBER),
        rows=None if rows is None else int(rows),
    )


def _update(text: str | None, parameters: dict[str, list[str]]) -> SparqlUpdate:
    return SparqlUpdate(
        update=_filled(text, "update"),
        default_graphs=_graphs(parameters, "using-graph-uri"),
        named_graphs=_graphs(parameters, "using-named-graph-uri"),
    )


def _filled(text: str | None, name: str) -> str:
    if text is None:
        raise ProtocolError(
            400, f"The parameter {name} is missing.", f"Send a SPARQL {name} in it."
        )
    if not text.strip():
        raise ProtocolError(400, f"The {name} is empty.", f"Send a SPARQL {name}.")
    return text


def _number(parameters: dict[str, list[str]], name: str, form: re.Pattern[str]) -> float | None:
    text = _only(parameters, name)
    if text is None:
        return None
    if not form.fullmatch(text) or not float(text):
        raise ProtocolError(
            400, f"The parameter {name} is no positive number.", "Write digits, such as 10."
        )
    return float(text)


def _parameters(encoded: str | bytes) -> dict[str, list[str]]:
    """Decode a form; each value is percent-decoded once, as UTF-8, and no more."""
    try:
        raw = encoded if isinstance(encoded, str) else encoded.decode("ascii")
        pairs = parse_qsl(
            raw, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except UnicodeDecodeError as error:
        raise ProtocolError(
            400, "The parameters are not percent-encoded UTF-8.", "Encode them as UTF-8."
        ) from error
    except ValueError as error:
        raise ProtocolError(
            400,
            f"There are more than {MOST_PARAMETERS} parameters.",
            "Send the query and its graphs only.",
        ) from error
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    for name in _SINGLE:
        if len(found.get(name, ())) > 1:
            raise ProtocolError(
                400, f"The parameter {name} stands more than once.", "Send it once."
            )
    return found


def _only(parameters: dict[str, list[str]], name: str) -> str | None:
    values = parameters.get(name)
    return values[0] if values else None


def _graphs(parameters: dict[str, list[str]], name: str) -> tuple[str, ...]:
    graphs = tuple(parameters.get(name, ()))
    for graph in graphs:
        if not _ABSOLUTE.fullmatch(graph):
            raise ProtocolError(
                400, f"The parameter {name} is not an absolute IRI.", "Name a graph by its IRI."
            )
    return graphs


def _media_type(header: str | None) -> tuple[str, str]:
    media_type, *parameters = (header or "").split(";")
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return media_type.strip().lower(), charset


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProtocolError(400, "The body is not UTF-8.", "Encode the query as UTF-8.") from error
