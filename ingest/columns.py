"""RDF terms in columns: Polars expressions that mint, type and escape without a Python row."""

from typing import Final

import polars as pl

from ingest.identity import KINDS
from ontology.namespaces import ID, PREFIXES, VOC

_XSD: Final = PREFIXES["xsd"]
# What N-Quads may not hold as it is (RDF 1.1 N-Quads, section 4; canonical escapes).
_ESCAPES: Final = {chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}


def minted(kind: str, code: pl.Expr) -> pl.Expr:
    """Mint the IRI of a thing on each row, as `ingest.identity.mint` does for one.

    Args:
        kind: a kind of `ingest.identity.KINDS`.
        code: the codes, as text.

    Returns:
        N-Quads IRIs; null where the code has not the form of its kind.

    Raises:
        KeyError: the kind is unknown.

    """
    fits = code.str.contains(f"^(?:{KINDS[kind]})$")
    path = code.str.replace_all("+", "%2B", literal=True)
    return pl.when(fits).then(pl.concat_str(pl.lit(f"<{ID}{kind}/"), path, pl.lit(">")))


def part(whole: pl.Expr, *path: pl.Expr) -> pl.Expr:
    """Mint a part of a minted thing, such as the perimeter of a deployment."""
    steps = [step for name in path for step in (pl.lit("/"), name)]
    return pl.concat_str(whole.str.strip_suffix(">"), *steps, pl.lit(">"))


def iri(value: pl.Expr) -> pl.Expr:
    """Write addresses between angle brackets; null where one holds what an IRI may not."""
    fits = value.str.contains(r'^[a-z][a-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\]*$')
    return pl.when(fits).then(pl.concat_str(pl.lit("<"), value, pl.lit(">")))


def concepts(scheme: str, slug: pl.Expr) -> pl.Expr:
    """Write the concepts of one of the project's SKOS schemes."""
    return pl.concat_str(pl.lit(f"<{VOC}{scheme}/"), slug, pl.lit(">"))


def text(value: pl.Expr, language: str | None = None) -> pl.Expr:
    """Write literals; null where the text is empty or null.

    Args:
        value: the texts.
        language: the tag of the language they are in, if any.

    """
    escaped = value.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
    end = pl.lit(f'"@{language}' if language else '"')
    return pl.when(value != "").then(pl.concat_str(pl.lit('"'), escaped, end))


def typed(value: pl.Expr, datatype: str) -> pl.Expr:
    """Write literals of an XML Schema datatype from their lexical form, which is trusted."""
    return pl.concat_str(pl.lit('"'), value, pl.lit(f'"^^<{_XSD}{datatype}>'))


def days(value: pl.Expr) -> pl.Expr:
    """Write `xsd:date` literals without time zone, from dates."""
    return typed(value.dt.strftime("%Y-%m-%d"), "date")


def integers(value: pl.Expr) -> pl.Expr:
    """Write `xsd:integer` literals, from integers."""
    return typed(value.cast(pl.Int64).cast(pl.String), "integer")


def decimals(value: pl.Expr) -> pl.Expr:
    """Write `xsd:decimal` literals from decimal text (`12`, `-0.5`); null for any other text."""
    return pl.when(value.str.contains(r"^-?[0-9]+(?:\.[0-9]+)?$")).then(typed(value, "decimal"))


def node(iri_text: str) -> pl.Expr:
    """Write one and the same IRI on every row."""
    return pl.lit(f"<{iri_text}>")
