"""Fixtures of the tests of queries: the micro dataset, and answers easy to compare."""

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries.binding import run
from queries.catalogue import load_catalogue
from queries.engine import Engine, ask, select

Row = dict[str, str | None]
MICRO = Path(__file__).parent / "micro.trig"


class Memory:
    """An engine over a store in memory, which a test may change."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store

    def select(self, query: str):
        return select(self.store, query)

    def ask(self, query: str) -> bool:
        return ask(self.store, query)


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
