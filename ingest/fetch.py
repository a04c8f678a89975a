"""Fetching source files: cache, checksum, retry and mirror, through pooch.

Three kinds of address: ``https:`` (official data), ``pkg:npm/…`` (a file of an npm package that the
lock file pins), and the project's own tables, which lie beside this code.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import pooch
import requests

from ingest.errors import SourceError
from ingest.settings import Settings
from ingest.sources import Distribution, Source
from ontology.namespaces import BASE

TABLES: Final = BASE + "tables/"
TABLES_FOLDER: Final = Path(__file__).parent / "tables"
_NPM: Final = "pkg:npm/"
_RETRIES: Final = 2
pooch.get_logger().setLevel("WARNING")
_SECONDS: Final = 60


def fetch(source: Source, settings: Settings, down: set[str] | None = None) -> dict[str, Path]:
    """Return the files of a source, by name, fetched and checked where they were not yet.

    Args:
        source: the catalogue entry.
        settings: where the cache, the npm packages and the mirror lie.
        down: hosts that could not be reached in this run, which are not tried again; added to.

    Raises:
        SourceError: a file cannot be had, or its bytes are not those the catalogue pins.

    """
    return {d.name: fetch_one(source, d, settings, down) for d in source.distributions}


def fetch_one(
    source: Source,
    distribution: Distribution,
    settings: Settings,
    down: set[str] | None = None,
) -> Path:
    """Return one file, from the cache, its address, or the mirror, in that order.

    Args:
        source: the catalogue entry it belongs to.
        distribution: the file.
        settings: where the cache, the npm packages and the mirror lie.
        down: see :func:`fetch`.

    Raises:
        SourceError: see :func:`fetch`.

    """
    if distribution.address.startswith(TABLES):
        own = TABLES_FOLDER / distribution.address.removeprefix(TABLES)
        if not own.is_file():
            raise _unavailable(distribution, [f"{own} is missing"])
        return own
    failures: list[str] = []
    down = set() if down is None else down
    for address in _addresses(distribution, settings):
        host = urlsplit(address).netloc
        if host in down and not on_disk(source, distribution, settings):
            failures.append(f"{address}: {host} could not be reached a moment ago")
            continue
        try:
            return _pull(source, distribution, address, settings)
        except (requests.ConnectionError, requests.Timeout) as error:
            down.add(host)
            failures.append(f"{address}: {_cause(error)}")
        except (OSError, ValueError, requests.RequestException, SourceError) as error:
            failures.append(f"{address}: {_cause(error)}")
    raise _unavailable(distribution, failures)


def on_disk(source: Source, distribution: Distribution, settings: Settings) -> bool:
    """Say whether a file lies ready, without fetching it (its bytes are checked when read)."""
    if distribution.address.startswith(TABLES):
        return (TABLES_FOLDER / distribution.address.removeprefix(TABLES)).is_file()
    return (settings.cache / source.identifier / distribution.name).is_file()


def _addresses(distribution: Distribution, settings: Settings) -> Iterator[str]:
    yield distribution.address
    if settings.mirror and distribution.mirror:
        yield (settings.mirror / distribution.mirror).resolve().as_uri()


def _pull(source: Source, distribution: Distribution, address: str, settings: Settings) -> Path:
    remote = address.startswith(("http:", "https:"))
    puller = pooch.create(
        path=settings.cache / source.identifier,
        base_url="",
        registry={distribution.name: distribution.sha256 and f"sha256:{distribution.sha256}"},
        urls={distribution.name: address},
        retry_if_failed=_RETRIES if remote else 0,
    )

    def copy(url: str, target: str, _: Any) -> None:
        shutil.copyfile(_local(url, settings), target)

    http = pooch.HTTPDownloader(timeout=_SECONDS, headers={"User-Agent": "empilement"})
    return Path(puller.fetch(distribution.name, downloader=http if remote else copy))


def _local(address: str, settings: Settings) -> Path:
    """Return the path of a ``file:`` address or of a package URL (purl specification)."""
    if not address.startswith(_NPM):
        return Path(unquote(urlsplit(address).path))
    package, _, inside = address.removeprefix(_NPM).partition("#")
    name, _, version = unquote(package).rpartition("@")
    folder = settings.packages / name
    manifest = folder / "package.json"
    if not manifest.is_file():
        raise SourceError(
            f"The npm package {name} is not installed.",
            f"There is no {manifest}.",
            "Run `npm ci` in the project's folder.",
        )
    installed = json.loads(manifest.read_text(encoding="utf-8")).get("version")
    if installed != version:
        raise SourceError(
            f"The npm package {name} is at version {installed}.",
            f"The catalogue pins {version}.",
            "Run `npm ci` in the project's folder.",
        )
    return folder / inside


def _cause(error: Exception) -> str:
    if isinstance(error, SourceError):
        return f"{error.what} {error.why}"
    text = " ".join(str(error).split())
    return "checksum differs from the catalogue's" if "hash" in text.lower() else text


def _unavailable(distribution: Distribution, failures: list[str]) -> SourceError:
    return SourceError(
        f"Source file unavailable: {distribution.name}.",
        " | ".join(failures) or "it has no address.",
        "Run `npm ci`, check the network, or set EMPILEMENT_MIRROR to a folder that holds it.",
    )
