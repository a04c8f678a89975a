"""Spoilt files of counters, workshops, mountains, groupings and action groups."""

import re
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.known import Known
from tests.ingest import spoiling
from tests.ingest.listed import files_of, map_files, map_spoilt, source_of, without_records

pytestmark = pytest.mark.shared
# Each file that is read: the column of its codes, a code of nothing, and the reason given.
_NAMED = ("liste_geo", "X (99999)", "unknown-code: 99999")
_BODIES = ("liste_geo", "X (200000001)", "unknown-code: 200000001")
_SIRENS = ("siren_groupement", "200000001", "unknown-code: 200000001")
FILES = {
    ("france-services/2021-04", "france_services_2021-04.csv"): (
        "insee_com", "99999", "unknown-code: 99999"),
    ("france-services/2024-09", "fs_superposeur_2024-09.csv"): _NAMED,
    ("france-services/2025", "france_services_2025.csv"): (
        "insee_com", "99999", "unknown-code: 99999"),
    ("fabriques-territoire/2024-09", "fabt_superposeur_2024-09.csv"): _NAMED,
    ("manufactures-proximite/2024-09", "manuprox_superposeur_2024-09.csv"): _NAMED,
    ("fabriques-prospectives/2024-09", "fabp_superposeur_2024-09.csv"): _BODIES,
    ("fabriques-prospectives/2026-07", "fabriques_superposeur-v2_2026-07.csv"): _SIRENS,
    ("cites-educatives/2024-09", "citeduc_superposeur_2024-09.csv"): _NAMED,
    ("cites-emploi/2024-09", "cde_superposeur_2024-09.csv"): _NAMED,
    ("avenir-montagnes-ingenierie/2024-09", "ami_superposeur_2024-09.csv"): _BODIES,
    ("avenir-montagnes-ingenierie/2026-07", "ami_superposeur-v2_2026-07.csv"): _SIRENS,
    ("avenir-montagnes-mobilites/2024-09", "amm_superposeur_2024-09.csv"): _BODIES,
    ("avenir-montagnes-mobilites/2026-07", "amm_superposeur-v2_2026-07.csv"): _SIRENS,
    ("groupements/2026-06", "groupements_2026-06.csv"): ("type", "XYZ", "unknown-type"),
    ("groupements/2026-06", "groupements_2026-06_membres.csv"): (
        "code_membre", "99999", "unknown-code: 99999"),
    ("aides-territoires/2023-01", "perimetres_2023-01.csv"): (
        "categorie", "unheard-of", "name-only: unheard-of"),
    ("leader-groups/2023-04", "gal_2014_2020.csv"): ("code_gal", "LAG 7", "unknown-code"),
    ("leader-counts/2023", "gal_par_region.csv"): ("code_insee_region", "99", "unknown-code"),
}  # fmt: skip


@pytest.mark.parametrize("how", spoiling.FATAL)
@pytest.mark.parametrize(("identifier", "name"), FILES)
def test_a_spoilt_file_is_refused(
    identifier: str, name: str, how: str, national_known: Known, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=re.escape(name)):
        map_spoilt(source_of(identifier), national_known, tmp_path, name, spoiling.FATAL[how])


@pytest.mark.parametrize("how", spoiling.HARMLESS)
@pytest.mark.parametrize(("identifier", "name"), FILES)
def test_another_order_and_doubled_rows_change_nothing(
    identifier: str, name: str, how: str, national_known: Known, tmp_path: Path
) -> None:
    source = source_of(identifier)
    whole, _ = map_files(source, files_of(source), national_known)

    def spoil(data: bytes) -> bytes:
        return spoiling.write(spoiling.HARMLESS[how](spoiling.read(data)))

    spoilt, _ = map_spoilt(source, national_known, tmp_path, name, spoil)
    assert without_records(spoilt) == without_records(whole)


@pytest.mark.parametrize(("identifier", "name"), FILES)
def test_a_code_of_nothing_is_rejected(
    identifier: str, name: str, national_known: Known, tmp_path: Path
) -> None:
    column, value, reason = FILES[identifier, name]
    source = source_of(identifier)
    _, sound = map_files(source, files_of(source), national_known)

    def spoil(data: bytes) -> bytes:
        table = spoiling.read(data)
        if "type_groupement" in table[0]:
            kind = table[0].index("type_groupement")
            table.append(next(row for row in table if row[kind] == "PETR"))
        return spoiling.write(spoiling.with_code(table, table[0].index(column), value))

    _, tally = map_spoilt(source, national_known, tmp_path, name, spoil)
    before = [r.reason for r in sound.rejections]
    new = [r.reason for r in tally.rejections]
    for each in before:
        new.remove(each)
    assert new and set(new) == {reason}


def test_groupings_without_their_members_are_refused(national_known: Known) -> None:
    source = source_of("groupements/2026-06")
    files = files_of(source)
    del files["groupements_2026-06_membres.csv"]
    with pytest.raises(SourceError, match="membres"):
        map_files(source, files, national_known)
