"""Lists of centres, operations and the cross table, fed with files that something went wrong with.

A list is refused whole, with what to do; nothing of it is stated half.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.known import Known
from ingest.tables import Tally
from tests.ingest import spoiling
from tests.ingest.listed import files_of, map_files, map_spoilt, source_of, without_records

pytestmark = pytest.mark.shared
# Each list, its own file, and the column that holds the code of a member.
LISTS = {
    "acv/2018-10": ("acv_carte_2018-10.csv", "codgeo"),
    "acv/2023-08": ("liste-acv-com2023_rdata.csv", "insee_com"),
    "acv/2024-09": ("acv_carte_2024-09.csv", "insee_com"),
    "acv/2024-09-16": ("acv_superposeur_2024-09.csv", "liste_geo"),
    "acv/2025-07": ("acv_gazetteer_2026-05.csv", "insee_com"),
    "pvd/2021-01": ("pvd_carte_2021-01.csv", "insee_com"),
    "pvd/2024-09": ("pvd_superposeur_2024-09.csv", "liste_geo"),
    "pvd/2026-04": ("pvd_gazetteer_2026-05.csv", "insee_com"),
    "va/2024-09": ("va_superposeur_2024-09.csv", "liste_geo"),
    "entrees-ville/2024-09": ("acv2_superposeur_2024-09.csv", "liste_geo"),
    "frla/2024-09": ("frla_superposeur_2024-09.csv", "id_geo"),
    "pao/2024-09": ("pao_superposeur_2024-09.csv", "liste_geo"),
    "ort/2024-09": ("ort_dgaln_2024-09.csv", "Code commune"),
    "ort/2026-05": ("ort_gazetteer_2026-05.csv", "insee_com"),
    "anct-crossing/2024-07": ("ngeo-anct-cog2023.csv", "insee_com"),
}
# The cross table is long: one row in so many is enough to see what a repeat changes.
STEP = {"anct-crossing/2024-07": 50}
LAYER = "coeurdeville_2025-04.geojson"
Mapped = tuple[frozenset[str], Tally]
Mapper = Callable[[str, Callable[[spoiling.Table], spoiling.Table]], Mapped]


@pytest.fixture(scope="module")
def map_changed(national_known: Known, tmp_path_factory: pytest.TempPathFactory) -> Mapper:
    """Map a list whose table is changed; what is mapped unchanged is mapped once."""

    @cache
    def mapped(identifier: str, change: Callable[[spoiling.Table], spoiling.Table]) -> Mapped:
        def spoil(data: bytes) -> bytes:
            table = spoiling.sampled(spoiling.read(data), STEP.get(identifier, 1))
            return spoiling.write(change(table))

        folder = tmp_path_factory.mktemp("list")
        name, _ = LISTS[identifier]
        return map_spoilt(source_of(identifier), national_known, folder, name, spoil)

    return mapped


def unchanged(table: spoiling.Table) -> spoiling.Table:
    return table


@pytest.mark.parametrize("how", spoiling.FATAL)
@pytest.mark.parametrize("identifier", LISTS)
def test_a_spoilt_file_is_refused(
    identifier: str, how: str, national_known: Known, tmp_path: Path
) -> None:
    name, _ = LISTS[identifier]
    spoil = spoiling.FATAL[how]
    with pytest.raises(SourceError) as caught:
        map_spoilt(source_of(identifier), national_known, tmp_path, name, spoil)
    assert name in caught.value.what
    assert caught.value.todo


@pytest.mark.parametrize("how", spoiling.HARMLESS)
@pytest.mark.parametrize("identifier", LISTS)
def test_order_and_repeats_change_nothing(identifier: str, how: str, map_changed: Mapper) -> None:
    whole, _ = map_changed(identifier, unchanged)
    spoilt, tally = map_changed(identifier, spoiling.HARMLESS[how])
    assert without_records(spoilt) == without_records(whole)
    assert (tally.corrected["row-repeated"] > 0) == (how == "doubled")


@pytest.mark.parametrize("identifier", LISTS)
@pytest.mark.parametrize("code", ["999999", "NULL", "00000"])
def test_the_code_of_nothing_is_rejected_alone(
    identifier: str, code: str, map_changed: Mapper
) -> None:
    _, column = LISTS[identifier]

    def spoil(table: spoiling.Table) -> spoiling.Table:
        written = f"Nulle part ({code})" if column == "liste_geo" else code
        return spoiling.with_code(table, table[0].index(column), written)

    whole, before = map_changed(identifier, unchanged)
    spoilt, after = map_changed(identifier, spoil)
    assert len(after.rejections) == len(before.rejections) + 1
    assert without_records(spoilt) == without_records(whole)


def _attributes(change: Callable[[dict[str, object]], object]) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        layer = json.loads(data)
        for feature in layer["features"]:
            change(feature["properties"])
        return json.dumps(layer).encode()

    return spoil


LAYERS: dict[str, Callable[[bytes], bytes]] = {
    "truncated": spoiling.truncated,
    "recoded": spoiling.recoded,
    "renamed": _attributes(lambda each: each.update(insee=each.pop("insee_com"))),
    "widened": _attributes(lambda each: each.update(comment="x")),
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


def test_repeats_and_unknown_codes_of_a_layer(national_known: Known, tmp_path: Path) -> None:
    source = source_of("acv/2025-04")

    def spoil(data: bytes) -> bytes:
        layer = json.loads(data)
        last = layer["features"][-1]
        nowhere = {**last, "properties": {**last["properties"], "insee_com": 999999}}
        return json.dumps(layer | {"features": [*layer["features"], last, nowhere]}).encode()

    whole, _ = map_files(source, files_of(source), national_known)
    spoilt, tally = map_spoilt(source, national_known, tmp_path, LAYER, spoil)
    assert without_records(spoilt) == without_records(whole)
    assert tally.corrected["row-repeated"] == 1
    assert [each.reason for each in tally.rejections] == ["unknown-code: 999999"]
