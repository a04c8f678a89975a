"""Each commune has the class that a grid gives it, named by the scheme."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.known import Known
from ingest.lists.typologies import spellings
from tests.ingest import spoiling
from tests.ingest.referentials import DATA, TYPOLOGIES, Read, raw

pytestmark = pytest.mark.shared


# The notation of a concept of the massifs comes before its name in the file.
FIRST_CONCEPTS = {
    "density": {"Petites villes": "small-town", "Rural à habitat dispersé": "dispersed-rural"},
    "centrality": {"Communes non centre": "non-centre"},
    "rurality": {"Les ruralités résidentielles aisées": "residential-affluent"},
    "massif": {"05 - Massif de Corse": "corse", "06 - Massif Central": "massif-central"},
}


class TestTypologies:
    """Each commune has the class that the file gives it, named by the scheme."""

    @pytest.mark.parametrize("identifier", TYPOLOGIES)
    def test_each_class_has_as_many_communes_as_the_file(
        self, identifier: str, read: Callable[[str], Read]
    ) -> None:
        name, column = TYPOLOGIES[identifier]
        scheme = identifier.partition("/")[0]
        written = {row["insee_com"]: row[column].strip() for row in raw(name)}
        given = {code: text for code, text in written.items() if not text.endswith("undefined")}
        classes = read(identifier).values("classifiedAs")
        assert set(classes) == {f"commune/{code}" for code in given}
        sizes = Counter((given[commune[8:]], concept) for commune, concept in classes.items())
        assert len(sizes) == len(set(given.values())), "one concept for each label"
        for label, slug in FIRST_CONCEPTS[scheme].items():
            assert sizes[label, f"{scheme}/{slug}"] == Counter(given.values())[label]

    def test_leading_spaces_are_counted_and_removed(self, read: Callable[[str], Read]) -> None:
        spaced = sum(
            row["niveau_ruralite"].startswith(" ") for row in raw("ruralite_ot_cog2025.csv")
        )
        assert spaced == 34875
        assert read("rurality/2025").tally.corrected == Counter({"label-cleaned": spaced})

    def test_undefined_is_no_class(self, read: Callable[[str], Read]) -> None:
        undefined = [
            row["insee_com"]
            for row in raw("centralite_ot_cog2025.csv")
            if row["niveau_centralite"] == " - undefined"
        ]
        assert len(undefined) == 129
        assert all(code.startswith("97") for code in undefined)
        found = read("centrality/2025")
        assert found.tally.uncertain == Counter({"no-class": 129})
        assert not {f"commune/{code}" for code in undefined} & set(found.values("classifiedAs"))

    def test_the_massifs_name_mountain_communes_only(self, read: Callable[[str], Read]) -> None:
        classes = read("massif/2025").values("classifiedAs")
        assert len(classes) == 8594
        assert len(set(classes.values())) == 9
        assert classes["commune/2A362"] == "massif/corse"
        assert "commune/75056" not in classes

    def test_a_class_that_the_scheme_has_not_is_rejected(
        self, national_known: Known, tmp_path: Path
    ) -> None:
        name, _ = TYPOLOGIES["density/2025"]
        table = spoiling.sampled(spoiling.read((DATA / name).read_bytes()), 500)
        table[1][2] = "Rural profond"
        (tmp_path / name).write_bytes(spoiling.write(table))
        found = Read("density/2025", national_known, tmp_path)
        (rejection,) = found.tally.rejections
        assert rejection.reason == "no concept of density: Rural profond"
        assert rejection.row == 2
        assert len(found.pairs("classifiedAs")) == len(table) - 2

    def test_two_classes_for_one_commune_are_both_rejected(
        self, national_known: Known, tmp_path: Path
    ) -> None:
        name, _ = TYPOLOGIES["density/2025"]
        table = spoiling.sampled(spoiling.read((DATA / name).read_bytes()), 500)
        other = next(row[2] for row in table[2:] if row[2] != table[1][2])
        table.append([table[1][0], table[1][1], other])
        (tmp_path / name).write_bytes(spoiling.write(table))
        found = Read("density/2025", national_known, tmp_path)
        assert len(found.tally.rejections) == 2
        assert f"commune/{table[1][0]}" not in found.values("classifiedAs")

    def test_a_concept_is_found_by_name_by_code_and_by_both(self) -> None:
        slugs = dict(spellings("massif").iter_rows())
        assert {slugs[text] for text in ("Massif du Jura", "02", "02 - Massif du Jura")} == {"jura"}
