"""Bodies that receive public money: read from their SIREN, named only if they are public."""

from collections.abc import Iterable
from typing import Final

import polars as pl
from pyoxigraph import Literal, NamedNode
from stdnum.fr import siren as siren_number

from ingest.columns import minted, node, text
from ingest.identity import mint
from ingest.known import Known
from ingest.quads import Graph, emp, label, term, type_
from ingest.rules import apply
from ingest.tables import Tally

# Numbers of this form are given to the State (1) and to local public bodies (2); what starts
# otherwise may be the business of a natural person, whose name is never written.
_PUBLIC: Final = r"^[12][0-9]{8}$"
_SIREN: Final = r"^[0-9]{9}$"
# A commune's own number, made of its first code: a body that has it is no merger of later.
_OF_CODE: Final = r"^21[0-9]{7}$"
_DIGITS: Final = 9
WITHHELD: Final = {
    "fr": "Bénéficiaire non repris : son SIREN n'est pas de ceux des organismes publics.",
    "en": "Beneficiary left out: its SIREN is not among those of public bodies.",
}


def read_sirens(frame: pl.DataFrame, column: str, tally: Tally) -> pl.DataFrame:
    """Add ``siren``: the number a cell gives, as nine digits that can exist; null otherwise.

    Args:
        frame: the rows.
        column: holds SIREN or SIRET numbers as a spreadsheet writes them; null is no number.
        tally: receives the rules applied.

    """
    bare = pl.col(column).str.replace(r"\.0+$", "")
    length = bare.str.len_chars()
    digits = bare.str.contains(r"^[0-9]+$")
    siret = digits & length.is_in([13, 14])
    short = digits & length.is_in([8, 13])
    nine = (
        pl.when(siret)
        .then(bare.str.zfill(14).str.head(_DIGITS))
        .when(short)
        .then(bare.str.zfill(_DIGITS))
    ).otherwise(bare)
    rows = frame.with_columns(nine.alias("siren"))
    possible = [
        number
        for number in rows["siren"].unique().drop_nulls()
        if len(number) == _DIGITS and siren_number.is_valid(number)
    ]
    fits = pl.col("siren").is_in(possible)
    changed = pl.col(column) != bare
    counts = rows.select(
        impossible=(~fits).sum(),
        float=(fits & changed).sum(),
        siret=(fits & siret).sum(),
        zero=(fits & short).sum(),
    ).row(0, named=True)
    apply(tally, "impossible-siren", counts["impossible"])
    apply(tally, "float-code", counts["float"])
    apply(tally, "siret-code", counts["siret"])
    apply(tally, "lost-zero", counts["zero"])
    return rows.with_columns(pl.when(fits).then(pl.col("siren")).alias("siren"))


def is_public(siren: pl.Expr) -> pl.Expr:
    """Tell the numbers of public bodies from all others."""
    return siren.str.contains(_PUBLIC).fill_null(value=False)


def known_codes(kind: str, codes: pl.Series, known: Known) -> list[str]:
    """Return those of some codes whose territory the base has.

    Args:
        kind: kind of territory, such as ``departement``.
        codes: as the source writes them.
        known: what the base states.

    """
    written = codes.drop_nulls().unique().to_frame("code")
    minted_ = written.with_columns(iri=minted(kind, pl.col("code")).str.strip_chars("<>"))
    return [code for code, iri in minted_.drop_nulls().iter_rows() if iri in known.subjects]


def communes_by_siren(known: Known) -> pl.DataFrame:
    """Return ``siren``, and ``own`` and ``own_now``: the commune it names, and what that became."""
    communes = known.codes.table.filter(
        (pl.col("kind") == "commune") & (pl.col("code").str.len_chars() == _DIGITS)
    )
    return communes.select(siren="code", own="listed", own_now="current")


def siren_of_communes(known: Known) -> pl.DataFrame:
    """Return ``listed`` (code of a commune) and ``siren`` of the body that has always had it.

    A commune born of a merger has another number than the communes it is made of, and keeps the
    code of one of them: a code of an earlier year does not tell which body was meant. Only numbers
    made of the code itself are given.
    """
    numbers = known.codes.table.filter(
        (pl.col("kind") == "commune") & pl.col("code").str.contains(_OF_CODE)
    )
    return numbers.select("listed", pl.col("code").alias("siren")).unique("listed", keep="first")


def describe_bodies(frame: pl.DataFrame, graph: Graph, known: Known) -> None:
    """Describe the bodies that a list names and the base has not.

    A commune or an EPCI has the name of the geographic code, which every list can give alike. Any
    other body has as other names those that lists give it, each its own way.

    Args:
        frame: ``siren`` of public bodies, and ``written``: the name the list gives (may be null).
        graph: receives the statements.
        known: what the base states, and what codes have named.

    """
    base = pl.Series([iri.rpartition("/")[2] for iri in known.subjects if "/actor/" in iri])
    rows = frame.drop_nulls("siren").filter(~pl.col("siren").is_in(base.implode()))
    codes = known.codes.table.select(siren="code", kind="kind", name="name")
    rows = rows.drop("kind", "name", strict=False).join(codes, on="siren", how="left")
    subject = minted("actor", pl.col("siren"))
    communes = rows.filter(pl.col("kind") == "commune")
    groups = rows.filter(pl.col("kind").is_in(["epci", "ept"]))
    others = rows.filter(pl.col("kind").is_null())
    name_bodies(communes, graph, "Commune", "LocalAuthority")
    graph.state(groups, subject, type_, node(emp("IntermunicipalBody").value))
    graph.state(groups, subject, label, text(pl.col("name"), "fr"))
    graph.state(others, subject, type_, node(emp("PublicActor").value))
    graph.state(others, subject, term("skos", "altLabel"), text(pl.col("written"), "fr"))
    graph.state(rows, subject, emp("sirenCode"), text(pl.col("siren")))


def describe_former(frame: pl.DataFrame, graph: Graph) -> None:
    """Describe the territories of EPCI that had ended before the vintages loaded.

    Args:
        frame: ``siren`` and ``written``: the name the list gives.
        graph: receives the statements.

    """
    territory = minted("epci", pl.col("siren"))
    graph.state(frame, territory, type_, node(emp("FormerIntermunicipality").value))
    graph.state(frame, territory, emp("sirenCode"), text(pl.col("siren")))
    graph.state(frame, territory, term("skos", "altLabel"), text(pl.col("written"), "fr"))


def name_bodies(frame: pl.DataFrame, graph: Graph, before: str, class_: str) -> None:
    """Give bodies their class, and a label that tells them from their territory.

    Args:
        frame: ``siren`` and ``name``, that of the territory.
        graph: receives the statements.
        before: what the body is, in a word that both languages have.
        class_: kind of actor.

    """
    subject = minted("actor", pl.col("siren"))
    graph.state(frame, subject, type_, node(emp(class_).value))
    for language, colon in (("fr", " : "), ("en", ": ")):
        name = pl.concat_str(pl.lit(f"{before}{colon}"), pl.col("name"))
        graph.state(frame, subject, label, text(name, language))


def join_to_base(bodies: Iterable[tuple[str, str]], graph: Graph, known: Known) -> None:
    """Say which bodies are those that the base describes under a name instead of a number.

    Args:
        bodies: IRI of a territory, SIREN of the body that administers it.
        graph: receives the statements.
        known: who administers what in the base.

    """
    for territory, siren in bodies:
        named = known.administrators.get(territory)
        numbered = mint("actor", siren)
        if named and named != numbered:
            graph.add(numbered, term("skos", "exactMatch"), NamedNode(named))
            graph.add(numbered, emp("sirenCode"), Literal(siren))
