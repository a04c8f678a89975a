"""Zonings and priority neighbourhoods: the real files, recomputed in plain Python."""

from collections import Counter, defaultdict

import pytest

from tests.ingest.listed import Mapped, Said, members, raw

pytestmark = pytest.mark.shared
CLASS = "Classement FRR et FRR+ au 10 juillet 2025"


def communes(rows: list[dict[str, str]], column: str, *conditions: tuple[str, str]) -> set[str]:
    return {
        f"commune/{row[column]}"
        for row in rows
        if not conditions or any(row[name] == value for name, value in conditions)
    }


def extent(said: Said, deployment: str) -> set[str]:
    return said[f"deployment/{deployment}/perimeter", "perimeterExtent"]


def areas(said: Said, instrument: str) -> set[str]:
    """The areas in which a list is stated complete for an instrument."""
    return {
        area
        for (subject, prop), values in said.items()
        if prop == "completeWithin" and said[subject, "completeFor"] == {f"instrument/{instrument}"}
        for area in values
    }


def test_classes_of_frr_are_those_of_the_oracle() -> None:
    # issue 4 and data/frr-zrr/SOURCE.md
    assert Counter(row[CLASS] for row in raw("frr-zrr/frr_2025-07.csv", ";")) == {
        "Non classée": 14_941,
        "FRR socle": 13_313,
        "FRR+": 4_456,
        "FRR bénéficiaire": 2_134,
        "Classée FRR partiellement": 20,
        "FRR bénéficiaire partiellement": 11,
    }


@pytest.mark.parametrize(
    ("instrument", "key", "words", "reach"),
    [
        ("fr-frr", "2025-07", ("FRR socle", "FRR+"), "whole"),
        ("fr-frrplus", "2025-07", ("FRR+",), "whole"),
        ("fr-frr", "2025-07-partiellement", ("Classée FRR partiellement",), "part"),
        ("fr-frr", "2025-07-beneficiaires", ("FRR bénéficiaire",), "whole"),
        (
            "fr-frr",
            "2025-07-beneficiaires-partiellement",
            ("FRR bénéficiaire partiellement",),
            "part",
        ),
    ],
)
def test_each_class_of_frr_is_one_deployment(
    instrument: str, key: str, words: tuple[str, ...], reach: str, mapped: Mapped
) -> None:
    said, _ = mapped("frr/2025-07")
    rows = raw("frr-zrr/frr_2025-07.csv", ";")
    expected = communes(rows, "Code_insee", *((CLASS, word) for word in words))
    assert members(said, instrument, key) == expected
    assert extent(said, f"{instrument}/{key}") == {f"extent/{reach}"}
    assert said[f"deployment/{instrument}/{key}", "observedOn"] == {"2025-07-10"}


def test_commune_not_classified_is_known_by_the_list_being_complete(mapped: Mapped) -> None:
    said, tally = mapped("frr/2025-07")
    assert (tally.read, tally.kept) == (34_875, 34_875)
    rows = raw("frr-zrr/frr_2025-07.csv", ";")
    named = {
        value for (_, prop), values in said.items() if prop == "perimeterMember" for value in values
    }
    assert not named & communes(rows, "Code_insee", (CLASS, "Non classée"))
    assert areas(said, "fr-frr") == areas(said, "fr-frrplus") == {"pays/FR"}


def test_beneficiaries_are_said_to_keep_what_they_had(mapped: Mapped) -> None:
    said, _ = mapped("frr/2025-07")
    notes = said["deployment/fr-frr/2025-07-beneficiaires", "recordNote"]
    assert {note[-3:] for note in notes} == {"@fr", "@en"}
    assert all("ZRR" in note and "2027" in note for note in notes)


def test_frr_is_established_by_the_order_of_2024(mapped: Mapped) -> None:
    said, _ = mapped("frr/2025-07")
    acts = said["deployment/fr-frr/2025-07", "establishedBy"]
    assert acts == {"legal-act/arrete-2024-06-19"}
    # No source says which act lists the FRR+ communes.
    assert ("deployment/fr-frrplus/2025-07", "establishedBy") not in said


def test_wrong_label_of_zrr_is_read_as_classified_and_kept_as_a_note(mapped: Mapped) -> None:
    said, tally = mapped("zrr/2019")
    rows = raw("frr-zrr/zrr_2019_recode.csv")
    mislabelled = communes(rows, "insee_com_2019", ("statut_source", "Partiellement classée"))
    assert len(mislabelled) == 13_689  # data/README.md §3, defect 14
    assert members(said, "fr-zrr", "2019") == mislabelled
    assert extent(said, "fr-zrr/2019") == {"extent/whole"}
    assert tally.corrected["wrong-label"] == len(mislabelled)
    noted = [
        subject
        for (subject, prop), values in said.items()
        if prop == "recordNote" and "Partiellement classée@fr" in values
    ]
    assert len(noted) == len(mislabelled)


def test_communes_out_of_zrr_are_not_among_the_classified(mapped: Mapped) -> None:
    said, tally = mapped("zrr/2019")
    rows = raw("frr-zrr/zrr_2019_recode.csv")
    classes = Counter(row["statut_source"] for row in rows)
    keys = ("2019", "2019-baisse-population", "2019-sortantes", "2019-sortantes-montagne")
    found = [members(said, "fr-zrr", key) for key in keys]
    assert sorted(map(len, found)) == sorted(classes.values())
    assert set.union(*found) == communes(rows, "insee_com_2019")
    assert sum(map(len, found)) == tally.read == 17_726
    assert "commune/01060" in members(said, "fr-zrr", "2019-sortantes-montagne")  # Brénod


@pytest.mark.parametrize(
    ("identifier", "path"),
    [
        ("zrr/2019", "frr-zrr/zrr_2019_recode.csv"),
        ("afr/2019", "zonages-etat-2019/afr_2019_recode.csv"),
        ("zrd/2019", "zonages-etat-2019/zrd_2019_recode.csv"),
        ("zfu/2019", "zonages-etat-2019/zfu_2019_recode.csv"),
    ],
)
def test_codes_not_confirmed_are_uncertain_and_make_their_area_incomplete(
    identifier: str, path: str, mapped: Mapped
) -> None:
    said, tally = mapped(identifier)
    doubtful = [row for row in raw(path) if row["confirme_par_geometrie"] != "oui"]
    assert tally.uncertain == {"code-rebuilt": len(doubtful)}
    complete = {
        area for (_, prop), values in said.items() if prop == "completeWithin" for area in values
    }
    unsure = {f"departement/{row['insee_com_2019'][:2]}" for row in doubtful}
    assert complete and not complete & unsure
    assert all(area.startswith("departement/") for area in complete)
    assert "departement/2A" in complete
    assert not {area for area in complete if area.startswith("departement/97")}


def test_commune_merged_before_the_first_vintage_keeps_its_code(mapped: Mapped) -> None:
    # Vimarcé (53274) and Saint-Martin-de-Connée (53239) made 53249 in 2021.
    said, tally = mapped("zrr/2019")
    assert {"commune/53274", "commune/53239"} <= members(said, "fr-zrr", "2019-sortantes") | (
        members(said, "fr-zrr", "2019")
    )
    assert said["commune/53274", "type"] == {"FormerCommune"}
    assert said["commune/53274", "isReplacedBy"] == {"commune/53249"}
    merged = [
        row
        for row in raw("frr-zrr/zrr_2019_recode.csv")
        if row["insee_com_2019"] != row["insee_com_2026"]
    ]
    assert tally.corrected["merged-commune"] == len(merged)


def test_partial_regional_aid_touches(mapped: Mapped) -> None:
    said, _ = mapped("afr/2019")
    rows = raw("zonages-etat-2019/afr_2019_recode.csv")
    part = communes(rows, "insee_com_2019", ("statut_source", "Partiellement éligible"))
    assert len(part) == 187  # data/zonages-etat-2019/SOURCE.md
    assert members(said, "fr-afr-2014", "2019-partiellement") == part
    assert extent(said, "fr-afr-2014/2019-partiellement") == {"extent/part"}
    assert len(members(said, "fr-afr-2014", "2019")) == 5_042 - 187


def test_defence_and_tax_free_zones(mapped: Mapped) -> None:
    said, tally = mapped("zrd/2019")
    rows = raw("zonages-etat-2019/zrd_2019_recode.csv")
    assert members(said, "fr-zrd", "2019") == communes(rows, "insee_com_2019")
    assert tally.corrected["row-repeated"] == 1  # 70245, written for each of its two halves
    said, _ = mapped("zfu/2019")
    assert len(members(said, "fr-zfu", "2019")) == 145
    assert extent(said, "fr-zfu/2019") == {"extent/infra"}


def test_each_priority_neighbourhood_is_a_territory_in_its_communes(mapped: Mapped) -> None:
    said, tally = mapped("qpv/2026-06")
    expected: defaultdict[str, set[str]] = defaultdict(set)
    for row in raw("qpv/qpv2024_communes.csv"):
        expected[row["code_qp"]].add(f"commune/{row['insee_com']}")
    assert (tally.read, len(expected)) == (1_776, 1_584)
    for code, where in expected.items():
        assert members(said, "fr-qpv", code) == where
        assert said[f"qpv/{code}", "locatedIn"] == where
        assert said[f"deployment/fr-qpv/{code}", "targetArea"] == {f"qpv/{code}"}
        assert extent(said, f"fr-qpv/{code}") == {"extent/infra"}
    # Pierrefitte (93059) merged in 2025: the list still names it, and so do we.
    assert "commune/93059" in said["qpv/QN09336I", "locatedIn"]
    assert tally.corrected["merged-commune"] == 3


def test_ninety_one_neighbourhoods_overseas_are_kept(mapped: Mapped) -> None:
    earlier, later = mapped("qpv/2026-06")[0], mapped("qpv/2026-07")[0]
    both = [
        {subject for (subject, prop) in said if prop == "locatedIn"} for said in (earlier, later)
    ]
    lost = both[0] - both[1]
    assert len(lost) == 91 and not both[1] - both[0]
    assert Counter(each.removeprefix("qpv/QN")[:3] for each in lost) == {"987": 88, "978": 3}


def test_mainland_has_as_many_as_the_decree_and_only_there_is_the_list_complete(
    mapped: Mapped,
) -> None:
    said, _ = mapped("qpv/2026-06")
    acts = Counter(
        act for (_, prop), values in said.items() if prop == "establishedBy" for act in values
    )
    # facts, instruments: 1,362 on the mainland; 1,609 in all, of which this list lacks some.
    assert acts == {
        "legal-act/decret-2023-1314": 1_362,
        "legal-act/decret-2024-1212": 1_584 - 1_362,
    }
    complete = areas(said, "fr-qpv")
    assert {"region/24", "region/94"} <= complete
    assert len(complete) == 13


def test_neighbourhood_is_certain_from_its_decree_to_the_last_list_that_has_it(
    mapped: Mapped,
) -> None:
    later, earlier = mapped("qpv/2026-07")[0], mapped("qpv/2026-06")[0]
    for said, code, start, end in (
        (later, "QN00101M", "2024-01-01", "2026-07-22"),
        (later, "QN97654C", "2025-01-01", "2026-07-22"),
        (earlier, "QN97801M", "2025-01-01", "2026-06-02"),
    ):
        subject = f"deployment/fr-qpv/{code}"
        assert said[subject, "validFrom"] == said[subject, "certainFrom"] == {start}
        assert said[subject, "certainBefore"] == {end}
    # Stated once: by the later list where it has the neighbourhood.
    assert ("deployment/fr-qpv/QN00101M", "certainFrom") not in earlier
    assert ("deployment/fr-qpv/QN97801M", "certainFrom") in earlier


def test_cells_of_several_neighbourhoods_are_split(mapped: Mapped) -> None:
    said, tally = mapped("qpv/2026-07")
    expected: defaultdict[str, set[str]] = defaultdict(set)
    several = 0
    for row in raw("qpv/qpv_par_commune_2026-07.csv"):
        codes = [code.strip() for code in row["code_qp"].split(",")]
        several += len(codes) > 1
        for code in codes:
            expected[code].add(f"commune/{row['insee_com']}")
    assert (tally.read, len(expected)) == (824, 1_493)
    assert tally.corrected["multi-valued"] == several
    for code, where in expected.items():
        assert members(said, "fr-qpv", code) == where
