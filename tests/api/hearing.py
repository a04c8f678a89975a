"""A listener that counts who comes, a small SPARQL server, and bare sockets."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

RESULTS = (
    b'{"head":{"vars":["there"]},'
    b'"results":{"bindings":[{"there":{"type":"literal","value":"reached"}}]}}'
)


class Listener:
    """Counts the connections to a port, on all addresses of this machine."""

    def __init__(self) -> None:
        both = socket.has_dualstack_ipv6()
        self._line = socket.create_server(
            ("", 0), family=socket.AF_INET6 if both else socket.AF_INET, dualstack_ipv6=both
        )
        self.port: int = self._line.getsockname()[1]
        self.came = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def count(self) -> int:
        """Count who came, after a visit of our own, which comes after all others."""
        before = self.came
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as own:
            own.recv(1)
        self.came -= 1
        assert self.came >= before
        return self.came

    def close(self) -> None:
        self._line.close()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._line.accept()
            except OSError:
                return
            self.came += 1
            caller.close()


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen until the block ends."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()


class Elsewhere(ThreadingHTTPServer):
    """A server that answers any query with one row at any path, and leads away from ``/away``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.asked: list[str] = []
        self.root = f"http://127.0.0.1:{self.server_port}"


class _Answering(BaseHTTPRequestHandler):
    server: Elsewhere

    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.server.asked.append(self.path)
        away = self.path.startswith("/away")
        self.send_response(307 if away else 200)
        if away:
            self.send_header("Location", f"{self.server.root}/inside")
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(RESULTS)))
        self.end_headers()
        self.wfile.write(RESULTS)


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Serve until the block ends."""
    with Elsewhere() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def connect(address: str, seconds: float = 20) -> socket.socket:
    """Open a bare connection to a service."""
    url = httpx.URL(address)
    return socket.create_connection((url.host, url.port), timeout=seconds)


def heard(line: socket.socket) -> bytes:
    """Read until the other end hangs up."""
    found = b""
    try:
        while piece := line.recv(1 << 16):
            found += piece
    except ConnectionResetError:
        return found
    return found


def said(address: str, *pieces: bytes) -> bytes:
    """Send pieces on a connection of their own, close that direction, and read to the end."""
    with connect(address) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
            line.shutdown(socket.SHUT_WR)
        except OSError:
            # It hung up before the end: what it said is still there to be read.
            return heard(line)
        return heard(line)
