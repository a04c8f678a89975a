"""The formats: what each form of query may be answered in, and how a format is asked for."""

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat

from queries.errors import FormatError
from queries.formats import GRAPHS, RESULTS, Format, QueryForm, choose, find, suited, tidy


def test_media_types_and_extensions_are_those_the_engine_registers() -> None:
    for each in Format:
        engine: QueryResultsFormat | RdfFormat = each.rdf if each.is_graph else each.results
        assert each.media_type == engine.media_type.partition(";")[0]
        assert each.extension == engine.file_extension.replace("json", "srj", each is Format.JSON)


def test_names_are_told_apart_within_each_kind() -> None:
    for kind in (RESULTS, GRAPHS):
        names = [
            name
            for each in kind
            for name in {
                each.media_type,
                each.extension,
                each.name.lower(),
                *each.value.aliases,
            }
        ]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("form", "wanted", "expected"),
    [
        (QueryForm.SELECT, None, Format.JSON),
        (QueryForm.ASK, None, Format.JSON),
        (QueryForm.GRAPH, None, Format.TURTLE),
        (QueryForm.SELECT, "text/csv; charset=utf-8", Format.CSV),
        (QueryForm.SELECT, "TEXT/CSV", Format.CSV),
        (QueryForm.SELECT, "text/turtle, text/tab-separated-values", Format.TSV),
        (QueryForm.GRAPH, "text/csv, application/ld+json", Format.JSONLD),
        (QueryForm.SELECT, "application/json", Format.JSON),
        (QueryForm.GRAPH, "application/json", Format.JSONLD),
        (QueryForm.SELECT, "application/xml", Format.XML),
        (QueryForm.GRAPH, "application/xml", Format.RDFXML),
        (QueryForm.GRAPH, "*/*", Format.TURTLE),
        (QueryForm.SELECT, "text/*", Format.CSV),
        (QueryForm.GRAPH, "text/html, */*;q=0.1", Format.TURTLE),
        (QueryForm.GRAPH, "nt", Format.NTRIPLES),
    ],
)
def test_choice(form: QueryForm, wanted: str | None, expected: Format) -> None:
    assert choose(form, wanted) is expected
    assert expected in suited(form)


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        (QueryForm.SELECT, "text/turtle"),
        (QueryForm.ASK, "application/n-quads"),
        (QueryForm.GRAPH, "text/csv"),
        (QueryForm.GRAPH, "image/png"),
        (QueryForm.SELECT, ""),
    ],
)
def test_what_suits_no_form_is_refused_with_what_would(form: QueryForm, wanted: str) -> None:
    with pytest.raises(FormatError) as caught:
        choose(form, wanted)
    for each in suited(form):
        assert each.media_type in caught.value.todo


def test_a_format_is_found_by_name_extension_or_media_type() -> None:
    for each in Format:
        assert find(each.media_type) is each
        assert find(each.extension) is each
        assert find(each.name) is each
    with pytest.raises(FormatError, match="docx"):
        find("docx")


def test_a_format_of_one_kind_has_no_engine_format_of_the_other() -> None:
    with pytest.raises(FormatError):
        _ = Format.CSV.rdf
    with pytest.raises(FormatError):
        _ = Format.TURTLE.results


def test_prefixes_are_sorted_and_the_unused_dropped() -> None:
    body = b'@prefix z: <x:z> .\n@prefix n: <x:n> .\n@prefix a: <x:a> .\nz:1 a:p "t" .\n'
    assert tidy(Format.TURTLE, body) == (b'@prefix a: <x:a> .\n@prefix z: <x:z> .\nz:1 a:p "t" .\n')
    xml = b'<rdf:RDF xmlns:z="x:z" xmlns:rdf="x:r" xmlns:n="x:n">\n<z:p/></rdf:RDF>'
    assert tidy(Format.RDFXML, xml) == (
        b'<rdf:RDF xmlns:rdf="x:r" xmlns:z="x:z">\n<z:p/></rdf:RDF>'
    )
    assert tidy(Format.NTRIPLES, b"<x:a> <x:b> <x:c> .") == b"<x:a> <x:b> <x:c> ."
    assert tidy(Format.TURTLE, b"") == b""
