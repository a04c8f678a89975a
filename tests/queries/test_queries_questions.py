"""Every named question: its terms are defined, it answers in time, without repeating itself."""

import re
import time
from collections import Counter

import pytest

from ontology.loading import load_ontology
from ontology.namespaces import EMP
from queries.binding import run
from queries.catalogue import load_catalogue
from queries.engine import Engine

CATALOGUE = load_catalogue()
SLOWEST_SECONDS = 5.0


@pytest.fixture(scope="session")
def defined() -> set[str]:
    return {str(subject) for subject in load_ontology().subjects() if str(subject).startswith(EMP)}


@pytest.mark.parametrize("query", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_every_term_is_defined_in_the_ontology(query, defined):
    code = "\n".join(line for line in query.text.splitlines() if not line.startswith("#"))
    used = {str(EMP) + name for name in re.findall(r"\bemp:(\w+)", code)}
    assert used <= defined
    assert used, "a question that names no term of the ontology asks nothing of the graph"


@pytest.mark.built
@pytest.mark.parametrize("query", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_default_parameters_give_an_answer_in_time(query, built: Engine):
    start = time.perf_counter()
    table = run(built, query, {})
    seconds = time.perf_counter() - start
    assert table.columns == query.columns
    assert table.rows, "an answer without rows says nothing, not even that it is unknown"
    assert seconds < SLOWEST_SECONDS


@pytest.mark.built
@pytest.mark.parametrize("query", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_no_row_stands_twice(query, built: Engine):
    table = run(built, query, {})
    twice = [row for row, count in Counter(map(str, table.rows)).items() if count > 1]
    assert not twice
