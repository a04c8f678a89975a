"""No way out: whatever a request names, the running service opens no file and calls no host."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from ingest.settings import Settings
from tests.serving import serving

TOKEN = "a-token-of-the-tests"  # noqa: S105
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SECRET = "what-only-the-host-may-read"  # noqa: S105

# P stands for the port of a listener, F for the path of a file with a secret.
ADDRESSES = {
    "file": "file://F",
    "file of localhost": "file://localhostF",
    "file, other case": "FILE://F",
    "the machine's accounts": "file:///etc/passwd",
    "loopback": "http://127.0.0.1:P/",
    "loopback, another of it": "http://127.8.9.1:P/",
    "loopback, short": "http://127.1:P/",
    "loopback by https": "https://127.0.0.1:P/",
    "localhost": "http://localhost:P/",
    "a name that resolves to loopback": "http://127.0.0.1.nip.io:P/",
    "trailing dot": "http://localhost.:P/",
    "IPv6 loopback": "http://[::1]:P/",
    "IPv4 mapped in IPv6": "http://[::ffff:127.0.0.1]:P/",
    "IPv4 mapped, in hexadecimal": "http://[::ffff:7f00:1]:P/",
    "IPv6 unspecified": "http://[::]:P/",
    "decimal host": "http://2130706433:P/",
    "hexadecimal host": "http://0x7f000001:P/",
    "octal host": "http://0177.0.0.1:P/",
    "unspecified": "http://0.0.0.0:P/",
    "private 10": "http://10.0.0.1:P/",
    "private 172.16": "http://172.16.0.1:P/",
    "private 192.168": "http://192.168.0.1:P/",
    "link-local, cloud metadata": "http://169.254.169.254/latest/meta-data/",
    "IPv6 link-local": "http://[fe80::1]:P/",
    "userinfo": "http://w3id.org@127.0.0.1:P/",
    "userinfo with a password": "http://w3id.org:80@127.0.0.1:P/",
    "percent-encoded host": "http://%31%32%37.0.0.1:P/",
    "full-width digits": "http://１２７.0.0.1:P/",
    "ftp": "ftp://127.0.0.1:P/a",
    "gopher": "gopher://127.0.0.1:P/_GET",
    "jar": "jar:http://127.0.0.1:P/a.jar!/b",
    "data": f'data:text/turtle,<x:s>%20<x:p>%20"{SECRET}"'.translate(
        {ord("<"): "%3C", ord(">"): "%3E", ord('"'): "%22"}
    ),
    "ldap": "ldap://127.0.0.1:P/",
}
SERVICES = {
    "SERVICE": "SELECT * { SERVICE <IRI> { ?s ?p ?o } }",
    "SERVICE SILENT": "SELECT * { SERVICE SILENT <IRI> { ?s ?p ?o } }",
    "SERVICE ?var": "SELECT * { VALUES ?e { <IRI> } SERVICE ?e { ?s ?p ?o } }",
    "SERVICE prefixed": "PREFIX e: <IRI> SELECT * { SERVICE e: { ?s ?p ?o } }",
    "SERVICE nested": "SELECT * { ?a ?b ?c OPTIONAL { SERVICE <IRI> { ?s ?p ?o } } }",
}
GRAPHS = {
    "FROM": ("SELECT * FROM <IRI> { ?s ?p ?o }", None),
    "FROM NAMED": ("SELECT * FROM NAMED <IRI> { GRAPH ?g { ?s ?p ?o } }", None),
    "GRAPH": ("SELECT * { GRAPH <IRI> { ?s ?p ?o } }", None),
    "default-graph-uri": ("SELECT * { ?s ?p ?o }", "default-graph-uri"),
    "named-graph-uri": ("SELECT * { GRAPH ?g { ?s ?p ?o } }", "named-graph-uri"),
}
UPDATES = {
    "LOAD": "LOAD <IRI>",
    "LOAD SILENT": "LOAD SILENT <IRI>",
    "LOAD INTO GRAPH": "LOAD <IRI> INTO GRAPH <x:stolen>",
    "LOAD after another": "INSERT DATA { <x:s> <x:p> <x:o> } ; LOAD SILENT <IRI>",
    "LOAD prefixed": "PREFIX e: <IRI> LOAD e:",
    "SERVICE in an update": "INSERT { <x:stolen> ?p ?o } WHERE { SERVICE <IRI> { ?s ?p ?o } }",
    "SERVICE SILENT in an update": (
        "INSERT { <x:stolen> ?p ?o } WHERE { SERVICE SILENT <IRI> { ?s ?p ?o } }"
    ),
}


@dataclass
class Listener:
    """A port of every address of this machine that counts who connects to it."""

    port: int
    callers: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    both = socket.has_dualstack_ipv6()
    family, host = (socket.AF_INET6, "::") if both else (socket.AF_INET, "0.0.0.0")  # noqa: S104
    with socket.create_server((host, 0), family=family, dualstack_ipv6=both) as taken:
        found = Listener(taken.getsockname()[1])
        thread = threading.Thread(target=_listen, args=(taken, found), daemon=True)
        thread.start()
        # Proof that it counts; without it "nobody came" would say nothing.
        with socket.create_connection(("127.0.0.1", found.port), 5) as caller:
            assert caller.recv(1) == b""
        assert len(found.callers) == 1
        found.callers.clear()
        yield found


def _listen(taken: socket.socket, found: Listener) -> None:
    while True:
        try:
            caller, address = taken.accept()
        except OSError:
            return
        found.callers.append(str(address))
        caller.close()


@pytest.fixture(scope="module")
def service(town: Settings) -> Iterator[httpx.Client]:
    with (
        serving(town.data, update_token=TOKEN, workers="1", heavy_workers="0") as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("secret") / "secret.nt"
    found.write_text(f'<x:s> <x:p> "{SECRET}" .\n', encoding="utf-8")
    return found


@pytest.fixture(params=ADDRESSES, scope="module")
def address(request: pytest.FixtureRequest, listener: Listener, secret: Path) -> str:
    text = ADDRESSES[request.param]
    if text.lower().startswith("file:"):
        return f"{text[:-1]}{secret}" if text.endswith("F") else text
    return text.replace(":P/", f":{listener.port}/")


def nothing_leaks(answer: httpx.Response) -> None:
    assert SECRET not in answer.text
    assert "root:" not in answer.text


def test_service_is_refused_at_every_address(
    service: httpx.Client, listener: Listener, address: str
) -> None:
    for name, text in SERVICES.items():
        for headers in ({}, BEARER):
            query = text.replace("IRI", address)
            answer = service.post("/sparql", data={"query": query}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "query-refused"), name
            nothing_leaks(answer)
    assert listener.callers == []


def test_a_graph_of_an_address_is_empty_and_not_fetched(
    service: httpx.Client, listener: Listener, address: str
) -> None:
    for name, (text, parameter) in GRAPHS.items():
        asked = {"query": text.replace("IRI", address)}
        if parameter:
            asked[parameter] = address
        answer = service.get("/sparql", params=asked)
        assert answer.status_code == 200, (name, answer.text)
        assert answer.json()["results"]["bindings"] == [], name
        nothing_leaks(answer)
    assert listener.callers == []


def test_load_is_refused_even_to_the_holder_of_the_token(
    service: httpx.Client, listener: Listener, address: str
) -> None:
    for name, text in UPDATES.items():
        update = {"update": text.replace("IRI", address)}
        answer = service.post("/sparql", data=update)
        assert answer.status_code == 401, name
        answer = service.post("/sparql", data=update, headers=BEARER)
        assert (answer.status_code, answer.json()["code"]) == (403, "query-refused"), name
        nothing_leaks(answer)
        asked = service.get("/sparql", params={"query": update["update"]})
        assert asked.status_code in {400, 403}, "an update is no query"
    assert listener.callers == []


@pytest.mark.parametrize("parameter", ["using-graph-uri", "using-named-graph-uri"])
def test_using_an_address_reads_nothing(
    service: httpx.Client, listener: Listener, secret: Path, parameter: str
) -> None:
    pattern = "?s ?p ?o" if parameter == "using-graph-uri" else "GRAPH ?g { ?s ?p ?o }"
    update = f"INSERT {{ GRAPH <x:stolen> {{ ?s ?p ?o }} }} WHERE {{ {pattern} }}"
    for address in (f"file://{secret}", f"http://127.0.0.1:{listener.port}/"):
        answer = service.post(
            "/sparql", data={"update": update, parameter: address}, headers=BEARER
        )
        assert answer.status_code == 204, answer.text
    answer = service.get("/sparql", params={"query": "ASK { GRAPH <x:stolen> { ?s ?p ?o } }"})
    assert answer.json()["boolean"] is False
    assert listener.callers == []


def test_the_host_of_a_request_is_never_called(service: httpx.Client, listener: Listener) -> None:
    there = f"127.0.0.1:{listener.port}"
    forwarded = {"Host": there, "X-Forwarded-Host": there, "Forwarded": f"host={there}"}
    for path in ("/", "/sparql", "/dataset.ttl", "/doc/commune/37261", "/sources"):
        assert service.get(path, headers=forwarded, follow_redirects=True).status_code == 200
        absolute = service.get(f"{path}?url=http://{there}/&next=http://{there}/")
        assert there not in absolute.headers.get("location", "")
    assert listener.callers == []


class _Other(BaseHTTPRequestHandler):
    """An endpoint elsewhere: it answers at /sparql, and sends who asks /hop to /kept."""

    asked: list[str]

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._reply()

    def _reply(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/hop"):
            self.send_response(307)
            self.send_header("Location", "/kept")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        value = {"type": "literal", "value": "from elsewhere"}
        body = json.dumps(
            {"head": {"vars": ["o"]}, "results": {"bindings": [{"o": value}]}}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def elsewhere() -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []
    handler = type("Counting", (_Other,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_address[1], asked
        server.shutdown()
        thread.join()


def test_only_an_endpoint_of_the_list_is_called_and_nobody_is_followed(town: Settings) -> None:
    def federated(address: str, silent: str = "") -> httpx.Response:
        query = f"SELECT ?o {{ SERVICE {silent} <{address}> {{ ?s ?p ?o }} }}"
        return client.get("/sparql", params={"query": query})

    with elsewhere() as (port, asked):
        root = f"http://127.0.0.1:{port}"
        allowed = json.dumps([f"{root}/sparql", f"{root}/hop"])
        with (
            serving(town.data, service_allowed=allowed, workers="1", heavy_workers="0") as at,
            httpx.Client(base_url=at, timeout=30) as client,
        ):
            answer = federated(f"{root}/sparql")
            assert answer.status_code == 200, answer.text
            values = [row["o"]["value"] for row in answer.json()["results"]["bindings"]]
            assert values == ["from elsewhere"]
            assert [each.partition("?")[0] for each in asked] == ["/sparql"]
            asked.clear()
            for address in (
                f"{root}/",
                f"{root}/sparql/",
                f"{root}/sparql/../kept",
                f"{root}/sparql?a=b",
                f"{root}/sparql#a",
                f"{root}/SPARQL",
                f"http://w3id.org@127.0.0.1:{port}/sparql",
                f"http://localhost:{port}/sparql",
                f"http://127.0.0.1.:{port}/sparql",
                f"http://127.0.0.1:{port + 1}/sparql",
                f"https://127.0.0.1:{port}/sparql",
                "file:///etc/passwd",
            ):
                refused = federated(address)
                assert refused.status_code == 403, address
                assert federated(address, "SILENT").status_code == 403, address
            chosen = f"SELECT * {{ VALUES ?e {{ <{root}/sparql> }} SERVICE ?e {{ ?s ?p ?o }} }}"
            assert client.get("/sparql", params={"query": chosen}).status_code == 403
            assert asked == []
            assert federated(f"{root}/hop").status_code >= 500, "a redirect is no answer"
            assert "from elsewhere" not in federated(f"{root}/hop", "SILENT").text
            assert {each.partition("?")[0] for each in asked} == {"/hop"}
