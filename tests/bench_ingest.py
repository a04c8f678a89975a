"""Benchmarks of building: quads written from columns, the national build, a build after a change.

The national build is run where ``EMPILEMENT_MIRROR`` names the folder of the reference data.
"""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
import rdflib
from rdflib import RDF, RDFS, XSD

from ingest.columns import days, minted, node, text
from ingest.parts import write_lines
from ingest.quads import Graph, emp, label, type_
from ingest.settings import Settings
from ontology.namespaces import EMP, ID
from tests.serving import COMMAND, ROOT

_ROWS: Final = 400_000
_SLOW_ROWS: Final = 20_000
_PROPERTIES: Final = 5
_MINUTES, _GIB = 15, 8
_STEP: Final = re.compile(r"^([a-z0-9@/-]+): ([0-9.]+) s$", re.MULTILINE)
# What comes after the sources, each of which is a step too.
_PHASES: Final = (
    "sources",
    "composition",
    "memory",
    "derivation",
    "validation",
    "dataset",
    "store",
    "publication",
)
_CHANGED: Final = "crte@2022"


@dataclass(frozen=True, slots=True)
class Child:
    """A finished process: seconds, GiB at its peak, and what it said."""

    seconds: float
    peak: float
    said: str


def child(arguments: tuple[str, ...], environment: Mapping[str, str]) -> Child:
    """Run a command of the product to its end, and measure that process alone.

    Raises:
        CalledProcessError: it fails.

    """
    command = [*COMMAND, *arguments]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        told = said.read()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=told)
    return Child(seconds, usage.ru_maxrss / 2**20, told)


def _rows(count: int) -> pl.DataFrame:
    """Make rows as lists have them: a key, a code, a name to escape, a day."""
    number = pl.int_range(count)
    return pl.select(number=number).select(
        key=pl.format("bench/t-{}", "number"),
        code=(pl.col("number") % 90_000 + 1_000).cast(pl.String).str.zfill(5),
        name=pl.format('Commune « {} » dite "l’Étang"', "number"),
        day=pl.date(2018, 1, 1) + pl.duration(days=pl.col("number") % 3_000),
    )


def _in_columns(rows: pl.DataFrame, path: Path) -> None:
    graph = Graph("https://example.org/graph/bench")
    subject = minted("deployment", pl.col("key"))
    graph.state(rows, subject, type_, node(emp("LabelAward").value))
    graph.state(rows, subject, label, text(pl.col("name"), "fr"))
    graph.state(rows, subject, emp("inseeCode"), text(pl.col("code")))
    graph.state(rows, subject, emp("covers"), minted("commune", pl.col("code")))
    graph.state(rows, subject, emp("observedOn"), days(pl.col("day")))
    write_lines(path, graph)


def _row_by_row(rows: pl.DataFrame, path: Path) -> None:
    dataset = rdflib.Dataset()
    graph = dataset.graph(rdflib.URIRef("https://example.org/graph/bench"))
    for key, code, name, day in rows.iter_rows():
        subject = rdflib.URIRef(f"{ID}deployment/{key}")
        graph.add((subject, RDF.type, EMP.LabelAward))
        graph.add((subject, RDFS.label, rdflib.Literal(name, lang="fr")))
        graph.add((subject, EMP.inseeCode, rdflib.Literal(code)))
        graph.add((subject, EMP.covers, rdflib.URIRef(f"{ID}commune/{code}")))
        graph.add((subject, EMP.observedOn, rdflib.Literal(day.isoformat(), datatype=XSD.date)))
    dataset.serialize(path, format="nquads")


def writing() -> dict[str, float]:
    """Compare columns to sorted N-Quads with adding each row to rdflib and serialising it."""

    def speed(write: Callable[[pl.DataFrame, Path], None], count: int) -> tuple[float, float]:
        rows = _rows(count)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.nq"
            start, worked = time.perf_counter(), time.process_time()
            write(rows, path)
            seconds, work = time.perf_counter() - start, time.process_time() - worked
            with path.open("rb") as lines:
                written = sum(1 for line in lines if line.strip())
        if written != _PROPERTIES * count:
            raise RuntimeError(f"{written} quads written, {_PROPERTIES * count} expected")
        return written / seconds / 1e6, written / work / 1e6

    columns, columns_work = speed(_in_columns, _ROWS)
    rows, rows_work = speed(_row_by_row, _SLOW_ROWS)
    return {
        "writing, columns, million quads a second": columns,
        "writing, columns, million quads a second of processor": columns_work,
        "writing, rdflib row by row, million quads a second": rows,
        # Of processor time, which other work on the machine does not stretch.
        "writing, columns against rdflib, times": columns_work / rows_work,
    }


def build_from_nothing() -> dict[str, float]:
    """Build in an empty folder, as ``make run`` does the first time, without the mirror."""
    with tempfile.TemporaryDirectory() as folder:
        done = child(("build",), _environment(folder))
    return {"build seconds": done.seconds, "build peak GiB": done.peak}


def national_build() -> dict[str, float]:
    """Build all of France from nothing, then again after one source has changed."""
    mirror = Settings().mirror
    if mirror is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        environment = _environment(folder) | {"EMPILEMENT_MIRROR": str(mirror.resolve())}
        first = child(("build",), environment)
        # Its part gone, the source is mapped again; all that is derived is derived again.
        parts = Path(folder) / "parts"
        key = (parts / f"{_CHANGED}.last").read_text(encoding="utf-8")
        (parts / f"{key}.nq").unlink()
        again = child(("build", "--force"), environment)
    steps = {name: float(seconds) for name, seconds in _STEP.findall(first.said)}
    mapping = sum(seconds for name, seconds in steps.items() if name not in _PHASES)
    return {
        "national build seconds": first.seconds,
        f"national build against {_MINUTES} minutes": first.seconds / (60 * _MINUTES),
        "national build peak GiB": first.peak,
        f"national build peak against {_GIB} GiB": first.peak / _GIB,
        "national build, mapping, seconds": mapping,
        **{f"national build, {name}, seconds": steps[name] for name in _PHASES},
        "build after one changed source, seconds": again.seconds,
        "build after one changed source against the first, times": again.seconds / first.seconds,
    }


def _environment(folder: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "EMPILEMENT_MIRROR"}
    return kept | {"EMPILEMENT_DATA": folder, "EMPILEMENT_CACHE": f"{folder}/cache"}
