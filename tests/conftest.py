"""Fixtures of every room: the raw reference, and the graph built once from the real input."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ingest.errors import MissingBuildError
from ingest.settings import Settings
from ingest.store import Version, current
from queries.engine import EmbeddedEngine, Engine

ROOT = Path(__file__).parent.parent
COG = ROOT / "node_modules/@etalab/decoupage-administratif/data"
SHARED = ROOT.parent / "shared"


@pytest.fixture(autouse=True)
def _shared_data(request: pytest.FixtureRequest) -> None:
    """Skip a test of the reference data where they are absent; in CI that is a failure."""
    if request.node.get_closest_marker("shared") and not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail("the reference data beside the project are missing")
        pytest.skip("the reference data beside the project are missing")


@pytest.fixture(scope="session")
def raw_cog() -> dict[str, list[dict[str, Any]]]:
    """The geographic code as the package gives it: what expected numbers are recomputed from."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in COG.glob("*.json")}


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a build from the real input; of all processes that share the tests."""
    data = _shared_folder(tmp_path_factory) / "base"
    return Settings(data=data, cache=data / "cache", packages=ROOT / "node_modules")


@pytest.fixture(scope="session")
def version(settings: Settings) -> Version:
    """The graph built and validated from the real input. To be read, not to be changed."""
    return _built_once(settings)


@pytest.fixture(scope="session")
def built(version: Version) -> Iterator[Engine]:
    """An engine on the built graph."""
    engine = EmbeddedEngine(version.store)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def national_version(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Version:
    """The graph of all of France, built and validated from the reference data.

    Tests that ask for it bear the mark ``shared``. Its cache is its own: a list that it has fetched
    would be found by every later build of the same session, whose tests count on its absence.
    """
    data = _shared_folder(tmp_path_factory) / "national"
    own = {"data": data, "cache": data / "cache", "mirror": SHARED / "data"}
    return _built_once(settings.model_copy(update=own))


@pytest.fixture(scope="session")
def national(national_version: Version) -> Iterator[Engine]:
    """An engine on the national graph."""
    engine = EmbeddedEngine(national_version.store)
    yield engine
    engine.close()


def _shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Give a folder that is one for all the processes of pytest-xdist, if it is at work."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def build_apart(settings: Settings, **environment: str) -> Version:
    """Build in a process of its own, whose lines nobody counts: that would double its time.

    Args:
        settings: where from and where to.
        environment: further variables of the process.

    """
    named = ("data", "cache", "packages", "mirror")
    chosen = {
        f"EMPILEMENT_{name.upper()}": str(getattr(settings, name))
        for name in named
        if getattr(settings, name) is not None
    }
    code = (
        "from ingest import fetch; from ingest.build import build\n"
        "from ingest.progress import Silent\n"
        "from ingest.settings import Settings; from queries.examples import companions\n"
        "fetch._RETRIES = 0\n"
        "build(Settings(), Silent(), companions=companions())"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | chosen | environment,
        cwd=ROOT,
        check=True,
    )
    return current(settings)


def _built_once(settings: Settings) -> Version:
    """Build, unless another process that shares the tests has done so, or is doing so."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.data / "tests.lock"):
        try:
            return current(settings)
        except MissingBuildError:
            return build_apart(settings)
