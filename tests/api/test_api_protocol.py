"""The SPARQL 1.1 Protocol as a table, after W3C's protocol tests, and under random input."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.protocol import (
    FORM,
    QUERY,
    UPDATE,
    ProtocolError,
    ServiceDescription,
    SparqlRequest,
    SparqlUpdate,
    parse_request,
)

ASK = "ASK {}"
G1, G2 = "http://example.org/g1", "http://example.org/g2"


@pytest.mark.parametrize(
    ("method", "address", "media", "body", "expected"),
    [
        ("GET", {"query": ASK}, None, "", SparqlRequest(ASK)),
        ("HEAD", {"query": ASK}, None, "", SparqlRequest(ASK)),
        ("GET", {"query": ASK, "format": "csv"}, None, "", SparqlRequest(ASK, format="csv")),
        ("GET", {}, None, "", ServiceDescription()),
        ("GET", {"format": "ttl"}, None, "", ServiceDescription("ttl")),
        ("POST", {}, FORM, urlencode({"query": ASK}), SparqlRequest(ASK)),
        ("POST", {}, FORM + "; charset=UTF-8", urlencode({"query": ASK}), SparqlRequest(ASK)),
        ("POST", {}, QUERY, ASK, SparqlRequest(ASK)),
        ("POST", {}, "Application/SPARQL-query", ASK, SparqlRequest(ASK)),
        (
            "GET",
            {"query": ASK, "default-graph-uri": [G1, G2], "named-graph-uri": G1},
            None,
            "",
            SparqlRequest(ASK, (G1, G2), (G1,)),
        ),
        ("POST", {"default-graph-uri": G1}, QUERY, ASK, SparqlRequest(ASK, (G1,))),
        (
            "POST",
            {},
            FORM,
            urlencode({"query": ASK, "named-graph-uri": G2}),
            SparqlRequest(ASK, (), (G2,)),
        ),
        (
            "GET",
            {"query": ASK, "timeout": "1.5", "rows": "10"},
            None,
            "",
            SparqlRequest(ASK, seconds=1.5, rows=10),
        ),
        ("POST", {}, UPDATE, "CLEAR ALL", SparqlUpdate("CLEAR ALL")),
        ("POST", {}, FORM, urlencode({"update": "CLEAR ALL"}), SparqlUpdate("CLEAR ALL")),
        (
            "POST",
            {"using-graph-uri": [G1, G2], "using-named-graph-uri": G1},
            UPDATE,
            "CLEAR ALL",
            SparqlUpdate("CLEAR ALL", (G1, G2), (G1,)),
        ),
    ],
)
def test_reads_the_three_ways_of_the_protocol(method, address, media, body, expected) -> None:
    asked = parse_request(method, urlencode(address, doseq=True), media, body.encode())
    assert asked == expected


@pytest.mark.parametrize(
    ("method", "address", "media", "body", "status"),
    [
        ("PUT", "query=ASK", None, b"", 405),
        ("DELETE", "", None, b"", 405),
        ("GET", "query=a&query=b", None, b"", 400),
        ("GET", "query=", None, b"", 400),
        ("GET", "query=%20%0A", None, b"", 400),
        ("GET", "update=CLEAR+ALL", None, b"", 400),
        ("GET", "query=ASK&update=CLEAR+ALL", None, b"", 400),
        ("GET", "query=ASK&timeout=soon", None, b"", 400),
        ("GET", "query=ASK&timeout=0", None, b"", 400),
        ("GET", "query=ASK&rows=-1", None, b"", 400),
        ("GET", "query=ASK&rows=1e9", None, b"", 400),
        ("GET", "query=ASK&rows=1.5", None, b"", 400),
        ("GET", "timeout=soon", None, b"", 400),
        ("GET", "default-graph-uri=relative", None, b"", 400),
        ("GET", "query=ASK&default-graph-uri=relative", None, b"", 400),
        ("GET", "query=ASK&named-graph-uri=a:b%3E", None, b"", 400),
        ("GET", "query=%FF", None, b"", 400),
        ("GET", "&".join(f"a{n}=1" for n in range(300)), None, b"", 400),
        ("POST", "", None, b"query=ASK", 415),
        ("POST", "", "text/plain", b"ASK {}", 415),
        ("POST", "", "multipart/form-data; boundary=x", b"", 415),
        ("POST", "", FORM, b"", 400),
        ("POST", "", FORM, b"query=a&query=b", 400),
        ("POST", "", FORM, "query=é".encode(), 400),
        ("POST", "query=ASK", FORM, b"query=ASK", 400),
        ("POST", "query=ASK", FORM, b"", 400),
        ("POST", "format=csv", FORM, b"query=ASK&format=json", 400),
        ("POST", "query=ASK", QUERY, b"ASK {}", 400),
        ("POST", "", QUERY, b"", 400),
        ("POST", "", QUERY, b"\xff\xfe", 400),
        ("POST", "", QUERY + "; charset=UTF-16", "ASK {}".encode("utf-16"), 415),
        ("POST", "update=CLEAR+ALL", FORM, b"", 400),
        ("POST", "update=CLEAR+ALL", UPDATE, b"CLEAR ALL", 400),
        ("POST", "", FORM, b"update=CLEAR+ALL&query=ASK", 400),
        ("POST", "", FORM, b"update=CLEAR+ALL&update=CLEAR+ALL", 400),
        ("POST", "", UPDATE, b" ", 400),
        ("POST", "", UPDATE, b"\xff", 400),
    ],
)
def test_refuses_with_the_right_status(method, address, media, body, status) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_request(method, address, media, body)
    assert caught.value.status == status
    assert caught.value.why.strip() and caught.value.todo.strip()


@pytest.mark.parametrize("text", ["<http://e/a%2Fb>", "a+b", "é", "%41"])
def test_decodes_a_form_once_and_no_more(text: str) -> None:
    body = f"query={quote(text, safe='')}".encode()
    assert parse_request("POST", "", FORM, body) == SparqlRequest(text)


@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "get", ""]),
    st.text(),
    st.one_of(st.none(), st.sampled_from([FORM, QUERY, UPDATE]), st.text()),
    st.binary(),
)
def test_any_input_is_read_or_refused(method, address, media, body) -> None:
    try:
        parse_request(method, address, media, body)
    except ProtocolError as error:
        assert error.status in {400, 403, 405, 415}


@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text.strip()))
def test_any_query_arrives_unchanged_by_the_three_ways(text: str) -> None:
    encoded = urlencode({"query": text})
    direct = text.encode()
    assert parse_request("GET", encoded, None, b"") == SparqlRequest(text)
    assert parse_request("POST", "", FORM, encoded.encode()) == SparqlRequest(text)
    assert parse_request("POST", "", QUERY, direct) == SparqlRequest(text)


NAMES = st.sampled_from(
    [
        *("query", "update", "format", "lang", "timeout", "rows", "", "unknown"),
        *("default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri"),
    ]
)
WRITTEN = st.one_of(
    st.binary(max_size=20).map(lambda value: quote(value, safe="").encode()),
    st.sampled_from([b"ASK {}", b"1", b"a:b", b"1.5", b"%", b"%GG", b"+", b"%00", b"%C0%AF"]),
    st.binary(max_size=20),
)
FORMS = st.lists(st.tuples(NAMES, WRITTEN), max_size=6).map(
    lambda pairs: b"&".join(name.encode() + b"=" + value for name, value in pairs)
)
MEDIA = st.builds(
    "{}{}".format,
    st.sampled_from([FORM, QUERY, UPDATE, FORM.upper(), "text/plain", ""]),
    st.sampled_from(["", ";", "; charset=utf-8", ";charset=", ';charset="utf-8"', "; charset=x"]),
)


@given(st.sampled_from(["GET", "HEAD", "POST"]), FORMS, MEDIA, FORMS)
def test_any_form_is_refused_or_read_as_what_may_be_asked(method, address, media, body) -> None:
    try:
        asked = parse_request(method, address, media, body)
    except ProtocolError as error:
        assert error.status in {400, 415}
        return
    if isinstance(asked, ServiceDescription):
        assert method != "POST"
        return
    assert (asked.update if isinstance(asked, SparqlUpdate) else asked.query).strip()
    assert not isinstance(asked, SparqlUpdate) or method == "POST"
    for graph in (*asked.default_graphs, *asked.named_graphs):
        assert ":" in graph and not set(graph) & set('<>"{}|^`\\ \0\r\n')
    if isinstance(asked, SparqlRequest):
        assert asked.seconds is None or asked.seconds > 0
        assert asked.rows is None or asked.rows >= 1
