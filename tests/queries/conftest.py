"""Fixtures of the tests of queries: the micro dataset, and answers easy to compare."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries.binding import run
from queries.catalogue import load_catalogue
from queries.engine import Engine, ask, select
from tests.conftest import ROOT

Row = dict[str, str | None]
TABLES = Path(__file__).parent.parent.parent / "ingest/tables"
MICRO = Path(__file__).parent / "micro.trig"


class Memory:
    """An engine over a store in memory, which a test may change."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store

    def select(self, query: str):
        return select(self.store, query)

    def ask(self, query: str) -> bool:
        return ask(self.store, query)


@pytest.fixture(scope="session")
def instruments() -> int:
    """How many instruments are described: the 102 of the catalogue, and those that lists name."""
    counts = []
    for folder in ("catalogue", "lists"):
        with (TABLES / folder / "instruments.csv").open(encoding="utf-8", newline="") as stream:
            counts.append(sum(1 for _ in csv.DictReader(stream)))
    assert counts[0] == 102
    return sum(counts)


@pytest.fixture(scope="session")
def communes_in_2024() -> int:
    """Communes of Centre-Val de Loire in the vintage of 2024, from the package."""
    path = ROOT / "node_modules/decoupage-administratif-2024/data/communes.json"
    communes = json.loads(path.read_text(encoding="utf-8"))
    return sum(c["type"] == "commune-actuelle" and c.get("region") == "24" for c in communes)


@pytest.fixture
def micro() -> Memory:
    """The hand-made dataset, fresh for each test."""
    store = ox.Store()
    store.load(path=MICRO, format=ox.RdfFormat.TRIG)
    return Memory(store)


@pytest.fixture(scope="session")
def rows() -> Callable[..., list[Row]]:
    """Answer a question; IRIs are shortened to their last segment, literals to their text."""
    catalogue = load_catalogue()

    def short(term: ox.NamedNode | ox.BlankNode | ox.Literal | None) -> str | None:
        if isinstance(term, ox.NamedNode):
            return term.value.rpartition("/")[2]
        return None if term is None else term.value

    def answer(engine: Engine, slug: str, **values: str) -> list[Row]:
        table = run(engine, catalogue[slug], values)
        return [dict(zip(table.columns, map(short, row), strict=True)) for row in table.rows]

    return answer
