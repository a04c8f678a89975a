"""Rows of the ``sources`` command: what the catalogue has, what the graph took of it."""

from collections.abc import Mapping
from typing import Any, Final

from rdflib import DCTERMS, FOAF, Graph, URIRef

from cli.output import Format
from ingest.errors import EmpilementError, MissingBuildError, SourceError
from ingest.fetch import fetch_one, on_disk
from ingest.settings import Settings
from ingest.sources import Source, load_sources, parse_catalogue
from ingest.store import current

_COUNTS: Final = ("read", "kept", "corrected", "uncertain", "rejected")
_BRIEF: Final = ("source", "state", *_COUNTS, "files")
COLUMNS: Final = (
    "source",
    "title",
    "publisher",
    "licence",
    "address",
    "vintage",
    "retrieved",
    "state",
    *_COUNTS,
    "rules",
    "files",
    "failure",
)


def source_rows(
    settings: Settings, fetch: bool, format_: Format
) -> tuple[tuple[str, ...], list[tuple[str, ...]], list[EmpilementError]]:
    """Return a row a source, and the errors of those that cannot be had.

    Args:
        settings: where sources and versions lie.
        fetch: whether to fetch what is not there.
        format_: a table for people has fewer columns than what programs read.

    """
    try:
        taken = {entry["identifier"]: entry for entry in current(settings).info["sources"]}
    except MissingBuildError:
        taken = {}
    catalogue = parse_catalogue()
    rows, missing, down = [], [], set[str]()
    for source in load_sources():
        files, errors = _files(source, settings, fetch, down)
        missing += errors
        row = _row(source, taken.get(source.identifier, {}), catalogue) | {"files": files}
        rows.append(row)
    columns = _BRIEF if format_ is Format.TABLE else COLUMNS
    return columns, [tuple(row[name] for name in columns) for row in rows], missing


def _row(source: Source, built: Mapping[str, Any], catalogue: Graph) -> dict[str, str]:
    pages = sorted(str(page) for page in catalogue.objects(URIRef(source.graph), DCTERMS.source))
    files = sorted({each.address for each in source.distributions})
    publisher = catalogue.value(URIRef(source.publisher), FOAF.name)
    rules: Mapping[str, int] = built.get("rules", {})
    read = built.get("state") != "missing"
    return {
        "source": source.identifier,
        "title": source.title.get("en", ""),
        "publisher": str(publisher or source.publisher),
        "licence": source.licence,
        "address": " ".join(pages or files),
        "vintage": source.vintage,
        "retrieved": source.retrieved.isoformat(),
        "state": built.get("state", ""),
        "rules": "; ".join(f"{name}: {rows}" for name, rows in rules.items()),
        "failure": built.get("failure", ""),
    } | {name: str(built.get(name, "")) if read else "" for name in _COUNTS}


def _files(
    source: Source, settings: Settings, fetch: bool, down: set[str]
) -> tuple[str, list[EmpilementError]]:
    """Say whether the files of a source lie ready; fetch them if asked, from hosts not ``down``."""
    said, errors = "ready", list[EmpilementError]()
    for distribution in source.distributions:
        try:
            if fetch:
                fetch_one(source, distribution, settings, down)
            elif not on_disk(source, distribution, settings):
                said = "not fetched"
        except SourceError as error:
            said = "missing"
            errors.append(error)
    return said, errors
