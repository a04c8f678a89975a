"""A broken reference file stops its source; a wrong row costs itself only."""

import shutil
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.known import Known
from tests.ingest import spoiling
from tests.ingest.referentials import DATA, TYPOLOGIES, Read

pytestmark = pytest.mark.shared


SPOILT = [
    *((identifier, name) for identifier, (name, _) in TYPOLOGIES.items()),
    ("filosofi/2021", "filosofi2021_communes.csv"),
    ("population/2022", "population_2010-2022.csv"),
    ("rsa/2024", "caf_rsa_2024.csv"),
    ("unemployment/2025", "ze2020_communes_cog2025.csv"),
    ("unemployment/2025", "chomage_ze2020_trimestriel.csv"),
    ("mergers/2024", "fusions_2003-2024.csv"),
    ("mergers/2024", "scissions.csv"),
]
ROWS = 300


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few rows of every table."""
    folder = tmp_path_factory.mktemp("samples")
    for path in DATA.glob("*.csv"):
        table = spoiling.read(path.read_bytes())
        few = spoiling.sampled(table, max(1, len(table) // ROWS))
        (folder / path.name).write_bytes(spoiling.write(few))
    return folder


@pytest.fixture
def folder(samples: Path, tmp_path: Path) -> Path:
    """A copy of them that a test may spoil."""
    return shutil.copytree(samples, tmp_path / "tables")


@pytest.mark.parametrize("spoiler", spoiling.FATAL)
@pytest.mark.parametrize(("identifier", "name"), SPOILT)
def test_a_spoilt_file_stops_its_source(
    identifier: str, name: str, spoiler: str, folder: Path, national_known: Known
) -> None:
    path = folder / name
    path.write_bytes(spoiling.FATAL[spoiler](path.read_bytes()))
    with pytest.raises(SourceError) as caught:
        Read(identifier, national_known, folder)
    assert name in caught.value.what


@pytest.mark.parametrize("spoiler", spoiling.HARMLESS)
@pytest.mark.parametrize(("identifier", "name"), SPOILT)
def test_order_and_repeats_change_nothing(
    identifier: str, name: str, spoiler: str, folder: Path, national_known: Known
) -> None:
    before = Read(identifier, national_known, folder)
    table = spoiling.read((folder / name).read_bytes())
    (folder / name).write_bytes(spoiling.write(spoiling.HARMLESS[spoiler](table)))
    after = Read(identifier, national_known, folder)
    assert after.lines.to_list() == before.lines.to_list()
    if spoiler == "doubled":
        assert after.tally.corrected["row-repeated"] >= len(table) - 1 - len(
            before.tally.rejections
        )


@pytest.mark.parametrize(("identifier", "name"), SPOILT)
def test_an_unknown_code_costs_its_row(
    identifier: str, name: str, folder: Path, national_known: Known
) -> None:
    before = Read(identifier, national_known, folder)
    table = spoiling.read((folder / name).read_bytes())
    column = next(
        n for n, title in enumerate(table[0]) if title in {"insee_com", "COM_INI", "ze2020"}
    )
    (folder / name).write_bytes(spoiling.write(spoiling.with_code(table, column, "9999")))
    after = Read(identifier, national_known, folder)
    assert len(after.tally.rejections) == len(before.tally.rejections) + 1
    assert after.tally.kept == before.tally.kept
    assert after.lines.to_list() == before.lines.to_list()
