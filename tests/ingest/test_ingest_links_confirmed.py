"""The identifiers that public repositories give, against the tables and the official code."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Store

from ingest.fetch import fetch_one
from ingest.known import Known
from ingest.links.confirmed import COLUMNS, map_links
from ingest.links.endpoints import CLOSE, EXACT, SEE
from ingest.links.nuts import REGIONS, region_of
from ingest.quads import Graph, emp, term
from ingest.settings import Settings
from ingest.sources import Source, load_sources
from ingest.tables import Tally
from ontology.namespaces import PREFIXES
from tests.conftest import ROOT, SHARED

CATALOGUE = ROOT / "ingest/catalogue/links.ttl"
ID = "https://w3id.org/empilement/id/"
TABLES = {f"{name}.csv": SHARED / "data/links" / f"{name}.csv" for name in COLUMNS}


@pytest.fixture(scope="module")
def source() -> Source:
    (found,) = load_sources(CATALOGUE)
    return found


@pytest.fixture(scope="module")
def known(raw_cog: Mapping[str, list[dict[str, Any]]]) -> Known:
    """What the geographic code declares, recomputed from its package."""
    kinds = {"regions": "region", "departements": "departement", "epci": "actor"}
    things = {f"{ID}{kind}/{x['code']}" for file, kind in kinds.items() for x in raw_cog[file]}
    things |= {f"{ID}epci/{x['code']}" for x in raw_cog["epci"]}
    things |= {
        f"{ID}commune/{x['code']}" for x in raw_cog["communes"] if x["type"] == "commune-actuelle"
    }
    return Known(subjects=things)


def table(name: str) -> list[dict[str, str]]:
    with TABLES[f"{name}.csv"].open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def mapped(source: Source, known: Known) -> tuple[Graph, Tally, Store]:
    graph, tally = Graph(source.graph), Tally()
    map_links(source, TABLES, graph, tally, known)
    store = Store()
    store.extend(list(graph))
    return graph, tally, store


def links(store: Store, relation: str) -> set[tuple[str, str]]:
    return {
        (quad.subject.value, quad.object.value)
        for quad in store.quads_for_pattern(None, NamedNode(relation), None, None)
    }


@pytest.mark.shared
def test_nuts_codes_stand_for_the_regions_of_the_same_name(
    raw_cog: Mapping[str, list[dict[str, Any]]],
) -> None:
    names = {region["code"]: region["nom"] for region in raw_cog["regions"]}
    rows = table("kohesio_nuts_fr")
    assert {row["nuts_code"]: row["label"].strip() for row in rows} == {
        nuts: names[code] for nuts, code in REGIONS.items()
    }
    with pytest.raises(ValueError, match="no région"):
        region_of("FRY")


@pytest.mark.shared
def test_every_region_is_linked_as_the_table_says(mapped: tuple[Graph, Tally, Store]) -> None:
    _, _, store = mapped
    rows = table("kohesio_nuts_fr")
    assert links(store, CLOSE) == {(region_of(r["nuts_code"]), r["wikidata_uri"]) for r in rows}
    targets = ("eu_knowledge_graph_uri", "eurostat_nuts_uri")
    assert links(store, EXACT) == {
        (region_of(row["nuts_code"]), row[target]) for row in rows for target in targets
    }


@pytest.mark.shared
def test_a_uri_of_insee_without_its_days_is_only_worth_a_look(
    mapped: tuple[Graph, Tally, Store], known: Known
) -> None:
    _, tally, store = mapped
    kinds = {"region", "departement", "commune"}
    rows = [row for row in table("insee_uri_samples") if row["type"] in kinds]
    expected = {(f"{ID}{row['type']}/{row['code']}", row["uri"]) for row in rows}
    assert {subject for subject, _ in expected} <= known.subjects
    assert links(store, SEE) == expected
    assert len([uri for subject, uri in expected if subject.endswith("/33529")]) == 2
    # The Grand Lyon of 246900245 ended with 2014; the zonings are no part of this test's code.
    assert {each.reason.split(" ")[0].removeprefix(ID) for each in tally.rejections} == {
        "epci/246900245",
        "zone-emploi/2415",
        "aire-attraction/062",
        "unite-urbaine/01121",
    }


@pytest.mark.shared
def test_a_zoning_whose_uri_is_built_on_the_code_is_exact(source: Source, known: Known) -> None:
    zones = {f"{ID}zone-emploi/2415", f"{ID}aire-attraction/062", f"{ID}unite-urbaine/01121"}
    graph, tally = Graph(source.graph), Tally()
    map_links(source, TABLES, graph, tally, Known(subjects=known.subjects | zones))
    store = Store()
    store.extend(list(graph))
    assert {subject for subject, _ in links(store, EXACT)} >= zones
    assert len(tally.rejections) == 1


@pytest.mark.shared
def test_a_match_by_name_is_a_doubtful_statement_and_no_link(
    mapped: tuple[Graph, Tally, Store],
) -> None:
    _, _, store = mapped
    rows = table("wikidata_epci_from_nsi")
    doubtful = NamedNode("https://w3id.org/empilement/voc/confidence/doubtful")
    nodes = [q.subject for q in store.quads_for_pattern(None, emp("confidence"), doubtful, None)]
    stated = set()
    for node in nodes:
        (said,) = store.quads_for_pattern(node, term("rdf", "subject"), None, None)
        (item,) = store.quads_for_pattern(node, term("rdf", "object"), None, None)
        (predicate,) = store.quads_for_pattern(node, term("rdf", "predicate"), None, None)
        assert predicate.object == NamedNode(SEE)
        stated.add((said.object.value, item.object.value))
    assert stated == {
        (f"{ID}actor/{r['siren']}", f"http://www.wikidata.org/entity/{r['wikidata_qid']}")
        for r in rows
    }
    assert len(stated) == 65
    plain = {subject for relation in (EXACT, CLOSE, SEE) for subject, _ in links(store, relation)}
    assert not [subject for subject in plain if "/actor/" in subject]


@pytest.mark.shared
def test_every_link_is_a_statement_with_its_table(mapped: tuple[Graph, Tally, Store]) -> None:
    _, _, store = mapped
    told = store.query(
        "SELECT ?s ?p ?o ?key { ?x rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ;"
        " emp:confidence <https://w3id.org/empilement/voc/confidence/sourced> ;"
        " emp:supportedBy/emp:recordKey ?key }",
        prefixes={name: PREFIXES[name] for name in ("rdf", "emp")},
        use_default_graph_as_union=True,
    )
    stated = [tuple(term_.value for term_ in solution) for solution in told]  # type: ignore[union-attr]
    plain = {
        (s, relation, o) for relation in (EXACT, CLOSE, SEE) for s, o in links(store, relation)
    }
    assert {row[:3] for row in stated} == plain
    assert len(stated) == len(plain)
    for _, relation, item, key in stated:
        insee = item.startswith("http://id.insee.fr/")
        assert key == ("insee_uri_samples.csv" if insee else "kohesio_nuts_fr.csv"), relation


@pytest.mark.shared
def test_the_mirror_holds_what_the_catalogue_pins(source: Source, tmp_path: Path) -> None:
    """No official address holds these very bytes: the mirror is where they come from."""
    lone = Settings(mirror=SHARED / "data", cache=tmp_path, packages=tmp_path)
    named = {each.name: each for each in source.distributions}
    assert set(named) == set(TABLES)
    for each in named.values():
        nowhere = replace(each, address="pkg:npm/not-installed@0.0.0")
        assert fetch_one(source, nowhere, lone).read_bytes() == TABLES[each.name].read_bytes()


HEADERS = {f"{name}.csv": columns for name, columns in COLUMNS.items()}


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        (
            "kohesio_nuts_fr.csv",
            "1,FRZ,Nulle part,http://www.wikidata.org/entity/Q1,,"
            "https://linkedopendata.eu/entity/Q1,http://data.europa.eu/nuts/code/FRZ",
            "stands for no région",
        ),
        (
            "kohesio_nuts_fr.csv",
            "1,FRB,Centre,https://evil.example/Q1,,"
            "https://linkedopendata.eu/entity/Q1,http://data.europa.eu/nuts/code/FRB",
            "not an item of wikidata",
        ),
        (
            "kohesio_nuts_fr.csv",
            "1,FRB,Centre,http://www.wikidata.org/entity/Q1,,"
            "https://linkedopendata.eu/entity/Q1,http://data.europa.eu/nuts/code/FRC",
            "is not the URI of FRB",
        ),
        ("insee_uri_samples.csv", "planete,1,Mars,http://id.insee.fr/x", "unknown type"),
        ("insee_uri_samples.csv", "region,24,,http://id.insee.fr/geo/region/24", "not an item"),
        (
            "insee_uri_samples.csv",
            "zoneDEmploi2020,2415,,http://id.insee.fr/geo/ZoneDEmploi2020/2416",
            "not built on the code",
        ),
        ("wikidata_epci_from_nsi.csv", "243500139,A,CC,P31,A", "not an item of wikidata"),
        ("wikidata_epci_from_nsi.csv", "200000000,A,CC,Q1,A", "exists in no source"),
    ],
)
def test_a_row_that_cannot_be_right_is_rejected(
    tmp_path: Path, source: Source, known: Known, name: str, row: str, reason: str
) -> None:
    for file, header in HEADERS.items():
        # A table without a row is refused whole: the others have one of blanks.
        rows = row if file == name else "," * header.count(",")
        (tmp_path / file).write_text(f"{header}\n{rows}\n", "utf-8")
    graph, tally = Graph(source.graph), Tally()
    map_links(source, {file: tmp_path / file for file in HEADERS}, graph, tally, known)
    (rejection,) = [each for each in tally.rejections if each.table == name]
    assert reason in rejection.reason
    assert not [quad for quad in graph if quad.predicate.value in {EXACT, CLOSE, SEE}]
