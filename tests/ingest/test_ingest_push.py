"""Loading a build into a real server: whole, or without any claim to be so."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from ingest.errors import MissingBuildError
from ingest.identity import mint
from ingest.progress import Silent
from ingest.push import PushError, Remote, push, steps
from ingest.store import Version
from ontology.namespaces import GRAPH
from tests.elsewhere import Reply, Server, faulty, says

OLD, NEW = "0" * 16, "1" * 16
RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
NOTHING = b'{"head":{"vars":["g"]},"results":{"bindings":[]}}'


def made(folder: Path, version: str, graphs: dict[str, list[str]]) -> Version:
    """Make a build of a few graphs: N-Triples lines, by what comes after ``graph/``."""
    named = dict(graphs)
    run = f"<{mint('run', version)}>"
    named["meta/build"] = [f"{run} {RDF_TYPE} <http://www.w3.org/ns/prov#Activity> ."]
    folder.mkdir(parents=True)
    quads = [
        f"{line.removesuffix('.')}<{GRAPH}{name}> .\n"
        for name, lines in named.items()
        for line in lines
    ]
    (folder / "dataset.nq").write_text("".join(sorted(quads)), encoding="utf-8")
    counts = {f"{GRAPH}{name}": len(lines) for name, lines in named.items()}
    return Version(version, folder, {"graphs": counts})


@pytest.fixture
def old(tmp_path: Path) -> Version:
    gone = ['<x:a> <x:p> "gone" .']
    return made(tmp_path / "old", OLD, {"a/1": ['<x:a> <x:p> "1" .'], "b/1": gone})


@pytest.fixture
def new(tmp_path: Path) -> Version:
    """The next build: one graph is no more, one is other, one is new and awkward."""
    awkward = '<x:é> <x:p> "d\\"un\\nseul \\\\ trait 🏔"@fr .'
    return made(tmp_path / "new", NEW, {"a/1": ['<x:a> <x:p> "2" .'], "c/2024-07": [awkward]})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "server") as found:
        yield found


@contextmanager
def remote(server: Server) -> Iterator[Remote]:
    with Remote(server.endpoint, server.store, pause=0.01) as found:
        yield found


def held(server: Server) -> set[str]:
    """The quads of a server, as lines."""
    body = httpx.get(server.store, headers={"Accept": "application/n-quads"}).content
    return {str(quad) for quad in parse(body, format=RdfFormat.N_QUADS)}


def quads(version: Version) -> set[str]:
    return {str(quad) for quad in parse(path=str(version.dataset), format=RdfFormat.N_QUADS)}


def test_the_server_holds_the_build_and_says_so(server: Server, old: Version) -> None:
    with remote(server) as there:
        assert not there.holds(OLD)
        assert push(old, there, Silent()) == (3, 0)
        assert there.holds(OLD)
        assert not there.holds(NEW)
    assert held(server) == quads(old)
    assert len(held(server)) == 3


def test_the_next_build_takes_the_place_of_the_last(
    server: Server, old: Version, new: Version
) -> None:
    with remote(server) as there:
        push(old, there, Silent())
        httpx.put(
            server.store,
            params={"graph": "x:theirs"},
            content=b"<x:s> <x:p> <x:o> .",
            headers={"Content-Type": "text/turtle"},
        ).raise_for_status()
        told: list[str] = []

        class Telling(Silent):
            def say(self, message: str) -> None:
                told.append(message)

        assert push(new, there, Telling()) == (3, 1)
        (message,) = told
        assert "not ours" in message
        assert message.endswith(": 1")
        assert (there.holds(OLD), there.holds(NEW)) == (False, True)
        ours = {f"{GRAPH}{name}" for name in ("a/1", "c/2024-07", "meta/build")}
        assert there.graphs() == ours | {"x:theirs"}
    theirs = "<x:s> <x:p> <x:o> <x:theirs>"
    assert held(server) == quads(new) | {theirs}


def test_every_step_is_announced(server: Server, new: Version) -> None:
    entered: list[str] = []

    class Noting(Silent):
        @contextmanager
        def step(self, name: str) -> Iterator[None]:
            entered.append(name)
            yield

    with remote(server) as there:
        push(new, there, Noting())
    assert sorted(entered) == sorted(steps(new))
    assert (entered[1], entered[-1]) == ("description withdrawn", "meta/build")


def test_broken_off_anywhere_it_claims_no_version(
    server: Server, old: Version, new: Version
) -> None:
    class StoppedError(Exception):
        pass

    class Stopping(Silent):
        def __init__(self, steps_left: int) -> None:
            self.left = steps_left

        @contextmanager
        def step(self, name: str) -> Iterator[None]:
            yield
            self.left -= 1
            if self.left == 0:
                raise StoppedError(name)

    with remote(server) as there:
        for after in range(2, len(steps(new))):
            push(old, there, Silent())
            assert there.holds(OLD)
            with pytest.raises(StoppedError):
                push(new, there, Stopping(after))
            assert (there.holds(OLD), there.holds(NEW)) == (False, False)
        push(new, there, Silent())
        assert there.holds(NEW)
    assert held(server) == quads(new)


def test_a_server_killed_and_started_again_is_filled_all_the_same(
    server: Server, old: Version, new: Version
) -> None:
    with Remote(server.endpoint, server.store, pause=0.2) as there:
        push(old, there, Silent())
        server.kill()
        again = threading.Timer(0.5, server.start)
        again.start()
        push(new, there, Silent())
        again.join()
        assert there.holds(NEW)
    assert held(server) == quads(new)


def test_a_server_that_stays_away_is_told(server: Server, old: Version) -> None:
    server.kill()
    start = time.monotonic()
    with remote(server) as there, pytest.raises(PushError, match="5 attempts"):
        push(old, there, Silent())
    assert time.monotonic() - start < 10
    server.start()


def test_a_passing_failure_is_tried_again_from_the_start_of_the_graph(new: Version) -> None:
    seen: list[tuple[dict[str, str], bytes]] = []
    sent: list[tuple[str, str]] = []

    def noting(reply: Reply) -> Reply:
        def noted(handler: BaseHTTPRequestHandler) -> None:
            sent.append((handler.command, handler.path))
            reply(handler)

        return noted

    script = [says(200, NOTHING), says(404), says(500, b"oops"), says(503), says(204), says(204)]
    with (
        faulty([noting(each) for each in script], seen) as url,
        Remote(url, f"{url}?repository=emp", pause=0.01) as there,
    ):
        assert push(new, there, Silent()) == (3, 0)
    verbs = [verb for verb, _ in sent]
    assert verbs == ["POST", "DELETE", "PUT", "PUT", "PUT", "PUT", "PUT"]
    assert all("repository=emp&graph=" in path for _, path in sent[1:])
    first, second, third = (body for _, body in seen[2:5])
    assert first == second == third == b'<x:a> <x:p> "2" .\n'
    assert {headers["content-type"] for headers, _ in seen[2:]} == {"application/n-triples"}
    assert all(int(headers["content-length"]) == len(body) for headers, body in seen[2:])


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (says(401, b"who are you"), "401: who are you"),
        (says(302, Location="http://127.0.0.1:9/"), "302"),
        (says(200, b"<html></html>"), "no results"),
        (says(200, b'{"head":{},"boolean":true}'), "another form"),
    ],
)
def test_what_will_not_pass_is_told_at_once(new: Version, reply: Reply, why: str) -> None:
    seen: list[tuple[dict[str, str], bytes]] = []
    with (
        faulty([reply], seen) as url,
        Remote(url, url, pause=0.01) as there,
        pytest.raises(PushError, match=why),
    ):
        push(new, there, Silent())
    assert len(seen) == 1


@pytest.mark.parametrize("address", ["", "ftp://127.0.0.1/", "http://", "data.ttl"])
def test_addresses_are_asked_for(address: str) -> None:
    with pytest.raises(PushError, match="EMPILEMENT_SPARQL_STORE"):
        Remote("http://127.0.0.1:9/query", address)
    with pytest.raises(PushError, match="EMPILEMENT_SPARQL_ENDPOINT"):
        Remote(address, "http://127.0.0.1:9/store")


def test_a_password_is_sent_and_never_shown(new: Version) -> None:
    seen: list[tuple[dict[str, str], bytes]] = []
    with faulty([says(403, b"no")], seen) as url:
        secret = url.replace("http://", "http://me:hidden@")
        with Remote(secret, secret) as there, pytest.raises(PushError) as told:
            push(new, there, Silent())
    assert "hidden" not in str(told.value)
    assert seen[0][0]["authorization"].startswith("Basic ")


def test_a_build_that_is_incomplete_is_not_sent(new: Version, tmp_path: Path) -> None:
    seen: list[tuple[dict[str, str], bytes]] = []
    with faulty([says(200, NOTHING)], seen) as url, Remote(url, url) as there:
        with pytest.raises(MissingBuildError):
            push(replace(new, path=tmp_path / "absent"), there, Silent())
        (tmp_path / "lone").mkdir()
        (tmp_path / "lone" / "dataset.nq").write_text("<x:s> <x:p> <x:o> <x:g> .\n")
        with pytest.raises(MissingBuildError, match="description"):
            push(replace(new, path=tmp_path / "lone"), there, Silent())
    assert seen == []


def test_the_command_loads_the_current_build_once(
    server: Server,
    new: Version,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from cli.main import push as command

    data = tmp_path / "data"
    (data / "versions").mkdir(parents=True)
    new.path.rename(data / "versions" / NEW)
    (data / "versions" / NEW / "build.json").write_text(json.dumps(new.info), "utf-8")
    (data / "current").symlink_to(f"versions/{NEW}")
    monkeypatch.setenv("EMPILEMENT_DATA", str(data))
    monkeypatch.setenv("EMPILEMENT_SPARQL_ENDPOINT", server.endpoint)
    command(store=server.store)
    assert "3 graphs loaded, 0 deleted" in capsys.readouterr().err
    command(store=server.store)
    assert "there already" in capsys.readouterr().err
    assert len(held(server)) == 3
