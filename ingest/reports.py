"""What is said about a build: its summary, its validation, the quality of each source."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.mappings import Failure
from ingest.parts import Part
from ingest.rules import load_rules
from ingest.sources import Source
from ingest.tables import Rejection
from ontology.namespaces import GRAPH
from shapes.reports import to_json, to_turtle
from shapes.results import ValidationReport


def summary(
    version: str,
    sources: Iterable[Source],
    parts: Iterable[Part],
    failures: Iterable[Failure],
    report: ValidationReport,
) -> dict[str, Any]:
    """Return what ``build.json`` says of a version.

    Args:
        version: its identifier.
        sources: the catalogue.
        parts: the named graphs.
        failures: the sources that could not be read.
        report: the verdict of the shapes.

    """
    made = {part.name: part for part in parts}
    failed = {failure.source.identifier: failure for failure in failures}
    listed = [
        _source(source, made.get(source.identifier), failed.get(source.identifier))
        for source in sources
    ]
    dates = [source.retrieved for source in sources if source.identifier in made]
    return {
        "id": version,
        "dataDate": max(dates).isoformat(),
        "quads": sum(part.quads for part in made.values()),
        "graphs": {f"{GRAPH}{name}": part.quads for name, part in sorted(made.items())},
        "sources": listed,
        "validation": report.counts(),
    }


def _source(source: Source, part: Part | None, failure: Failure | None) -> dict[str, Any]:
    state = "read" if failure is None else "kept" if failure.kept else "missing"
    said: dict[str, Any] = {
        "identifier": source.identifier,
        "title": source.title,
        "publisher": source.publisher,
        "licence": source.licence,
        "retrieved": source.retrieved.isoformat(),
        "state": state,
        "failure": f"{failure.why.what} {failure.why.why}" if failure else "",
        "files": dict(part.hashes) if part else {},
    }
    tally = part.tally if part else None
    counts = {"read": 0, "kept": 0, "corrected": 0, "uncertain": 0, "rejected": 0, "rules": {}}
    if tally:
        counts = {
            "read": tally.read,
            "kept": tally.kept,
            "corrected": tally.corrected.total(),
            "uncertain": tally.uncertain.total(),
            "rejected": len(tally.rejections),
            "rules": dict(sorted((tally.corrected + tally.uncertain).items())),
        }
    return said | counts


def write_reports(
    folder: Path, report: ValidationReport, info: Mapping[str, Any], parts: Iterable[Part]
) -> None:
    """Write the summary, the validation, the rejected rows and the rules applied."""
    text = json.dumps(info, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "build.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.ttl").write_text(to_turtle(report), encoding="utf-8")
    (folder / "report.json").write_text(to_json(report), encoding="utf-8")
    _write_rejections(folder / "rejected.csv", parts)
    _write_quality(folder / "quality.csv", info["sources"])


def _write_rejections(path: Path, parts: Iterable[Part]) -> None:
    """List every rejected row: source, table, row, reason, content."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        fields = ["source", *Rejection.__dataclass_fields__]
        writer = csv.DictWriter(stream, fields, lineterminator="\n")
        writer.writeheader()
        for part in parts:
            for rejection in part.tally.rejections:
                writer.writerow({"source": part.name} | asdict(rejection))


def _write_quality(path: Path, sources: Iterable[Mapping[str, Any]]) -> None:
    """List, source by source, each rule applied and to how many rows."""
    rules = load_rules()
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("source", "family", "rule", "outcome", "rows", "title_fr", "title_en"))
        for source in sources:
            for name, rows in source["rules"].items():
                rule = rules[name]
                titles = (rule.title["fr"], rule.title["en"])
                line = (source["identifier"], rule.family, name, rule.outcome, rows, *titles)
                writer.writerow(line)
