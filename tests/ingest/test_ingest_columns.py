"""Terms in columns are the terms that the RDF library would write one by one."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat
from pyoxigraph import parse as parse_rdf

from ingest.columns import concepts, days, decimals, integers, iri, minted, part, text
from ingest.errors import IdentityError
from ingest.identity import KINDS, mint
from ingest.quads import Graph, emp, label

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def one(expression: pl.Expr, value: object) -> object:
    kind = pl.String if value is None or isinstance(value, str) else None
    return pl.DataFrame({"x": pl.Series([value], dtype=kind)}).select(expression.alias("y"))["y"][0]


@given(TEXT)
def test_texts_are_escaped_as_the_library_does(value: str) -> None:
    expected = str(Literal(value, language="fr")) if value else None
    assert one(text(pl.col("x"), "fr"), value) == expected


@given(st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(
        st.just(kind), st.one_of(st.from_regex(KINDS[kind], fullmatch=True), TEXT)
    )
))  # fmt: skip
def test_identifiers_are_those_that_mint_makes(pair: tuple[str, str]) -> None:
    kind, code = pair
    try:
        expected: str | None = f"<{mint(kind, code)}>"
    except IdentityError:
        expected = None
    assert one(minted(kind, pl.col("x")), code) == expected


@given(TEXT)
def test_an_address_that_is_none_is_not_written(value: str) -> None:
    written = one(iri(pl.col("x")), value)
    if written is not None:
        assert str(NamedNode(value)) == written


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        (days(pl.col("x").str.to_date()), "2024-08-07", "2024-08-07"),
        (integers(pl.col("x")), 7, "7"),
        (decimals(pl.col("x")), "12.50", "12.50"),
        (decimals(pl.col("x")), "1e3", None),
        (decimals(pl.col("x")), None, None),
    ],
)
def test_typed_values(expression: pl.Expr, value: object, expected: str | None) -> None:
    written = one(expression, value)
    if expected is None:
        assert written is None
    else:
        line = f"<http://a/s> <http://a/p> {written} <http://a/g> ."
        (quad,) = parse_rdf(line, format=RdfFormat.N_QUADS)
        assert isinstance(quad.object, Literal)
        assert quad.object.value == expected


def test_parts_and_concepts() -> None:
    deployment = minted("deployment", pl.col("x"))
    expected = f"<{mint('deployment', 'fr-pvd/37132/perimeter')}>"
    assert one(part(deployment, pl.lit("perimeter")), "fr-pvd/37132") == expected
    assert one(concepts("extent", pl.col("x")), "whole") == (
        "<https://w3id.org/empilement/voc/extent/whole>"
    )


def test_columns_and_single_statements_make_one_graph() -> None:
    graph = Graph("https://example.org/g")
    subject = mint("commune", "37261")
    graph.add(subject, label, Literal("Tours", language="fr"))
    rows = pl.DataFrame({"code": ["37261", "37261", "nothing"], "name": ["Tours", None, "x"]})
    of = minted("commune", pl.col("code"))
    graph.state(rows, of, label, text(pl.col("name"), "fr"))
    graph.state(rows, of, emp("inseeCode"), text(pl.col("code")))
    quads = list(parse_rdf("\n".join(graph.lines()), format=RdfFormat.N_QUADS))
    name, code = Literal("Tours", language="fr"), Literal("37261")
    assert set(quads) == {
        Quad(NamedNode(subject), label, name, graph.name),
        Quad(NamedNode(subject), emp("inseeCode"), code, graph.name),
    }
    assert len(graph) == len(quads)
    assert graph.lines().to_list() == sorted(graph.lines())
