"""The links kept on disk: one N-Quads file an endpoint, and the account of how it was had."""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from ingest.links.client import LinksError
from ingest.links.endpoints import ENDPOINTS
from ingest.quads import Graph
from ingest.settings import Settings

Account = dict[str, Any]
_FOLDER: Final = "links"


def cached_links(settings: Settings) -> list[Path]:
    """Return the N-Quads files of the links kept, those of endpoints never asked left out.

    Each holds one named graph, its description included; no blank node is in it.

    Args:
        settings: where the cache lies.

    Raises:
        LinksError: a file is not the one its account tells of.

    """
    accounts = (account_of(name, settings) for name in ENDPOINTS)
    return [_checked(account, settings) for account in accounts if account]


def account_of(name: str, settings: Settings) -> Account | None:
    """Return how the links of an endpoint were had; None if it was never asked.

    Args:
        name: name of the endpoint.
        settings: where the cache lies.

    Raises:
        LinksError: the account cannot be read.

    """
    path = settings.cache / _FOLDER / f"{name}.json"
    try:
        account = json.loads(path.read_text(encoding="utf-8"))
        if account["endpoint"] != name or not {"file", "sha256", "graph"} <= account.keys():
            raise ValueError("it tells of something else")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _damaged(path, name, str(error)) from error
    return dict(account)


def keep(name: str, graph: Graph, account: Account, settings: Settings) -> Account:
    """Keep the links of an endpoint in place of those from before, in one step.

    The account names the file and is replaced last: whoever reads sees the old or the new pair.

    Args:
        name: name of the endpoint.
        graph: the named graph of the links.
        account: how they were had; its file and digest are added.
        settings: where the cache lies.

    Returns:
        The account as it was written.

    """
    folder = settings.cache / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    lines = sorted(f"{quad} .\n" for quad in graph)
    body = "".join(lines).encode()
    digest = hashlib.sha256(body).hexdigest()
    complete = account | {"endpoint": name, "file": f"{name}-{digest[:16]}.nq", "sha256": digest}
    text = json.dumps(complete, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    _replace(folder / str(complete["file"]), [body])
    _replace(folder / f"{name}.json", [text.encode()])
    for old in folder.glob(f"{name}-*.nq"):
        if old.name != complete["file"]:
            old.unlink(missing_ok=True)
    return complete


def _replace(path: Path, pieces: Iterable[bytes]) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _checked(account: Account, settings: Settings) -> Path:
    path = settings.cache / _FOLDER / str(account["file"])
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise _damaged(path, account["endpoint"], str(error.strerror)) from error
    if digest != account["sha256"]:
        raise _damaged(path, account["endpoint"], "its SHA-256 is not the one in its account")
    return path


def _damaged(path: Path, name: str, why: str) -> LinksError:
    return LinksError(
        f"The links kept from {name} are damaged.",
        f"{path}: {' '.join(why.split())}.",
        f"Run `empilement links refresh {name}`, or delete {path.parent / name}.json.",
    )
