"""The catalogue of named questions: headers are complete, values stay terms, errors are named."""

import re
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.identity import mint
from ontology.namespaces import PREFIXES
from queries.binding import bind, run
from queries.catalogue import NAMED, ParameterType, QueryFileError, load_catalogue
from queries.errors import ParameterError
from queries.territories import TerritoryNotFoundError

CATALOGUE = load_catalogue()
GOOD = """#+ id: CQ0
#+ title: {fr: Titre, en: Title}
#+ question: {fr: "Quoi ?", en: "What?"}
#+ parameters:
#+ - {name: word, type: string, description: {fr: Un mot, en: A word}}
#+ columns: [found]
#+ source: F1
# A question.
SELECT ?found WHERE {
  VALUES ?word { "default" }
  BIND(?word AS ?found)
}
"""


@dataclass(frozen=True)
class Found:
    iri: str


def resolver(text: str) -> Found:
    return Found(mint("commune", text))


def write(folder: Path, text: str, name: str = "a-question.rq") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def values_of(sparql: str, variable: str) -> list[object]:
    """Read back what a bound query says of a variable, by parsing and running it."""
    start = sparql.index(f"VALUES ?{variable}")
    line = sparql[start : sparql.index("\n", start)]
    rows = ox.Store().query(f"SELECT ?{variable} WHERE {{ {line} }}")
    return [row[variable] for row in rows]


def test_the_required_questions_are_there():
    wanted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 19, 20, 23, 24, 25, 26, 29]
    wanted += [30, 35, 36, 37, 39, 42, 44, 48, 52, 53, 57, 59, 61]
    ids = {query.id for query in CATALOGUE.values()}
    assert {f"CQ{number}" for number in wanted} | {
        "stack",
        "instruments",
        "territory-members",
    } <= ids


@pytest.mark.parametrize("query", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_header_is_complete_in_both_languages(query):
    for texts in (query.title, query.question, *(p.description for p in query.parameters)):
        assert set(texts) == {"fr", "en"}
        assert all(text.strip() for text in texts.values())
    assert query.title["fr"] != query.title["en"]
    assert query.question["fr"] != query.question["en"]
    assert query.question["fr"].endswith("?")
    assert query.source
    assert query.path.stem == query.slug


@pytest.mark.parametrize("query", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_query_runs_as_it_stands_and_has_the_columns_it_declares(query):
    # No prefix is lent: a question must run on any SPARQL 1.1 engine as it is written.
    solutions = ox.Store().query(query.text)
    assert tuple(variable.value for variable in solutions.variables) == query.columns


@pytest.mark.parametrize("query", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_only_known_prefixes_and_only_those_used(query):
    code = "\n".join(line for line in query.text.splitlines() if not line.startswith("#"))
    declared = {
        line.split()[1].rstrip(":"): line.split()[2].strip("<>")
        for line in code.splitlines()
        if line.startswith("PREFIX ")
    }
    vocabulary = PREFIXES["voc"]
    for prefix, namespace in declared.items():
        assert namespace in {PREFIXES.get(prefix), f"{vocabulary}{prefix}/"}
        assert code.count(f"{prefix}:") > 1, f"{prefix}: is declared and not used"


@pytest.mark.parametrize("query", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_default_of_each_parameter_can_be_given_back(query):
    def any_territory(text: str) -> Found:
        kind, _, code = text.rpartition("/")
        return Found(mint(kind or ("epci" if len(code) == 9 else "commune"), code))

    defaults = {parameter.name: parameter.default for parameter in query.parameters}
    assert all(defaults.values())
    bound = bind(query, defaults, any_territory)
    for name in defaults:
        assert values_of(bound, name) == values_of(query.text, name)


def test_missing_folder_content_is_said(tmp_path):
    with pytest.raises(QueryFileError, match="No named question"):
        load_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("#+ title: {fr: Titre, en: Title}\n", "#+ title: {fr: Titre}\n", "title.en"),
        ("en: A word}", "en: ''}", "parameters.0.description.en"),
        ("type: string", "type: colour", "parameters.0.type"),
        ("#+ columns: [found]\n", "#+ columns: []\n", "columns"),
        ("#+ source: F1\n", "", "source"),
        ("#+ id: CQ0\n", "#+ id: [\n", "not YAML"),
        ('VALUES ?word { "default" }', 'BIND("default" AS ?word)', "VALUES ?word"),
        ('VALUES ?word { "default" }', 'VALUES ?word { "a" "b" }', "one term"),
        (
            'VALUES ?word { "default" }',
            'VALUES ?word { "a" }\n  VALUES ?word { "b" }',
            "different defaults",
        ),
    ],
)
def test_bad_file_is_named_with_its_fault(tmp_path, old, new, said):
    assert old in GOOD
    with pytest.raises(QueryFileError) as caught:
        load_catalogue(write(tmp_path, GOOD.replace(old, new)))
    assert "a-question.rq" in str(caught.value)
    assert said in str(caught.value)


def test_two_files_of_one_id_are_refused(tmp_path):
    write(tmp_path, GOOD)
    with pytest.raises(QueryFileError, match=r"CQ0 is already that of a-question\.rq"):
        load_catalogue(write(tmp_path, GOOD, "b-question.rq"))


def test_binding_replaces_every_occurrence():
    bound = bind(CATALOGUE["stack"], {"territory": "37132"}, resolver)
    assert "commune/37261" not in bound
    occurrences = CATALOGUE["stack"].text.count("commune/37261")
    assert bound.count("commune/37132") == occurrences > 1


def test_blank_value_keeps_the_default():
    assert bind(CATALOGUE["stack"], {"date": "  "}, resolver) == CATALOGUE["stack"].text


ATTACKS = [
    '" } SERVICE <http://example.org/> { ?s ?p ?o } #',
    "'} UNION { ?s ?p ?o }",
    '"""',
    "a\\",
    '\\" } ; DROP ALL',
    "} SERVICE <http://example.org/> { ?s ?p ?o",
    "<http://example.org/>",
    "?word",
    "\\u0022 } SERVICE",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_string_stays_a_literal(attack):
    query = CATALOGUE["who-says"]
    bound = bind(query, {"word": attack}, resolver)
    assert values_of(bound, "word") == [ox.Literal(attack.strip())]
    # Nothing but the value differs from the file.
    assert len(bound.splitlines()) == len(query.text.splitlines())
    assert list(ox.Store().query(bound)) == []


@given(st.text(max_size=60))
def test_any_string_is_a_literal_or_refused(text):
    query = CATALOGUE["who-says"]
    try:
        bound = bind(query, {"word": text}, resolver)
    except ParameterError:
        assert not text.strip().isprintable()
        return
    expected = text.strip() or "budget"
    assert values_of(bound, "word") == [ox.Literal(expected)]


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "x" * 201, "a\u2028b", "a\x00b"])
def test_control_characters_and_long_texts_are_refused(text):
    with pytest.raises(ParameterError, match="'word'"):
        bind(CATALOGUE["who-says"], {"word": text}, resolver)


@pytest.mark.parametrize(
    ("slug", "name", "value", "expected"),
    [
        ("stack", "date", "01/07/2024", "a date"),
        ("stack", "date", "2024-02-30", "a date"),
        ("stack", "date", "2024-7-1", "a date"),
        ("active-in-a-year", "year", "twenty", "a whole number"),
        ("active-in-a-year", "year", "2020 } SERVICE", "a whole number"),
        ("active-in-a-year", "year", "1e3", "a whole number"),
        ("instruments", "confirmed", "yes", "true or false"),
        ("axes", "instrument", "fr crte", "the id of an instrument"),
        ("axes", "instrument", "fr-crte> } SERVICE", "the id of an instrument"),
        ("predecessors-of-an-actor", "actor", "ANCT!", "the id of an actor"),
        ("observations-of-an-indicator", "indicator", "a b", "the id of an indicator"),
        ("depth-by-commune", "region", "departement/37", "the code of a région"),
        ("depth-by-commune", "granularity", "village", "family, instrument, deployment"),
    ],
)
def test_wrong_value_names_parameter_value_and_type(slug, name, value, expected):
    def by_kind(text: str) -> Found:
        return Found(mint(*text.split("/", 1)))

    with pytest.raises(ParameterError) as caught:
        bind(CATALOGUE[slug], {name: value}, by_kind)
    said = str(caught.value)
    assert repr(name) in said
    assert repr(value) in said
    assert expected in said


def test_unknown_parameter_is_named_with_those_that_exist():
    with pytest.raises(ParameterError) as caught:
        bind(CATALOGUE["stack"], {"commune": "37261"}, resolver)
    assert "'commune'" in str(caught.value)
    assert "territory, date" in str(caught.value)


def test_every_type_of_parameter_is_used_and_explained():
    used = {parameter.type for query in CATALOGUE.values() for parameter in query.parameters}
    assert used == set(ParameterType)


def test_run_resolves_and_answers(micro):
    table = run(micro, CATALOGUE["stack"], {"territory": "37018", "date": "2024-07-01"})
    assert table.columns == CATALOGUE["stack"].columns
    instruments = {row[1].value.rpartition("/")[2] for row in table.rows}
    assert instruments == {"fr-crte", "cvl-sraddet"}


def test_run_refuses_a_thing_the_graph_does_not_hold(micro):
    with pytest.raises(ParameterError, match="no instrument of that id"):
        run(micro, CATALOGUE["axes"], {"instrument": "fr-nothing"})


def test_run_says_an_unknown_territory(micro):
    with pytest.raises(TerritoryNotFoundError, match="37262"):
        run(micro, CATALOGUE["stack"], {"territory": "37262"})


def test_the_readme_lists_every_question_and_no_other() -> None:
    text = (NAMED.parent / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \S+ \| `([a-z0-9-]+)` \|", text, flags=re.MULTILINE)
    assert sorted(listed) == sorted(CATALOGUE)


def test_the_64_competency_questions_are_all_there() -> None:
    numbers = {match[1] for q in CATALOGUE.values() if (match := re.match(r"CQ(\d+)", q.id))}
    assert numbers == {str(number) for number in range(1, 65)}
