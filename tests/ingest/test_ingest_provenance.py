"""The identifier of a build changes with whatever decides its content or its verdict."""

import shutil
from pathlib import Path

import pytest

from ingest import provenance

ROOT = Path(__file__).parent.parent.parent
ORIGINAL = provenance.code_hash()


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rooms that a test may change."""
    for room in ("ontology", "shapes", "ingest"):
        shutil.copytree(ROOT / room, tmp_path / room)
    monkeypatch.setattr(provenance, "_ROOT", tmp_path)
    return tmp_path


def test_a_copy_has_the_hash_of_the_original(rooms: Path) -> None:
    assert rooms != ROOT
    assert provenance.code_hash() == ORIGINAL


@pytest.mark.parametrize(
    "file",
    [
        "shapes/validation.py",
        "shapes/gates.ttl",
        "ontology/loading.py",
        "ontology/modules/core.ttl",
        "ontology/voc/kind.ttl",
        "ingest/coverage.py",
        "ingest/catalogue/core.ttl",
        "ingest/tables/rules.csv",
    ],
)
def test_what_decides_a_build_changes_it(rooms: Path, file: str) -> None:
    """A graph once validated must be validated again when the validation itself changes."""
    before = provenance.code_hash()
    with (rooms / file).open("a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    assert provenance.code_hash() != before


def test_fixtures_and_canaries_change_no_build(rooms: Path) -> None:
    before = provenance.code_hash()
    for file in ("shapes/fixtures/new.ttl", "ontology/canaries/bad/new.ttl"):
        (rooms / file).write_text("# new\n", encoding="utf-8")
    assert provenance.code_hash() == before


@pytest.mark.parametrize(
    ("file", "maps_again"),
    [
        ("ingest/catalogue/core.ttl", False),
        ("shapes/gates.ttl", False),
        ("ontology/voc/kind.ttl", True),
        ("ingest/lists/acv.py", True),
        ("ingest/tables/catalogue/families.csv", True),
    ],
)
def test_what_decides_how_every_source_is_mapped(rooms: Path, file: str, maps_again: bool) -> None:
    """An entry of the catalogue decides of its own source, which its part says."""
    before = provenance.mapping_hash()
    with (rooms / file).open("a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    assert (provenance.mapping_hash() != before) is maps_again
