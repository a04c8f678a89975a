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
_SINGLE: Final = ("query", "update", "format", "lang")
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
    """

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None

    @property
    def has_dataset(self) -> bool:
        """Whether the request itself says which graphs to query."""
        return bool(self.default_graphs or self.named_graphs)


@dataclass(frozen=True, slots=True)
class ServiceDescription:
    """A GET without a query: what the service is (SPARQL 1.1 Service Description §2)."""

    format: str | None = None


def parse_request(
    method: str, query_string: str | bytes, content_type: str | None, body: bytes
) -> SparqlRequest | ServiceDescription:
    """Read a request to the SPARQL endpoint.

    The three ways of SPARQL 1.1 Protocol §2.1: GET, POST of a form, POST of the query itself.
    HEAD is read as GET (RFC 9110 §9.3.2).

    Args:
        method: the HTTP method.
        query_string: what follows ``?`` in the address, still encoded.
        content_type: the header Content-Type, if any.
        body: the body of the request.

    Returns:
        What is asked for.

    Raises:
        ProtocolError: 400 malformed, 403 an update, 405 another method, 415 another media type.

    """
    if method not in METHODS:
        raise ProtocolError(
            405, f"The method {method} means nothing here.", f"Use {', '.join(METHODS)}."
        )
    in_address = _parameters(query_string)
    if method != "POST":
        if not {"query", "update"} & in_address.keys():
            return ServiceDescription(_only(in_address, "format"))
        return _query(in_address, in_address, None)
    media_type, charset = _media_type(content_type)
    if charset not in _UTF8:
        raise ProtocolError(415, f"The charset {charset} is not read here.", "Send UTF-8.")
    if media_type == FORM:
        in_body = _parameters(body)
        if twice := sorted(in_body.keys() & in_address.keys()):
            raise ProtocolError(
                400,
                f"The parameter {twice[0]} stands both in the address and in the body.",
                "Send each parameter once.",
            )
        if "query" in in_address:
            raise ProtocolError(
                400, "The query stands in the address of a form.", "Put it in the form's body."
            )
        return _query(in_body, in_address | in_body, None)
    if media_type == QUERY:
        if "query" in in_address:
            raise ProtocolError(
                400,
                "The query stands both in the address and in the body.",
                "Send it once, in the body.",
            )
        return _query(in_address, in_address, _text(body))
    if media_type == UPDATE:
        raise _read_only()
    raise ProtocolError(
        415,
        f"A body of type {media_type or 'unknown'} is not read here.",
        f"Send the query as {QUERY}, or as the parameter query of {FORM}.",
    )


def _query(
    source: dict[str, list[str]], everything: dict[str, list[str]], direct: str | None
) -> SparqlRequest:
    if "update" in everything:
        raise _read_only()
    text = direct if direct is not None else _only(source, "query")
    if text is None:
        raise ProtocolError(400, "The parameter query is missing.", "Send a SPARQL query in it.")
    if not text.strip():
        raise ProtocolError(400, "The query is empty.", "Send a SPARQL query.")
    return SparqlRequest(
        query=text,
        default_graphs=_graphs(everything, "default-graph-uri"),
        named_graphs=_graphs(everything, "named-graph-uri"),
        format=_only(everything, "format"),
    )


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


def _read_only() -> ProtocolError:
    return ProtocolError(
        403,
        "This endpoint is read-only: it runs no update.",
        "Ask with SELECT, ASK, CONSTRUCT or DESCRIBE.",
    )
