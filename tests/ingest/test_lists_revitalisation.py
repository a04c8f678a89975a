"""Revitalisation operations: what is signed, when, and whose act it may also be."""

from collections import Counter

import pytest

from tests.ingest.listed import Mapped, Rows, Said, deployments, raw

pytestmark = pytest.mark.shared
TABLE, LIST = "ort/2024-09", "ort/2026-05"
SIGNED = "Si signée, date de signature"


@pytest.fixture(scope="module")
def table() -> Rows:
    return raw("ort/ort_dgaln_2024-09.csv")


def key(code: str) -> str:
    return f"{code[:3] if code.startswith('97') else code[:2]}-{code}"


def observed(said: Said) -> set[str]:
    start = "deployment/fr-ort/"
    return {s.removeprefix(start) for s, p in said if p == "observedOn" and s.startswith(start)}


def same_acts(said: Said) -> set[tuple[str, str]]:
    return {
        (s.removeprefix("deployment/fr-ort/"), value.removeprefix("deployment/"))
        for (s, p), values in said.items()
        if p == "possiblySameAgreementAs"
        for value in values
    }


def test_only_signed_agreements_are_kept(mapped: Mapped, table: Rows) -> None:
    status = Counter(row["Signée ?"] for row in table)
    assert status == {"Signée": 1896, "Non signée": 289, "": 77, "En cours": 28}
    said, tally = mapped(TABLE)
    signed = {key(row["Code commune"]) for row in table if row["Signée ?"] == "Signée"}
    assert observed(said) == signed
    assert len(tally.rejections) == 289 + 77 + 28
    reasons = Counter(each.reason for each in tally.rejections)
    assert reasons["not-signed: (empty)"] == 77
    assert tally.kept == 1896


def test_every_signatory_of_2026_is_an_operation(mapped: Mapped) -> None:
    said, tally = mapped(LIST)
    rows = raw("ort/ort_gazetteer_2026-05.csv")
    assert observed(said) == {key(row["insee_com"]) for row in rows}
    assert tally.kept == len(rows) == 2265
    assert "37-37072" not in deployments(said, "fr-ort"), "Chinon is described by the worked case"
    assert "37-37072" in observed(said)
    assert said["deployment/fr-ort/01-01004/perimeter", "perimeterExtent"] == {"extent/part"}
    assert said["deployment/fr-ort/01-01004", "type"] == {"Contract"}


def test_dates_that_come_after_the_row_that_gives_them_are_left(
    mapped: Mapped, table: Rows
) -> None:
    def told(row: dict[str, str]) -> str:
        day, month, year = row["Dernière actualisation"][:10].split("-")
        return f"{year}-{month}-{day}"

    signed = [row for row in table if row["Signée ?"] == "Signée"]
    future = [row for row in signed if row[SIGNED] and row[SIGNED] > told(row)]
    assert mapped(TABLE)[1].uncertain["date-future"] == len(future) > 0
    said = mapped(TABLE)[0]
    for row in signed:
        stated = said.get((f"deployment/fr-ort/{key(row['Code commune'])}", "agreementSignedOn"))
        sure = row[SIGNED] and row not in future
        assert (stated or set()) == ({row[SIGNED]} if sure else set())
    late = [
        row for row in raw("ort/ort_gazetteer_2026-05.csv") if row["date_signature"] > "2026-05-27"
    ]
    assert mapped(LIST)[1].uncertain["date-future"] == len(late) == 5


def test_no_duration_is_invented(mapped: Mapped, table: Rows) -> None:
    signed = [row for row in table if row["Signée ?"] == "Signée"]
    zero = [row for row in signed if row["Durée (en années)"] == "0"]
    assert mapped(TABLE)[1].uncertain["zero-duration"] == len(zero)
    said = mapped(TABLE)[0]
    assert not any(p in {"validBefore", "validFrom", "duration"} for _, p in said)
    notes = [values for (_, p), values in said.items() if p == "recordNote"]
    assert len(notes) == sum(bool(row["Date de fin estimée"]) for row in signed)


def test_an_estimated_end_does_not_end_an_agreement(table: Rows) -> None:
    # Why it is kept in words: the list of 2026 still has agreements past theirs.
    still = {row["insee_com"] for row in raw("ort/ort_gazetteer_2026-05.csv")}
    past = 0
    for row in table:
        if row["Signée ?"] == "Signée" and row["Date de fin estimée"]:
            day, month, year = row["Date de fin estimée"].split("-")
            past += f"{year}-{month}-{day}" < "2026-05-27" and row["Code commune"] in still
    assert past > 0


def test_one_legal_act_may_be_counted_twice(mapped: Mapped) -> None:
    said, tally = mapped(LIST)
    signed = {row["insee_com"] for row in raw("ort/ort_gazetteer_2026-05.csv")}
    small = {row["insee_com"] for row in raw("pvd/pvd_gazetteer_2026-05.csv")}
    towns = {row["insee_com"] for row in raw("acv/acv_gazetteer_2026-05.csv")}
    assert (len(signed & small), len(signed & towns), len(small - signed)) == (1526, 240, 120)
    links = same_acts(said)
    assert {pair for pair in links if pair[1].startswith("fr-pvd/")} == {
        (key(code), f"fr-pvd/{code}") for code in signed & small
    }
    linked = {ort for ort, other in links if other.startswith("fr-acv")}
    assert linked <= {key(code) for code in signed & towns}
    assert tally.corrected["same-legal-act"] == len(links)


def test_the_act_is_of_the_phase_in_which_it_was_signed(mapped: Mapped) -> None:
    dates = {
        row["insee_com"]: row["date_signature"] for row in raw("ort/ort_gazetteer_2026-05.csv")
    }
    ids = {row["insee_com"]: row for row in raw("acv/liste-acv-com2023_rdata.csv")}
    for row in raw("acv/acv_carte_2024-09.csv"):
        ids.setdefault(row["insee_com"], {"id_acv": row["id_acv"], "date_signature": ""})
    towns = {row["insee_com"] for row in raw("acv/acv_gazetteer_2026-05.csv")}
    expected = set()
    for code in towns & set(dates):
        if "2023" <= dates[code] <= "2026-05-27":
            expected.add((key(code), f"fr-acv2/{ids[code]['id_acv']}"))
        elif "" < dates[code] < "2023" and ids[code]["date_signature"]:
            expected.add((key(code), f"fr-acv1/{ids[code]['id_acv']}"))
    stated = {pair for pair in same_acts(mapped(LIST)[0]) if pair[1].startswith("fr-acv")}
    assert stated == expected


def test_flags_of_the_official_table(mapped: Mapped, table: Rows) -> None:
    flagged = {
        key(row["Code commune"])
        for row in table
        if row["Signée ?"] == "Signée" and row["PVD"] == "true"
    }
    links = same_acts(mapped(TABLE)[0])
    assert {ort for ort, other in links if other.startswith("fr-pvd/")} == flagged


def test_the_table_of_2024_is_not_exhaustive(mapped: Mapped, table: Rows) -> None:
    have = {row["Code commune"] for row in table if row["Signée ?"] == "Signée"}
    before = [
        row
        for row in raw("ort/ort_gazetteer_2026-05.csv")
        if row["insee_com"] not in have and "" < row["date_signature"] < "2024-09-18"
    ]
    assert len(before) == 222
    assert not any(p == "completeFor" for _, p in mapped(TABLE)[0])
    assert any(p == "completeFor" for _, p in mapped(LIST)[0])


def test_merged_communes_stay_as_listed(mapped: Mapped) -> None:
    for identifier in (TABLE, LIST):
        assert mapped(identifier)[1].corrected["merged-commune"] == 5
    for code in ("16226", "62461", "62549", "62743", "72287"):
        assert key(code) in observed(mapped(LIST)[0])
