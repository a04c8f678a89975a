"""Named graphs on disk: one file of sorted quads each, taken again while nothing changes them."""

import hashlib
import heapq
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ingest.quads import Graph
from ingest.settings import Settings
from ingest.tables import Rejection, Tally


@dataclass(frozen=True, slots=True)
class Part:
    """One named graph of a build.

    Args:
        name: what comes after ``graph/`` in its IRI, such as ``acv/2018-10``.
        key: digest of all that decides the content.
        path: the sorted N-Quads lines.
        quads: how many there are.
        hashes: SHA-256 of each file read, by name.
        tally: rows read, kept, corrected, uncertain and rejected.
        failure: why the source could not be read this time, the part being then the last good
            one; empty if it was read.
    """

    name: str
    key: str
    path: Path
    quads: int
    hashes: Mapping[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    failure: str = ""


def part_key(name: str, *inputs: str) -> str:
    """Return the digest of what decides the content of a part: its name, files, code, bases."""
    return hashlib.sha256("\n".join((name, *inputs)).encode()).hexdigest()[:16]


def take(name: str, key: str, settings: Settings, failure: str = "") -> Part | None:
    """Return a part that lies there complete, or nothing."""
    path, notes = _paths(key, settings)
    try:
        said: dict[str, Any] = json.loads(notes.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return None
    if not path.is_file():
        return None
    tally = said["tally"]
    kept = Tally(
        tally["read"],
        [Rejection(**item) for item in tally["rejections"]],
        Counter(tally["corrected"]),
        Counter(tally["uncertain"]),
    )
    return Part(name, key, path, said["quads"], said["hashes"], kept, failure)


def keep(
    name: str,
    key: str,
    graph: Graph,
    settings: Settings,
    hashes: Mapping[str, str] | None = None,
    tally: Tally | None = None,
) -> Part:
    """Write a part, and remember it as the last good one of its name.

    Args:
        name: see `Part`.
        key: see `part_key`.
        graph: its quads.
        settings: where versions lie.
        hashes: SHA-256 of each file read.
        tally: what became of the rows.

    """
    path, notes = _paths(key, settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Part(name, key, path, write_lines(path, graph), hashes or {}, tally or Tally())
    # Not asdict of the whole: it would count the items of a Counter instead of copying it.
    counts = {
        "read": part.tally.read,
        "rejections": [asdict(each) for each in part.tally.rejections],
        "corrected": dict(part.tally.corrected),
        "uncertain": dict(part.tally.uncertain),
    }
    said = {"quads": part.quads, "hashes": dict(part.hashes), "tally": counts}
    notes.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    _last(name, settings).write_text(key, encoding="utf-8")
    return part


def last_good(name: str, settings: Settings, failure: str) -> Part | None:
    """Return what was last read of a source that cannot be read now, if anything was."""
    try:
        key = _last(name, settings).read_text(encoding="utf-8")
    except OSError:
        return None
    return take(name, key, settings, failure)


def drop_others(settings: Settings) -> None:
    """Remove the parts that are no longer the last good one of their name."""
    folder = settings.data / "parts"
    kept = {path.read_text(encoding="utf-8") for path in folder.glob("*.last")}
    for path in folder.glob("*"):
        if path.suffix in {".nq", ".json"} and path.stem not in kept:
            path.unlink(missing_ok=True)


def write_lines(path: Path, graph: Graph) -> int:
    """Write the lines of a graph, whole or not at all, and count them."""
    scratch = path.with_suffix(".tmp")
    lines = graph.lines()
    lines.to_frame().write_csv(scratch, include_header=False, quote_style="never")
    scratch.replace(path)
    return len(lines)


def merge_lines(paths: Iterable[Path], target: Path) -> int:
    """Write the sorted union of sorted files, streaming; return the number of lines.

    The graphs are named apart, so that no line stands in two files.
    """
    with ExitStack() as stack, target.open("wb") as out:
        lines = 0
        for line in heapq.merge(*(stack.enter_context(path.open("rb")) for path in paths)):
            out.write(line)
            lines += 1
    return lines


def _paths(key: str, settings: Settings) -> tuple[Path, Path]:
    folder = settings.data / "parts"
    return folder / f"{key}.nq", folder / f"{key}.json"


def _last(name: str, settings: Settings) -> Path:
    return settings.data / "parts" / f"{name.replace('/', '@')}.last"
