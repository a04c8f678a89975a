"""The engine in process: what every engine offers, and the one over a store on disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol, TypeAlias, cast

import pyoxigraph as ox

from ontology.namespaces import BASE, PREFIXES
from queries import guard
from queries.errors import (
    EngineUnavailableError,
    ParameterError,
    QueryFormError,
    QueryRefusedError,
)
from queries.failures import failure
from queries.formats import Format, QueryForm, choose, tidy
from queries.outlet import Outlet, ill_formed, not_xml, too_many
from queries.syntax import explain, explain_update
from queries.tokens import names_dataset

SHOWN: Final = {
    name: iri for name, iri in PREFIXES.items() if not (iri.startswith(BASE) and iri.endswith("/"))
}
"""Prefixes of answers: those whose names hold no slash, which Turtle would have to escape."""

Term: TypeAlias = ox.NamedNode | ox.Literal | ox.BlankNode
Rows: TypeAlias = ox.QuerySolutions | ox.QueryBoolean
Results: TypeAlias = Rows | ox.QueryTriples


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in bytes.

    Args:
        form: what the query gives back.
        media_type: media type of the body, without parameters (text formats are UTF-8).
        body: the serialised answer.
    """

    form: QueryForm
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a SELECT.

    Args:
        columns: names of the variables, in the order of the query.
        rows: one value a column; None where the variable is unbound.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs a query is put to, chosen beside its text (SPARQL 1.1 Protocol §2.1.4).

    It wins over the FROM and FROM NAMED of the query.

    Args:
        default: IRIs of the graphs whose union is the default graph.
        named: IRIs of the graphs GRAPH may reach.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class Engine(Protocol):
    """What answers questions, wherever the graph lies.

    The default graph of a query is the union of all named graphs, unless it has FROM. The
    project's prefixes (``ontology.namespaces.PREFIXES``) are known without being declared; a
    declaration in the query wins.
    """

    def answer(
        self, query: str, media_type: str | None = None, dataset: Dataset | None = None
    ) -> Answer:
        """Answer in bytes.

        Args:
            query: SPARQL 1.1 query.
            media_type: wanted formats, the most wanted first (see ``formats.choose``).
            dataset: graphs chosen beside the query.

        Raises:
            QueryError: the query is wrong, refused, too heavy, or the engine fails.
        """

    def select(self, query: str) -> Table:
        """Answer a SELECT with its rows.

        Raises:
            QueryError: as ``answer``; ``QueryFormError`` if the query is no SELECT.
        """

    def ask(self, query: str) -> bool:
        """Answer an ASK.

        Raises:
            QueryError: as ``answer``; ``QueryFormError`` if the query is no ASK.
        """

    def close(self) -> None:
        """Give back what the engine holds. It answers nothing afterwards."""


class EmbeddedEngine:
    """The engine of the command line: a store on disk, read in this process.

    It has no time limit: a query here can be stopped only with its process.

    Args:
        store_path: folder of the RocksDB store of a build.

    Raises:
        EngineUnavailableError: the folder holds no store.
    """

    def __init__(self, store_path: Path) -> None:
        self._store: ox.Store | None = open_store(store_path)

    def answer(
        self, query: str, media_type: str | None = None, dataset: Dataset | None = None
    ) -> Answer:
        """Answer in bytes; see ``Engine.answer``."""
        return answer(self._open(), query, media_type, dataset)

    def select(self, query: str) -> Table:
        """Answer a SELECT with its rows; see ``Engine.select``."""
        return select(self._open(), query)

    def ask(self, query: str) -> bool:
        """Answer an ASK; see ``Engine.ask``."""
        return ask(self._open(), query)

    def close(self) -> None:
        """Let go of the store."""
        self._store = None

    def _open(self) -> ox.Store:
        if self._store is None:
            raise EngineUnavailableError(
                "The engine is closed.",
                "A query was put to it after it was told to stop.",
                "Open the engine again.",
            )
        return self._store


def open_store(path: Path) -> ox.Store:
    """Open a store on disk for reading only; several processes may do so at once.

    Raises:
        EngineUnavailableError: the folder holds no store.
    """
    try:
        return ox.Store.read_only(str(path))
    except OSError as error:
        raise EngineUnavailableError(
            f"The store {path.name!r} cannot be opened.",
            " ".join(str(error).split()),
            "Build the graph again, then ask again.",
        ) from error


def evaluate(
    store: ox.Store,
    query: str,
    dataset: Dataset | None = None,
    allowed: frozenset[str] = guard.NOWHERE,
) -> Results:
    """Parse a query and start its evaluation, after the guard.

    Args:
        store: the graph.
        query: SPARQL 1.1 query.
        dataset: graphs chosen beside the query.
        allowed: IRIs of the endpoints that SERVICE may call.

    Raises:
        QueryRefusedError: the query asks for what is never done.
        QuerySyntaxError: the text is not a query.
        QueryError: the engine failed.
    """
    guard.check(query, allowed)
    # Each prefix costs the engine a parse of its IRI, and all of them more than a light query.
    prefixes = {name: iri for name, iri in PREFIXES.items() if name + ":" in query}
    try:
        if dataset is not None:
            return store.query(
                query,
                prefixes=prefixes,
                base_iri=BASE,
                default_graph=_graphs(dataset.default),
                named_graphs=_graphs(dataset.named),
            )
        union = not names_dataset(query)
        return store.query(
            query, prefixes=prefixes, base_iri=BASE, use_default_graph_as_union=union
        )
    except SyntaxError as error:
        raise explain(query, str(error)) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise failure(error) from error


def answer(
    store: ox.Store, query: str, media_type: str | None = None, dataset: Dataset | None = None
) -> Answer:
    """Answer a query from a store, in bytes; see ``Engine.answer``."""
    results = evaluate(store, query, dataset)
    form = form_of(results)
    chosen = choose(form, media_type)
    try:
        if isinstance(results, ox.QueryTriples):
            body = ox.serialize(results, format=chosen.rdf, prefixes=SHOWN)
        else:
            body = results.serialize(format=chosen.results)
    except (OSError, RuntimeError, ValueError) as error:
        raise failure(error) from error
    if chosen in (Format.XML, Format.RDFXML) and ill_formed(body or b""):
        raise not_xml(chosen)
    return Answer(form, chosen.media_type, tidy(chosen, body or b""))


def write(results: Results, chosen: Format, output: Outlet, rows: int) -> None:
    """Write results as the engine finds them.

    Args:
        results: what ``evaluate`` gave.
        chosen: a format that suits them.
        output: where to.
        rows: the most triples of a graph; 0 for no limit. Rows are counted by the outlet.

    Raises:
        QueryError: the engine failed, or a limit is overrun.
    """
    file = cast("IO[bytes]", output)
    try:
        if isinstance(results, ox.QueryTriples):
            ox.serialize(_counted(results, output, rows), file, format=chosen.rdf, prefixes=SHOWN)
        else:
            results.serialize(file, format=chosen.results)
    except (OSError, RuntimeError, ValueError) as error:
        raise output.error or failure(error) from error


def _counted(results: ox.QueryTriples, output: Outlet, rows: int) -> Iterator[ox.Triple]:
    for count, triple in enumerate(results, 1):
        if rows and count > rows:
            raise too_many(rows)
        output.rows = count
        yield triple


def update(store: ox.Store, text: str) -> None:
    """Carry out an update on a store in memory, whole or not at all.

    Raises:
        QueryRefusedError: the update would call other hosts.
        QuerySyntaxError: the text is not an update.
        QueryError: the engine failed.
    """
    guard.check_update(text)
    try:
        store.update(text, prefixes=PREFIXES, base_iri=BASE)
    except SyntaxError as error:
        raise explain_update(text, str(error)) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise failure(error) from error


def read_only() -> QueryRefusedError:
    """Make the error of an update put to what takes none."""
    return QueryRefusedError(
        "This engine takes no update.",
        "It answers from a store on disk, opened for reading only.",
        "Serve the graph from memory (EMPILEMENT_RESIDENT=true), or build another one.",
    )


def select(store: ox.Store, query: str) -> Table:
    """Answer a SELECT from a store; see ``Engine.select``."""
    try:
        return table_of(evaluate(store, query))
    except (OSError, RuntimeError, ValueError) as error:
        raise failure(error) from error


def ask(store: ox.Store, query: str) -> bool:
    """Answer an ASK from a store; see ``Engine.ask``."""
    return truth_of(evaluate(store, query))


def form_of(results: Results) -> QueryForm:
    """Tell the form of a query from the type of its results."""
    if isinstance(results, ox.QuerySolutions):
        return QueryForm.SELECT
    return QueryForm.ASK if isinstance(results, ox.QueryBoolean) else QueryForm.GRAPH


def table_of(results: Results) -> Table:
    """Read the rows of a SELECT.

    Raises:
        QueryFormError: the results are not those of a SELECT.
    """
    if not isinstance(results, ox.QuerySolutions):
        raise wrong_form(QueryForm.SELECT, form_of(results))
    columns = tuple(variable.value for variable in results.variables)
    return Table(columns, tuple(tuple(row) for row in results))


def truth_of(results: Results) -> bool:
    """Read the truth value of an ASK.

    Raises:
        QueryFormError: the results are not those of an ASK.
    """
    if not isinstance(results, ox.QueryBoolean):
        raise wrong_form(QueryForm.ASK, form_of(results))
    return bool(results)


def table_from(given: Answer) -> Table:
    """Read the rows of a SELECT out of its answer in JSON; see ``table_of``."""
    if given.form is not QueryForm.SELECT:
        raise wrong_form(QueryForm.SELECT, given.form)
    return table_of(_parsed(given))


def truth_from(given: Answer) -> bool:
    """Read the truth value of an ASK out of its answer in JSON; see ``truth_of``."""
    if given.form is not QueryForm.ASK:
        raise wrong_form(QueryForm.ASK, given.form)
    return truth_of(_parsed(given))


def _parsed(given: Answer) -> Rows:
    return ox.parse_query_results(given.body, format=Format.JSON.results)


def _graphs(iris: tuple[str, ...]) -> list[Any]:
    try:
        return [ox.NamedNode(iri) for iri in iris]
    except ValueError as error:
        raise ParameterError(
            "A graph of the dataset is not named by an IRI.",
            " ".join(str(error).split()),
            "Give absolute IRIs.",
        ) from error


def wrong_form(due: QueryForm, found: QueryForm) -> QueryFormError:
    """Make the error of a query whose form is not the one that is due."""
    names = {
        QueryForm.SELECT: "SELECT",
        QueryForm.ASK: "ASK",
        QueryForm.GRAPH: "CONSTRUCT or DESCRIBE",
    }
    return QueryFormError(
        f"{names[due]} is due here.",
        f"The query is of another form: {names[found]}.",
        f"Write it as {names[due]}.",
    )
