"""LEADER 2014-2020: 340 names whose perimeter is not known, and how many groups a region has."""

from collections import Counter

import pytest

from tests.ingest.listed import Mapped, deployments, raw

pytestmark = pytest.mark.shared
SOURCES = ("aides-territoires/2023-01", "leader-groups/2023-04", "leader-counts/2023")


def test_340_names_whose_perimeter_is_said_to_be_unknown(mapped: Mapped) -> None:
    rows = raw("aides-territoires-perimetres/perimetres_2023-01.csv")
    names = {r["code"]: r["nom"] for r in rows if r["categorie"] == "leader-gal-2014-2020"}
    assert len(names) == 340
    for identifier in SOURCES[:2]:
        said, _ = mapped(identifier)
        assert deployments(said, "eu-leader-2014") == set(names)
        for code in names:
            subject = f"deployment/eu-leader-2014/{code}"
            assert said[f"{subject}/perimeter", "perimeterExtent"] == {"extent/unknown"}
            assert (f"{subject}/perimeter", "perimeterMember") not in said
            # No source says on which day one was in application.
            assert (subject, "observedOn") not in said
        assert not any(p == "completeWithin" for _, p in said)
    said, _ = mapped("aides-territoires/2023-01")
    for code, name in names.items():
        assert said[f"deployment/eu-leader-2014/{code}", "label"] == {f"{name}@fr"}


def test_a_group_is_not_its_bearer_nor_a_body(mapped: Mapped) -> None:
    for said, _ in map(mapped, SOURCES):
        assert not any(subject.startswith("actor/") for subject, _ in said)
        assert not any(p == "carriedBy" for _, p in said)


def test_other_names_are_rejected_with_their_reason(mapped: Mapped) -> None:
    _, tally = mapped("aides-territoires/2023-01")
    rows = raw("aides-territoires-perimetres/perimetres_2023-01.csv")
    assert (tally.read, tally.kept) == (987, 340)
    reasons = Counter(r.reason for r in tally.rejections)
    tests = [r for r in rows if r["code"] in ("ddd", "test PAPI") or r["nom"] == "Test Alexia"]
    assert reasons.pop("test-row") == len(tests) == 3
    others = Counter(r["categorie"] for r in rows if r not in tests)
    del others["leader-gal-2014-2020"]
    assert reasons == {f"name-only: {kind}": count for kind, count in others.items()}
    assert reasons["name-only: petr-pays-pole"] == 242


def test_a_name_under_two_codes_is_kept_twice_and_doubted(mapped: Mapped) -> None:
    said, tally = mapped("aides-territoires/2023-01")
    names = Counter(row["nom"] for row in raw("leader/gal_2014_2020.csv"))
    twice = {name for name, count in names.items() if count > 1}
    codes = {row["code_gal"] for row in raw("leader/gal_2014_2020.csv") if row["nom"] in twice}
    assert len(twice) == 3 and len(names) == 337
    assert codes == {"GAL-183", "GAL-1803", "GAL-1039", "GAL-1309", "GAL-2502", "GAL-2503"}
    assert tally.uncertain["name-repeated"] == len(codes)
    doubted = {
        code
        for code in deployments(said, "eu-leader-2014")
        if len(said[f"deployment/eu-leader-2014/{code}", "recordNote"]) == 4
    }
    assert doubted == codes


def test_the_region_is_a_remark_deduced_from_the_code(mapped: Mapped) -> None:
    said, tally = mapped("leader-groups/2023-04")
    assert (tally.read, tally.kept) == (340, 340)
    for row in raw("leader/gal_2014_2020.csv"):
        notes = said[f"deployment/eu-leader-2014/{row['code_gal']}", "recordNote"]
        assert len(notes) == 2
        region = row["code_insee_region_2016_deduit"]
        assert all(region in note and row["pdr_2014_2020_deduit"] in note for note in notes)


def test_counts_by_region_are_observations(mapped: Mapped) -> None:
    said, tally = mapped("leader-counts/2023")
    rows = raw("leader/gal_par_region.csv")
    assert tally.read == tally.kept == len(rows) == 15
    stated = {s: v for (s, p), v in said.items() if p == "measureValue"}
    expected = {}
    for row in rows:
        area = row["code_insee_region"] or "FR"
        for period in ("2014-2022", "2023-2027"):
            value = row[f"n_gal_{period.replace('-', '_')}"]
            if value:
                expected[f"observation/gal-{period}-{area}"] = {value}
    assert stated == expected and len(stated) == 28
    assert stated["observation/gal-2023-2027-FR"] == {"308"}
    # Corsica's call was not published: no number is not zero.
    assert not any(subject.endswith("-94") for subject in stated)
    for subject in stated:
        kind = "derived" if "2014-2022" in subject else "sourced"
        assert said[subject, "confidence"] == {f"confidence/{kind}"}
        assert said[subject, "ofIndicator"] == {"indicator/nombre-gal"}
    partial = {s for (s, p) in said if p == "recordNote"}
    assert partial == {"observation/gal-2023-2027-32", "observation/gal-2023-2027-52"}
