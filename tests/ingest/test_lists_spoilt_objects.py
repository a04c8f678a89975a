"""Lists that are no tables, spoilt: a layer of a map, JSON objects of public money."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.known import Known
from tests.ingest import spoiling
from tests.ingest.listed import Graphs, map_spoilt, source_of, without_records
from tests.ingest.spoiling import Spoil

pytestmark = pytest.mark.shared
LAYER = "coeurdeville_2025-04.geojson"
OBJECTS = {
    "fonds-vert-region/2024": "paca_2024_map_data.json",
    "fonds-vert-lieux/2023": "corrections_2023.json",
}


def attributes(change: Callable[[dict[str, object]], object]) -> Spoil:
    def spoil(data: bytes) -> bytes:
        layer = json.loads(data)
        for feature in layer["features"]:
            change(feature["properties"])
        return json.dumps(layer).encode()

    return spoil


LAYERS: dict[str, Spoil] = {
    "truncated": spoiling.truncated,
    "recoded": spoiling.recoded,
    "renamed": attributes(lambda each: each.update(insee=each.pop("insee_com"))),
    "widened": attributes(lambda each: each.update(comment="x")),
    "empty": lambda _: b"",
    "no feature": lambda _: b'{"type": "FeatureCollection", "features": []}',
    "not a layer": lambda _: b"[1, 2]",
    "web page": lambda _: spoiling.HTML,
}


@pytest.mark.parametrize("how", LAYERS)
def test_a_spoilt_layer_is_refused(how: str, national_known: Known, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        map_spoilt(source_of("acv/2025-04"), national_known, tmp_path, LAYER, LAYERS[how])
    assert LAYER in caught.value.what


def test_repeats_and_unknown_codes_of_a_layer(
    national_known: Known, graphs: Graphs, tmp_path: Path
) -> None:
    source = source_of("acv/2025-04")

    def spoil(data: bytes) -> bytes:
        layer = json.loads(data)
        last = layer["features"][-1]
        nowhere = {**last, "properties": {**last["properties"], "insee_com": 999999}}
        return json.dumps(layer | {"features": [*layer["features"], last, nowhere]}).encode()

    whole, _ = graphs("acv/2025-04")
    spoilt, tally = map_spoilt(source, national_known, tmp_path, LAYER, spoil)
    assert without_records(spoilt) == without_records(whole)
    assert tally.corrected["row-repeated"] == 1
    assert [each.reason for each in tally.rejections] == ["unknown-code: 999999"]


def other_key(data: bytes) -> bytes:
    found = json.loads(data)
    first = found[0] if isinstance(found, list) else next(iter(found.values()))
    first["comment"] = "x"
    return json.dumps(found).encode()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.decode().encode("utf-16"),
        lambda _: b"",
        lambda _: b"[]",
        lambda _: b"{}",
        lambda _: b"[1, 2]",
        lambda _: spoiling.HTML,
        other_key,
    ],
    ids=["cut", "recoded", "no byte", "list", "table", "numbers", "web page", "another key"],
)
@pytest.mark.parametrize("identifier", OBJECTS)
def test_spoilt_objects_are_refused(
    identifier: str, spoil: Spoil, national_known: Known, tmp_path: Path
) -> None:
    name = OBJECTS[identifier]
    with pytest.raises(SourceError, match=re.escape(name)):
        map_spoilt(source_of(identifier), national_known, tmp_path, name, spoil)
