"""What a failure inside the engine means: the asker's fault, another endpoint's, or its own."""

import re
from typing import Final

from queries import guard
from queries.errors import (
    FunctionCallError,
    GraphStateError,
    QueryError,
    QueryEvaluationError,
    ServiceFailedError,
)

_UNKNOWN: Final = re.compile(r"The custom function <([^<>\s]*)> is not supported")
_COUNT: Final = re.compile(
    r"The custom function <([^<>\s]*)> requires between (\d+) and (\d+) arguments,"
    r" but (\d+) were given"
)
_GRAPH: Final = re.compile(r"The graph <([^<>\s]*)> (does not exist|already exists)")


def failure(error: BaseException) -> QueryError:
    """Make the error of an evaluation that failed inside the engine.

    Args:
        error: what the engine raised.
    """
    said = " ".join(str(error).split()) or type(error).__name__
    return recognised(said) or QueryEvaluationError(
        "The query could not be answered.",
        said,
        "Simplify the query; if it looks right, report it with its text.",
    )


def recognised(said: str) -> QueryError | None:
    """Make the error of a failure that is the asker's fault, from what Oxigraph said.

    Oxigraph refuses a function that it does not know when it plans the query, so not even
    COALESCE or an empty graph hides it (SPARQL 1.1 Query §17.6 leaves this open). An operation on
    a graph that is not there, or is there already, fails unless it is SILENT (SPARQL 1.1 Update
    §3.2: SHOULD return failure).

    Args:
        said: its message, on one line.

    Returns:
        The error; None where the message is another.
    """
    if unknown := _UNKNOWN.fullmatch(said):
        return FunctionCallError(
            "The query calls a function that is not known here.",
            f"<{unknown[1]}> is neither a function of SPARQL 1.1 nor one of the extensions.",
            "Call one that the description of the service names (/sparql, sd:extensionFunction).",
        )
    if count := _COUNT.fullmatch(said):
        least, most = count[2], count[3]
        due = least if least == most else f"{least} to {most}"
        return FunctionCallError(
            "The query calls a function with too few or too many arguments.",
            f"Arguments of <{count[1]}>: {due}; given: {count[4]}.",
            "Correct the call and send the query again.",
        )
    if graph := _GRAPH.fullmatch(said):
        return GraphStateError(
            "The update was refused, and nothing was changed.",
            f"The graph <{graph[1]}> {graph[2]}.",
            "Correct its name, or write SILENT if either state suits you.",
        )
    return None


def blamed(error: QueryError, query: str, allowed: frozenset[str]) -> QueryError:
    """Lay the failure of a query that calls other endpoints on them, quoting nothing they said.

    What they say may be meant for this machine alone (an inner address, a trace), and the engine
    repeats it. Which of several failed it does not always tell, so that all are named.

    Args:
        error: how the query failed.
        query: its text.
        allowed: IRIs of the endpoints that SERVICE may call.

    Returns:
        The same error, unless it is the engine's and the query calls an endpoint that is allowed.
    """
    named = ", ".join(f"<{iri}>" for iri in sorted(allowed) if f"<{iri}>" in query)
    ours = not isinstance(error, QueryEvaluationError) or not named
    if ours or not guard.asks_service(query):
        return error
    why = (
        "It cannot be reached, or answered with a failure or a redirect, which is not followed."
        if isinstance(error.__cause__, OSError)
        else "What it answered cannot be read as the rows of a SELECT."
    )
    return ServiceFailedError(
        f"An endpoint that SERVICE calls failed: {named}.",
        why,
        "Ask that endpoint itself; SERVICE SILENT does without one that fails from the start.",
    )
