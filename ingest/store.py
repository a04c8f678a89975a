"""Built versions on disk: one folder each, swapped whole, the last ones kept."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from ingest.errors import BuildLockedError, MissingBuildError
from ingest.settings import Settings

_KEPT: Final = 3
_SAID: Final = ("build.json", "rejected.csv", "quality.csv", "report.ttl", "report.json")
REPORTS: Final = (*_SAID, "terms.json")


@dataclass(frozen=True, slots=True)
class Version:
    """One built version of the graph."""

    id: str
    path: Path
    info: dict[str, Any]

    @property
    def dataset(self) -> Path:
        """The canonical N-Quads file."""
        return self.path / "dataset.nq"

    @property
    def store(self) -> Path:
        """The folder of the embedded store; open it read-only."""
        return self.path / "store"


def current(settings: Settings) -> Version:
    """Return the version in use.

    Raises:
        MissingBuildError: none has been built, or its folder is incomplete.

    """
    path = (settings.data / "current").resolve()
    try:
        info = json.loads((path / "build.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise MissingBuildError(
            "No graph has been built yet.",
            f"There is no complete version under {settings.data}.",
            "Run `empilement build`.",
        ) from error
    return Version(path.name, path, info)


def built(version: str, settings: Settings) -> Version | None:
    """Return the version of that identifier if it lies there complete."""
    path = settings.data / "versions" / version
    try:
        return Version(version, path, json.loads((path / "build.json").read_text("utf-8")))
    except (OSError, json.JSONDecodeError):
        return None


@contextmanager
def lock(settings: Settings) -> Iterator[None]:
    """Hold the data folder: one build at a time.

    Raises:
        BuildLockedError: another process holds it.

    """
    settings.data.mkdir(parents=True, exist_ok=True)
    held = FileLock(settings.data / "build.lock")
    try:
        held.acquire(timeout=0)
    except Timeout as error:
        raise BuildLockedError(
            "The data folder is locked.",
            f"Another build is under way in {settings.data}.",
            "Wait until it ends, or set EMPILEMENT_DATA to another folder.",
        ) from error
    try:
        yield
    finally:
        held.release()


@contextmanager
def workspace(settings: Settings) -> Iterator[Path]:
    """Give an empty folder to build in, removed unless it was published."""
    folder = Path(tempfile.mkdtemp(prefix=".building-", dir=settings.data))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, version: str, settings: Settings) -> Version:
    """Make a built folder the current version, in one step that a reader never sees half done.

    Args:
        folder: the complete folder, on the same file system as the data folder.
        version: its identifier.
        settings: where the versions lie.

    """
    versions = settings.data / "versions"
    versions.mkdir(exist_ok=True)
    target = versions / version
    if target.exists():
        # The same inputs and code: the graph at hand is the same and may be in use, so only what
        # is said about it (was it validated this time?) is replaced.
        for name in REPORTS:
            if (folder / name).exists():
                (folder / name).replace(target / name)
    else:
        folder.chmod(0o755)
        folder.rename(target)
    return switch(version, settings)


def switch(version: str, settings: Settings) -> Version:
    """Point ``current`` at a built version, and drop the oldest ones."""
    target = settings.data / "versions" / version
    link = settings.data / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("versions") / version)
    link.replace(settings.data / "current")
    os.utime(target)
    _prune(target.parent, keep=target)
    return current(settings)


def _prune(versions: Path, keep: Path) -> None:
    others = [path for path in versions.iterdir() if path != keep]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
