"""The guard: every clause that Oxigraph would send elsewhere is refused, and no harmless word."""

import time

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.errors import QueryRefusedError
from queries.guard import asks_service, check

CLOSED = "http://127.0.0.1:9/"
PREFIXES = {
    "": CLOSED,
    "ex": CLOSED,
    "service": "http://x/",
    "SERVICE": "http://x/",
    "SERVICEex": "http://x/",
}
STORE = ox.Store()
STORE.add(ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.Literal("o")))
CLAUSE = " SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } "


def accepted(query: str) -> bool:
    """Whether Oxigraph reads the text as a query."""
    try:
        STORE.query(query, prefixes=PREFIXES)
    except SyntaxError:
        return False
    except (OSError, RuntimeError):
        return True
    return True


def calls(query: str) -> bool:
    """Whether Oxigraph, asked without a guard, tries to reach another host."""
    try:
        results = STORE.query(query, prefixes=PREFIXES)
        if not isinstance(results, ox.QueryBoolean):
            list(results)
    except SyntaxError:
        return False
    except (OSError, RuntimeError):
        return True
    return False


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { sErViCe SILENT ?g { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { SERVICE :g { ?s ?p ?o } } }",
        "SELECT * { SERVICEex:g { ?s ?p ?o } }",
        "SELECT * { SERVICESILENTex:g { ?s ?p ?o } }",
        "SELECT * { SERVICE:g{ ?s ?p ?o } }",
        "SELECT * { SERVICE?g{ ?s ?p ?o } }",
        "SELECT * { SERVICE # why\n # not\r :g # so\n { ?s ?p ?o } }",
        "SELECT * { ?s ?p 'c'SERVICE:g { ?a ?b ?c } }",
        "SELECT * { ?s ?p 1SERVICE:g { ?a ?b ?c } }",
        "SELECT * { ?s ?p 1.5e3SERVICE:g { ?a ?b ?c } }",
        "SELECT * { ?s ?p trueSERVICE:g { ?a ?b ?c } }",
        "SELECT * { ?s ?p 'c'@graph SERVICE:g { ?a ?b ?c } }",
        "SELECT * { ?s ?p ?graph SERVICE:g { ?a ?b ?c } }",
        "SELECT * { FILTER(1<2)SERVICE#>\n:g{ ?a ?b ?c } }",
        "SELECT * { FILTER(1<2)#>'''\nSERVICE :g{ ?a ?b ?c } #'''\n}",
        "SELECT * { FILTER(1<2#>'''\n)SERVICE :g{ ?a ?b ?c } #'''\n}",
        "SELECT * { FILTER('a'<'b'&&'>'='>')SERVICE :g{ ?a ?b ?c } #'\n}",
        "SELECT * { <<:a?b'>'>> :p :o . SERVICE :g { ?a ?b ?c } #'\n}",
        "SELECT * { ?s ?p ?o #\x0bfoo\rSERVICE :g { ?a ?b ?c } }",
    ],
)
def test_a_clause_is_refused_however_it_is_written(query: str) -> None:
    assert accepted(query), "Oxigraph reads it, so the case is real"
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        check(query)


@pytest.mark.parametrize(
    "query",
    [
        r"SELECT * { S\u0045RVICE :g { ?s ?p ?o } }",
        r"SELECT * { \u0053\U00000045RVICE :g { ?s ?p ?o } }",
        r"SELECT * { ?s ?p '\u0027 SERVICE :g { ?a ?b ?c } #' }",
    ],
)
def test_escapes_do_not_smuggle_a_clause(query: str) -> None:
    assert asks_service(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?s ?p ?service }",
        "SELECT ?service { ?s ?p $service { ?a ?b ?c } }",
        "ASK { ?s ex:service ?o }",
        "ASK { ?s service:p ?o }",
        "ASK { GRAPH service:g { ?s ?p ?o } }",
        "SELECT * FROM service:g { ?s ?p ?o }",
        "ASK { ?s ?p ex:service { ?a ?b ?c } }",
        "ASK { ?s ?p 'x'@service { ?a ?b ?c } }",
        "ASK { _:service ?p _:service { ?a ?b ?c } }",
        "ASK { ?s ?p <http://x/a#SERVICE> { ?a ?b ?c } }",
        "PREFIX service: <http://x/> ASK {}",
        r"ASK { ?s ?p '\u0041 SERVICE' }",
        r"ASK { ?s ?p '\U00FFFFFF' }",
    ],
)
def test_the_word_in_a_name_is_no_clause(query: str) -> None:
    assert not calls(query)
    assert not asks_service(query)


def quoted(text: str, quote: str) -> str:
    """Write a text as a SPARQL string."""
    inner = text.replace("\\", "\\\\").replace(quote[0], "\\" + quote[0])
    if len(quote) == 1:
        inner = inner.replace("\n", "\\n").replace("\r", "\\r")
    return quote + inner + quote


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
AROUND = st.tuples(ANY_TEXT, ANY_TEXT).map(lambda pair: pair[0] + CLAUSE + pair[1])
STRINGS = st.builds(quoted, AROUND, st.sampled_from(["'", '"', "'''", '"""']))
COMMENTS = AROUND.map(lambda text: "#" + text.replace("\n", " ").replace("\r", " ") + "\n")
IRI_TEXT = st.text("abcXYZ09-._~:/?#@!$&'()*+,;=é", max_size=12)
IRIS = st.builds("<http://x/{}service{}>".format, IRI_TEXT, IRI_TEXT)


@settings(max_examples=300, deadline=None)
@given(STRINGS, COMMENTS, IRIS)
def test_the_word_in_strings_comments_and_iris_is_no_clause(
    string: str, comment: str, iri: str
) -> None:
    query = f"SELECT * {{ {comment} ?s ?p {string} ; {iri} ?o {comment} . FILTER(?o != {string}) }}"
    assert "\\u" in query.lower() or not asks_service(query)


KEYWORDS = st.tuples(*[st.sampled_from([c, c.lower()]) for c in "SERVICE"]).map("".join)
SPACES = st.lists(st.sampled_from([" ", "\n", "\t", "\r", "# { a } <b> 'c\n"]), max_size=3).map(
    "".join
)
SILENT = st.sampled_from([" ", " SILENT "])
TARGETS = st.sampled_from(["<http://127.0.0.1:9/>", ":g", "ex:g", "?g", "$g", "service:g"])
BEFORE = st.sampled_from(
    ["", "?s ?p ?o .", "OPTIONAL { ?s ?p 'SERVICE' }", "?s ?p <x:y#z> .", "FILTER(1<2)"]
)


@settings(max_examples=300, deadline=None)
@given(BEFORE, st.tuples(KEYWORDS, SPACES, SILENT, TARGETS, SPACES).map("".join))
def test_a_real_clause_is_always_refused(before: str, clause: str) -> None:
    query = f"SELECT * {{ {before} {clause}{{ ?a ?b ?c }} }}"
    assert accepted(query)
    assert asks_service(query)


PIECES = st.sampled_from(
    [
        "SERVICE :g { ?a ?b ?c }",
        "SERVICE#>\n:g{}",
        "SERVICEex:g{}",
        "FILTER(1<2)",
        "FILTER(1<2#>'''\n)",
        "FILTER('a'<'b'&&'>'='>')",
        "#>'''\n",
        "#'''\n",
        "#'\n",
        "'''",
        "'",
        '"',
        "#",
        "\n",
        " ",
        "?s ?p ?o",
        "?s ?p 1",
        "OPTIONAL { ?s ?p true",
        "}",
        "{",
        ".",
        "BIND('x'@graph AS ?z)",
        "BIND(<x:y#'z> AS ?y)",
        "GRAPH ?graph",
        "\\",
    ]
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(PIECES, max_size=7))
def test_whatever_oxigraph_would_send_elsewhere_is_refused(pieces: list[str]) -> None:
    query = "SELECT * { " + "".join(pieces) + " }"
    assert not calls(query) or asks_service(query)


def test_from_an_address_reads_only_the_store() -> None:
    for clause in ("FROM <file:///etc/hostname>", f"FROM <{CLOSED}>", f"FROM NAMED <{CLOSED}>"):
        query = f"SELECT * {clause} {{ ?s ?p ?o }}"
        check(query)
        results = STORE.query(query)
        assert isinstance(results, ox.QuerySolutions)
        assert list(results) == []


def test_long_hostile_texts_are_walked_in_reasonable_time() -> None:
    for piece in ("<", "(<a#", "'''", '"\\', "SERVICE <", "FILTER(?a<b#", "service:"):
        assert not asks_service("SERVICE" + piece * (20_000 // len(piece)))


def test_iris_that_are_never_closed_cost_no_time() -> None:
    """Each was once looked for to the end of the text: 12 seconds for this one."""
    began = time.process_time()
    assert not asks_service("service<" * 12_500)
    assert time.process_time() - began < 1
