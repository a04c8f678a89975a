"""Town and village centres and their shops: the real lists over time."""

import json
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from ingest.identity import mint
from ingest.known import Known
from ingest.list_validity import date_deployments
from ingest.quads import Graph
from tests.ingest.listed import (
    DATA,
    Graphs,
    Lines,
    Mapped,
    Rows,
    Said,
    deployments,
    files_of,
    map_files,
    members,
    raw,
    source_of,
)

pytestmark = pytest.mark.shared
ACV = ("acv/2018-10", "acv/2023-08", "acv/2024-09", "acv/2024-09-16", "acv/2025-04", "acv/2025-07")
PVD = ("pvd/2021-01", "pvd/2024-09", "pvd/2026-04")
OTHERS = ("va/2024-09", "entrees-ville/2024-09", "frla/2024-09", "pao/2024-09")
CROSSING = "anct-crossing/2024-07"
# Towns of Centre-Val de Loire, whose deployments the worked case describes.
CVL = ("18", "28", "36", "37", "41", "45")


def in_brackets(rows: Rows) -> set[str]:
    return {code for row in rows for code in re.findall(r"\(([0-9AB]{5})\)", row["liste_geo"])}


@pytest.fixture(scope="module")
def lines(graphs: Graphs) -> dict[str, Lines]:
    return {each: graphs(each) for each in (*ACV, *PVD, *OTHERS, CROSSING)}


@pytest.fixture(scope="module")
def said(mapped: Mapped) -> dict[str, Said]:
    return {each: mapped(each)[0] for each in (*ACV, *PVD, *OTHERS)}


@pytest.fixture(scope="module")
def dated(lines: dict[str, Lines]) -> dict[str, dict[str, str]]:
    """The bounds of each stay of the programmes listed here, by deployment."""
    store, graph = Store(), Graph("https://w3id.org/empilement/graph/test/dated")
    for stated, _ in lines.values():
        store.bulk_load(input="\n".join(stated).encode(), format=RdfFormat.N_QUADS)
    date_deployments(store, graph)
    found: dict[str, dict[str, str]] = {}
    start = mint("deployment", "fr-pvd/x").removesuffix("fr-pvd/x")
    for quad in graph:
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | Literal)
        name = quad.predicate.value.rpartition("#")[2]
        key = quad.subject.value.removeprefix(start)
        found.setdefault(key, {})[name] = quad.object.value.removeprefix(start)
    return found


def keys_by_town() -> dict[str, str]:
    """The identifier that lists up to 2024 give each town."""
    found = {row["insee_com"]: row["id_acv"] for row in raw("acv/liste-acv-com2023_rdata.csv")}
    for row in raw("acv/acv_carte_2024-09.csv"):
        found.setdefault(row["insee_com"], row["id_acv"])
    return found


def observed(said: Said, instrument: str) -> set[str]:
    start = f"deployment/{instrument}/"
    return {s.removeprefix(start) for s, p in said if p == "observedOn" and s.startswith(start)}


def test_a_list_shows_the_generation_of_its_day(said: dict[str, Said]) -> None:
    ids = keys_by_town()
    first = {ids[row["codgeo"]] for row in raw("acv/acv_carte_2018-10.csv")}
    assert observed(said["acv/2018-10"], "fr-acv1") == first
    assert observed(said["acv/2018-10"], "fr-acv2") == set()
    for identifier in ACV[1:]:
        assert observed(said[identifier], "fr-acv1") == set(), identifier
    later = {row["id_acv"] for row in raw("acv/liste-acv-com2023_rdata.csv")}
    assert observed(said["acv/2023-08"], "fr-acv2") == later
    assert len(later) == 229


def test_a_date_belongs_to_the_generation_of_its_year(said: dict[str, Said]) -> None:
    first = {
        (row["id_acv"], row["date_signature"])
        for row in raw("acv/liste-acv-com2023_rdata.csv")
        if row["date_signature"]
    }
    assert {day[:4] for _, day in first} == {"2018", "2019"}
    stated = said["acv/2023-08"]
    assert signatures(stated, "fr-acv1") == first
    assert signatures(stated, "fr-acv2") == set()
    ids = keys_by_town()
    sure = {
        (ids[row["insee_com"]], row["date_signature"])
        for row in raw("acv/acv_gazetteer_2026-05.csv")
        if row["date_signature"] and row["date_jour_mois_ambigu"] != "oui"
    }
    stated = said["acv/2025-07"]
    amendments = {(key, day) for key, day in sure if day >= "2023"}
    assert signatures(stated, "fr-acv2") == amendments
    assert signatures(stated, "fr-acv1") == sure - amendments


def signatures(said: Said, instrument: str) -> set[tuple[str, str]]:
    start = f"deployment/{instrument}/"
    return {
        (s.removeprefix(start), day)
        for (s, p), days in said.items()
        if p == "agreementSignedOn" and s.startswith(start)
        for day in days
    }


def test_rules_of_dates_count_their_rows(lines: dict[str, Lines]) -> None:
    rows = raw("acv/acv_gazetteer_2026-05.csv")
    swapped = [row for row in rows if row["date_jour_mois_ambigu"] == "oui"]
    tally = lines["acv/2025-07"][1]
    assert tally.uncertain["date-ambiguous"] == len(swapped) == 72
    assert tally.uncertain["date-unreadable"] == 16
    assert lines["acv/2023-08"][1].uncertain["date-unreadable"] == 7
    words = Counter(row["DATE_SIGN"] for row in raw("acv/acv_carte_2018-10.csv"))
    assert words["5 juillet"] == 1, "a day without its year is no date"
    assert lines["acv/2018-10"][1].uncertain["date-unreadable"] == words["indefini"] + 1


def test_dates_in_words_are_read(said: dict[str, Said]) -> None:
    ids = keys_by_town()
    months = {"juin": "06", "juillet": "07", "septembre": "09"}
    expected = set()
    for row in raw("acv/acv_carte_2018-10.csv"):
        if found := re.fullmatch(r"(\d+)(?:er)? (\w+) 2018", row["DATE_SIGN"]):
            day = f"2018-{months[found[2]]}-{int(found[1]):02}"
            expected.add((ids[row["codgeo"]], day))
    assert signatures(said["acv/2018-10"], "fr-acv1") == expected
    assert any(day == "2018-09-01" for _, day in expected), "1er septembre"


def test_identifiers_spelt_anew_are_brought_back(
    said: dict[str, Said], lines: dict[str, Lines]
) -> None:
    features = json.loads((DATA / "acv/coeurdeville_2025-04.geojson").read_text())["features"]
    spelt = {str(f["properties"]["insee_com"]): f["properties"]["id_acv"] for f in features}
    assert len(spelt) == 244 and all(re.fullmatch(r"ACV\d{3}", each) for each in spelt.values())
    numbers = [f for f in features if isinstance(f["properties"]["insee_com"], int)]
    assert len(numbers) == 220, "the column mixes numbers and text"
    tally = lines["acv/2025-04"][1]
    assert tally.corrected["id-respelt"] == 244
    ids = keys_by_town()
    other = {code for code, id_ in spelt.items() if id_.lower().replace("acv", "acv-") != ids[code]}
    assert other == {"65440"}, "Tarbes takes the identifier of Lourdes in the map of 2025"
    assert tally.corrected["id-reused"] == 1
    assert observed(said["acv/2025-04"], "fr-acv2") == {ids[code] for code in spelt}
    assert members(said["acv/2025-04"], "fr-acv2", "acv-200") == {"commune/65440"}


def test_a_number_that_lost_its_zero_is_a_code_again(
    national_known: Known, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = source_of("acv/2025-04")
    files = files_of(source)
    layer = json.loads(files["coeurdeville_2025-04.geojson"].read_text())
    for feature in layer["features"]:
        if feature["properties"]["insee_com"] == "01004":
            feature["properties"]["insee_com"] = 1004
    path = tmp_path_factory.mktemp("acv") / "coeurdeville_2025-04.geojson"
    path.write_text(json.dumps(layer))
    stated, tally = map_files(source, files | {path.name: path}, national_known)
    assert tally.corrected["lost-zero"] == 1
    assert stated == map_files(source, files, national_known)[0]


def test_two_towns_of_one_agreement_are_one_deployment(said: dict[str, Said]) -> None:
    pairs = [row for row in raw("acv/acv_superposeur_2024-09.csv") if ";" in row["liste_geo"]]
    assert len(pairs) == 13
    for row in pairs:
        expected = {f"commune/{code}" for code in in_brackets([row])}
        assert members(said["acv/2024-09-16"], "fr-acv2", row["id_territoire"]) == expected


def test_towns_that_left_and_entered(dated: dict[str, dict[str, str]]) -> None:
    ids = keys_by_town()
    left = dated[f"fr-acv2/{ids['06155']}"]
    assert (left["certainBefore"], left["validBefore"]) == ("2024-09-17", "2025-07-04")
    for code in ("34108", "74012", "91103", "97414"):
        entered = dated[f"fr-acv2/{ids[code]}"]
        assert entered["validFrom"] == "2023-08-03", code
        assert entered["certainFrom"] <= "2024-07-01", code
        assert entered["certainBefore"] == "2025-07-05", code


def test_a_map_that_lacks_a_town_does_not_say_it_left(
    said: dict[str, Said], dated: dict[str, dict[str, str]]
) -> None:
    key = keys_by_town()["78517"]
    for identifier in ("acv/2024-09", "acv/2024-09-16", "acv/2025-04"):
        assert key not in observed(said[identifier], "fr-acv2"), identifier
        assert not any("completeness" in s for s, _ in said[identifier]), identifier
    stay = dated[f"fr-acv2/{key}"]
    assert (stay["certainFrom"], stay["certainBefore"]) == ("2023-08-02", "2025-07-05")
    assert f"fr-acv2/{key}.2" not in dated


def test_towns_of_small_towns_programme_by_vintage(
    said: dict[str, Said], lines: dict[str, Lines]
) -> None:
    first = {row["insee_com"] for row in raw("pvd/pvd_carte_2021-01.csv")} - {"999999"}
    second = in_brackets(raw("pvd/pvd_superposeur_2024-09.csv"))
    third = {row["insee_com"] for row in raw("pvd/pvd_gazetteer_2026-05.csv")}
    assert [len(first), len(second), len(third)] == [1606, 1645, 1646]
    for identifier, codes in zip(PVD, (first, second, third), strict=True):
        assert observed(said[identifier], "fr-pvd") == codes
        stated = deployments(said[identifier], "fr-pvd")
        assert {code for code in codes - stated if code[:2] not in CVL} == set()
        assert lines[identifier][1].rejections == [] or identifier == "pvd/2021-01"
    (fake,) = lines["pvd/2021-01"][1].rejections
    assert "999999" in fake.reason


def test_thirteen_left_before_2023_and_eight_in_2024(
    dated: dict[str, dict[str, str]],
) -> None:
    first = {row["insee_com"] for row in raw("pvd/pvd_carte_2021-01.csv")} - {"999999"}
    cross = {r["insee_com"] for r in raw("anct-croisement/ngeo-anct-cog2023.csv") if r["id_pvd"]}
    second = in_brackets(raw("pvd/pvd_superposeur_2024-09.csv"))
    early, late = first - cross, cross - second
    assert (len(early), len(late)) == (13, 8)
    assert {"01348", "03183", "56124"} < early
    for code in early:
        stay = dated[f"fr-pvd/{code}"]
        assert (stay["certainBefore"], stay["validBefore"]) == ("2021-01-23", "2024-07-01")
    assert late == {
        *("01093", "12214", "12223", "28103", "29165", "49054", "80677", "91226"),
    }
    # 28103 is of the worked case, which describes it.
    for code in late - {"28103"}:
        stay = dated[f"fr-pvd/{code}"]
        assert (stay["certainBefore"], stay["validBefore"]) == ("2024-07-02", "2024-08-07")


def test_29165_has_two_stays(dated: dict[str, dict[str, str]]) -> None:
    second = dated["fr-pvd/29165.2"]
    assert second["renews"] == "fr-pvd/29165"
    assert (second["validFrom"], second["certainFrom"]) == ("2024-08-08", "2026-04-27")
    again = {key for key, stay in dated.items() if "renews" in stay}
    assert again == {"fr-pvd/29165.2"}, "no other town left and came back"


def test_villages_have_an_identifier_each(said: dict[str, Said], lines: dict[str, Lines]) -> None:
    rows = raw("villages-avenir/va_superposeur_2024-09.csv")
    assert len(rows) == len({row["id_territoire"] for row in rows}) == 2498
    assert deployments(said["va/2024-09"], "fr-va") == {row["id_territoire"] for row in rows}
    assert lines["va/2024-09"][1].corrected["merged-commune"] == 8
    merged = {"12076", "23023", "25347", "46217", "61310", "72298", "85233", "86231"}
    for row in rows:
        (code,) = in_brackets([row])
        if code in merged:
            stated = members(said["va/2024-09"], "fr-va", row["id_territoire"])
            assert stated == {f"commune/{code}"}, "the member stays the one listed"


def test_town_entrances_take_identifiers_but_are_not_the_second_phase(
    said: dict[str, Said], lines: dict[str, Lines]
) -> None:
    rows = raw("entrees-de-ville/acv2_superposeur_2024-09.csv")
    stated = said["entrees-ville/2024-09"]
    keys = {row["id_territoire"] for row in rows}
    assert deployments(stated, "fr-entrees-ville") == keys
    assert len(keys) == 45 and len(in_brackets(rows)) == 50
    assert keys < set(keys_by_town().values()), "the identifiers of Action cœur de ville"
    assert deployments(stated, "fr-acv2") == set()
    assert lines["entrees-ville/2024-09"][1].corrected["id-reused"] == 45
    for row in rows:
        expected = {f"commune/{code}" for code in in_brackets([row])}
        assert members(stated, "fr-entrees-ville", row["id_territoire"]) == expected


def test_operations_of_the_premises_fund_are_told_apart_by_commune(
    said: dict[str, Said], lines: dict[str, Lines], raw_cog: dict[str, list[dict[str, Any]]]
) -> None:
    # Two codes had gone before the first vintage of the geographic code that is loaded.
    heirs = {
        former: item["code"]
        for item in raw_cog["communes"]
        if item["type"] == "commune-actuelle"
        for former in item.get("anciensCodes", [])
    }
    rows = raw("commerce-anct/frla_superposeur_2024-09.csv")
    assert len({row["id_territoire"] for row in rows}) == 29
    stated = said["frla/2024-09"]
    found = {members(stated, "fr-frla", key).pop() for key in deployments(stated, "fr-frla")}
    codes = {row["id_geo"] for row in rows}
    gone = {code for code in codes if code in heirs}
    assert gone == {"49232", "71288"}
    assert found == {f"commune/{heirs.get(code, code)}" for code in codes}
    names = {text for (s, p), texts in stated.items() if p == "label" for text in texts}
    areas = {row["lib_territoire"] for row in rows}
    assert not any(name.endswith((": QPV@fr", ": PVD@fr")) for name in names)
    assert "PVD" in areas
    assert lines["frla/2024-09"][1].corrected["label-cleaned"] == 1
    spaced = [row for row in rows if " " in row["id_territoire"]]
    assert lines["frla/2024-09"][1].corrected["id-respelt"] == len(spaced)


def test_operations_supported(said: dict[str, Said]) -> None:
    rows = raw("commerce-anct/pao_superposeur_2024-09.csv")
    stated = said["pao/2024-09"]
    assert deployments(stated, "fr-pao") == {row["id_territoire"] for row in rows}
    assert len(rows) == 99 and len(in_brackets(rows)) == 89
    for row in rows:
        expected = {f"commune/{code}" for code in in_brackets([row])}
        assert members(stated, "fr-pao", row["id_territoire"]) == expected


def test_no_deployment_has_two_names(said: dict[str, Said]) -> None:
    names: dict[tuple[str, str], set[str]] = {}
    for stated in said.values():
        for (subject, name), texts in stated.items():
            if name == "label":
                for text in texts:
                    names.setdefault((subject, text[-3:]), set()).add(text)
    assert len(names) > 4000
    assert {key: texts for key, texts in names.items() if len(texts) > 1} == {}


def test_no_agreement_is_later_than_its_list(said: dict[str, Said]) -> None:
    for identifier, stated in said.items():
        day = source_of(identifier).reference_date
        assert day is not None
        for (_, name), values in stated.items():
            if name == "agreementSignedOn":
                assert all(date.fromisoformat(value) <= day for value in values), identifier
