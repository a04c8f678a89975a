"""The client of endpoints elsewhere, against a server with every fault."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs

import pytest
from pyoxigraph import Literal, NamedNode

from ingest.errors import EXIT_SOURCE
from ingest.links.client import Limits, LinksError, ask, fill, seconds_after
from tests.elsewhere import Reply, breaks_off, faulty, never_ends, says

QUERY = "SELECT ?code ?item { VALUES ?code { } ?item ?p ?code }"
QUICK = Limits(seconds=2, attempts=3, pause=0.01, longest_pause=3, answer_bytes=100_000)
BODY = b'{"head":{"vars":["code"]},"results":{"bindings":[]}}'


@dataclass
class Server:
    address: str = ""
    replies: list[Reply] = field(default_factory=list)
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with ExitStack() as stack:
        made.address = stack.enter_context(faulty(made.replies, made.seen))
        yield made


def test_what_is_sent(server: Server) -> None:
    """POST, JSON results wanted, and a name that lets the endpoint's keepers find us."""
    server.replies += [says(200, BODY)]
    assert ask(server.address, QUERY, QUICK) == BODY
    ((headers, body),) = server.seen
    assert parse_qs(body.decode()) == {"query": [QUERY]}
    assert headers["accept"].startswith("application/sparql-results+json")
    assert headers["user-agent"].startswith("empilement/")
    assert "https://w3id.org/empilement/" in headers["user-agent"]


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_asked_again_and_no_further_than_allowed(
    server: Server, code: int
) -> None:
    server.replies += [says(code), says(code), says(200, BODY)]
    assert ask(server.address, QUERY, QUICK) == BODY
    assert len(server.seen) == 3
    server.seen.clear()
    server.replies[:] = [says(code)]
    with pytest.raises(LinksError, match=f"{code}.*\n?.*at 3 attempts") as caught:
        ask(server.address, QUERY, QUICK)
    assert len(server.seen) == 3
    assert caught.value.exit_code == EXIT_SOURCE


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 414])
def test_a_refusal_is_not_asked_again(server: Server, code: int) -> None:
    server.replies += [says(code, b"because")]
    with pytest.raises(LinksError, match="refused"):
        ask(server.address, QUERY, QUICK)
    assert len(server.seen) == 1


def test_retry_after_is_honoured(server: Server) -> None:
    server.replies += [says(429, Retry_After="1"), says(200, BODY)]
    started = time.monotonic()
    assert ask(server.address, QUERY, QUICK) == BODY
    assert 1 <= time.monotonic() - started < 2.5


def test_whoever_asks_for_too_long_a_wait_is_left_alone(server: Server) -> None:
    server.replies += [says(429, Retry_After="3600")]
    with pytest.raises(LinksError, match="wait 3600 seconds"):
        ask(server.address, QUERY, QUICK)
    assert len(server.seen) == 1


def test_retry_after_may_be_a_date() -> None:
    """RFC 9110, section 10.2.3: a number of seconds or an HTTP date."""
    later = datetime.now(UTC) + timedelta(seconds=90)
    assert 85 < seconds_after(format_datetime(later, usegmt=True)) <= 90
    assert seconds_after(format_datetime(later - timedelta(days=1), usegmt=True)) == 0
    assert seconds_after("7") == 7
    for nothing in ("", "soon", "-5", "1e9", "²"):
        assert seconds_after(nothing) == 0


def test_a_server_out_of_time_is_asked_again_then_told(server: Server) -> None:
    server.replies += [says(200, BODY, delay=1.5), says(200, BODY)]
    hasty = replace(QUICK, seconds=1)
    assert ask(server.address, QUERY, hasty) == BODY
    server.replies[:] = [says(200, BODY, delay=1.5)]
    server.seen.clear()
    with pytest.raises(LinksError, match="timed out"):
        ask(server.address, QUERY, replace(hasty, attempts=2))
    assert len(server.seen) == 2


def test_an_answer_without_end_meets_the_limit_of_size(server: Server) -> None:
    server.replies += [never_ends(b" " * 10_000)]
    with pytest.raises(LinksError, match="100000 bytes"):
        ask(server.address, QUERY, QUICK)
    assert len(server.seen) == 1


def test_an_answer_that_trickles_meets_the_limit_of_time(server: Server) -> None:
    """Each byte comes in time; the whole does not."""
    server.replies += [never_ends(b" ", pause=0.05)]
    started = time.monotonic()
    with pytest.raises(LinksError, match="within 1 seconds"):
        ask(server.address, QUERY, replace(QUICK, seconds=1, attempts=2))
    assert time.monotonic() - started < 4


def test_an_answer_cut_short_is_asked_again(server: Server) -> None:
    server.replies += [breaks_off, says(200, BODY)]
    assert ask(server.address, QUERY, QUICK) == BODY


def test_nobody_there() -> None:
    with pytest.raises(LinksError, match="Connection failed"):
        ask("http://127.0.0.1:9/sparql", QUERY, QUICK)
    for address in ("file:///etc/hostname", "rdf.insee.fr/sparql"):
        with pytest.raises(LinksError, match="no endpoint"):
            ask(address, QUERY, QUICK)


def test_codes_cannot_leave_their_quotes() -> None:
    nasty = '" } ?s ?p ?o . VALUES ?x { "\\'
    filled = fill(QUERY, {"code": [Literal(nasty), Literal("01001")]})
    assert filled == QUERY.replace("{ } ", f'{{ {Literal(nasty)} "01001" }} ')
    assert r"\" } ?s ?p ?o . VALUES ?x { \"\\" in filled
    for query in ("SELECT * { ?s ?p ?o }", QUERY + QUERY):
        with pytest.raises(ValueError, match="exactly one empty VALUES"):
            fill(query, {"code": [NamedNode("x:a")]})
