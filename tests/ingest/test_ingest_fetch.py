"""Fetching: cache, checksum, retry, mirror and packages, against a real local server."""

import hashlib
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from ingest.errors import SourceError
from ingest.fetch import fetch, fetch_one, on_disk
from ingest.settings import Settings
from ingest.sources import Distribution, Source

CONTENT = b"code,name\n37261,Tours\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves the content; fails as often as the address asks."""

    asked: ClassVar[dict[str, int]] = {}

    def do_GET(self) -> None:
        count = self.asked[self.path] = self.asked.get(self.path, 0) + 1
        fails = 99 if self.path == "/down" else 1 if self.path == "/flaky" else 0
        self.send_response(503 if count <= fails else 200)
        self.end_headers()
        self.wfile.write(b"" if count <= fails else CONTENT)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Handler.asked = {}
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    # pooch waits longer after each failure; the waiting itself is not what is tested.
    monkeypatch.setattr("time.sleep", lambda _: None)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "kept.csv").write_bytes(CONTENT)
    packages = tmp_path / "node_modules"
    return Settings(cache=tmp_path / "cache", mirror=mirror, packages=packages)


def source(address: str, sha256: str | None = DIGEST, mirror: str | None = None) -> Source:
    distribution = Distribution("https://example.org/d", "table.csv", address, sha256, mirror)
    return Source(
        graph="https://w3id.org/empilement/graph/test/1",
        identifier="test/1",
        vintage="1",
        title={"fr": "Essai", "en": "Test"},
        publisher="https://example.org/p",
        licence="https://example.org/l",
        retrieved=date(2026, 1, 1),
        reference_date=None,
        mapping="test",
        distributions=(distribution,),
    )


def test_fetched_once_then_from_the_cache(server: str, settings: Settings) -> None:
    entry = source(f"{server}/ok")
    assert not on_disk(entry, entry.distributions[0], settings)
    for _ in range(2):
        assert fetch(entry, settings)["table.csv"].read_bytes() == CONTENT
    assert Handler.asked == {"/ok": 1}
    assert on_disk(entry, entry.distributions[0], settings)


def test_altered_cache_is_fetched_again(server: str, settings: Settings) -> None:
    entry = source(f"{server}/ok")
    path = fetch(entry, settings)["table.csv"]
    path.write_bytes(b"altered")
    assert fetch(entry, settings)["table.csv"].read_bytes() == CONTENT


def test_passing_failure_is_tried_again(server: str, settings: Settings) -> None:
    assert fetch(source(f"{server}/flaky"), settings)["table.csv"].read_bytes() == CONTENT
    assert Handler.asked == {"/flaky": 2}


def test_mirror_serves_when_the_address_does_not(server: str, settings: Settings) -> None:
    entry = source(f"{server}/down", mirror="kept.csv")
    assert fetch(entry, settings)["table.csv"].read_bytes() == CONTENT
    assert Handler.asked["/down"] > 1


def test_wrong_checksum_is_refused_and_leaves_no_file(server: str, settings: Settings) -> None:
    entry = source(f"{server}/ok", sha256="0" * 64)
    with pytest.raises(SourceError) as caught:
        fetch(entry, settings)
    assert "checksum" in caught.value.why
    assert caught.value.exit_code == 3
    assert not on_disk(entry, entry.distributions[0], settings)


def test_mirror_with_other_bytes_is_refused(server: str, settings: Settings) -> None:
    assert settings.mirror
    (settings.mirror / "kept.csv").write_bytes(b"something else")
    with pytest.raises(SourceError) as caught:
        fetch(source(f"{server}/down", mirror="kept.csv"), settings)
    assert "checksum" in caught.value.why
    assert "/down" in caught.value.why


def test_package_that_is_not_installed_says_how(settings: Settings) -> None:
    entry = source("pkg:npm/%40etalab/decoupage-administratif@6.0.0#data/x.json")
    with pytest.raises(SourceError) as caught:
        fetch(entry, settings)
    assert "npm ci" in caught.value.why + caught.value.todo


def test_package_of_another_version_is_refused(settings: Settings) -> None:
    folder = settings.packages / "@etalab/decoupage-administratif"
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"version": "5.0.0"}')
    with pytest.raises(SourceError) as caught:
        fetch(source("pkg:npm/%40etalab/decoupage-administratif@6.0.0#data/x.json"), settings)
    assert "5.0.0" in caught.value.why
    assert "6.0.0" in caught.value.why


def test_missing_own_table(settings: Settings) -> None:
    entry = source("https://w3id.org/empilement/tables/cvl/absent.csv")
    with pytest.raises(SourceError):
        fetch_one(entry, entry.distributions[0], settings)
