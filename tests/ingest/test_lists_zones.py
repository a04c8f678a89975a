"""Zones of study have the communes that the national table gives them."""

import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from fastexcel import read_excel

from ingest.errors import SourceError
from ingest.known import Known
from tests.ingest import spoiling
from tests.ingest.referentials import WORKBOOK, Read, raw

pytestmark = pytest.mark.shared


def sheet(name: str) -> list[dict[str, str]]:
    frame: pl.DataFrame = (
        read_excel(WORKBOOK).load_sheet(name, header_row=5, dtypes="string").to_polars()
    )
    return frame.to_dicts()


ZONINGS = {
    "ZE2020": "zone-emploi",
    "UU2020": "unite-urbaine",
    "AAV2020": "aire-attraction",
    "BV2012": "bassin-de-vie",
}


class TestZones:
    """Zones have the communes that the national table gives them."""

    @pytest.mark.parametrize("column", ZONINGS)
    def test_each_zone_has_as_many_communes_as_the_other_sheet_says(
        self, column: str, read: Callable[[str], Read]
    ) -> None:
        zones = {
            row["CODGEO"]: int(row["NB_COM"])
            for row in sheet("Zones_supra_communales")
            if row["NIVGEO"] == column
            and "hors" not in row["LIBGEO"].replace("Cahors", "")
            and row["LIBGEO"] != "Sans objet"
        }
        kind = ZONINGS[column]
        found = read("zones/2022")
        sizes = Counter(zone for _, zone in found.pairs("inZone") if zone.startswith(kind))
        assert sizes == Counter({f"{kind}/{code}": size for code, size in zones.items()})
        typed = {zone for zone, _ in found.pairs("officialCode") if zone.startswith(kind)}
        assert typed == set(sizes)

    def test_a_commune_in_no_zone_has_none(self, read: Callable[[str], Read]) -> None:
        communes = sheet("COM")
        assert len(communes) == 34955
        outside = {f"commune/{row['CODGEO']}" for row in communes if row["CATEAAV2020"] == "30"}
        found = read("zones/2022")
        inside = {a for a, zone in found.pairs("inZone") if zone.startswith("aire-attraction")}
        assert inside.isdisjoint(outside)
        assert len(inside) + len(outside) == 34955
        classes = found.values("classifiedAs")
        assert {a for a, concept in classes.items() if concept == "attraction/outside"} == outside
        living = {a for a, zone in found.pairs("inZone") if zone.startswith("bassin-de-vie")}
        mayotte = {f"commune/{r['CODGEO']}" for r in communes if r["DEP"] == "976"}
        assert len(mayotte) == 17
        assert mayotte.isdisjoint(living)

    def test_overseas_urban_units_keep_their_letters(self, read: Callable[[str], Read]) -> None:
        codes = {row["UU2020"] for row in sheet("COM") if row["DEP"] == "974"}
        zones = {zone for _, zone in read("zones/2022").pairs("inZone")}
        real = {f"unite-urbaine/{code}" for code in codes if not code.endswith("000")}
        assert real
        assert all("/9D" in code or "/9" in code for code in real)
        assert real <= zones

    def test_loches_is_in_four_zones(self, read: Callable[[str], Read]) -> None:
        (row,) = (row for row in sheet("COM") if row["CODGEO"] == "37132")
        zones = {zone for a, zone in read("zones/2022").pairs("inZone") if a == "commune/37132"}
        assert zones == {f"{kind}/{row[column]}" for column, kind in ZONINGS.items()}
        names = {s: o for s, o in read("zones/2022").pairs("label") if o.startswith("Loches (")}
        assert set(names) == zones

    def test_merged_communes_keep_the_zone_of_their_time(
        self, read: Callable[[str], Read], national_known: Known
    ) -> None:
        latest = {
            item["code"]
            for item in national_known.packages["2026"]["communes"]
            if item["type"] == "commune-actuelle"
        }
        former = {row["CODGEO"] for row in sheet("COM")} - latest
        found = read("zones/2022")
        assert found.tally.corrected["merged-commune"] == len(former)
        assert {f"commune/{code}" for code in former} <= {a for a, _ in found.pairs("inZone")}

    def test_the_two_geographies_differ_for_one_commune(self, read: Callable[[str], Read]) -> None:
        old = {row["CODGEO"]: row["ZE2020"] for row in sheet("COM")}
        new = {row["insee_com"]: row["ze2020"] for row in raw("ze2020_communes_cog2025.csv")}
        moved = {code for code in old.keys() & new.keys() if old[code] != new[code]}
        assert moved == {"50272"}
        stated = read("unemployment/2025").values("inZone")
        assert stated == {f"commune/{code}": f"zone-emploi/{zone}" for code, zone in new.items()}


@pytest.mark.parametrize(
    ("text", "other"),
    [("CATEAAV2020", "CATEGORIE"), ("Zones_supra_communales", "Zones"), ("01001", "99999")],
)
def test_an_altered_workbook(text: str, other: str, national_known: Known, tmp_path: Path) -> None:
    """A renamed column or sheet stops the source; an unknown code costs its row only."""
    with zipfile.ZipFile(WORKBOOK) as old, zipfile.ZipFile(tmp_path / WORKBOOK.name, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name in {"xl/sharedStrings.xml", "xl/workbook.xml"}:
                data = data.replace(text.encode(), other.encode())
            new.writestr(name, data)
    if text == "01001":
        tally = Read("zones/2022", national_known, tmp_path).tally
        assert [rejection.reason for rejection in tally.rejections] == ["unknown-code: 99999"]
    else:
        with pytest.raises(SourceError) as caught:
            Read("zones/2022", national_known, tmp_path)
        assert other in caught.value.why or text in caught.value.what


@pytest.mark.parametrize(
    "spoil", [lambda data: data[: len(data) // 2], lambda _: b"", lambda _: spoiling.HTML]
)
def test_what_is_no_workbook_is_refused(
    spoil: Callable[[bytes], bytes], national_known: Known, tmp_path: Path
) -> None:
    (tmp_path / WORKBOOK.name).write_bytes(spoil(WORKBOOK.read_bytes()))
    with pytest.raises(SourceError) as caught:
        Read("zones/2022", national_known, tmp_path)
    assert WORKBOOK.name in caught.value.what
