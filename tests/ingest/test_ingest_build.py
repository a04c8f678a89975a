"""The built graph against the raw files and the facts; what a build refuses and what it keeps."""

import csv
import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from stdnum.fr import siren as siren_number

from ingest.provenance import file_hash
from ingest.settings import Settings
from ingest.sources import load_sources
from ingest.store import Version
from queries.engine import EmbeddedEngine, Engine
from tests.conftest import build_apart

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
        rejected = {source["identifier"]: source["rejected"] for source in version.info["sources"]}
        assert rejected == {source.identifier: 0 for source in load_sources()}
        with (version.path / "rejected.csv").open(encoding="utf-8") as stream:
            assert list(csv.DictReader(stream)) == []


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

    def test_dump_is_the_dataset_compressed(self, version: Version) -> None:
        with gzip.open(version.path / "dataset.nq.gz") as stream:
            assert stream.read() == version.dataset.read_bytes()

    def test_same_inputs_give_the_same_bytes(
        self, version: Version, settings: Settings, tmp_path: Path
    ) -> None:
        """In another process and folder, where sets and dictionaries have another order."""
        scratch = settings.model_copy(update={"data": tmp_path})
        again = build_apart(scratch, PYTHONHASHSEED="1")
        assert again.id == version.id
        assert file_hash(again.dataset) == file_hash(version.dataset)

    def test_every_graph_is_described_with_its_licence(self, built: Engine) -> None:
        graphs = values(built, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
        described = values(
            built,
            """SELECT DISTINCT ?g { ?g dcterms:license ?licence ; dcterms:title ?fr , ?en
            FILTER(LANG(?fr) = "fr" && LANG(?en) = "en") }""",
        )
        assert graphs
        assert set(graphs) <= set(described)

    def test_row_counts_are_in_the_graph(self, built: Engine, version: Version) -> None:
        rows = values(
            built,
            "SELECT ?i ?r ?k { ?g dcterms:identifier ?i ; emp:rowsRead ?r ; emp:rowsKept ?k }",
        )
        expected = {
            (source["identifier"], str(source["read"]), str(source["kept"]))
            for source in version.info["sources"]
            if source["state"] == "read"
        }
        assert set(rows) == expected

    def test_nothing_personal(self, version: Version) -> None:
        text = version.dataset.read_text(encoding="utf-8").lower()
        assert "mailto:" not in text
        assert "tel:" not in text
