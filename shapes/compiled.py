"""The compiled engine: every check run as one query on a store, its rows made findings."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pyoxigraph as ox

from shapes.compilation import Check
from shapes.loading import GATE_NODE, ShapesError
from shapes.paths import compact
from shapes.results import Finding

_PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")
_THREADS: Final = 2

Row = dict[str, ox.NamedNode | ox.BlankNode | ox.Literal]


def _rows(store: ox.Store, check: Check) -> list[Row]:
    try:
        solutions = store.query(check.query, use_default_graph_as_union=True)
    except SyntaxError as error:
        raise ShapesError(
            f"{check.rule} cannot be run: {error.msg}. Correct the query of this rule."
        ) from error
    if not isinstance(solutions, ox.QuerySolutions):
        raise ShapesError(f"{check.rule} cannot be run: its query is not a SELECT.")
    names = [variable.value for variable in solutions.variables]
    return [
        {name: term for name in names if (term := solution[name]) is not None}
        for solution in solutions
    ]


def _finding(check: Check, row: Row) -> Finding:
    texts = {name: term.value for name, term in row.items()}
    value, path = texts.get("value"), texts.get("path")

    def said(language: str) -> str:
        message = check.messages.get(language, "")
        return _PLACEHOLDER.sub(lambda m: texts.get(m[1], m[0]), message) if check.gate else message

    return Finding(
        rule=check.rule,
        severity=check.severity,
        focus=(value or str(GATE_NODE)) if check.gate else texts["node"],
        path=check.path if path is None else compact(path),
        value=None if check.gate else value,
        message_fr=said("fr"),
        message_en=said("en"),
        component=check.component,
    )


def run_checks(store: ox.Store, checks: Iterable[Check]) -> list[Finding]:
    """Run compiled checks on the union of the graphs of a store.

    Params: the data with the class hierarchy; the checks. Returns: the findings, unsorted.
    Raises: ShapesError for a gate whose query cannot be run, naming its rule.
    """

    def run(check: Check) -> list[Finding]:
        return [_finding(check, row) for row in _rows(store, check)]

    with ThreadPoolExecutor(_THREADS) as pool:
        return [finding for found in pool.map(run, checks) for finding in found]
