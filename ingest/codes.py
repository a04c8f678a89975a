"""Resolving codes: from what a list writes to the territory it named, and to today's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from ingest.rules import apply_column
from ingest.tables import Tally

Items = Mapping[str, list[dict[str, Any]]]

_FAKE: Final = ("NULL", "NA", "N/A", "NAN", "NON RENSEIGNE", "-")
_PARTS: Final = {"commune-deleguee", "commune-associee"}
_SCHEMA: Final = dict.fromkeys(("code", "kind", "listed", "current", "rule", "name"), pl.String)
_INSEE: Final = 5
_SIREN: Final = 9


@dataclass(frozen=True, slots=True)
class Codes:
    """What each code has named since the first vintage loaded.

    The table has one row a code: ``kind`` and ``listed`` are the territory it names, ``current``
    the commune or EPCI it is or has become (null for an EPCI that has ended), ``rule`` what had to
    be done to read it so, ``name`` the latest name of what is listed.
    """

    table: pl.DataFrame

    def resolve(self, frame: pl.DataFrame, column: str) -> pl.DataFrame:
        """Add ``kind``, ``listed``, ``current``, ``rule``, ``name``, ``spelling``; null if unknown.

        Args:
            frame: the rows.
            column: holds the codes as the source writes them.

        """
        cleaned = clean(pl.col(column)).alias("_code")
        known = self.table.rename({"code": "_code"})
        rows = frame.with_columns(cleaned)
        found = rows.join(known, on="_code", how="left", maintain_order="left")
        written = pl.col(column).str.strip_chars()
        spelling = (
            pl.when(written == pl.col("_code"))
            .then(None)
            .when(written.str.starts_with("="))
            .then(pl.lit("quoted-code"))
            .when(written.str.ends_with(".0"))
            .then(pl.lit("float-code"))
            .otherwise(pl.lit("lost-zero"))
        )
        return found.with_columns(
            pl.when(pl.col("kind").is_null()).then(None).otherwise(spelling).alias("spelling")
        ).drop("_code")


def count_rules(tally: Tally, resolved: pl.DataFrame) -> None:
    """Count the rules by which the codes of a frame were read."""
    for column in ("rule", "spelling"):
        apply_column(tally, resolved[column])


def clean(code: pl.Expr) -> pl.Expr:
    """Undo what spreadsheets do to codes: wrappers, decimals, lost leading zeros.

    Args:
        code: the codes as written.

    Returns:
        Codes of five characters (INSEE) or nine (SIREN) where they can be so; null for fake ones.

    """
    bare = code.str.strip_chars().str.replace(r'^="(.*)"$', "$1").str.replace(r"\.0$", "")
    length = bare.str.len_chars()
    digits = bare.str.contains(r"^[0-9]+$")
    padded = (
        pl.when(digits & (length == _INSEE - 1))
        .then(bare.str.zfill(_INSEE))
        .when(digits & (length == _SIREN - 1))
        .then(bare.str.zfill(_SIREN))
        .otherwise(bare)
    )
    return pl.when(bare.str.to_uppercase().is_in(_FAKE)).then(None).otherwise(padded)


def read_codes(packages: Mapping[str, Items]) -> Codes:
    """Index the codes of every vintage of the geographic code.

    Args:
        packages: by vintage (``2021`` …), the lists ``communes``, ``epci`` and, if there is one,
            ``ept``.

    Returns:
        The index; where vintages differ, the latest that has the code decides.

    """
    rows: dict[str, tuple[str, str, str | None, str | None, str]] = {}
    latest = max(packages)
    heirs = successors(packages[latest])
    for vintage in sorted(packages, reverse=True):
        now = vintage == latest
        for kind in ("epci", "ept"):
            for item in packages[vintage].get(kind, []):
                code = item["code"]
                ended = None if now else "ended-epci"
                rows.setdefault(code, (kind, code, code if now else None, ended, item["nom"]))
        for item in packages[vintage]["communes"]:
            code, name = item["code"], item["nom"]
            if item["type"] == "commune-actuelle":
                current = code if now else heirs.get(code)
                rule = None if now else "merged-commune"
                rows.setdefault(code, ("commune", code, current, rule, name))
                if siren := item.get("siren"):
                    named = rows[code]
                    rows.setdefault(siren, (*named[:3], named[3] or "commune-siren", named[4]))
            elif item["type"] == "arrondissement-municipal":
                whole = item["commune"]
                rows.setdefault(code, (item["type"], code, whole, "municipal-arrondissement", name))
    for code, current in heirs.items():
        name = rows[current][4]
        rows.setdefault(code, ("commune", current, current, "merged-commune", name))
    data = [(code, *row) for code, row in rows.items()]
    return Codes(pl.DataFrame(data, _SCHEMA, orient="row"))


def successors(items: Items) -> dict[str, str]:
    """Return what each code that no longer names a commune has become in a vintage."""
    communes = items["communes"]
    current = {item["code"] for item in communes if item["type"] == "commune-actuelle"}
    return {former: heir for former, heir in _inheritances(communes) if former not in current}


def _inheritances(communes: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for item in communes:
        if item["type"] in _PARTS:
            yield item["code"], item["chefLieu"]
    for item in communes:
        if item["type"] == "commune-actuelle":
            for former in item.get("anciensCodes", []):
                yield former, item["code"]
