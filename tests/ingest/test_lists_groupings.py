"""CRTE, Territoires d'industrie, Territoires d'engagement: the real files."""

import re
from collections import Counter, defaultdict

import pytest

from ingest.known import Known
from tests.ingest.listed import Mapped, Rows, deployments, members, raw

pytestmark = pytest.mark.shared
SIREN = re.compile(r"\(([0-9]{9})\)")


@pytest.fixture(scope="module")
def crte() -> Rows:
    return raw("crte/epci-et-crte_2022.csv")


def siren_of(said_member: str, communes: dict[str, str]) -> str:
    kind, _, code = said_member.partition("/")
    return communes[code] if kind == "commune" else code


@pytest.fixture(scope="module")
def communes(national_known: Known) -> dict[str, str]:
    """The SIREN of each commune, by its code."""
    return {
        item["code"]: item["siren"]
        for items in national_known.packages.values()
        for item in items["communes"]
        if item.get("siren")
    }


def test_every_crte_has_the_members_of_its_rows(
    mapped: Mapped, crte: Rows, communes: dict[str, str], national_known: Known
) -> None:
    said, _ = mapped("crte/2022")
    expected: defaultdict[str, set[str]] = defaultdict(set)
    for row in crte:
        expected[row["id_crte"]].add(row["siren_groupement"])
    assert len(expected) == 854
    worked = {key for key in expected if key.startswith("crte-24-")}
    assert len(worked) == 42
    stated = deployments(said, "fr-crte")
    assert stated == set(expected) - worked
    for key in stated:
        found = {siren_of(member, communes) for member in members(said, "fr-crte", key)}
        assert found == expected[key], key
    base = {iri.rpartition("/")[2] for iri in national_known.subjects if "/fr-crte/" in iri}
    assert worked <= base


def test_single_is_a_type_and_not_a_count_of_members(mapped: Mapped, crte: Rows) -> None:
    said, _ = mapped("crte/2022")
    types = {row["id_crte"]: row["type_grp_crte"] for row in crte}
    assert Counter(types.values()) == {"mono": 685, "pluri": 169}
    # The islands of Finistère are one contract of no EPCI: four communes, counted as single.
    several = {
        key
        for key, kind in types.items()
        if kind == "mono"
        and not key.startswith("crte-24-")
        and len(members(said, "fr-crte", key)) > 1
    }
    assert several == {"crte-53-29-7"}
    assert len(members(said, "fr-crte", "crte-53-29-7")) == 4


def test_two_bodies_are_each_in_two_crte(mapped: Mapped) -> None:
    said, _ = mapped("crte/2022")
    counts = Counter(
        member for key in deployments(said, "fr-crte") for member in members(said, "fr-crte", key)
    )
    twice = {member for member, count in counts.items() if count > 1}
    assert twice == {"epci/240100750", "epci/240100891"}  # Pays de Gex, Pays Bellegardien


def test_repeated_rows_and_other_grains_of_crte(mapped: Mapped, crte: Rows) -> None:
    said, tally = mapped("crte/2022")
    pairs = Counter((row["id_crte"], row["siren_groupement"]) for row in crte)
    assert sum(count - 1 for count in pairs.values()) == 8 + 3 == tally.corrected["row-repeated"]
    repeated = {key for (key, _), count in pairs.items() if count > 1}
    assert "crte-32-0259-1" in repeated and len(repeated) == 2
    assert len(members(said, "fr-crte", "crte-32-0259-1")) == 8
    kinds = Counter(
        member.partition("/")[0]
        for key in deployments(said, "fr-crte")
        for member in members(said, "fr-crte", key)
    )
    assert (kinds["commune"], kinds["ept"]) == (36, 4)
    assert tally.corrected["commune-siren"] == 36
    assert not tally.rejections


def test_a_carrier_is_never_a_member(mapped: Mapped, crte: Rows) -> None:
    said, tally = mapped("crte/2022")
    expected: defaultdict[str, set[str]] = defaultdict(set)
    for row in crte:
        expected[row["id_crte"]].update(row["siren_grp_supra"].split(" ; "))
    found = {key: said["deployment/fr-crte/" + key, "carriedBy"] for key in expected}
    assert found == {key: {f"actor/{s}" for s in sirens} for key, sirens in expected.items()}
    assert tally.corrected["multi-valued"] == sum(" ; " in row["siren_grp_supra"] for row in crte)
    assert tally.corrected["multi-valued"] == 102
    # The association of the islands of Ponant carries, and has no territory here.
    assert said["actor/304605256", "type"] == {"PrivateActor"}
    petr = {r["siren_grp_supra"] for r in crte if r["nat_jur_grp_supra"] == "PETR"}
    classes = {c for siren in petr for c in said.get((f"actor/{siren}", "type"), set())}
    assert classes == {"MixedSyndicate"}
    assert not any(
        member.endswith(siren)
        for siren in petr
        for key in deployments(said, "fr-crte")
        for member in members(said, "fr-crte", key)
    )


@pytest.mark.parametrize(
    ("identifier", "instrument", "territories", "pairs"),
    [
        ("territoires-industrie/2024-09", "fr-ti2", 183, 641),
        ("territoires-industrie/2026-07", "fr-ti1", 149, 588),
    ],
)
def test_territories_of_industry_by_phase(
    mapped: Mapped, identifier: str, instrument: str, territories: int, pairs: int
) -> None:
    said, tally = mapped(identifier)
    keys = deployments(said, instrument)
    assert len(keys) == territories == tally.corrected["id-reused"]
    assert sum(len(members(said, instrument, key)) for key in keys) == pairs
    assert not tally.rejections


def test_an_identifier_of_both_phases_names_two_territories(
    mapped: Mapped, communes: dict[str, str]
) -> None:
    second = {
        row["id_territoire"]: set(SIREN.findall(row["liste_geo"]))
        for row in raw("territoires-industrie/ti_superposeur_2024-09.csv")
    }
    first = {
        row["id_ti"]: set(row["siren_groupement"].split(", "))
        for row in raw("territoires-industrie/ti_superposeur-v2_2026-07.csv")
    }
    shared = set(first) & set(second)
    assert len(shared) == 145
    assert sum(not first[key] & second[key] for key in shared) == 126
    assert sum(first[key] == second[key] for key in shared) == 11
    for identifier, instrument, expected in (
        ("territoires-industrie/2024-09", "fr-ti2", second),
        ("territoires-industrie/2026-07", "fr-ti1", first),
    ):
        said, _ = mapped(identifier)
        for key, sirens in expected.items():
            found = {siren_of(member, communes) for member in members(said, instrument, key)}
            assert found == sirens, key


def test_the_stale_resource_observes_no_day(mapped: Mapped) -> None:
    said, tally = mapped("territoires-industrie/2026-07")
    assert tally.corrected["stale-resource"] == 149
    assert not [key for key in said if key[1] in ("observedOn", "completeFor")]
    later, _ = mapped("territoires-industrie/2024-09")
    assert later["deployment/fr-ti2/ti-0101", "observedOn"] == {"2024-09-16"}
    assert {v for (_, p), vs in later.items() if p == "completeWithin" for v in vs} == {"pays/FR"}


def test_laureates_of_engagement_are_of_five_kinds(mapped: Mapped) -> None:
    said, tally = mapped("territoires-engagement/2025-12")
    rows = raw("territoires-engagement/liste_tec_te_2025-12.csv")
    large = {r["codgeo"].zfill(2) for r in rows if r["echelon"] == "departement"}
    keys = deployments(said, "fr-territoires-engagement")
    assert {key for key in keys if key.startswith("departement-")} == {
        f"departement-{code}" for code in large
    }
    assert members(said, "fr-territoires-engagement", "departement-06") == {"departement/06"}
    assert members(said, "fr-territoires-engagement", "region-75") == {"region/75"}
    # Pamiers, whose code had lost its zero.
    assert members(said, "fr-territoires-engagement", "09225") == {"commune/09225"}
    short = sum(len(r["codgeo"]) == 4 and r["echelon"] == "commune" for r in rows)
    assert short == 6
    assert tally.corrected["lost-zero"] == short + sum(len(r["codgeo"]) == 1 for r in rows)
    # A syndicate carries; which communes it reaches is not said.
    assert members(said, "fr-territoires-engagement", "254200363") == set()
    assert said["deployment/fr-territoires-engagement/254200363", "carriedBy"] == {
        "actor/254200363"
    }
    assert said["deployment/fr-territoires-engagement/254200363/perimeter", "perimeterExtent"] == {
        "extent/unknown"
    }
    (rejected,) = tally.rejections
    assert "Nouvelle-Calédonie" in rejected.reason


def test_the_two_lists_of_engagement_meet_by_territory(mapped: Mapped) -> None:
    before, _ = mapped("territoires-engagement/2025-12")
    after, tally = mapped("territoires-engagement/2026-07")
    old = {
        r["id_engcit"]: r["codgeo"] for r in raw("territoires-engagement/liste_tec_te_2025-12.csv")
    }
    new = {
        r["id_tec"]: r["siren_groupement"]
        for r in raw("territoires-engagement/tec_superposeur-v2_2026-07.csv")
    }
    shared = set(old) & set(new)
    assert sum(old[key] == new[key] for key in shared) < len(shared) / 10
    assert tally.corrected["id-reused"] == len(new)
    keys = deployments(after, "fr-territoires-engagement")
    assert keys == set(new.values())
    both = keys & deployments(before, "fr-territoires-engagement")
    assert len(both) > 150
    for key in both:
        subject = f"deployment/fr-territoires-engagement/{key}"
        assert before[subject, "label"] == after[subject, "label"]
