"""What is sent to break in, and how to see in an answer that it did."""

import re
from html.parser import HTMLParser
from urllib.parse import quote

import httpx

MARK = "xyzzy"
# The product of the templates below, which only a template engine would work out.
WORKED_OUT = "60481729"
# Still in bytes: some are no text at all.
CORPUS: dict[str, bytes] = {
    "quote": b"'",
    "quotes": b"\"\"\"'''",
    "closed string": b'37261" } # ',
    "closed IRI": b"37261> ?p ?o } # ",
    "braces": b"}}}{{{",
    "a union": b"37261> } UNION { ?s ?p ?o } #",
    "a service": b"} SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } {",
    "an update": b"> } ; CLEAR ALL ; INSERT DATA { <a:a> <a:b> <a:c> } #",
    "comment": b"37261 # comment",
    "escape": rb"\u0022 \u003E \u007D",
    "long escape": rb"37261\U0000003E",
    "backslash": b"\\",
    "nul": b"\0",
    "nul inside": b"37\x00261",
    "escape of a terminal": b"\x1b[31m",
    "line feed": b"37261\nSet-Cookie: xyzzy=1",
    "header": b"a\r\nSet-Cookie: xyzzy=1\r\n\r\n<script>xyzzy()</script>",
    "bare return": b"a\rSet-Cookie: xyzzy=1",
    "line separator": "a\u2028Set-Cookie: xyzzy=1\u0085b".encode(),
    "cut to CR LF": "\u560d\u560aSet-Cookie:xyzzy".encode(),
    "path": b"../../../../../../etc/passwd",
    "path, doubled": b"....//....//etc/passwd",
    "path, Windows": b"..\\..\\..\\windows\\win.ini",
    "path, encoded": b"%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "path, absolute": b"/etc/passwd",
    "file": b"file:///etc/passwd",
    "another host": b"//evil.example/",
    "another host, hidden": b"http://evil.example/\\@w3id.org",
    "template": b"{{ 7777 * 7777 }}{% raw %}",
    "template, others": b"${7777*7777} #{7777*7777} <%= 7777*7777 %>",
    "format": b"{0.__class__} %s %n %(a)s",
    "SQL": b"' OR '1'='1'; DROP TABLE xyzzy --",
    "regular expression": b"(a+)+$[",
    "regular expression, exploding": b"(a*)*" * 20 + b"b",
    "script": b"<script>xyzzy()</script>",
    "attribute": b'" onmouseover="xyzzy()" x="',
    "attribute, single": b"' autofocus onfocus='xyzzy()",
    "end of text area": b"</textarea></title><svg onload=xyzzy()>",
    "address of script": b"javascript:xyzzy()",
    "address of script, hidden": b" JaVa\tScript:xyzzy()",
    "in JSON": b'"},"xyzzy":{"a":"',
    "shell": b"; id | xyzzy `xyzzy` $(xyzzy)",
    "long": b"a" * 5000,
    "deep": b"(" * 2000,
    "right to left": "\u202e\u0661\u200f37261".encode(),
    "digits of another script": "\u0663\u0667\u0662\u0666\u0661".encode(),
    "wide": "３７２６１".encode(),
    "combining": ("a" + "\u0301" * 300).encode(),
    "beyond the plane": "\U0010ffff\ufdd0\ufffe".encode(),
    "surrogate": b"\xed\xa0\x80",
    "overlong": b"\xc0\xaf\xc0\xbc",
    "Latin-1": b"\xe9\xff",
    "half an encoding": b"\xe2\x82",
    "half an escape": b"%",
    "empty": b"",
    "blank": b" \t",
    "not a number": b"NaN",
    "infinite": b"1e999",
    "large number": b"9" * 400,
    "negative": b"-1",
    "no day": b"2024-02-30",
    "year 0": b"0000-00-00",
}
# Those that stand for the others where there are many parameters.
FEW = ("closed string", "closed IRI", "a union", "nul", "header", "script", "surrogate", "wide")
# Refusals of load and of length are answers too; any other 5xx is a fault of ours.
BOUNDED = {503, 504, 507}
_RUNNING = re.compile(r"(?:javascript|data|vbscript):")
_OUTSIDE = re.compile(r"(?:https?:)?[/\\]{2}|[a-z]+:", re.IGNORECASE)


class Markup(HTMLParser):
    """Looks in a page for what a reader's browser would run, and for where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.run: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "svg", "iframe", "object", "embed", "base"}:
            self.run.append(tag)
        for name, value in attrs:
            # Browsers leave white space out of the scheme of an address.
            address = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on"):
                self.run.append(f"{tag} {name}={value}")
            if name in {"href", "src", "action", "formaction"}:
                self.links.append(value or "")
                if _RUNNING.match(address):
                    self.run.append(f"{tag} {name}={value}")


def read(page: str) -> Markup:
    """Read a page."""
    markup = Markup()
    markup.feed(page)
    return markup


def harmless(answer: httpx.Response, value: bytes, said: object) -> None:
    """Check that an answer is one of those foreseen, and does nothing to its reader.

    Args:
        answer: of the service.
        value: what was sent.
        said: what to tell where it does harm.
    """
    assert answer.status_code < 500 or answer.status_code in BOUNDED, said
    assert "set-cookie" not in answer.headers, said
    for each in answer.headers.values():
        assert not set(each) & set("\r\n\0"), said
    assert answer.headers["x-content-type-options"] == "nosniff", said
    assert not _OUTSIDE.match(answer.headers.get("location", "/")), said
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind == "text/html":
        assert not read(answer.text).run, said
        assert b"<" not in value or value not in answer.content, said
    if kind.endswith("json") and answer.content:
        assert MARK not in answer.json(), said
    for sign in (WORKED_OUT, "root:x:", "Traceback"):
        assert sign not in answer.text, said


def encoded(value: bytes) -> str:
    """Percent-encode a value, all of it."""
    return quote(value, safe="")


def as_written(value: bytes) -> str:
    """Percent-encode a value, but for what a path may hold."""
    return quote(value, safe="/.;:@&=+$,!'()*")
