"""No way out: nothing that is asked makes the service connect elsewhere or read a file."""

import json
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pyoxigraph as ox
import pytest

from ingest.settings import Settings
from tests.api.hearing import Elsewhere, Listener, elsewhere, listening
from tests.serving import serving

TOKEN = "the token of updates"  # noqa: S105
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SECRET = "what-nobody-may-read"  # noqa: S105
TRIPLES = f'<a:{SECRET}> <a:p> "{SECRET}" .'
TRIPLE = "?s ?p ?o"
SELECT = "SELECT ?s"
EMPTY = "s\r\n"

# Addresses of this machine or its neighbours, as they are written to slip through a filter.
# PORT is that of the listener, FILE a file with a secret.
ADDRESSES = {
    "file": "file://FILE",
    "file with a host": "file://localhostFILE",
    "file without slashes": "file:FILE",
    "loopback": "http://127.0.0.1:PORT/",
    "loopback, another": "http://127.8.8.8:PORT/",
    "short loopback": "http://127.1:PORT/",
    "name": "http://localhost:PORT/",
    "name in capitals": "HTTP://LOCALHOST:PORT/",
    "name with a dot": "http://localhost.:PORT/",
    "another name of this machine": "http://HOST:PORT/",
    "IPv6 loopback": "http://[::1]:PORT/",
    "IPv4 mapped to IPv6": "http://[::ffff:127.0.0.1]:PORT/",
    "IPv4 mapped, in hexadecimal": "http://[::ffff:7f00:1]:PORT/",
    "unspecified": "http://0.0.0.0:PORT/",
    "IPv6 unspecified": "http://[::]:PORT/",
    "decimal": "http://2130706433:PORT/",
    "hexadecimal": "http://0x7f000001:PORT/",
    "octal": "http://0177.0.0.1:PORT/",
    "private 10": "http://10.0.0.1:PORT/",
    "private 172": "http://172.16.0.1:PORT/",
    "private 192": "http://192.168.0.1:PORT/",
    "link-local, metadata of clouds": "http://169.254.169.254:PORT/latest/meta-data/",
    "IPv6 link-local": "http://[fe80::1]:PORT/",
    "user before the host": "http://w3id.org@127.0.0.1:PORT/",
    "user and password": "http://w3id.org:443@127.0.0.1:PORT/",
    "fragment before the host": "http://127.0.0.1:PORT#@w3id.org/",
    "digits of another script": "http://①②⑦.⓪.⓪.①:PORT/",
    "dots of another script": "http://127。0。0。1:PORT/",
    "percent-encoded": "http://%31%32%37.0.0.1:PORT/",
    "our own name": "https://w3id.org.127.0.0.1.nip.io:PORT/empilement/",
    "TLS": "https://127.0.0.1:PORT/",
    "ftp": "ftp://127.0.0.1:PORT/a",
    "gopher": "gopher://127.0.0.1:PORT/_GET",
    "jar": "jar:http://127.0.0.1:PORT/a!/b",
    "data": f"data:text/turtle;base64,{b64encode(TRIPLES.encode()).decode()}",
}

Request = tuple[str, dict[str, object], int]
"""The method, what httpx takes, the status due."""


def asked(query: str, status: int, **beside: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in beside.items()}
    return "GET", {"params": {"query": query, "format": "csv"} | named}, status


def changed(update: str, status: int, *, trusted: bool = True, **beside: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in beside.items()}
    headers = BEARER if trusted else {}
    return "POST", {"data": {"update": update} | named, "headers": headers}, status


COPY = f"INSERT {{ <x:stolen> <x:is> ?o }} WHERE {{ {TRIPLE} }}"
WAYS: dict[str, Callable[[str], Request]] = {
    "SERVICE": lambda iri: asked(f"SELECT ?s {{ SERVICE <{iri}> {{ {TRIPLE} }} }}", 403),
    "SERVICE SILENT": lambda iri: asked(f"SELECT ?s {{ service silent<{iri}>{{{TRIPLE}}} }}", 403),
    "SERVICE of a variable": lambda iri: asked(
        f"SELECT ?s {{ VALUES ?g {{ <{iri}> }} SERVICE ?g {{ {TRIPLE} }} }}", 403
    ),
    "SERVICE of a prefix": lambda iri: asked(
        f"PREFIX g: <{iri}> SELECT ?s {{ SERVICE g: {{ {TRIPLE} }} }}", 403
    ),
    "SERVICE of a base": lambda iri: asked(
        f"BASE <{iri}> SELECT ?s {{ SERVICE <> {{ {TRIPLE} }} }}", 403
    ),
    "FROM": lambda iri: asked(f"{SELECT} FROM <{iri}> {{ {TRIPLE} }}", 200),
    "FROM NAMED": lambda iri: asked(
        f"{SELECT} FROM NAMED <{iri}> {{ GRAPH ?g {{ {TRIPLE} }} }}", 200
    ),
    "GRAPH": lambda iri: asked(f"SELECT ?s {{ GRAPH <{iri}> {{ {TRIPLE} }} }}", 200),
    "default-graph-uri": lambda iri: asked(f"SELECT ?s {{ {TRIPLE} }}", 200, default_graph_uri=iri),
    "named-graph-uri": lambda iri: asked(
        f"SELECT ?s {{ GRAPH ?g {{ {TRIPLE} }} }}", 200, named_graph_uri=iri
    ),
    "using-graph-uri": lambda iri: changed(COPY, 204, using_graph_uri=iri),
    "using-named-graph-uri": lambda iri: changed(
        COPY.replace(TRIPLE, f"GRAPH ?g {{ {TRIPLE} }}"), 204, using_named_graph_uri=iri
    ),
    "USING": lambda iri: changed(COPY.replace("WHERE", f"USING <{iri}> WHERE"), 204),
    "SERVICE in an update": lambda iri: changed(
        COPY.replace(TRIPLE, f"SERVICE <{iri}> {{ {TRIPLE} }}"), 403
    ),
    "LOAD": lambda iri: changed(f"LOAD <{iri}>", 403),
    "LOAD SILENT": lambda iri: changed(f"LOAD SILENT <{iri}>", 403),
    "LOAD INTO GRAPH": lambda iri: changed(f"load<{iri}>INTO GRAPH <x:into>", 403),
    "LOAD after another": lambda iri: changed(
        f"INSERT DATA {{ <x:a> <x:b> <x:c> }} ; LOAD <{iri}>", 403
    ),
    "LOAD without the token": lambda iri: changed(f"LOAD <{iri}>", 401, trusted=False),
    "LOAD as a query": lambda iri: asked(f"LOAD <{iri}>", 400),
}


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture(scope="module")
def addresses(listener: Listener, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The addresses, with the port of the listener and the path of a readable file."""
    secret = tmp_path_factory.mktemp("secret") / "secret.ttl"
    secret.write_text(TRIPLES, encoding="utf-8")
    parts = {"PORT": str(listener.port), "FILE": str(secret), "//HOST:": f"//{_name()}:"}

    def filled(text: str) -> str:
        for mark, part in parts.items():
            text = text.replace(mark, part)
        return text

    return {name: filled(text) for name, text in ADDRESSES.items()}


@pytest.fixture(scope="module")
def http(town: Settings) -> Iterator[httpx.Client]:
    """A client of the real service, where who has the token may update."""
    with (
        serving(town.data, update_token=TOKEN, log_level="ERROR") as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def unaltered(http: httpx.Client, target: str) -> httpx.Request:
    """Make a request whose target is sent as it is, dots and all."""
    request = http.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=target.encode())
    return request


def _name() -> str:
    """Give a name by which this machine knows itself, other than localhost if it has one."""
    name = socket.gethostname()
    try:
        socket.getaddrinfo(name, None)
    except OSError:
        return "localhost"
    return name


def test_what_is_closed_here_is_open_without_the_guard(
    listener: Listener, addresses: dict[str, str]
) -> None:
    before = listener.count()
    query = f"SELECT * {{ SERVICE <{addresses['loopback']}> {{ {TRIPLE} }} }}"
    with pytest.raises(OSError):
        list(ox.Store().query(query))  # type: ignore[arg-type]
    assert listener.count() == before + 1


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_fetched_from_any_address(
    http: httpx.Client, listener: Listener, addresses: dict[str, str], way: str
) -> None:
    before = listener.count()
    for name, iri in addresses.items():
        method, request, status = WAYS[way](iri)
        answer = http.request(method, "/sparql", **request)  # type: ignore[arg-type]
        assert answer.status_code == status, (name, answer.text)
        assert SECRET not in answer.text, name
        if status == 200:
            assert answer.text == EMPTY, name
    assert listener.count() == before
    found = http.get("/sparql", params={"query": f'ASK {{ ?s ?p ?o FILTER(?o = "{SECRET}") }}'})
    stolen = http.get("/sparql", params={"query": "ASK { <x:stolen> ?p ?o }"})
    assert not found.json()["boolean"] and not stolen.json()["boolean"]


PATHS = (
    *("/{}", "//{}", "/id/{}", "/id/commune/{}", "/doc/{}", "/def/{}", "/ont/{}", "/voc/{}"),
    *("/dataset/{}", "/dataset.{}", "/graph/{}", "/dump/{}", "/query/{}", "/static/{}"),
    *("/search?q={}", "/search?q=anct&lang={}", "/doc/commune/37261?former={}"),
    *("/id/commune/37900?lang={}", "/sparql?edit={}"),
)


@pytest.mark.parametrize("path", PATHS)
def test_no_redirect_leads_elsewhere_and_none_is_followed(
    http: httpx.Client, listener: Listener, addresses: dict[str, str], path: str
) -> None:
    before = listener.count()
    for iri in addresses.values():
        for written in (quote(iri, safe=""), quote(iri, safe=":/@[]%")):
            target = path.format(written)
            answer = http.send(unaltered(http, target))
            assert answer.status_code < 500, target
            assert SECRET not in answer.text, target
            location = urlsplit(answer.headers.get("location", ""))
            assert not location.scheme and not location.netloc, target
    assert listener.count() == before


@pytest.fixture(scope="module")
def server() -> Iterator[Elsewhere]:
    with elsewhere() as found:
        yield found


@pytest.fixture(scope="module")
def federated(town: Settings, server: Elsewhere) -> Iterator[httpx.Client]:
    """A client of a service that may call two endpoints, one of which leads elsewhere."""
    allowed = json.dumps([f"{server.root}/sparql", f"{server.root}/away"])
    with (
        serving(
            town.data, service_allowed=allowed, update_token=TOKEN, log_level="ERROR"
        ) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def test_an_allowed_endpoint_is_asked_and_answers(
    federated: httpx.Client, server: Elsewhere
) -> None:
    server.asked.clear()
    query = f"SELECT ?there {{ SERVICE <{server.root}/sparql> {{ ?s ?p ?there }} }}"
    answer = federated.get("/sparql", params={"query": query, "format": "csv"})
    assert answer.status_code == 200, answer.text
    assert answer.text.split() == ["there", "reached"]
    assert server.asked == ["/sparql"]


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE <ROOT/> {}",
        "SERVICE <ROOT/sparql/> {}",
        "SERVICE <ROOT/sparql?a=b> {}",
        "SERVICE <ROOT/sparql#a> {}",
        "SERVICE <ROOT/sparql/../other> {}",
        "SERVICE <ROOT/other/../sparql> {}",
        "SERVICE <ROOT/%73parql> {}",
        r"SERVICE <ROOT/\u0073parql> {}",
        "SERVICE <http://127.0.0.1:1/sparql> {}",
        "SERVICE <http://localhost:PORT/sparql> {}",
        "SERVICE <http://user@127.0.0.1:PORT/sparql> {}",
        "SERVICE <HTTP://127.0.0.1:PORT/sparql> {}",
        "SERVICE <//127.0.0.1:PORT/sparql> {}",
        "VALUES ?g { <ROOT/sparql> } SERVICE ?g {}",
        "SERVICE <ROOT/sparql> { SERVICE <ROOT/other> {} }",
        "SERVICE <ROOT/sparql> {} SERVICE SILENT <ROOT/other> {}",
        "SERVICE # <ROOT/sparql> {\n <ROOT/other> {}",
        "SERVICE SILENT <ROOT/other> { FILTER('<ROOT/sparql>' = '') }",
    ],
)
def test_nothing_but_what_is_allowed_to_the_letter_is_asked(
    federated: httpx.Client, server: Elsewhere, clause: str
) -> None:
    server.asked.clear()
    clause = clause.replace("ROOT", server.root).replace("PORT", str(server.server_port))
    answer = federated.get("/sparql", params={"query": f"SELECT * {{ {clause} }}"})
    assert answer.status_code == 403, answer.text
    assert server.asked == []


@pytest.mark.parametrize("silent", ["", "SILENT"])
def test_a_redirect_of_an_allowed_endpoint_is_not_followed(
    federated: httpx.Client, server: Elsewhere, silent: str
) -> None:
    server.asked.clear()
    query = f"SELECT ?there {{ SERVICE {silent} <{server.root}/away> {{ ?s ?p ?there }} }}"
    answer = federated.get("/sparql", params={"query": query, "format": "csv"})
    if silent:
        assert (answer.status_code, answer.text) == (200, "there\r\n\r\n")
    else:
        assert answer.status_code == 502
        assert "/inside" not in answer.text
    assert server.asked == ["/away"]


def test_an_update_may_call_no_endpoint_at_all(federated: httpx.Client, server: Elsewhere) -> None:
    server.asked.clear()
    update = COPY.replace(TRIPLE, f"SERVICE <{server.root}/sparql> {{ {TRIPLE} }}")
    answer = federated.post("/sparql", data={"update": update}, headers=BEARER)
    assert answer.status_code == 403
    assert server.asked == []


def test_what_others_put_does_not_open_the_way(http: httpx.Client, listener: Listener) -> None:
    """An address stored in the graph by who may update is no more reachable than one written."""
    iri = f"http://127.0.0.1:{listener.port}/"
    put = f"INSERT DATA {{ <x:here> owl:imports <{iri}> }}"
    before = listener.count()
    assert http.post("/sparql", data={"update": put}, headers=BEARER).status_code == 204
    asking = (
        f"SELECT ?s {{ ?x <http://www.w3.org/2002/07/owl#imports> ?g . GRAPH ?g {{ {TRIPLE} }} }}"
    )
    for query in (asking, f"DESCRIBE <{iri}>", "DESCRIBE <x:here>"):
        assert http.get("/sparql", params={"query": query}).status_code == 200
    assert listener.count() == before


def test_the_files_of_the_service_are_not_on_its_pages(http: httpx.Client) -> None:
    root = Path(__file__).parents[2]
    for path in ("pyproject.toml", "api/app.py", "api/templates/base.html"):
        text = (root / path).read_text(encoding="utf-8").splitlines()[0]
        for way in ("../" * 4, "..%2f" * 4, "%2e%2e/" * 4, "..\\" * 4, "....//" * 4):
            for folder in ("static", "dump", "doc", "ont", "query", "dataset"):
                target = f"/{folder}/{way}{path}"
                answer = http.send(unaltered(http, target))
                assert answer.status_code in {303, 400, 404}, target
                assert text not in answer.text
