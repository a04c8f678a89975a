"""The tables that people open elsewhere: the rows of an answer as a file of each kind."""

import io
import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import polars as pl

from queries.columns import WIDEST, Column, Kind, columns_of
from queries.engine import Table
from queries.errors import FormatError
from queries.excel_csv import write_excel_csv
from queries.geojson import PLACES, place_of, write_geojson
from queries.origin import Origin
from queries.workbook import write_workbook


@dataclass(frozen=True, slots=True)
class TableSpec:
    """What is to be known of one kind of file.

    Args:
        media_type: the registered media type, without parameters.
        extension: file extension without the dot; also the short name.
        aliases: other media types and names under which it is asked for.
        negotiable: whether its media type asks for it; another format has it where not.
    """

    media_type: str
    extension: str
    aliases: tuple[str, ...] = ()
    negotiable: bool = True


class TableFormat(Enum):
    """The formats of rows that the engine does not write; ``formats.Format`` has the others."""

    XLSX = TableSpec(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", ("excel",)
    )
    EXCEL_CSV = TableSpec("text/csv", "excel.csv", ("excel-csv",), negotiable=False)
    PARQUET = TableSpec("application/vnd.apache.parquet", "parquet", ("application/x-parquet",))
    GEOJSON = TableSpec("application/geo+json", "geojson", ("application/vnd.geo+json",))

    @property
    def media_type(self) -> str:
        """The registered media type, without parameters."""
        return self.value.media_type

    @property
    def extension(self) -> str:
        """The file extension, without the dot."""
        return self.value.extension

    def named(self, wanted: str) -> bool:
        """Whether a media type, a name or an extension means this format."""
        spec = self.value
        names = (spec.extension, self.name.lower(), *spec.aliases)
        return wanted in names or (spec.negotiable and wanted == spec.media_type)


def find_table(name: str) -> TableFormat | None:
    """Find a format by media type, name or extension; None where it is none of these."""
    wanted = name.partition(";")[0].strip().lower()
    return next((each for each in TableFormat if each.named(wanted)), None)


def tables_of(columns: tuple[str, ...]) -> tuple[TableFormat, ...]:
    """Give the formats that make sense for some columns: GeoJSON only where they name a place."""
    placed = place_of(columns) is not None
    return tuple(each for each in TableFormat if placed or each is not TableFormat.GEOJSON)


def require_place(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Give the columns that say where a row stands.

    Raises:
        FormatError: no column does.

    """
    place = place_of(columns)
    if place is None:
        wanted = ", or ".join(" and ".join(each) for each in PLACES)
        raise FormatError(
            "The answer cannot be given as GeoJSON.",
            f"Its rows stand nowhere: no column is called {wanted}.",
            "Ask for CSV, XLSX or Parquet, and join the codes with a map of your own.",
        )
    return place


def write_table(table: Table, chosen: TableFormat, origin: Origin) -> bytes:
    """Write the rows of an answer as a file.

    Args:
        table: the rows.
        chosen: the kind of file.
        origin: where they come from; the CSV has no place to say it.

    Returns:
        The file; the same rows from the same origin have the same bytes.

    Raises:
        FormatError: the rows do not fit into a file of that kind.

    """
    columns = columns_of(table)
    match chosen:
        case TableFormat.XLSX:
            return write_workbook(columns, origin)
        case TableFormat.EXCEL_CSV:
            return write_excel_csv(columns)
        case TableFormat.PARQUET:
            return _parquet(columns, origin)
        case TableFormat.GEOJSON:
            return write_geojson(columns, require_place(table.columns), origin)


def _parquet(columns: tuple[Column, ...], origin: Origin) -> bytes:
    """Write columns as Apache Parquet; key-value metadata say their origin and their types.

    The entry ``columns`` gives, for each column, its kind and the datatypes and language tags
    found in it: a text column of one language is whole with it.
    """
    frame = pl.DataFrame(
        [pl.Series(each.name, each.values, dtype=_dtype(each), strict=True) for each in columns]
    )
    described = {
        each.name: {
            "kind": each.kind.value,
            "datatypes": list(each.datatypes),
            "languages": list(each.languages),
        }
        for each in columns
    }
    said = origin.pairs() | {"columns": json.dumps(described, ensure_ascii=False)}
    output = io.BytesIO()
    frame.write_parquet(output, metadata=said)
    return output.getvalue()


def _dtype(column: Column) -> Any:
    if column.kind is Kind.DECIMAL:
        return pl.Decimal(WIDEST, column.scale)
    return _DTYPES[column.kind]


_DTYPES: Final[dict[Kind, Any]] = {
    Kind.TEXT: pl.String,
    Kind.INTEGER: pl.Int64,
    Kind.DOUBLE: pl.Float64,
    Kind.BOOLEAN: pl.Boolean,
    Kind.DATE: pl.Date,
    Kind.DATETIME: pl.Datetime("us"),
    Kind.INSTANT: pl.Datetime("us", "UTC"),
}
