"""Reading a GeoJSON layer into columns: attributes as text, the geometry left aside."""

import json
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from ingest.errors import SourceError
from ingest.frames import ROW, read_text
from ingest.tables import Tally, wrong_header


def read_features(path: Path, columns: Iterable[str], tally: Tally) -> pl.DataFrame:
    """Read the attributes of a layer whose columns are known, in whatever order they come.

    Args:
        path: a GeoJSON ``FeatureCollection``.
        columns: the attributes that each feature must have, and no other.
        tally: counts the features.

    Returns:
        The attributes as trimmed text (a number as it is written), null where empty, and ``row``:
        the rank of the feature, the first being 1.

    Raises:
        SourceError: missing, empty, a page instead of a layer, wrongly encoded, cut short, or with
            other attributes.

    """
    expected = list(columns)
    try:
        layer = json.loads(read_text(path, "utf-8"), parse_int=str, parse_float=str)
        features = [feature["properties"] for feature in layer["features"]]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"{path.name} cannot be read as a GeoJSON layer.",
            f"{type(error).__name__}: {error}.",
            "Fetch the file again: it may be cut short or be of another format.",
        ) from error
    if not features:
        raise SourceError(f"{path.name} has no feature.", "It is empty.", "Fetch it again.")
    for attributes in features:
        if sorted(attributes) != sorted(expected):
            raise wrong_header(path, list(attributes), expected)
    tally.read += len(features)
    frame = pl.DataFrame(features, dict.fromkeys(expected, pl.String), orient="row")
    rows = pl.int_range(1, len(features) + 1, eager=True).alias(ROW)
    return frame.with_columns(pl.all().str.strip_chars().replace("", None)).insert_column(0, rows)
