"""The errors a question can meet, each with its cause and its remedy in one line."""

from typing import Final

from ingest.errors import EmpilementError

EXIT_LIMIT: Final = 4
FASTER: Final = (
    "Select the few things you ask about first, in a sub-select.",
    "Put a LIMIT inside it, or name the graph, the place or the date.",
    "Or ask a named question (/query/), which is written to be fast.",
)


class QueryError(EmpilementError):
    """Any failure of a question put to the graph."""


class QuerySyntaxError(QueryError):
    """The text is not a SPARQL query.

    Args:
        line: line of the fault, from 1.
        column: column of the fault, from 1.
        why: the fault in one plain sentence.
        todo: what to do about it, where more can be said than "correct it".
    """

    def __init__(self, line: int, column: int, why: str, todo: str = "") -> None:
        super().__init__(
            f"The query cannot be read: line {line}, column {column}.",
            why,
            todo or "Correct the query at that place and send it again.",
        )
        self.line = line
        self.column = column


class QueryRefusedError(QueryError):
    """The query is well formed but asks for what this engine never does."""


class QueryFormError(QueryError):
    """The query is of another form than the caller needs (SELECT where ASK is due…)."""


class FormatError(QueryError):
    """None of the wanted formats suits the answer of this query, or the name is unknown."""


class QueryEvaluationError(QueryError):
    """The engine met a failure while it computed the answer."""


class FunctionCallError(QueryError):
    """The query calls a function that is not known, or not with as many arguments as it takes."""


class GraphStateError(QueryError):
    """The update needs a graph that is not there, or creates one that is."""


class ServiceFailedError(QueryError):
    """Another endpoint, which the query calls through SERVICE, failed or cannot be understood."""

    exit_code = EXIT_LIMIT


class QueryTimeoutError(QueryError):
    """The query overran its time limit and was stopped.

    Args:
        what: what failed, in one line.
        why: the cause, in one line.
        hints: what to do about it, each in a sentence of its own.
    """

    exit_code = EXIT_LIMIT

    def __init__(self, what: str, why: str, *hints: str) -> None:
        super().__init__(what, why, " ".join(hints))
        self.hints = hints


class QueryMemoryError(QueryError):
    """The query overran its memory limit and was stopped."""

    exit_code = EXIT_LIMIT


class PoolBusyError(QueryError):
    """Every worker is busy and the queue is full, or the pool is closing."""

    exit_code = EXIT_LIMIT


class EngineUnavailableError(QueryError):
    """The engine cannot be reached, or has stopped."""

    exit_code = EXIT_LIMIT


class EndpointError(QueryError):
    """The endpoint that was asked refuses the query, or its answer cannot be trusted."""

    exit_code = EXIT_LIMIT


class UnknownQueryError(QueryError):
    """No named query has this name."""


class ParameterError(QueryError):
    """A parameter of a named query is missing, unknown or malformed."""


class UnknownTerritoryError(ParameterError):
    """No territory of the graph has this code."""
