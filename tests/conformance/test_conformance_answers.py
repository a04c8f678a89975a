"""What counts as the expected answer, and what does not."""

from pathlib import Path

import pytest
import rdflib
from rdflib import BNode, Graph, Literal, URIRef

from tests.conformance.answers import (
    Table,
    as_csv,
    literals_as_written,
    read_body,
    read_csv,
    read_file,
    read_tsv,
    same,
)
from tests.conformance.description import faults

A, B = URIRef("urn:a"), URIRef("urn:b")
JSON = "application/sparql-results+json"


def typed(text: str, datatype: URIRef) -> Literal:
    return Literal(text, datatype=datatype, normalize=False)


def one(*terms: rdflib.term.Node) -> Table:
    return Table(("x",), tuple({"x": term} for term in terms))


def test_solutions_are_a_multiset_unless_their_order_counts() -> None:
    assert same(one(A, B, A), one(A, A, B))
    assert not same(one(A, B, A), one(A, B))
    assert not same(one(A, B, A), one(A, B, B))
    assert same(one(A, B), one(A, B), ordered=True)
    assert not same(one(A, B), one(B, A), ordered=True)


def test_blank_nodes_are_mapped_one_to_one_across_rows() -> None:
    def table(*pairs: tuple[str, str]) -> Table:
        return Table(("x", "y"), tuple({"x": BNode(x), "y": BNode(y)} for x, y in pairs))

    assert same(table(("p", "q"), ("q", "p")), table(("r", "s"), ("s", "r")))
    assert not same(table(("p", "q"), ("q", "p")), table(("r", "s"), ("r", "s")))
    assert not same(table(("p", "q")), table(("r", "r")))


def test_what_is_not_bound_is_not_an_empty_string() -> None:
    assert not same(Table(("x",), ({},)), one(Literal("")))
    assert not same(Table(("x",), ()), Table(("y",), ()))


def test_numbers_are_the_same_by_datatype_and_value() -> None:
    assert same(one(typed("2.00", rdflib.XSD.decimal)), one(typed("2.0", rdflib.XSD.decimal)))
    assert same(one(typed("1.0E2", rdflib.XSD.double)), one(typed("100", rdflib.XSD.double)))
    assert not same(one(typed("2", rdflib.XSD.integer)), one(typed("2", rdflib.XSD.decimal)))
    assert not same(one(typed("2", rdflib.XSD.integer)), one(typed("3", rdflib.XSD.integer)))
    assert not same(one(Literal("2.0")), one(Literal("2.00")))
    assert not same(one(typed("0", rdflib.XSD.boolean)), one(typed("false", rdflib.XSD.boolean)))


def test_language_tags_are_the_same_in_any_case_and_nothing_else() -> None:
    assert same(one(Literal("x", lang="en-US")), one(Literal("x", lang="en-us")))
    assert not same(one(Literal("x", lang="en")), one(Literal("x", lang="fr")))
    assert not same(one(Literal("x", lang="en")), one(Literal("x")))


def test_graphs_are_compared_up_to_blank_nodes() -> None:
    def graph(text: str) -> Graph:
        return Graph().parse(data=text, format="turtle")

    assert same(
        graph("<urn:a> <urn:p> _:x . _:x <urn:q> 1 ."), graph("<urn:a> <urn:p> [<urn:q> 1].")
    )
    assert not same(graph("<urn:a> <urn:p> _:x , _:y ."), graph("<urn:a> <urn:p> _:x ."))
    assert not same(graph("<urn:a> <urn:p> 1 ."), one(A))


def test_a_boolean_is_only_itself() -> None:
    assert same(True, True)
    assert not same(True, False)
    assert not same(True, one(A))


def test_tsv_keeps_terms_and_csv_keeps_strings() -> None:
    text = '?x\t?y\n<urn:a>\t-1.5\n_:b\t"tab\\t"@fr\n\t"5"^^<urn:t>\n'
    found = read_tsv(text)
    assert found.variables == ("x", "y")
    assert found.rows[0] == {"x": A, "y": typed("-1.5", rdflib.XSD.decimal)}
    assert isinstance(found.rows[1]["x"], BNode)
    assert found.rows[1]["y"] == Literal("tab\t", lang="fr")
    assert found.rows[2] == {"y": typed("5", URIRef("urn:t"))}
    lines = 'x,y\r\nurn:a,-1.50\r\n_:z,"tab\t"\r\n,5\r\n'
    assert same(as_csv(found), read_csv(lines))
    assert not same(as_csv(found), read_csv(lines.replace("1.50", "1.51")))


def test_rows_without_a_value_count_in_tsv_and_csv() -> None:
    assert len(read_tsv("\n\n\n").rows) == 2
    assert len(read_tsv("?x\n\n").rows) == 1
    assert len(read_csv("x\r\n\r\n").rows) == 1
    assert read_tsv("?x\n").rows == ()


def test_literals_are_read_as_written_and_rdflib_is_left_as_it_was() -> None:
    before = rdflib.NORMALIZE_LITERALS
    body = b"<urn:a> <urn:p> '01'^^<http://www.w3.org/2001/XMLSchema#byte> ."
    found = read_body("text/turtle", body)
    assert isinstance(found, Graph)
    assert str(found.value(A, URIRef("urn:p"))) == "01"
    assert before == rdflib.NORMALIZE_LITERALS
    with pytest.raises(KeyError), literals_as_written():
        raise KeyError
    assert before == rdflib.NORMALIZE_LITERALS


def test_an_answer_of_no_known_type_is_refused() -> None:
    with pytest.raises(ValueError, match="text/html"):
        read_body("text/html", b"<p>")


def test_expected_results_are_read_from_each_kind_of_file(tmp_path: Path) -> None:
    rs = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
    said = {
        "a.srj": '{"head": {"vars": ["x"]}, "results": {"bindings": '
        '[{"x": {"type": "uri", "value": "urn:a"}}]}}',
        "a.srx": '<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
        '<variable name="x"/></head><results><result><binding name="x"><uri>urn:a</uri>'
        "</binding></result></results></sparql>",
        "a.tsv": "?x\n<urn:a>\n",
        "a.ttl": f'[] a <{rs}ResultSet> ; <{rs}resultVariable> "x" ; <{rs}solution> '
        f'[ <{rs}binding> [ <{rs}variable> "x" ; <{rs}value> <urn:a> ] ] .',
    }
    for name, text in said.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert same(one(A), read_file(tmp_path / name, "urn:base")), name
    (tmp_path / "b.ttl").write_text("<#s> <urn:p> <urn:a> .", encoding="utf-8")
    graph = read_file(tmp_path / "b.ttl", "http://example.org/b.ttl")
    assert isinstance(graph, Graph)
    assert (URIRef("http://example.org/b.ttl#s"), URIRef("urn:p"), A) in graph


DESCRIPTION = """@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
[] a sd:Service ; sd:endpoint <http://here/sparql> ; sd:supportedLanguage sd:SPARQL11Query ;
    sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ;
        sd:namedGraph [ a sd:NamedGraph ; sd:name <urn:g> ] ] ."""
TESTS = ("returns-rdf", "has-endpoint-triple", "conforms-to-schema")


def test_a_sound_service_description_passes_the_three_tests() -> None:
    for test in TESTS:
        assert faults(test, "text/turtle", DESCRIPTION.encode(), "http://here/sparql") == []


@pytest.mark.parametrize(
    ("test", "old", "new"),
    [
        ("returns-rdf", DESCRIPTION, ""),
        ("returns-rdf", DESCRIPTION, "<html>"),
        ("has-endpoint-triple", "http://here/sparql", "http://here/sparql/"),
        ("conforms-to-schema", "sd:endpoint <http://here/sparql> ;", ""),
        ("conforms-to-schema", "sd:SPARQL11Query", "<urn:sparql>"),
        ("conforms-to-schema", "sd:name <urn:g>", "sd:name 'g'"),
        ("conforms-to-schema", "sd:name <urn:g>", "sd:graph [ a sd:Graph ]"),
        ("conforms-to-schema", "a sd:Dataset ;", ""),
        ("conforms-to-schema", "a sd:Graph ", ""),
        ("conforms-to-schema", "sd:namedGraph", "sd:graphNamed"),
        ("conforms-to-schema", "a sd:Service ;", ""),
    ],
)
def test_a_spoilt_service_description_fails(test: str, old: str, new: str) -> None:
    body = DESCRIPTION.replace(old, new).encode()
    assert body != DESCRIPTION.encode()
    assert faults(test, "text/turtle", body, "http://here/sparql")
