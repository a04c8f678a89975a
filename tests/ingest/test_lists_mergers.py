"""Mergers and splits before the vintages loaded, and the communes they ended."""

import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from ingest.known import Known
from tests.conftest import COG
from tests.ingest import spoiling
from tests.ingest.referentials import DATA, ID, Read, raw

pytestmark = pytest.mark.shared


def pad(code: str) -> str:
    return code.zfill(5)


class TestMergers:
    """Mergers and splits before the vintages loaded, and the communes they ended."""

    def test_the_tables_are_whole(self, read: Callable[[str], Read]) -> None:
        mergers, splits = raw("fusions_2003-2024.csv"), raw("scissions.csv")
        assert (len(mergers), len(splits)) == (2644, 47)
        found = read("mergers/2024")
        assert (found.tally.read, found.tally.kept) == (2691, 2691)
        lost = sum(len(row["COM_INI"]) == 4 or len(row["COM_FIN"]) == 4 for row in mergers)
        assert lost == 146
        assert found.tally.corrected == Counter({"lost-zero": lost})

    def test_each_merger_is_one_event_of_its_communes(self, read: Callable[[str], Read]) -> None:
        expected: dict[str, set[str]] = defaultdict(set)
        for row in raw("fusions_2003-2024.csv"):
            if row["ANNEE_MODIF"] < "2022":
                key = f"event/{row['ANNEE_MODIF']}-{pad(row['COM_FIN'])}"
                expected[key].add(f"commune/{pad(row['COM_INI'])}")
        for row in raw("scissions.csv"):
            if row["ANNEE_MODIF"] < "2022" and row["COM_INI"] != row["COM_FIN"]:
                key = f"event/{row['ANNEE_MODIF']}-{row['COM_FIN']}"
                assert key not in expected
                expected[key] = {f"commune/{row['COM_INI']}"}
        found = read("mergers/2024")
        inputs: dict[str, set[str]] = defaultdict(set)
        for event, commune in found.pairs("eventInput"):
            inputs[event].add(commune)
        assert inputs == expected
        years = dict(found.pairs("firstReadIn"))
        assert all(f"cog-{event[6:10]}" in vintage for event, vintage in years.items())

    def test_an_event_of_the_geographic_code_gets_one_more_source_and_nothing_else(
        self, read: Callable[[str], Read], national_known: Known
    ) -> None:
        found = read("mergers/2024")
        supported = {event for event, _ in found.pairs("supportedBy")}
        late = {event for event in supported if event[6:10] >= "2022"}
        rows = [*raw("fusions_2003-2024.csv"), *raw("scissions.csv")]
        assert {event[6:10] for event in late} == {"2022", "2023", "2024"}
        assert len(late) == len(
            {
                (row["ANNEE_MODIF"], pad(row["COM_FIN"]))
                for row in rows
                if row["ANNEE_MODIF"] >= "2022"
                and not (row in rows[2644:] and row["COM_INI"] == row["COM_FIN"])
            }
        )
        assert {f"{ID}{event}" for event in late} <= national_known.subjects
        assert late.isdisjoint(event for event, _ in found.pairs("eventInput"))
        assert late.isdisjoint(event for event, _ in found.pairs("label"))

    def test_the_form_of_a_merger_is_said_only_where_it_is_known(
        self, read: Callable[[str], Read]
    ) -> None:
        types = read("mergers/2024").values("eventType")
        assert types["event/2016-01187"] == "event-type/new-commune"
        assert types["event/2021-27058"] == "event-type/code-change"
        assert types["event/2009-31300"] == "event-type/split"
        early = {
            row["COM_FIN"] for row in raw("fusions_2003-2024.csv") if row["ANNEE_MODIF"] == "2007"
        }
        assert early
        assert not [code for code in early if f"event/2007-{pad(code)}" in types]

    def test_the_communes_that_no_vintage_lists_are_described_once(
        self, read: Callable[[str], Read], national_known: Known
    ) -> None:
        listed = {
            item["code"]
            for items in national_known.packages.values()
            for item in items["communes"]
            if item["type"] == "commune-actuelle"
        }
        rows = [*raw("fusions_2003-2024.csv"), *raw("scissions.csv")]
        named = {pad(row[side]) for row in rows for side in ("COM_INI", "COM_FIN")}
        found = read("mergers/2024")
        codes = found.values("inseeCode")
        assert set(codes.values()) == named - listed
        assert all(iri == f"commune/{code}" for iri, code in codes.items())
        heirs = found.values("isReplacedBy")
        assert set(heirs) == set(codes)
        latest = json.loads((COG / "communes.json").read_text(encoding="utf-8"))
        today = {f"commune/{i['code']}" for i in latest if i["type"] == "commune-actuelle"}
        assert set(heirs.values()) <= today
        assert heirs["commune/01176"] == "commune/01187"
        names = dict(found.pairs("label"))
        # Saint-Symphorien-le-Château until 2012.
        assert names["commune/28361"] == "Bleury-Saint-Symphorien"

    @pytest.mark.parametrize(("code", "heir"), [("01330", "01187"), ("93059", "93066")])
    def test_merged_codes_resolve(self, code: str, heir: str, national_known: Known) -> None:
        resolved = national_known.codes.resolve(pl.DataFrame({"code": [code]}), "code")
        assert resolved["listed"].to_list() == [code]
        assert resolved["current"].to_list() == [heir]

    def test_a_code_of_nothing_and_a_year_of_nothing_are_rejected(
        self, national_known: Known, tmp_path: Path
    ) -> None:
        shutil.copy(DATA / "scissions.csv", tmp_path)
        table = [
            ["ANNEE_MODIF", "COM_INI", "COM_FIN", "LIB_COM_INI", "LIB_COM_FIN"],
            ["2016", "99999", "1187", "Rien", "Haut Valromey"],
            ["NULL", "1409", "1187", "Songieu", "Haut Valromey"],
            ["2016", "1409", "1187", "Songieu", "Haut Valromey"],
        ]
        (tmp_path / "fusions_2003-2024.csv").write_bytes(spoiling.write(table))
        found = Read("mergers/2024", national_known, tmp_path)
        assert [(r.row, r.reason) for r in found.tally.rejections] == [
            (3, "not a year of this century"),
            (2, "unknown-code: 99999 1187"),
        ]
        assert dict(found.pairs("eventInput"))["event/2016-01187"] == "commune/01409"
