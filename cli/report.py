"""Rows of the ``sources`` command: what the catalogue has, what the graph took of it."""

from typing import Final

from ingest.errors import EmpilementError, MissingBuildError, SourceError
from ingest.fetch import fetch_one, on_disk
from ingest.settings import Settings
from ingest.sources import load_sources
from ingest.store import current

_COUNTS: Final = ("read", "kept", "corrected", "uncertain", "rejected")
COLUMNS: Final = ("source", "licence", "retrieved", "files", "state", *_COUNTS)


def source_rows(
    settings: Settings, fetch: bool
) -> tuple[tuple[str, ...], list[tuple[str, ...]], list[EmpilementError]]:
    """Return a row a source, and the errors of those that cannot be had.

    Args:
        settings: where sources and versions lie.
        fetch: whether to fetch what is not there.

    """
    try:
        taken = {entry["identifier"]: entry for entry in current(settings).info["sources"]}
    except MissingBuildError:
        taken = {}
    rows, missing = [], []
    for source in load_sources():
        state = "ready"
        for distribution in source.distributions:
            try:
                if fetch or not on_disk(source, distribution, settings):
                    state = "ready" if fetch else "not fetched"
                if fetch:
                    fetch_one(source, distribution, settings)
            except SourceError as error:
                state = "missing"
                missing.append(error)
        counts = taken.get(source.identifier, {})
        rows.append(
            (
                source.identifier,
                source.licence,
                source.retrieved.isoformat(),
                str(len(source.distributions)),
                state,
                *(str(counts.get(name, "")) for name in _COUNTS),
            )
        )
    return COLUMNS, rows, list(missing)
