"""The lists of public money, spoilt: refused whole, or read the same."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.known import Known
from tests.ingest import spoiling
from tests.ingest.listed import files_of, map_files, map_spoilt, source_of, without_records

pytestmark = pytest.mark.shared
TABLES = {
    "dotations-investissement/2018": ("projets_di_2018.csv", "INSEECOM"),
    "dotations-investissement/2019": ("projets_dotations_investissement_2019.csv", "id_terr"),
    "fonds-vert/2023": ("fonds_vert_2023_p380.csv", "code_commune"),
    "operations-feder-fse/2016-07-11": ("operations_feder_fse_2016-07-11.csv", "Fonds"),
    "identifiants-collectivites/2022": ("identifiants_communes_2022.csv", "COG"),
    "formulaire-detr-dsil/2025-10": ("listes_controlees.csv", "liste"),
}
OBJECTS = {
    "fonds-vert-region/2024": "paca_2024_map_data.json",
    "fonds-vert-lieux/2023": "corrections_2023.json",
}


@pytest.mark.parametrize("how", spoiling.FATAL)
@pytest.mark.parametrize("identifier", TABLES)
def test_a_spoilt_table_is_refused(
    identifier: str, how: str, national_known: Known, tmp_path: Path
) -> None:
    name, _ = TABLES[identifier]
    with pytest.raises(SourceError, match=re.escape(name)):
        map_spoilt(source_of(identifier), national_known, tmp_path, name, spoiling.FATAL[how])


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
    identifier: str, spoil: Callable[[bytes], bytes], national_known: Known, tmp_path: Path
) -> None:
    name = OBJECTS[identifier]
    with pytest.raises(SourceError, match=re.escape(name)):
        map_spoilt(source_of(identifier), national_known, tmp_path, name, spoil)


@pytest.mark.parametrize("how", spoiling.HARMLESS)
@pytest.mark.parametrize("identifier", TABLES)
def test_another_order_and_doubled_rows_change_nothing(
    identifier: str, how: str, national_known: Known, tmp_path: Path
) -> None:
    source, (name, _) = source_of(identifier), TABLES[identifier]
    whole, _ = map_files(source, files_of(source), national_known)

    def spoil(data: bytes) -> bytes:
        return spoiling.write(spoiling.HARMLESS[how](spoiling.read(data)))

    spoilt, _ = map_spoilt(source, national_known, tmp_path, name, spoil)
    kept, expected = without_records(spoilt), without_records(whole)
    if (identifier, how) == ("operations-feder-fse/2016-07-11", "doubled"):
        # Without a number an operation is known by its line: as many, not the same.
        assert len(kept) == len(expected)
        return
    line = re.compile(r"/2023-[0-9]+")  # the same of the few files without a number
    assert {line.sub("", each) for each in kept} == {line.sub("", each) for each in expected}


@pytest.mark.parametrize("identifier", ["dotations-investissement/2018", "fonds-vert/2023"])
def test_a_code_of_nothing_loses_the_seat_and_not_the_award(
    identifier: str, national_known: Known, tmp_path: Path
) -> None:
    source, (name, column) = source_of(identifier), TABLES[identifier]
    key = {"fonds-vert/2023": "numero_dossier_ds"}.get(identifier, "IDENTIFIANT")
    siren = {"fonds-vert/2023": "siren"}.get(identifier, "INSEEEPCI")

    def spoil(data: bytes) -> bytes:
        table = spoiling.with_code(
            spoiling.read(data)[:2], spoiling.read(data)[0].index(column), "99999"
        )
        table[-1][table[0].index(key)] = "99999999"
        table[-1][table[0].index(siren)] = "200078004"
        return spoiling.write(table)

    lines, tally = map_spoilt(source, national_known, tmp_path, name, spoil)
    assert tally.uncertain["seat-unknown"] == 1 and not tally.rejections
    about = [line for line in lines if "/99999999>" in line.partition(" ")[0]]
    assert any("FundingAward" in line for line in about)
    assert not any("beneficiarySeat" in line for line in about)


def test_one_number_of_two_grants_is_rejected(national_known: Known, tmp_path: Path) -> None:
    identifier = "dotations-investissement/2019"
    name, _ = TABLES[identifier]

    def spoil(data: bytes) -> bytes:
        table = spoiling.read(data)[:3]
        return spoiling.write(spoiling.with_code(table, table[0].index("montant_sub"), "5"))

    _, tally = map_spoilt(source_of(identifier), national_known, tmp_path, name, spoil)
    (rejected,) = tally.rejections
    assert rejected.reason.startswith("repeats the key di19_dep")


def test_a_commune_of_no_known_code_is_no_body(national_known: Known, tmp_path: Path) -> None:
    identifier = "identifiants-collectivites/2022"
    name, column = TABLES[identifier]

    def spoil(data: bytes) -> bytes:
        table = spoiling.read(data)
        row = spoiling.with_code(table, table[0].index(column), "99999")
        row[-1][table[0].index("SIREN")] = "200078004"
        return spoiling.write(row)

    _, tally = map_spoilt(source_of(identifier), national_known, tmp_path, name, spoil)
    assert [r.reason for r in tally.rejections] == ["unknown-code: 99999"]
