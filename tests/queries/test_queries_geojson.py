"""GeoJSON: rows that stand somewhere, and the questions that have none."""

import json

import pyoxigraph as ox
import pytest

from queries.engine import Table
from queries.errors import FormatError
from queries.tables import TableFormat, require_place, tables_of, write_table
from tests.queries.tabling import ORIGIN, typed


def test_points_are_features_and_a_row_without_place_stays() -> None:
    table = Table(
        ("name", "longitude", "latitude", "since", "share"),
        (
            (
                ox.Literal("Tours"),
                typed("0.6889", "decimal"),
                typed("47.3900", "decimal"),
                typed("2024-07-01", "date"),
                typed("0.25", "decimal"),
            ),
            (ox.Literal("Nowhere"), None, None, None, None),
            (ox.Literal("Off"), typed("0.5", "decimal"), typed("147.0", "decimal"), None, None),
        ),
    )
    found = json.loads(write_table(table, TableFormat.GEOJSON, ORIGIN))
    assert found["type"] == "FeatureCollection"
    assert found["origin"]["version"] == ORIGIN.version
    tours, nowhere, off = found["features"]
    assert tours["geometry"] == {"type": "Point", "coordinates": [0.6889, 47.39]}
    assert tours["properties"] == {"name": "Tours", "since": "2024-07-01", "share": 0.25}
    assert nowhere["geometry"] is None and nowhere["properties"]["name"] == "Nowhere"
    assert off["geometry"] is None and off["properties"]["latitude"] == 147.0


@pytest.mark.parametrize(
    ("wkt", "geometry"),
    [
        ("POINT(0.5 47)", {"type": "Point", "coordinates": [0.5, 47]}),
        (
            "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(0.5 47)",
            {"type": "Point", "coordinates": [0.5, 47]},
        ),
        (
            "POLYGON((0 0,1 0,1 1,0 0))",
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
        ),
        # Latitude first: GeoJSON has no word for it.
        ("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(47 0.5)", None),
        ("POINT(a b)", None),
        ("nonsense", None),
    ],
)
def test_a_wkt_literal_is_a_geometry_where_it_can_be_read(wkt: str, geometry) -> None:
    literal = ox.Literal(
        wkt, datatype=ox.NamedNode("http://www.opengis.net/ont/geosparql#wktLiteral")
    )
    table = Table(("name", "wkt"), ((ox.Literal("x"), literal),))
    (feature,) = json.loads(write_table(table, TableFormat.GEOJSON, ORIGIN))["features"]
    assert feature["geometry"] == geometry
    assert feature["properties"].get("wkt") == (None if geometry else wkt)


def test_geojson_exists_only_where_rows_stand_somewhere() -> None:
    assert TableFormat.GEOJSON in tables_of(("name", "longitude", "latitude"))
    assert TableFormat.GEOJSON in tables_of(("wkt",))
    assert TableFormat.GEOJSON not in tables_of(("name", "longitude"))
    with pytest.raises(FormatError, match="GeoJSON") as caught:
        require_place(("name",))
    assert "wkt" in caught.value.why
