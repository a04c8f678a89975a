"""Validation of a graph against the shapes, by the compiled engine or by the reference one."""

from time import perf_counter
from typing import Final, Literal

from rdflib import Graph

from ontology.namespaces import EMPS
from shapes.compilation import compile_shapes
from shapes.compiled import run_checks
from shapes.data import Data, indexed_store
from shapes.loading import load_shapes, rules, vocabulary_index
from shapes.reference import reference_findings
from shapes.results import ValidationReport, ordered
from shapes.targets import focus_count, hierarchy

EngineName = Literal["compiled", "pyshacl"]
ENGINES: Final[tuple[EngineName, ...]] = ("compiled", "pyshacl")


def validate(
    data: Data,
    shapes: Graph | None = None,
    index: Graph | None = None,
    engine: EngineName = "compiled",
) -> ValidationReport:
    """Validate data against the shapes.

    The compiled engine runs one query for each constraint over all its nodes; pySHACL visits node
    by node. Both give the same findings; the first is for whole graphs, the second says what is
    right.

    Params: ``data`` (graph, dataset, store, files); ``shapes``, the project's when None;
    ``index``, class hierarchy and published terms, read from the ontology when None; ``engine``.
    Returns: the report, findings sorted by severity, rule and focus.
    Raises: ShapesError for unreadable data, broken shapes or a rule the engine cannot run
    (UncompiledConstraintError before anything is validated).
    """
    start = perf_counter()
    shapes = load_shapes() if shapes is None else shapes
    index = vocabulary_index() if index is None else index
    catalogue = rules(shapes)
    store = indexed_store(data, index)
    known = hierarchy(store)
    loaded = perf_counter()
    if engine == "compiled":
        found = ordered(run_checks(store, compile_shapes(shapes, known)))
    else:
        found = ordered(reference_findings(store, shapes))
    checked = perf_counter()
    counts = {r.id: focus_count(store, shapes, EMPS[r.id], known) for r in catalogue}
    end = perf_counter()
    return ValidationReport(
        conforms=all(finding.severity != "violation" for finding in found),
        results=found,
        focus_counts=counts,
        rules=catalogue,
        seconds=end - start,
        timings={"load": loaded - start, "checks": checked - loaded, "counts": end - checked},
        shapes=shapes,
    )
