"""Servers that stand for endpoints elsewhere: a real one on a small graph, and one with faults."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection, create_server

import pyoxigraph as ox

EXECUTABLE = Path(sys.executable).parent / "oxigraph"
Reply = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A SPARQL server in a process of its own, which can be killed and started again.

    Args:
        folder: the folder of its store.
        verb: ``serve``, or ``serve-read-only``.
        union: whether its default graph is the union of the named ones.
    """

    def __init__(self, folder: Path, verb: str = "serve", *, union: bool = True) -> None:
        with create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.endpoint = f"{self.address}/query"
        self.store = f"{self.address}/store"
        self.updates = f"{self.address}/update"
        self._command = [EXECUTABLE, verb, "--location", folder, "--bind", self.address[7:]]
        self._command += ["--union-default-graph"] * union

    def start(self) -> None:
        """Start it, and wait until it answers."""
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, stdout=quiet, stderr=quiet)
        for _ in range(200):
            try:
                with create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the server does not start")

    def kill(self) -> None:
        """End it without warning."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


@contextmanager
def oxigraph(folder: Path, trig: str, *, union: bool = False) -> Iterator[str]:
    """Serve a dataset with a SPARQL server of its own process, until the block ends.

    Args:
        folder: an empty folder for its store.
        trig: the dataset, in TriG.
        union: whether its default graph is the union of the named ones.

    Returns:
        The address of its endpoint.

    """
    store = ox.Store(str(folder))
    store.load(trig, format=ox.RdfFormat.TRIG)
    store.flush()
    del store
    with Server(folder, "serve-read-only", union=union) as server:
        yield server.endpoint


@contextmanager
def faulty(replies: list[Reply], seen: list[tuple[dict[str, str], bytes]]) -> Iterator[str]:
    """Serve the replies in turn, the last one again and again, until the block ends.

    Args:
        replies: what to answer.
        seen: receives the headers (names in lower case) and body of each request.

    Returns:
        The address of the endpoint.

    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            seen.append(({name.lower(): text for name, text in self.headers.items()}, body))
            replies[min(len(seen), len(replies)) - 1](self)

        do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that goes away is what some tests are about."""

    server = Quiet(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/sparql"
    finally:
        server.shutdown()
        server.server_close()


def says(code: int, body: bytes = b"", delay: float = 0, **headers: str) -> Reply:
    """Make a reply; an underscore in the name of a header stands for a hyphen."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(delay)
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    """Announce more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"head"')
    handler.close_connection = True


def never_ends(piece: bytes, pause: float = 0) -> Reply:
    """Make a reply that repeats a piece until the client leaves."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(piece)
            time.sleep(pause)

    return reply
