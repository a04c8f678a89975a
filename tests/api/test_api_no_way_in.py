"""No way in: nothing that is sent, on any parameter of any route, becomes syntax or script."""

import re
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.addresses import local
from api.app import create_app
from ingest.settings import Settings
from queries.catalogue import ParameterType, load_catalogue
from tests.serving import serving

from .harm import BOUNDED, CORPUS, FEW, MARK, as_written, encoded, harmless, read
from .hearing import listening

SECONDS = 2.0
UPDATE_TOKEN = f"{MARK}-of-updates"
TRUSTED_TOKEN = f"{MARK}-of-the-trusted"
BROWSER = {"Accept": "text/html"}
DESCRIBED: dict[str, Any] = create_app(Settings(data=Path("nowhere"))).openapi()["paths"]
ROUTES = [path for path in DESCRIBED if not path.startswith("/query/")]
# Not in the description: an unknown question, what browsers ask for, what nothing answers.
ROUTES += ["/query/{slug}", "/favicon.ico", "/{nowhere}"]
HEADERS = ("Accept", "Accept-Language", "If-None-Match", "Authorization", "Cookie", "Origin")
HEADERS += ("Content-Type", "X-Forwarded-Host", "X-Forwarded-Proto", "Range", "Referer")
# What reads headers, each in its own way.
ANSWERING = ("/sparql?query=ASK%7B%7D", "/doc/commune/37261", "/dataset", "/query/stack")


@pytest.fixture(scope="module")
def http(town: Settings) -> Iterator[httpx.Client]:
    """A client of the real service, with tokens set that nobody here sends."""
    with (
        serving(
            town.data,
            query_seconds=str(SECONDS),
            workers="2",
            log_level="ERROR",
            update_token=UPDATE_TOKEN,
            trusted_token=TRUSTED_TOKEN,
        ) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


def filled(route: str) -> str:
    """Put things that exist into the parts of a path."""
    known = {"kind": "commune", "slug": "stack", "suffix": "ttl", "scheme": "status"}
    return re.sub(r"\{(\w+)\}", lambda part: known.get(part[1], "37261"), route)


def names(path: str, method: str = "get") -> list[str]:
    """Give the parameters that a path reads after its question mark."""
    item = DESCRIBED.get(path, {})
    given = [*item.get("parameters", ()), *item.get(method, {}).get("parameters", ())]
    own = [each["name"] for each in given if each.get("in") == "query"]
    return [*own, "lang", "unknown"]


def test_the_reader_of_pages_sees_what_runs() -> None:
    assert read("<script>a</script>").run == ["script"]
    assert read("<img src=x onerror=a>").run == ["img onerror=a"]
    assert read("<a href=' Java\tScript:a'>").run
    assert read("<p>&lt;script&gt;</p>").run == []


@pytest.mark.parametrize("name", CORPUS)
def test_in_every_part_of_every_path(http: httpx.Client, name: str) -> None:
    value = CORPUS[name]
    for route in ROUTES:
        for part in re.findall(r"\{\w+\}", route):
            for written, headers in {encoded(value): {}, as_written(value): BROWSER}.items():
                path = filled(route.replace(part, written))
                harmless(http.get(path, headers=headers), value, path)


@pytest.mark.parametrize("name", CORPUS)
def test_in_every_parameter_of_every_route(http: httpx.Client, name: str) -> None:
    value = CORPUS[name]
    for route in ROUTES:
        for each in names(route):
            address = f"{filled(route)}?{each}={encoded(value)}"
            harmless(http.get(address, headers=BROWSER), value, address)


@pytest.mark.parametrize("name", CORPUS)
def test_in_every_parameter_beside_a_query_or_an_update(http: httpx.Client, name: str) -> None:
    value = CORPUS[name]
    for each in {*names("/sparql"), *names("/sparql", "post")} - {"query"}:
        written = f"{each}={encoded(value)}"
        address = f"/sparql?query=ASK%7B%7D&{written}"
        harmless(http.get(address, headers=BROWSER), value, address)
        for operation in ("query=ASK%7B%7D", "update=CLEAR+ALL"):
            typed = {"Content-Type": "application/x-www-form-urlencoded"} | BROWSER
            answer = http.post("/sparql", content=f"{operation}&{written}", headers=typed)
            harmless(answer, value, (operation, written))
            if operation.startswith("update"):
                assert answer.status_code in {400, 401}, written


@pytest.mark.parametrize("name", CORPUS)
def test_in_every_header(http: httpx.Client, name: str) -> None:
    # No client sends control characters there; test_api_garbage.py does, on a bare socket.
    value = re.sub(rb"[\x00-\x1f]", b" ", CORPUS[name]).strip()
    for header, path in zip(HEADERS, cycle(ANSWERING), strict=False):
        answer = http.get(path, headers=[(header.lower().encode(), value)])
        harmless(answer, value, (path, header))


def ask(http: httpx.Client, slug: str, values: dict[str, bytes]) -> httpx.Response:
    written = "&".join(f"{each}={encoded(value)}" for each, value in values.items())
    return http.get(f"/query/{slug}?{written}", headers={"Accept": "application/json"})


@pytest.mark.parametrize("slug", load_catalogue())
def test_in_every_parameter_of_every_question(http: httpx.Client, slug: str) -> None:
    """What is no value of the type is refused; a text is looked for, and asks nothing else."""
    for parameter in load_catalogue()[slug].parameters:
        for name in FEW:
            said = (slug, parameter.name, name)
            answer = ask(http, slug, {parameter.name: CORPUS[name]})
            harmless(answer, CORPUS[name], said)
            free = parameter.type is ParameterType.STRING and not parameter.choices
            if not free:
                assert answer.status_code in {400, 404}, said
            elif answer.status_code == 200:
                # What the graph does not know is told of what was asked for, and of nothing else.
                for row in answer.json()["results"]["bindings"]:
                    asked = CORPUS[name].strip().decode(errors="replace")
                    assert asked in {each["value"] for each in row.values()}, said
        value = CORPUS["attribute"]
        page = http.get(f"/query/{slug}?{parameter.name}={encoded(value)}", headers=BROWSER)
        harmless(page, value, (slug, parameter.name))


@pytest.mark.parametrize("name", CORPUS)
def test_no_value_of_a_question_is_read_as_its_text(http: httpx.Client, name: str) -> None:
    sound = ask(http, "stack", {"territory": b"37261", "date": b"2024-07-01"})
    assert sound.json()["results"]["bindings"], "there is something to be tampered with"
    if not CORPUS[name].strip():
        return
    for values in ({"territory": CORPUS[name]}, {"territory": b"37261", "date": CORPUS[name]}):
        assert ask(http, "stack", values).status_code in {400, 404}, values


@pytest.mark.parametrize("name", CORPUS)
def test_in_a_query_as_in_a_form(http: httpx.Client, name: str) -> None:
    value = CORPUS[name]
    for media in ("application/sparql-query", "application/x-www-form-urlencoded"):
        body = value if media.endswith("query") else f"query={encoded(value)}".encode()
        answer = http.post("/sparql", content=body, headers={"Content-Type": media} | BROWSER)
        harmless(answer, value, (name, media))
        assert answer.status_code in {400, 403}, (name, media)


def test_no_injection_reaches_another_host_nor_the_data(http: httpx.Client) -> None:
    with listening() as listener:
        away = f"37261> }} SERVICE <http://127.0.0.1:{listener.port}/> {{ ?s ?p ?o }} #".encode()
        for value in (away, CORPUS["an update"]):
            for path in ("/search?q=", "/query/stack?territory=", "/doc/commune/", "/sparql?edit="):
                harmless(http.get(f"{path}{encoded(value)}", headers=BROWSER), value, path)
        assert listener.count() == 0
    assert truth(http, "ASK { { <a:a> ?p ?o } UNION { GRAPH ?g { <a:a> ?p ?o } } }") is False
    assert truth(http, "ASK { ?s ?p ?o }") is True


def truth(http: httpx.Client, query: str) -> bool:
    found = http.get("/sparql", params={"query": query, "format": "json"}).json()["boolean"]
    assert isinstance(found, bool)
    return found


@pytest.mark.parametrize(
    ("iri", "leads"),
    [
        ("javascript:xyzzy()", False),
        ("JAVASCRIPT:xyzzy()", False),
        ("data:text/html,xyzzy", False),
        ("vbscript:xyzzy", False),
        ("file:///etc/passwd", False),
        ("urn:x:y", False),
        ("blob:http://example.org/a", False),
        ("http://example.org/a", True),
        ("https://example.org/a", True),
        ("mailto:a@example.org", True),
    ],
)
def test_only_what_can_be_followed_is_a_link(http: httpx.Client, iri: str, leads: bool) -> None:
    assert local(iri) == (iri if leads else "")
    query = f"SELECT ?a {{ BIND(<{iri}> AS ?a) }}"
    for asked in (query, f"CONSTRUCT {{ <{iri}> <{iri}> <{iri}> }} {{}}"):
        answer = http.get("/sparql", params={"query": asked}, headers=BROWSER)
        assert answer.status_code == 200
        harmless(answer, b"", iri)
    page = read(http.get("/sparql", params={"query": query}, headers=BROWSER).text)
    assert (iri in page.links) is leads


def test_what_the_graph_holds_is_no_script_either(http: httpx.Client) -> None:
    query = """SELECT ?b ?c {
      BIND("<script>xyzzy()</script>" AS ?b) BIND("<img src=x onerror=xyzzy()>"^^rdf:HTML AS ?c)
    }"""
    answer = http.get("/sparql", params={"query": query}, headers=BROWSER)
    assert answer.status_code == 200 and MARK in answer.text
    harmless(answer, b"<script>xyzzy()</script>", query)


DEPTH = 20_000
BURDENS = {
    "parentheses": f"ASK {{ FILTER({'(' * DEPTH}1{')' * DEPTH}) }}",
    "groups": f"ASK {'{' * DEPTH}{'}' * DEPTH}",
    "nots": f"ASK {{ FILTER({'!' * DEPTH}true) }}",
    "paths": f"ASK {{ ?s {'(' * DEPTH}<a:b>{')' * DEPTH} ?o }}",
    "lists": f"ASK {{ ?s ?p {'(' * DEPTH}{')' * DEPTH} }}",
    "calls": f"ASK {{ FILTER({'STR(' * DEPTH}1{')' * DEPTH} = '') }}",
    "unions": f"ASK {{ {'{} UNION ' * DEPTH} {{}} }}",
    "services never closed": "ASK {} " + "service<" * DEPTH,
    "services in comments": "ASK {} " + "FILTER(1<2)SERVICE#>" * DEPTH,
    "expression, nested": f"ASK {{ FILTER(REGEX('{'a' * 5000}!', '(a+)+$')) }}",
    "expression, counted": f"ASK {{ FILTER(REGEX('{'a' * 5000}', '((a{{0,100}}){{0,100}})b')) }}",
    "expression, deep": f"ASK {{ FILTER(REGEX('a', '{'(' * DEPTH}a{')' * DEPTH}')) }}",
    "growth": "SELECT (STRLEN(REPLACE(REPLACE(REPLACE("
    f"'{'a' * 1000}', 'a', '{'b' * 1000}'), 'b', '{'c' * 1000}'), 'c', 'dddd')) AS ?n) {{}}",
}


@pytest.mark.parametrize("name", BURDENS)
def test_no_query_is_too_deep_or_too_long_for_the_limits(http: httpx.Client, name: str) -> None:
    began = time.monotonic()
    headers = {"Content-Type": "application/sparql-query"}
    answer = http.post("/sparql", content=BURDENS[name].encode(), headers=headers)
    assert answer.status_code in {200, 400} | (BOUNDED - {503})
    # Five seconds more than the limit: the machine may be busy, and a hang lasts for ever.
    assert time.monotonic() - began < SECONDS + 5
    assert truth(http, "ASK {}") is True


UPDATE = "INSERT DATA { <a:a> <a:b> <a:c> }"
WRONG = (
    *(None, "", "Bearer", "Bearer wrong", f"Bearer {UPDATE_TOKEN}x"),
    *(f"Bearer {UPDATE_TOKEN[:-1]}", f"Bearer {UPDATE_TOKEN.upper()}"),
    *(f"Bearer {UPDATE_TOKEN} {UPDATE_TOKEN}", f"Bearer {UPDATE_TOKEN},Bearer x"),
    *(f"Bearer {TRUSTED_TOKEN}", f"Basic {UPDATE_TOKEN}", f"Token {UPDATE_TOKEN}", UPDATE_TOKEN),
)


def forms(http: httpx.Client, headers: dict[str, str], text: str, query: str = "") -> Iterator[int]:
    """Send an update in every form there is, and give the statuses."""
    direct = headers | {"Content-Type": "application/sparql-update"}
    for using in ("", "using-graph-uri=a:g", "using-named-graph-uri=a:g"):
        address = f"/sparql?{'&'.join(filter(None, (query, using)))}"
        yield http.post(address, data={"update": text}, headers=headers).status_code
        yield http.post(address, content=text, headers=direct).status_code


@pytest.mark.parametrize("authorization", WRONG)
def test_a_missing_or_wrong_token_updates_nothing(
    http: httpx.Client, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    assert set(forms(http, headers, UPDATE)) == {401}
    assert truth(http, "ASK { <a:a> ?p ?o }") is False


def test_the_right_token_passes(http: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {UPDATE_TOKEN}"}
    assert set(forms(http, headers, "no update at all")) == {400}


@pytest.mark.parametrize("name", ["access_token", "token", "update_token", "Authorization"])
def test_a_token_anywhere_else_is_not_taken(http: httpx.Client, name: str) -> None:
    assert set(forms(http, {}, UPDATE, f"{name}={UPDATE_TOKEN}")) == {401}
    assert set(forms(http, {"Cookie": f"{name}={UPDATE_TOKEN}"}, UPDATE)) == {401}
    sent = http.post("/sparql", data={"update": UPDATE, name: UPDATE_TOKEN})
    assert sent.status_code == 401


def test_an_update_by_another_way_is_refused(http: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {UPDATE_TOKEN}"}
    assert http.get("/sparql", params={"update": UPDATE}, headers=headers).status_code == 400
    assert http.get("/sparql", params={"query": UPDATE}, headers=headers).status_code == 400
    assert http.post("/sparql", data={"query": UPDATE}, headers=headers).status_code == 400
    assert truth(http, "ASK { <a:a> ?p ?o }") is False


@pytest.mark.parametrize("route", ROUTES)
def test_no_route_takes_another_method(http: httpx.Client, route: str) -> None:
    for method in ("PUT", "DELETE", "PATCH", *(() if route == "/sparql" else ("POST",))):
        answer = http.request(method, filled(route))
        if route == "/{nowhere}":
            assert answer.status_code == 404
        else:
            assert answer.status_code == 405, (method, route)
            assert "GET" in answer.headers["allow"]
            assert method not in answer.headers["allow"]


@pytest.mark.parametrize("route", ROUTES)
def test_no_answer_holds_a_token_or_a_path_of_the_machine(
    http: httpx.Client, town: Settings, route: str
) -> None:
    for headers in (BROWSER, {"Accept": "*/*"}, {"Authorization": "Bearer wrong"}):
        text = http.get(filled(route), headers=headers).text
        for secret in (MARK, str(town.data), "Traceback"):
            assert secret not in text
