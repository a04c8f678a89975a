"""The ANCT's map layers: rows of several identifiers and several members, as pairs of one each."""

from pathlib import Path
from typing import Final

import polars as pl

from ingest.frames import ROW, read_table
from ingest.lists.statements import once
from ingest.rules import apply
from ingest.tables import Tally

_CODE: Final = r"\(([0-9][0-9AB][0-9]{3}|[0-9]{9})\)"
_MEMBER: Final = rf"[^;]+?{_CODE}"
_NAME: Final = r"^(.+?)\s*\([0-9AB]+\)$"
_SIREN: Final = r"[0-9]{9}"


def read_layer(path: Path, columns: str, tally: Tally) -> pl.DataFrame:
    """Read a layer of 2023-2024 (superposeur-anct): one row an identifier and a member.

    A row is an area and all the territories of the programme that hold there: when it has several
    identifiers, each of its members belongs to each of them.

    Args:
        path: the table; it has ``id_territoire``, ``lib_territoire``, ``liste_geo``.
        columns: all its columns, with commas.
        tally: receives counts.

    Returns:
        ``row``, ``key``, ``label`` (null where the labels do not match the identifiers),
        ``member`` (a code of INSEE or a SIREN, as written) and ``member_name``.

    Raises:
        SourceError: the file is not such a table.

    """
    rows = once(read_table(path, columns.split(","), tally), columns.split(","), tally)
    ids = _split(pl.col("id_territoire"))
    text = _readable(pl.col("lib_territoire"))
    labels = pl.when(ids.list.len() == 1).then(pl.concat_list(text)).otherwise(_split(text))
    rows = rows.with_columns(
        key=ids,
        label=labels,
        member=_each(pl.col("liste_geo")).list.unique(maintain_order=True),
        clean=text == pl.col("lib_territoire"),
    )
    aligned = pl.col("key").list.len() == pl.col("label").list.len()
    several = (pl.col("key").list.len() > 1) | (pl.col("member").list.len() > 1)
    apply(tally, "multi-valued", rows.filter(several).height)
    apply(tally, "label-misaligned", rows.filter(~aligned).height)
    apply(tally, "label-cleaned", rows.filter(~pl.col("clean")).height)
    nothing = pl.lit(None, pl.String).repeat_by(pl.col("key").list.len())
    label = pl.when(aligned).then(pl.col("label")).otherwise(nothing)
    pairs = rows.with_columns(label=label).explode("key", "label").explode("member")
    code, name = pl.col("member").str.extract(_CODE + "$"), pl.col("member").str.extract(_NAME)
    return pairs.select(ROW, "key", "label", code, name.alias("member_name"))


def read_later_layer(path: Path, key: str, columns: str, tally: Tally) -> pl.DataFrame:
    """Read a layer of 2026 (superposeur V2): one identifier a row, its members by their SIREN.

    The names of the members hold commas as their separator does: only the codes are read.

    Args:
        path: the table; it has ``siren_groupement``.
        key: name of the column of the identifier.
        columns: all its columns, with commas.
        tally: receives counts.

    Returns:
        ``row``, ``key`` and ``member``.

    Raises:
        SourceError: the file is not such a table.

    """
    rows = once(read_table(path, columns.split(","), tally), columns.split(","), tally)
    rows = rows.with_columns(member=pl.col("siren_groupement").str.extract_all(_SIREN))
    apply(tally, "multi-valued", rows.filter(pl.col("member").list.len() > 1).height)
    return rows.explode("member").select(ROW, pl.col(key).alias("key"), "member")


def _each(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all(r";\s*", ";").str.extract_all(_MEMBER)


def _split(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all(r"\s*;\s*", ";").str.strip_chars(";").str.split(";")


def _readable(label: pl.Expr) -> pl.Expr:
    """Undo the web page's writing of ``&``, an accent beside its letter, the ends of lines."""
    plain = label.str.replace_all("&amp;", "&", literal=True).str.replace_all("e´", "é")
    return plain.str.replace_all(r"\s+", " ")
