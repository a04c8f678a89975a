"""The real service, started as a person would, on a free port; for browsers and benchmarks."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx

from ingest.settings import Settings
from ingest.store import Version, switch

ROOT = Path(__file__).parent.parent
COMMAND = (sys.executable, "-c", "from cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class Running:
    """A service in a process of its own.

    Args:
        address: where it answers, without a slash at the end.
        process: its process; the pool's processes are its descendants.
    """

    address: str
    process: subprocess.Popen[bytes]


def lay(
    data: Path, name: str, quads: str, spoil: Callable[[Path], object] | None = None
) -> Version:
    """Lay a version down in a data folder, and make it the current one.

    Args:
        data: the folder of the built versions.
        name: the version.
        quads: what it holds, as N-Quads.
        spoil: what is done to its folder before it is current.

    """
    folder = data / "versions" / name
    folder.mkdir(parents=True)
    (folder / "dataset.nq").write_text(quads, encoding="utf-8")
    info = {"id": name, "dataDate": "2026-11-24", "quads": quads.count("\n"), "sources": []}
    (folder / "build.json").write_text(json.dumps(info), encoding="utf-8")
    if spoil is not None:
        spoil(folder)
    return switch(name, Settings(data=data))


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[str]:
    """Serve the current version of a data folder until the block ends.

    Args:
        data: the folder of the built versions.
        settings: other settings than those of the environment, by name.

    Returns:
        The address of the service, ready to answer.

    """
    with running(data, **settings) as found:
        yield found.address


@contextmanager
def running(
    data: Path, log: Path | None = None, folder: Path = ROOT, **settings: str
) -> Iterator[Running]:
    """Serve as ``serving`` does, to be watched from outside.

    Args:
        data: the folder of the built versions.
        log: the file that takes what the process says; None to let it say it here.
        folder: where the code lies.
        settings: other settings than those of the environment, by name.

    Returns:
        The service, ready to answer.

    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen = {"data": str(data)} | settings
    environment = os.environ | {f"EMPILEMENT_{name.upper()}": chosen[name] for name in chosen}
    command = [*COMMAND, "serve", "--port", str(port)]
    with nullcontext() if log is None else log.open("wb") as said:
        process = subprocess.Popen(command, env=environment, cwd=folder, stderr=said)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, f"{address}/ready")
        yield Running(address, process)
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], address: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the service did not become ready (exit code {process.poll()})")
