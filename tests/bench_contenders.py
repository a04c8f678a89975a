"""The other servers of the benchmark of the endpoint, each a process on the same store on disk."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.serving import ROOT

_ENVIRONMENT: Final = ROOT / "build" / "bench-venv"
_REQUIREMENTS: Final = Path(__file__).with_name("bench-requirements.txt")
# rdflib-endpoint as its documentation has it, on Oxigraph's store through oxrdflib.
_RDFLIB_ENDPOINT: Final = """
import sys
import pyoxigraph, uvicorn
from oxrdflib import OxigraphStore
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
store = OxigraphStore(store=pyoxigraph.Store.read_only(sys.argv[1]))
app = SparqlEndpoint(graph=Dataset(store=store, default_union=True))
uvicorn.run(app, port=int(sys.argv[2]), log_level="error")
"""
_START_SECONDS: Final = 120.0


@contextmanager
def oxigraph(store: Path) -> Iterator[str]:
    """Run ``oxigraph serve`` on a copy of a store that was bulk loaded.

    Args:
        store: the folder of the store, which the server would otherwise write to.

    Returns:
        The address of its query endpoint.

    """
    binary = Path(sys.executable).with_name("oxigraph")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "store"
        shutil.copytree(store, copy)
        port = _free_port()
        command = [binary, "serve", "--location", copy, "--bind", f"127.0.0.1:{port}"]
        with _running([*map(str, command), "--union-default-graph"], port):
            yield f"http://127.0.0.1:{port}/query"


@contextmanager
def rdflib_endpoint(store: Path) -> Iterator[str]:
    """Run rdflib-endpoint in an environment of its own, on a store opened read-only.

    Args:
        store: the folder of the store.

    Returns:
        The address of its query endpoint; empty if it cannot be installed.

    """
    python = _environment()
    if python is None:
        yield ""
        return
    port = _free_port()
    with _running([str(python), "-c", _RDFLIB_ENDPOINT, str(store), str(port)], port):
        yield f"http://127.0.0.1:{port}/"


def _environment() -> Path | None:
    """Give the interpreter of the environment of rdflib-endpoint, made at the first need."""
    python = _ENVIRONMENT / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(_ENVIRONMENT)], check=True)
        subprocess.run([*pip, "--requirement", str(_REQUIREMENTS)], check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        sys.stderr.write(f"rdflib-endpoint cannot be installed: {error}\n")
        return None
    return python


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    # What this process runs in must not leak into the environment of the other.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(command, env=kept, stderr=subprocess.DEVNULL)
    try:
        _wait(process, f"http://127.0.0.1:{port}/")
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    limit = time.monotonic() + _START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not start (exit code {process.poll()})")
