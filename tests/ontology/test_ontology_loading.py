"""Reading the ontology's files: what loads, and what is said of a broken file."""

import shutil
from pathlib import Path

import pytest
from rdflib import OWL, RDF, Graph

from ontology import loading
from ontology.loading import (
    OntologyError,
    alignment_files,
    load_files,
    load_ontology,
    load_vocabularies,
    parse_turtle,
)
from ontology.namespaces import EMP, ONT, VOC


def test_every_turtle_file_of_the_room_parses() -> None:
    files = sorted(loading.ROOT.rglob("*.ttl"))
    assert len(files) > 40
    for path in files:
        assert len(load_files([path])) > 0, path


def test_restrictions_and_alignments_are_loaded_on_request_only() -> None:
    def ontologies(graph: Graph) -> set[str]:
        return {str(node).rpartition("/")[2] for node in graph.subjects(RDF.type, OWL.Ontology)}

    plain = ontologies(load_ontology())
    assert {"core", "stacking", "ont"} <= plain
    aligned = {path.stem for path in alignment_files()}
    assert {"alignments", "org", "igeo"} <= aligned
    assert not {"restrictions", *aligned} & plain
    assert ontologies(load_ontology(restrictions=True)) == plain | {"restrictions"}
    assert ontologies(load_ontology(alignments=True)) == plain | aligned


def test_ontology_and_vocabularies_do_not_mix() -> None:
    assert (EMP.Commune, None, None) in load_ontology()
    assert (EMP.Commune, None, None) not in load_vocabularies()
    assert (VOC["scale/commune"], None, None) in load_vocabularies()
    assert (VOC["scale/commune"], None, None) not in load_ontology()


def test_broken_turtle_names_the_file_and_the_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix a: <http://example.org/> .\n\na:b a:c a:d .\na:b a:c ; ; %\n")
    graph = Graph()
    with pytest.raises(OntologyError, match=r"broken\.ttl, line 4: "):
        parse_turtle(broken, graph)
    assert len(graph) == 0


def test_undeclared_prefix_names_the_file_and_the_line(tmp_path: Path) -> None:
    broken = tmp_path / "prefix.ttl"
    broken.write_text("# nothing\n\nnone:b none:c none:d .\n")
    with pytest.raises(OntologyError, match=r"prefix\.ttl, line 3: "):
        load_files([broken])


def test_bytes_that_are_not_text_are_reported(tmp_path: Path) -> None:
    broken = tmp_path / "latin.ttl"
    broken.write_bytes(b"# caf\xe9\n")
    with pytest.raises(OntologyError, match=r"latin\.ttl: not UTF-8 text \(byte 5\)"):
        load_files([broken])


def test_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(OntologyError, match=r"absent\.ttl: cannot be read"):
        load_files([tmp_path / "absent.ttl"])


def test_a_broken_module_stops_the_whole_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(loading.ROOT / "modules", tmp_path / "modules")
    shutil.copy(loading.aggregate_file(), tmp_path)
    monkeypatch.setattr(loading, "ROOT", tmp_path)
    assert (ONT["core"], RDF.type, OWL.Ontology) in load_ontology()
    with (tmp_path / "modules" / "core.ttl").open("a", encoding="utf-8") as stream:
        stream.write("\nemp:oops a .\n")
    with pytest.raises(OntologyError, match=r"core\.ttl, line \d+"):
        load_ontology()
