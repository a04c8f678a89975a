"""Reading tables and lists: strict about the header, patient with rows, silent about none."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.errors import IdentityError, SourceError


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was read and not kept."""

    table: str
    row: int
    reason: str
    content: str


@dataclass(slots=True)
class Tally:
    """Rows read, kept, rejected; those a rule of `ingest.rules` has corrected or left uncertain."""

    read: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    corrected: Counter[str] = field(default_factory=Counter)
    uncertain: Counter[str] = field(default_factory=Counter)

    @property
    def kept(self) -> int:
        """Rows that gave statements."""
        return self.read - len(self.rejections)


class RowError(ValueError):
    """Why one row cannot be kept."""


Row = dict[str, str]


def read_csv(path: Path, columns: Iterable[str], tally: Tally) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a CSV table with their line number.

    Args:
        path: a UTF-8 file with a header.
        columns: the columns it must have; others are refused, so that no value is lost unread.
        tally: counts the rows; rows with too few or too many cells are rejected in it.

    Raises:
        SourceError: not UTF-8, not CSV, or not these columns.

    """
    expected = list(columns)
    try:
        text = path.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        header = list(reader.fieldnames or [])
        if sorted(header) != sorted(expected):
            raise wrong_header(path, header, expected)
        for row in reader:
            tally.read += 1
            if None in row or None in row.values():
                _reject(tally, path, reader.line_num, "not as many cells as the header", row)
            else:
                yield reader.line_num, {key: value.strip() for key, value in row.items()}
    except FileNotFoundError as error:
        raise missing(path) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(
            f"{path.name} cannot be read as a CSV table.",
            f"{error}.",
            "Restore the file, or save it as UTF-8 with commas and double quotes.",
        ) from error


def wrong_header(path: Path, header: list[str], expected: list[str]) -> SourceError:
    """Return the error of a table that has not the columns it must have."""
    lacking = [name for name in expected if name not in header]
    extra = [name for name in header if name not in expected]
    return SourceError(
        f"{path.name} has not the columns it must have.",
        f"missing: {', '.join(lacking) or 'none'}; not expected: {', '.join(extra) or 'none'}.",
        "Restore the header, or describe the new columns in the mapping of this source.",
    )


def missing(path: Path) -> SourceError:
    """Return the error of a file that is not there."""
    return SourceError(
        f"Source file missing: {path.name}.",
        f"There is no file at {path}.",
        "Run `npm ci` and `empilement sources --fetch`, or restore the file.",
    )


def _reject(tally: Tally, path: Path, line: int, reason: str, row: Any) -> None:
    content = json.dumps(row, ensure_ascii=False, default=str)
    tally.rejections.append(Rejection(path.name, line, reason, content[:500]))


def map_rows(
    path: Path,
    columns: Iterable[str],
    tally: Tally,
    use: Callable[[Row], None],
    key: tuple[str, ...] = (),
) -> None:
    """Give each row of a table to ``use``; a row it cannot use is rejected with its reason.

    Args:
        path: the CSV file.
        columns: its columns.
        tally: receives counts and rejections.
        use: maps one row; raises ValueError (or EmpilementError) when it cannot.
        key: columns whose values may stand once only in the table.

    """
    seen: set[tuple[str, ...]] = set()
    for line, row in read_csv(path, columns, tally):
        identity = tuple(row[name] for name in key)
        if key and identity in seen:
            _reject(tally, path, line, f"repeats the key {'/'.join(identity)}", row)
            continue
        seen.add(identity)
        try:
            use(row)
        except (ValueError, ArithmeticError, IdentityError) as error:
            _reject(tally, path, line, str(error).replace("\n", " "), row)


def map_items(
    path: Path, tally: Tally, use: Callable[[dict[str, Any]], None], required: tuple[str, ...]
) -> None:
    """Give each object of a JSON list to ``use``; one it cannot use is rejected.

    Args:
        path: a UTF-8 file that holds one list of objects.
        tally: receives counts and rejections.
        use: maps one object; raises ValueError when it cannot.
        required: the keys each object must have, as non-empty text.

    Raises:
        SourceError: missing, not JSON, or not a list of objects.

    """
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise missing(path) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SourceError(
            f"{path.name} cannot be read as JSON.", f"{error}.", "Fetch the file again."
        ) from error
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise SourceError(
            f"{path.name} is not a list of objects.",
            "The mapping of this source expects one JSON list.",
            "Fetch the file again, or pin the version that the catalogue names.",
        )
    for number, item in enumerate(items, start=1):
        tally.read += 1
        try:
            for name in required:
                if not isinstance(item.get(name), str) or not item[name]:
                    raise RowError(f"no text in {name!r}")
            use(item)
        except (ValueError, ArithmeticError, IdentityError) as error:
            _reject(tally, path, number, str(error).replace("\n", " "), item)
