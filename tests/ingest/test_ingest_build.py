"""The built graph against the raw files and the facts; what a build refuses and what it keeps."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from stdnum.fr import siren as siren_number

from ingest import build as building
from ingest import fetch as fetching
from ingest.build import build, steps
from ingest.errors import (
    BuildLockedError,
    CatalogueError,
    MissingBuildError,
    SourceError,
    ViolationsError,
)
from ingest.progress import Lines, Silent, reporting
from ingest.settings import Settings
from ingest.store import Version, current, lock
from queries.engine import EmbeddedEngine, Engine

Raw = dict[str, list[dict[str, Any]]]
PREFIXES = """PREFIX emp: <https://w3id.org/empilement/def#>
PREFIX id: <https://w3id.org/empilement/id/>
"""


def values(engine: Engine, query: str) -> list[tuple[str, ...]]:
    table = engine.select(PREFIXES + query)
    return [tuple("" if term is None else term.value for term in row) for row in table.rows]


def count(engine: Engine, pattern: str) -> int:
    return int(values(engine, f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {pattern} }}")[0][0])


@pytest.mark.built
class TestTerritories:
    """The geographic code in the graph, recounted from the package."""

    def test_classes_have_as_many_members_as_the_package(self, built: Engine, raw_cog: Raw) -> None:
        kinds = Counter(item["type"] for item in raw_cog["communes"])
        expected = {
            "Commune": kinds["commune-actuelle"],
            "DelegatedCommune": kinds["commune-deleguee"],
            "AssociatedCommune": kinds["commune-associee"],
            "MunicipalArrondissement": kinds["arrondissement-municipal"],
            "Region": len(raw_cog["regions"]),
            "Department": len(raw_cog["departements"]),
            "Arrondissement": len(raw_cog["arrondissements"]),
            "IntermunicipalTerritory": len(raw_cog["epci"]),
            "TerritorialEstablishment": len(raw_cog["ept"]),
        }
        found = {name: count(built, f"?x a emp:{name}") for name in expected}
        assert found == expected
        assert (found["Commune"], found["IntermunicipalTerritory"]) == (34_969, 1_255)
        assert found["TerritorialEstablishment"] == 11

    def test_overseas_collectivities_have_94_communes(self, built: Engine) -> None:
        pattern = """?x a emp:Commune ; emp:partOf/emp:partOf ?region .
            ?region emp:zone <https://w3id.org/empilement/voc/zone/com>"""
        assert count(built, pattern) == 94

    def test_region_24(self, built: Engine) -> None:
        """Facts, centre-val-de-loire §1: 1,754 communes and 6 départements in COG 2026."""
        assert count(built, f"?x a emp:Commune ; emp:partOf/emp:partOf <{REGION}>") == 1754
        assert count(built, f"?x a emp:Department ; emp:partOf <{REGION}>") == 6

    def test_79_groups_have_most_of_their_communes_in_region_24(self, built: Engine) -> None:
        rows = values(
            built,
            f"""SELECT ?epci (COUNT(?c) AS ?n) (SUM(IF(?region = <{REGION}>, 1, 0)) AS ?inside) {{
            ?epci a emp:IntermunicipalTerritory . ?c emp:partOf ?epci ; emp:partOf ?department .
            ?department a emp:Department ; emp:partOf ?region }} GROUP BY ?epci""",
        )
        assert len(rows) == 1255
        assert sum(2 * int(inside) > int(n) for _, n, inside in rows) == 79

    def test_every_commune_keeps_its_name_codes_and_wholes(
        self, built: Engine, raw_cog: Raw
    ) -> None:
        groups: dict[str, set[str]] = {}
        for kind in ("epci", "ept"):
            for group in raw_cog[kind]:
                for member in group["membres"]:
                    groups.setdefault(member["code"], set()).add(f"{kind}/{group['code']}")
        rows = values(
            built,
            """SELECT ?code ?name ?siren ?population (GROUP_CONCAT(?whole) AS ?wholes) {
            ?c a emp:Commune ; emp:inseeCode ?code ; rdfs:label ?name ; emp:partOf ?w
            BIND(STRAFTER(STR(?w), "/id/") AS ?whole)
            OPTIONAL { ?c emp:sirenCode ?siren } OPTIONAL { ?c emp:referencePopulation ?population }
            } GROUP BY ?code ?name ?siren ?population""",
        )
        found = {row[0]: row[1:] for row in rows}
        listed = {item["code"] for item in raw_cog["arrondissements"]}
        for item in raw_cog["communes"]:
            if item["type"] != "commune-actuelle":
                continue
            code = item["code"]
            wholes = {f"departement/{item['departement']}"} | groups.get(code, set())
            if item.get("arrondissement") in listed:
                wholes.add(f"arrondissement/{item['arrondissement']}")
            name, siren, population, held = found.pop(code)
            assert (name, siren) == (item["nom"], item.get("siren", ""))
            assert population == str(item.get("population", ""))
            assert set(held.split()) == wholes
        assert not found

    def test_groups_keep_type_regime_and_populations(self, built: Engine, raw_cog: Raw) -> None:
        rows = values(
            built,
            """SELECT ?siren ?form ?regime ?municipal ?total {
            ?e a emp:IntermunicipalTerritory ; emp:sirenCode ?siren ; emp:legalForm ?f ;
               emp:fundingRegime ?r ; emp:municipalPopulation ?municipal ;
               emp:totalPopulation ?total
            BIND(REPLACE(STR(?f), ".*/", "") AS ?form)
            BIND(REPLACE(STR(?r), ".*/", "") AS ?regime) }""",
        )
        expected = {
            (
                item["code"],
                item["type"].lower(),
                item["modeFinancement"].lower(),
                str(item["populationMunicipale"]),
                str(item["populationTotale"]),
            )
            for item in raw_cog["epci"]
        }
        assert set(rows) == expected
        assert all(siren_number.is_valid(row[0]) for row in rows)

    def test_former_codes_lead_to_the_commune_of_today(self, built: Engine) -> None:
        """data/README §3: 01330 resolves to 01187 and 93059 to 93066."""
        for former, today in (("01330", "01187"), ("93059", "93066")):
            rows = values(built, f'SELECT ?c {{ ?x emp:formerCode "{former}" ; emp:inseeCode ?c }}')
            assert rows == [(today,)]


REGION = "https://w3id.org/empilement/id/region/24"


@pytest.mark.built
class TestWorkedCase:
    """Centre-Val de Loire as the facts give it."""

    def test_42_crte_by_departement(self, built: Engine) -> None:
        """centre-val-de-loire §4: 5+7+7+11+5+7, 23 single-EPCI and 19 multi-EPCI."""
        rows = values(
            built,
            """SELECT ?code (COUNT(?m) AS ?n) { ?d emp:appliesInstrument
            <https://w3id.org/empilement/id/instrument/fr-crte> ; emp:programmeCode ?code ;
            emp:perimeter/emp:perimeterMember ?m } GROUP BY ?code""",
        )
        by_departement = Counter(code.split("-")[2] for code, _ in rows)
        assert by_departement == {"18": 5, "28": 7, "36": 7, "37": 11, "41": 5, "45": 7}
        assert Counter(int(n) == 1 for _, n in rows) == {True: 23, False: 19}

    def test_smallest_and_largest_crte(self, built: Engine) -> None:
        rows = values(
            built,
            f"""SELECT ?label (COUNT(DISTINCT ?c) AS ?n) {{ ?d emp:appliesInstrument
            <https://w3id.org/empilement/id/instrument/fr-crte> ; rdfs:label ?label .
            ?d emp:covers ?c . ?c a emp:Commune ; emp:partOf/emp:partOf <{REGION}>
            FILTER(LANG(?label) = "fr") }}
            GROUP BY ?label ORDER BY ?n""",
        )
        sizes = {label: int(n) for label, n in rows}
        ordered = sorted(sizes, key=sizes.__getitem__)
        assert ("Portes de Sologne" in ordered[0], sizes[ordered[0]]) == (True, 7)
        assert ("Pays Vendômois" in ordered[-1], sizes[ordered[-1]]) == (True, 100)

    def test_towns_of_two_programmes_are_disjoint(self, built: Engine) -> None:
        """§5 and §6: 14 ACV towns, 99 PVD communes, none in both."""

        def towns(instrument: str) -> set[str]:
            pattern = f"""SELECT DISTINCT ?c {{ ?d emp:appliesInstrument
                <https://w3id.org/empilement/id/instrument/{instrument}> ;
                emp:perimeter/emp:perimeterMember/emp:inseeCode ?c }}"""
            return {row[0] for row in values(built, pattern)}

        acv, pvd = towns("fr-acv2"), towns("fr-pvd")
        assert (len(acv), len(pvd), acv & pvd) == (14, 99, set())
        by_departement = Counter(code[:2] for code in pvd)
        assert by_departement == {"18": 17, "28": 18, "36": 16, "37": 16, "41": 17, "45": 15}
        assert len(towns("fr-acv1")) == 13

    def test_reciprocity_contracts_reach_the_communes_of_both_sides(
        self, built: Engine, raw_cog: Raw
    ) -> None:
        sizes = {item["code"]: len(item["membres"]) for item in raw_cog["epci"]}
        rows = values(
            built,
            """SELECT ?d (COUNT(DISTINCT ?c) AS ?n) { ?d a emp:ReciprocityContract ; emp:covers ?c .
            ?c a emp:Commune } GROUP BY ?d""",
        )
        assert len(rows) == 10
        for deployment, n in rows:
            partner = deployment.rpartition("/")[2]
            assert int(n) == 22 + sizes[partner]

    def test_every_rejection_is_listed_and_there_is_none(self, version: Version) -> None:
        assert [source["rejected"] for source in version.info["sources"]] == [0, 0, 0]


@pytest.mark.built
class TestDataset:
    """What every consumer of a build relies on."""

    def test_whole_graph_conforms(self, version: Version) -> None:
        assert version.info["validation"]["violation"] == 0

    def test_dataset_is_canonical(self, version: Version) -> None:
        lines = version.dataset.read_text(encoding="utf-8").splitlines(keepends=True)
        assert lines == sorted(set(lines))
        assert len(lines) == version.info["quads"]
        store = EmbeddedEngine(version.store)
        total = values(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
        assert total == [(str(len(lines)),)]

    def test_same_inputs_give_the_same_bytes(self, version: Version, settings: Settings) -> None:
        """In another process, where sets and dictionaries have another order."""
        environment = os.environ | {
            "PYTHONHASHSEED": "1",
            "EMPILEMENT_DATA": str(settings.data),
            "EMPILEMENT_CACHE": str(settings.cache),
            "EMPILEMENT_PACKAGES": str(settings.packages),
        }
        code = (
            "import hashlib; from ingest.build import *; from ingest.build import build_id\n"
            "import ingest.progress\n"
            "entries = fetch_sources(Settings())\n"
            "graphs = map_sources(entries, ingest.progress.Silent())\n"
            "text = ''.join(canonical_lines(graphs)).encode()\n"
            "print(build_id(entries), hashlib.sha256(text).hexdigest())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        digest = hashlib.sha256(version.dataset.read_bytes()).hexdigest()
        assert done.stdout.split() == [version.id, digest]

    def test_every_graph_is_described_with_its_licence(self, built: Engine) -> None:
        undescribed = values(
            built,
            """SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS {
            ?g dcterms:title ?fr , ?en ; dcterms:license ?licence
            FILTER(LANG(?fr) = "fr" && LANG(?en) = "en") } }""",
        )
        assert undescribed == []

    def test_row_counts_are_in_the_graph(self, built: Engine, version: Version) -> None:
        rows = values(
            built,
            "SELECT ?i ?r ?k { ?g dcterms:identifier ?i ; emp:rowsRead ?r ; emp:rowsKept ?k }",
        )
        expected = {
            (source["identifier"], str(source["read"]), str(source["kept"]))
            for source in version.info["sources"]
        }
        assert set(rows) == expected

    def test_nothing_personal(self, version: Version) -> None:
        text = version.dataset.read_text(encoding="utf-8").lower()
        assert "mailto:" not in text
        assert "tel:" not in text


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's tables that a test may break."""
    copy = tmp_path / "tables"
    shutil.copytree(fetching.TABLES_FOLDER, copy)
    monkeypatch.setattr(fetching, "TABLES_FOLDER", copy)
    return copy


@pytest.fixture
def scratch(version: Version, settings: Settings, tmp_path: Path) -> Settings:
    """Settings over a data folder that already holds the good version."""
    data = tmp_path / "data"
    (data / "versions").mkdir(parents=True)
    (data / "versions" / version.id).symlink_to(version.path)
    (data / "current").symlink_to(data / "versions" / version.id)
    return settings.model_copy(update={"data": data})


class TestFailures:
    """A build that fails says why and leaves the last good version."""

    def test_up_to_date_build_is_not_redone(self, scratch: Settings) -> None:
        said = Console(record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
        before = current(scratch)
        assert build(scratch, Lines(said)).id == before.id
        assert "up to date" in said.export_text()

    @pytest.mark.parametrize(
        ("table", "change", "expected"),
        [
            ("cvl/members.csv", lambda text: text.replace("extent", "etendue", 1), "etendue"),
            ("cvl/members.csv", lambda _: "", "missing"),
            ("cvl/deployments.csv", lambda _: "<html>503</html>", "missing"),
        ],
    )
    def test_broken_table_keeps_the_last_version(
        self, scratch: Settings, tables: Path, table: str, change: Any, expected: str
    ) -> None:
        before = current(scratch).id
        path = tables / table
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        with pytest.raises(SourceError) as caught:
            build(scratch, Silent())
        assert expected in caught.value.why
        assert path.name in caught.value.what
        assert current(scratch).id == before
        assert [entry.name for entry in scratch.data.iterdir() if "building" in entry.name] == []

    def test_missing_table_is_a_missing_source(self, scratch: Settings, tables: Path) -> None:
        (tables / "cvl/members.csv").unlink()
        with pytest.raises(SourceError) as caught:
            build(scratch, Silent())
        assert caught.value.exit_code == 3

    def test_unknown_code_is_rejected_listed_and_counted(
        self, scratch: Settings, tables: Path
    ) -> None:
        path = tables / "cvl/members.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        pvd = next(line for line in lines if line.startswith("fr-pvd,37132,"))
        # 37999 has the form of a code and is none; 01330 is a code of another vintage.
        lines.insert(1, pvd.replace(",commune,37132,", ",commune,37999,"))
        lines.insert(2, pvd.replace(",commune,37132,", ",commune,01330,"))
        path.write_text("".join(lines), encoding="utf-8")
        version = build(scratch, Silent())
        with (version.path / "rejected.csv").open(encoding="utf-8") as stream:
            rejected = list(csv.DictReader(stream))
        assert [(row["table"], row["row"]) for row in rejected] == [
            ("members.csv", "2"),
            ("members.csv", "3"),
        ]
        assert "37999" in rejected[0]["reason"]
        by_source = {s["identifier"]: s["rejected"] for s in version.info["sources"]}
        assert by_source["centre-val-de-loire/2026-11"] == 2

    def test_graph_that_breaks_a_shape_is_refused_with_its_report(
        self, scratch: Settings, tables: Path
    ) -> None:
        before = current(scratch).id
        path = tables / "catalogue/instruments.csv"
        text = path.read_text(encoding="utf-8")
        name = "Petites Villes de Demain"
        assert f"fr-pvd,{name}," in text
        path.write_text(text.replace(f"fr-pvd,{name},", "fr-pvd,,"), encoding="utf-8")
        with pytest.raises(ViolationsError) as caught:
            build(scratch, Silent())
        assert caught.value.exit_code == 1
        assert current(scratch).id == before
        report = json.loads((scratch.data / "refused/report.json").read_text(encoding="utf-8"))
        assert "fr-pvd" in json.dumps(report)

    def test_two_builds_at_once(self, scratch: Settings) -> None:
        entered, leave = threading.Event(), threading.Event()

        def hold() -> None:
            with lock(scratch):
                entered.set()
                leave.wait(30)

        holder = threading.Thread(target=hold)
        holder.start()
        entered.wait(30)
        try:
            with pytest.raises(BuildLockedError):
                build(scratch, Silent())
        finally:
            leave.set()
            holder.join()
        assert build(scratch, Silent()).id == current(scratch).id

    def test_no_build_yet(self, settings: Settings, tmp_path: Path) -> None:
        with pytest.raises(MissingBuildError) as caught:
            current(settings.model_copy(update={"data": tmp_path / "empty"}))
        assert "empilement build" in caught.value.todo

    def test_unknown_mapping(self, scratch: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(building, "MAPPINGS", {"cog": building.MAPPINGS["cog"]})
        with pytest.raises(CatalogueError):
            build(scratch, Silent())


def test_progress_in_a_log_has_no_control_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with reporting(Console(stderr=True, force_terminal=False), steps()) as progress:
        with progress.step("cog/2026"):
            pass
        progress.say("[bold]as it is[/bold]")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "cog/2026: 0.0 s" in captured.err
    assert "[bold]as it is[/bold]" in captured.err
    assert "\x1b" not in captured.err


def test_progress_in_a_terminal_ends_at_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(stderr=True, force_terminal=True, width=100)
    with reporting(console, ("one", "validation")) as progress:
        for name in ("one", "validation"):
            with progress.step(name):
                pass
        progress.say("done")
    assert "100%" in capsys.readouterr().err
