"""Runs the suite against the real service in another process, from an empty graph."""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from ingest.settings import Settings
from ingest.store import publish
from tests.conformance.cases import GROUPS, read_suite
from tests.conformance.earl import report
from tests.conformance.endpoint import Endpoint
from tests.conformance.judging import Outcome, Verdict, judge_all
from tests.serving import ROOT, serving

SUITE: Final = ROOT.parent / "shared/suites/sparql11"
REPORT: Final = ROOT / "build/earl-sparql11.ttl"
EXPECTED: Final = Path(__file__).parent / "expected_failures.csv"
_TOKEN: Final = "conformance"  # noqa: S105


def run(suite: Path, folder: Path) -> list[Outcome]:
    """Put the suite to a service that is started for it.

    Args:
        suite: folder of the suite.
        folder: an empty folder, where the service finds its graph.

    Returns:
        What became of each test.

    """
    _publish_nothing(Settings(data=folder))
    with (
        serving(folder, update_token=_TOKEN, log_level="WARNING") as address,
        Endpoint(f"{address}/sparql", _TOKEN) as endpoint,
    ):
        return judge_all(endpoint, read_suite(suite))


def write_report(outcomes: Iterable[Outcome], path: Path) -> None:
    """Write the EARL report of a run, as Turtle."""
    versions = {"Empilement": version("empilement"), "pyoxigraph": version("pyoxigraph")}
    path.parent.mkdir(exist_ok=True)
    report(outcomes, versions, datetime.now(UTC).date()).serialize(path, format="turtle")


def expected_failures() -> dict[str, str]:
    """Read which tests are known to fail, and why."""
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return {row["test"]: row["reason"] for row in csv.DictReader(file)}


def table(outcomes: Iterable[Outcome]) -> str:
    """Tell the scores by recommendation, one line each."""
    counts = Counter((outcome.case.group, outcome.verdict) for outcome in outcomes)
    lines = [f"{'SPARQL 1.1':24}{'passed':>8}{'failed':>8}{'untested':>10}"]
    for group in GROUPS:
        passed, failed, untested = (counts[group, verdict] for verdict in Verdict)
        lines.append(f"{group:24}{passed:8}{failed:8}{untested:10}")
    return "\n".join(lines)


def _publish_nothing(settings: Settings) -> None:
    folder = settings.data / "empty"
    folder.mkdir()
    (folder / "dataset.nq").touch()
    said = {"id": "empty", "dataDate": "2026-01-01", "quads": 0, "sources": []}
    (folder / "build.json").write_text(json.dumps(said), encoding="utf-8")
    publish(folder, "empty", settings)
