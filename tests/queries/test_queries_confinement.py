"""What a worker may not do: the kernel refuses files and sockets, whatever the query."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries import worker

CONFINED = """
import json, sys
from pathlib import Path
from queries import guard
from queries.frames import Kind, receive, told
from queries.generation import Generation, Member
from queries.worker import Limits
guard.check = lambda query, allowed: None
if __name__ == "__main__":
    graph, port = Path(sys.argv[1]), sys.argv[2]
    generation = Generation(graph, Limits(1 << 28, 1 << 20))
    pid, line = generation.fork()
    said = []
    for query in (
        f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ SERVICE <http://localhost:{port}/> {{ ?s ?p ?o }} }}",
        "SELECT * {",
        "ASK { <x:s1> ?p ?o }",
    ):
        request = {"query": query, "media_type": None, "dataset": None, "rows": 0}
        line.sendall(told(Kind.REQUEST, request))
        frames = [receive(line)]
        if "form" in json.loads(frames[0]):
            frames += [receive(line), receive(line)]
        said.append(json.loads(frames[-1]))
    limit = Path(f"/proc/{pid}/limits").read_text()
    taken = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    print(json.dumps({"said": said, "limits": limit, "taken": taken}))
    line.close()
    generation.hang_up()
"""


def test_the_kernel_refuses_what_the_guard_might_miss(tmp_path: Path) -> None:
    reached: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            reached.append(1)
            caller.close()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    query = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
    with pytest.raises(OSError):
        list(ox.Store().query(query))  # type: ignore[arg-type]
    for _ in range(100):
        if reached:
            break
        time.sleep(0.05)
    assert len(reached) == 1, "unconfined, the query reaches the socket"

    graph = tmp_path / "dataset.nq"
    graph.write_text('<x:s1> <x:p> "o" <x:g> .\n', encoding="utf-8")
    script = tmp_path / "confined.py"
    script.write_text(CONFINED)
    done = subprocess.run(
        [sys.executable, str(script), str(graph), str(port)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    result = json.loads(done.stdout)
    assert [each.get("error") for each in result["said"]] == [
        "QueryEvaluationError",
        "QueryEvaluationError",
        "QuerySyntaxError",
        None,
    ]
    (row,) = [each for each in result["limits"].splitlines() if each.startswith("Max open files")]
    assert int(row.split()[3]) <= result["taken"]
    assert len(reached) == 1, "confined, it does not"
    listener.close()
    thread.join(2)


def test_confinement_refuses_files_and_sockets_and_is_lifted(tmp_path: Path) -> None:
    script = (
        "import socket, sys\n"
        "from queries.worker import Limits, confined\n"
        "with confined(Limits(1 << 28, 1 << 20), files=False) as size:\n"
        "    for attempt in (lambda: open(sys.argv[1]), socket.socket):\n"
        "        try: attempt()\n"
        "        except OSError as error: print(error.errno)\n"
        "    try: bytearray(1 << 29)\n"
        "    except MemoryError: print('memory')\n"
        "    print(size() > 0)\n"
        "open(sys.argv[1]).close()\n"
        "with confined(Limits(1 << 28, 1 << 20), files=True): open(sys.argv[1]).close()\n"
    )
    readable = tmp_path / "readable"
    readable.touch()
    done = subprocess.run(
        [sys.executable, "-c", script, str(readable)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.split() == ["24", "24", "memory", "True"]


def test_what_breaks_the_engine_sends_the_worker_away(monkeypatch: pytest.MonkeyPatch) -> None:
    request = {"query": "ASK {}", "media_type": None, "dataset": None, "rows": 0}
    limits = worker.Limits(1 << 28, 1 << 20)

    def broken(kind: type[BaseException]) -> dict[str, object]:
        def fail(*_: object) -> None:
            raise kind("broken")

        monkeypatch.setattr("queries.engine.evaluate", fail)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            return worker.reply(ox.Store(), request, limits, theirs)[1]

    assert broken(MemoryError)["error"] == "QueryMemoryError"
    end = broken(RuntimeError)
    assert (end["error"], end["last"]) == ("QueryEvaluationError", True)
