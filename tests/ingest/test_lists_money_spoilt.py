"""Wrong rows of the lists of public money: what each costs."""

from pathlib import Path

import pytest

from ingest.known import Known
from tests.ingest import spoiling
from tests.ingest.listed import map_spoilt, source_of

pytestmark = pytest.mark.shared
TABLES = {
    "dotations-investissement/2018": ("projets_di_2018.csv", "INSEECOM"),
    "dotations-investissement/2019": ("projets_dotations_investissement_2019.csv", "id_terr"),
    "fonds-vert/2023": ("fonds_vert_2023_p380.csv", "code_commune"),
    "identifiants-collectivites/2022": ("identifiants_communes_2022.csv", "COG"),
}


@pytest.mark.parametrize("identifier", ["dotations-investissement/2018", "fonds-vert/2023"])
def test_a_code_of_nothing_loses_the_seat_and_not_the_award(
    identifier: str, national_known: Known, tmp_path: Path
) -> None:
    source, (name, column) = source_of(identifier), TABLES[identifier]
    key = {"fonds-vert/2023": "numero_dossier_ds"}.get(identifier, "IDENTIFIANT")
    siren = {"fonds-vert/2023": "siren"}.get(identifier, "INSEEEPCI")

    def spoil(data: bytes) -> bytes:
        table = spoiling.with_code(spoiling.read(data)[:2], column, "99999")
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
        return spoiling.write(spoiling.with_code(table, "montant_sub", "5"))

    _, tally = map_spoilt(source_of(identifier), national_known, tmp_path, name, spoil)
    (rejected,) = tally.rejections
    assert rejected.reason.startswith("repeats the key di19_dep")


def test_a_commune_of_no_known_code_is_no_body(national_known: Known, tmp_path: Path) -> None:
    identifier = "identifiants-collectivites/2022"
    name, column = TABLES[identifier]

    def spoil(data: bytes) -> bytes:
        table = spoiling.read(data)
        row = spoiling.with_code(table, column, "99999")
        row[-1][table[0].index("SIREN")] = "200078004"
        return spoiling.write(row)

    _, tally = map_spoilt(source_of(identifier), national_known, tmp_path, name, spoil)
    assert [r.reason for r in tally.rejections] == ["unknown-code: 99999"]
