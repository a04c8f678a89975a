"""Garbage on a bare socket: refused or hung up on, and the next request is answered."""

import random
import re
import socket
from collections.abc import Iterator

import httpx
import pytest

from api.heads import is_host
from ingest.settings import Settings
from tests.serving import serving

from .hearing import connect, heard, said

ASK = b"/sparql?query=ASK%7B%7D"
SOUND = b"GET %b HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n" % ASK
REFUSED = {400, 405, 408, 411, 413, 414, 415, 431}
KIB = 1 << 10
SEED = 37261
MUTATIONS = 150
PATIENCE = 0.1


@pytest.fixture(scope="module")
def address(town: Settings) -> Iterator[str]:
    with serving(town.data, workers="1", log_level="ERROR") as found:
        yield found


def status(answer: bytes) -> int | None:
    """Give the status of the first answer; None where the line was closed without one."""
    if not answer:
        return None
    match = re.match(rb"HTTP/1\.1 ([0-9]{3}) ", answer)
    assert match is not None, answer[:100]
    return int(match[1])


def told(address: str, sent: bytes, patience: float = 20) -> int | None:
    """Give the status that a request gets; the line is half closed only once it says nothing.

    A client that closes its side at once has gone as far as the service can tell, and what it
    asked for may be given up.
    """
    with connect(address, patience) as line:
        answer = b""
        try:
            line.sendall(sent)
            while b"\r\n" not in answer and (piece := line.recv(64 * KIB)):
                answer += piece
        except TimeoutError:
            line.settimeout(20)
            line.shutdown(socket.SHUT_WR)
            answer += heard(line)
        except OSError:
            # It hung up before the end: what it said is still there to be read.
            answer += heard(line)
    return status(answer)


def head(*lines: bytes, first: bytes = b"GET %b HTTP/1.1" % ASK) -> bytes:
    return b"\r\n".join((first, *lines, b"", b""))


def posted(*lines: bytes, body: bytes = b"") -> bytes:
    typed = b"Content-Type: application/sparql-query"
    return head(b"Host: here", typed, *lines, first=b"POST /sparql HTTP/1.1") + body


GARBAGE = {
    "nothing sent": b"",
    "nul": b"\0" * 100,
    "line feeds": b"\n" * 100,
    "noise": random.Random(SEED).randbytes(4 * KIB),  # noqa: S311
    "TLS": bytes.fromhex("16030100a5010000a10303") + b"\0" * 160,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "no method": b" / HTTP/1.1\r\nHost: here\r\n\r\n",
    "no such version": b"GET / HTTP/9.9\r\nHost: here\r\n\r\n",
    "no target": b"GET  HTTP/1.1\r\nHost: here\r\n\r\n",
    "nul in the target": b"GET /\0 HTTP/1.1\r\nHost: here\r\n\r\n",
    "no host": head(),
    "two hosts": head(b"Host: a", b"Host: b"),
    "no colon": head(b"Host: here", b"nothing"),
    "no name": head(b"Host: here", b": x"),
    "blank before the colon": head(b"Host : here"),
    "nul in a header": head(b"Host: here", b"Accept: a\0b"),
    "bare return": head(b"Host: here", b"Accept: a\rSet-Cookie: xyzzy=1"),
    "cut off": SOUND[:-3],
    "lengths that differ": posted(b"Content-Length: 6", b"Content-Length: 7", body=b"ASK {}"),
    "length and chunks": posted(
        b"Content-Length: 6",
        b"Transfer-Encoding: chunked",
        body=b"0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
    ),
    "negative length": posted(b"Content-Length: -1", body=b"ASK {}"),
    "length that is none": posted(b"Content-Length: 0x6", body=b"ASK {}"),
    "length beyond all": posted(b"Content-Length: " + b"9" * 40, body=b"ASK {}"),
    "chunk that is none": posted(b"Transfer-Encoding: chunked", body=b"zz\r\nASK {}\r\n0\r\n\r\n"),
    "chunk beyond all": posted(b"Transfer-Encoding: chunked", body=b"f" * 40 + b"\r\nASK {}"),
    "unknown encoding": posted(b"Transfer-Encoding: xyzzy", body=b"ASK {}"),
    "packed body": posted(b"Content-Encoding: gzip", b"Content-Length: 6", body=b"ASK {}"),
    "body cut off": posted(b"Content-Length: 600", body=b"ASK {}"),
    "body too large": posted(b"Content-Length: 1100000", body=b" " * 1_100_000),
    "bytes that are no escape": b"GET /search?q=\xff\xfe HTTP/1.1\r\nHost: here\r\n\r\n",
    "address too long": b"GET /?q=%b HTTP/1.1\r\nHost: here\r\n\r\n" % (b"a" * 40 * KIB),
    "address beyond all": b"GET /%b HTTP/1.1\r\nHost: here\r\n\r\n" % (b"a" * 100 * KIB),
    "header too long": head(b"Host: here", b"X: " + b"a" * 100 * KIB),
    "header name too long": head(b"Host: here", b"a" * 100 * KIB + b": x"),
    "too many headers": head(b"Host: here", *([b"X: aaaaaaaa"] * 20 * KIB)),
    "head without end": SOUND[:-2] + b"X: a\r\n" * 20 * KIB,
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_refused_and_the_next_request_answered(address: str, name: str) -> None:
    answer = said(address, GARBAGE[name])
    assert status(answer) in REFUSED | {None}
    assert b"set-cookie" not in answer.lower()
    assert told(address, SOUND) == 200


def test_a_second_request_is_not_smuggled_behind_a_first(address: str) -> None:
    answer = said(address, GARBAGE["length and chunks"])
    assert answer.count(b"HTTP/1.1 ") <= 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("no host", 400),
        ("two hosts", 400),
        ("bytes that are no escape", 400),
        ("packed body", 415),
        ("body too large", 413),
        ("address too long", 414),
        ("address beyond all", 431),
        ("header too long", 431),
        ("too many headers", 431),
        ("head without end", 431),
    ],
)
def test_a_limit_is_told_by_its_status(address: str, name: str, expected: int) -> None:
    assert told(address, GARBAGE[name]) == expected


def mutated(chance: random.Random) -> bytes:
    """Change a sound request in a few places: bytes replaced, cut out, doubled, moved."""
    sound = chance.choice(
        (SOUND, posted(b"Content-Length: 6", b"Connection: close", body=b"ASK {}"))
    )
    text = bytearray(sound)
    for _ in range(chance.randint(1, 6)):
        at, size = chance.randrange(len(text)), chance.randint(1, 8)
        match chance.randrange(4):
            case 0:
                text[at : at + 1] = chance.randbytes(1)
            case 1:
                del text[at : at + size]
            case 2:
                text[at:at] = bytes(text[at : at + size]) * chance.randint(1, 50)
            case _:
                text[at:at] = chance.choice((b"\r\n", b"\0", b"\xff", b":", b" ", b"%", b"\n\n"))
        text = text or bytearray(b"\0")
    return bytes(text)


def test_a_request_changed_at_random_is_answered_refused_or_hung_up_on(address: str) -> None:
    chance = random.Random(SEED)  # noqa: S311
    seen: set[int | None] = set()
    for _ in range(MUTATIONS):
        sent = mutated(chance)
        found = told(address, sent, PATIENCE)
        assert found is None or found < 500, sent
        seen.add(found)
    # Some are still sound, and most are not: both ways are gone.
    assert {200, 400} <= seen
    assert told(address, SOUND) == 200


def test_pieces_that_come_byte_by_byte_make_the_same_request(address: str) -> None:
    with connect(address) as line:
        for at in range(len(SOUND)):
            line.sendall(SOUND[at : at + 1])
        assert status(heard(line)) == 200


def test_a_line_that_says_nothing_holds_up_nobody(address: str) -> None:
    silent = [connect(address) for _ in range(50)]
    try:
        for line in silent[::2]:
            line.sendall(SOUND[:20])
        assert told(address, SOUND) == 200
    finally:
        for line in silent:
            line.close()


@pytest.mark.parametrize("garbage", [b"\0", b"\x16\x03\x01", b"GET / HTTP/9.9\r\n\r\n"])
def test_garbage_behind_a_sound_request_ends_the_line_only(address: str, garbage: bytes) -> None:
    lasting = SOUND.replace(b"Connection: close\r\n", b"")
    with connect(address) as line:
        line.sendall(lasting + garbage)
        line.settimeout(20)
        answer = line.recv(64 * KIB)
        assert status(answer) in {200, 400}
        line.shutdown(socket.SHUT_WR)
        heard(line)
    assert told(address, SOUND) == 200


@pytest.mark.parametrize(
    "host",
    [
        *("", "%", "%00", "a b", "a/b", "a?b", "a#b", "a\\b", "a@b", "<a>", '"', "a,b", "é"),
        *(
            "[",
            "[]",
            "[::1",
            "::1",
            "a:b",
            "a:99999",
            "a:1:2",
            "a:-1",
            "{a}",
            "a" * 300,
            "javascript:a",
        ),
    ],
)
def test_a_host_that_is_none_is_400(address: str, host: str) -> None:
    assert not is_host([host], needed=True)
    for path in (b"/dataset", b"/def", b"/doc/commune/37261", b"/sparql", b"/nowhere", b"/health"):
        first = b"GET %b HTTP/1.1" % path
        sent = head(b"Host: " + host.encode(), b"Connection: close", first=first)
        assert told(address, sent) == 400, path


@pytest.mark.parametrize(
    ("host", "root"),
    [
        ("example.org", "http://example.org"),
        ("example.org:8080", "http://example.org:8080"),
        ("127.0.0.1:80", "http://127.0.0.1:80"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("xn--caf-dma.example", "http://xn--caf-dma.example"),
        ("a_b.example", "http://a_b.example"),
    ],
)
def test_a_sound_host_is_the_root_of_the_addresses(address: str, host: str, root: str) -> None:
    answer = httpx.get(f"{address}/dataset.nt", headers={"Host": host})
    assert answer.status_code == 200
    assert f"<{root}/sparql>" in answer.text


def test_a_request_of_http_1_0_needs_no_host(address: str) -> None:
    assert told(address, b"GET %b HTTP/1.0\r\n\r\n" % ASK) == 200
    assert is_host([], needed=False) and not is_host([], needed=True)
    assert not is_host(["a", "a"], needed=False)
