"""``python -m tests.conformance``: runs the W3C suite, prints the scores, writes EARL."""

import sys
import tempfile
from pathlib import Path

from tests.conformance.judging import Verdict
from tests.conformance.running import REPORT, SUITE, expected_failures, run, table, write_report


def main() -> int:
    """Run all; the exit code is 1 when a test fails that should not, or the other way round."""
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run(SUITE, Path(folder))
    write_report(outcomes, REPORT)
    sys.stdout.write(f"{table(outcomes)}\n{REPORT}\n")
    failed = {
        outcome.case.iri: outcome.why for outcome in outcomes if outcome.verdict is Verdict.FAILED
    }
    known = expected_failures()
    for iri in sorted(failed.keys() - known.keys()):
        sys.stdout.write(f"failed: <{iri}> {failed[iri]}\n")
    for iri in sorted(known.keys() - failed.keys()):
        sys.stdout.write(f"expected to fail, and does not: <{iri}>\n")
    return int(failed.keys() != known.keys())


if __name__ == "__main__":
    sys.exit(main())
