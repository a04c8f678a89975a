"""The source catalogue: complete entries, clear errors."""

import re
from pathlib import Path

import pytest

from ingest.errors import CatalogueError
from ingest.mappings import MAPPINGS
from ingest.sources import CATALOGUE, load_sources, select
from ontology.namespaces import GRAPH

CORE = CATALOGUE / "core.ttl"


def test_every_source_is_complete() -> None:
    sources = load_sources()
    assert {source.identifier for source in sources} >= {"cog/2026", "instruments/2026-11"}
    for source in sources:
        assert source.graph == str(GRAPH) + source.identifier
        assert set(source.title) == {"fr", "en"}
        assert source.licence.startswith("https://")
        assert source.mapping in MAPPINGS
        assert source.distributions


def test_what_comes_from_elsewhere_is_pinned() -> None:
    for source in load_sources():
        for distribution in source.distributions:
            if distribution.iri != distribution.address:
                assert re.fullmatch(r"[0-9a-f]{64}", distribution.sha256 or "")


def test_select_names_what_exists() -> None:
    sources = load_sources()
    assert select(sources, "cog/2026").vintage == "2026"
    with pytest.raises(CatalogueError) as caught:
        select(sources, "cog/1789")
    assert "cog/2026" in caught.value.why


@pytest.mark.parametrize(
    ("removed", "expected"),
    [
        ('dcterms:identifier "cog/2026" ;', "identifier"),
        ('emp:mapping "cog" ;', "mapping"),
        ('emp:retrievedOn "2026-11-23"^^xsd:date ;', "retrievedOn"),
        ("dcterms:license <https://spdx.org/licenses/etalab-2.0> ;", "license"),
    ],
)
def test_incomplete_entry_is_named(tmp_path: Path, removed: str, expected: str) -> None:
    text = CORE.read_text(encoding="utf-8")
    assert removed in text
    path = tmp_path / "catalogue.ttl"
    path.write_text(text.replace(removed, ""), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_sources(path)
    assert expected in caught.value.why
    assert "graph/" in caught.value.what


def test_identifier_must_end_the_graph_iri(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.ttl"
    text = CORE.read_text(encoding="utf-8")
    path.write_text(text.replace('"cog/2026"', '"cog/2025"'), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_sources(path)
    assert "cog/2025" in caught.value.why


def test_broken_turtle_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.ttl"
    path.write_text("@prefix a: <https://a/> .\n\na:b a:c a:d ;;; ] .\n", encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_sources(path)
    assert "line 3" in caught.value.why


def test_missing_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        load_sources(tmp_path / "absent.ttl")
