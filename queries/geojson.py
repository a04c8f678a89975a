"""GeoJSON (RFC 7946): the rows of an answer that stand somewhere, as features."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from pygeoif import from_wkt, mapping
from pygeoif.exceptions import InvalidGeometryError, WKTParserError

from queries.columns import Column, Value
from queries.origin import Origin

PLACES: Final = (("wkt",), ("longitude", "latitude"))
"""The columns that say where a row stands: a ``geo:wktLiteral``, or degrees (WGS 84)."""
_CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_SYSTEM: Final = re.compile(r"\s*<([^>]*)>\s*")
_EAST: Final = 180
_NORTH: Final = 90


def place_of(columns: Iterable[str]) -> tuple[str, ...] | None:
    """Give the columns that say where a row stands, or None where none do."""
    known = set(columns)
    return next((place for place in PLACES if known.issuperset(place)), None)


def write_geojson(columns: tuple[Column, ...], place: Sequence[str], origin: Origin) -> bytes:
    """Write columns as a collection of features.

    Days are ISO texts and decimals JSON numbers. A row without a place has a null geometry
    (§3.2); so has one whose place cannot be read as WGS 84, whose columns then stay among the
    properties.

    Args:
        columns: as ``columns_of`` reads them.
        place: as ``place_of`` gives it.
        origin: what the member ``origin`` says (a foreign member, §6.1).

    Returns:
        The file.

    """
    count = len(columns[0].values) if columns else 0
    features = [
        _feature({each.name: each.values[row] for each in columns}, place) for row in range(count)
    ]
    collection = {
        "type": "FeatureCollection",
        "origin": origin.members(),
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _feature(row: Mapping[str, Value | None], place: Sequence[str]) -> dict[str, Any]:
    where = [row[name] for name in place]
    geometry = _from_wkt(str(where[0])) if len(where) == 1 else _point(*where)
    hidden = place if geometry is not None else ()
    properties = {name: _plain(value) for name, value in row.items() if name not in hidden}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _point(east: Value | None, north: Value | None) -> dict[str, Any] | None:
    if not isinstance(east, int | float | Decimal) or not isinstance(north, int | float | Decimal):
        return None
    here = (float(east), float(north))
    if not (abs(here[0]) <= _EAST and abs(here[1]) <= _NORTH):
        return None
    return {"type": "Point", "coordinates": here}


def _from_wkt(text: str) -> dict[str, Any] | None:
    system = _SYSTEM.match(text)
    # Without a system the literal is in CRS84 (GeoSPARQL 1.1 §8.5.1), as GeoJSON is.
    if system is not None and system[1] != _CRS84:
        return None
    try:
        found = from_wkt(text[system.end() :] if system else text)
    except (WKTParserError, InvalidGeometryError, ValueError):
        return None
    return None if found is None else _without_box(mapping(found))


def _without_box(geometry: Any) -> dict[str, Any]:
    kept = {name: value for name, value in geometry.items() if name != "bbox"}
    if "geometries" in kept:
        kept["geometries"] = [_without_box(each) for each in kept["geometries"]]
    return kept


def _plain(value: Value | None) -> str | int | float | bool | None:
    match value:
        case Decimal():
            return float(value)
        case float():
            return value if isfinite(value) else str(value)
        case date():
            return value.isoformat()
        case _:
            return value
