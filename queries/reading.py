"""The answer of an endpoint: read from its file, judged whole, written as it is wanted."""

from collections.abc import Iterator
from typing import IO, cast

import pyoxigraph as ox

from queries import engine
from queries.errors import EndpointError
from queries.formats import Format, QueryForm
from queries.outlet import Outlet, too_many
from queries.pool import Reply
from queries.spool import Spool


def converted(body: IO[bytes], form: QueryForm, chosen: Format, rows: int, most: int) -> Reply:
    """Write an answer in another format.

    Args:
        body: results in JSON, or N-Triples.
        form: what the query gives back.
        chosen: the format wanted.
        rows: the most rows or triples; 0 for no limit.
        most: the most bytes.

    Returns:
        The answer, complete; a large one is spooled on disk.

    Raises:
        EndpointError: the answer is broken off, malformed, or of another form.
        QueryMemoryError: it overruns a limit.
    """
    body.seek(0)
    spool = Spool()
    outlet = Outlet(chosen, spool.write, rows=rows, most=most)
    try:
        if form is QueryForm.GRAPH:
            _write_graph(body, chosen, outlet, rows)
        else:
            _write_rows(body, form, chosen, outlet)
    except (SyntaxError, ValueError, OSError) as error:
        raise outlet.error or broken(str(error)) from error
    rest = outlet.close()
    if not outlet.started:
        return Reply(form, chosen.media_type, rest, rows=outlet.rows)
    spool.write(rest)
    spool.end()
    return Reply(form, chosen.media_type, None, spool, rows=outlet.rows)


def broken(why: str) -> EndpointError:
    """Make the error of an answer that cannot be trusted."""
    return EndpointError(
        "The endpoint's answer is broken.",
        " ".join(why.split()),
        "It may have stopped at its own time limit: narrow the question.",
    )


def _write_rows(body: IO[bytes], form: QueryForm, chosen: Format, outlet: Outlet) -> None:
    results = ox.parse_query_results(body, format=Format.JSON.results)
    try:
        if engine.form_of(results) is not form:
            raise broken("It answers another form of query than the one that was sent.")
        results.serialize(cast("IO[bytes]", outlet), format=chosen.results)
    finally:
        # They may be let go of in this thread only; an error would carry them to another.
        del results


def _write_graph(body: IO[bytes], chosen: Format, outlet: Outlet, rows: int) -> None:
    def triples() -> Iterator[ox.Triple]:
        for count, quad in enumerate(ox.parse(body, format=Format.NTRIPLES.rdf), 1):
            if rows and count > rows:
                raise too_many(rows)
            outlet.rows = count
            yield quad.triple

    file = cast("IO[bytes]", outlet)
    ox.serialize(triples(), file, format=chosen.rdf, prefixes=engine.SHOWN)
