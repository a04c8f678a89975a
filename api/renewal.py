"""A new build takes over while the service runs: queries under way finish on the old one."""

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api.service import Service
from ingest.errors import EmpilementError, MissingBuildError
from ingest.settings import Settings
from ingest.store import Version, current
from queries.remote import RemoteEngine

LOG: Final = logging.getLogger("empilement.renewal")
_FIRST_PAUSE: Final = 60.0
_LONGEST_PAUSE: Final = 3600.0

Look = tuple[str, *tuple[tuple[int, int], ...]]
"""A build as it lies there: its name, then the time and size of its files (0 if missing)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A build that could not be loaded, and when it is tried again.

    Loading takes minutes and as much memory again, so that it is not tried at each look; but a
    build may be mended under the same name, and what stood in the way (memory) may pass.

    Args:
        look: the build as it lay there.
        until: when it is tried again though it lies there unchanged, on the monotonic clock.
        pause: how long that is after the refusal, in seconds; doubled at each further one.
    """

    look: Look
    until: float
    pause: float

    def stands(self, look: Look) -> bool:
        """Tell whether the build need not be tried."""
        return look == self.look and time.monotonic() < self.until


def refused(look: Look, before: Refusal | None) -> Refusal:
    """Note that a build could not be loaded.

    Args:
        look: the build as it lay there when its loading began.
        before: the last refusal, of whatever build.
    """
    again = before is not None and before.look == look
    pause = min(2 * before.pause, _LONGEST_PAUSE) if before and again else _FIRST_PAUSE
    return Refusal(look, time.monotonic() + pause, pause)


def look_at(version: Version) -> Look:
    """Look at the files of a build, without reading them."""
    files = (version.path / "build.json", version.dataset, version.store)
    return (version.id, *map(_stamp, files))


async def renew_for_ever(app: FastAPI, settings: Settings) -> None:
    """Look for a new build every so often, and serve it.

    Args:
        app: the application; its service is replaced when a new build is loaded.
        settings: where the builds lie, and how often to look (``reload_seconds``; 0: never).

    """
    refusal: Refusal | None = None
    seen = True
    while settings.reload_seconds:
        await asyncio.sleep(settings.reload_seconds)
        service: Service = app.state.service
        try:
            found = await run_in_threadpool(current, settings)
        except MissingBuildError as error:
            # The folder was emptied, or its build is broken: the loaded graph goes on.
            if seen:
                LOG.error("no build", extra={"why": error.why, "served": service.version.id})
            seen = False
            continue
        seen = True
        if found.id == service.version.id:
            continue
        look = await run_in_threadpool(look_at, found)
        if refusal is not None and refusal.stands(look):
            continue
        if not await run_in_threadpool(_held, service, found):
            # It is not pushed yet, or not to its end.
            continue
        try:
            app.state.service = await renewed(service, found)
            LOG.info("renewed", extra={"version": found.id, "before": service.version.id})
        except (EmpilementError, OSError) as error:
            refusal = refused(look, refusal)
            why = error.why if isinstance(error, EmpilementError) else str(error)
            LOG.error("not renewed", extra={"version": found.id, "why": why})


async def renewed(service: Service, version: Version) -> Service:
    """Have the pool load another version, or ask the endpoint for it.

    Args:
        service: the service as it is.
        version: the version that is to be served.

    Returns:
        The service on that version.

    Raises:
        EngineUnavailableError: the version cannot be loaded; the old one goes on.

    """
    engine = service.engine
    if isinstance(engine, RemoteEngine):
        engine = engine.holding(version.id)
    if service.pool is not None:
        graph = version.dataset if service.settings.resident else version.store
        await service.pool.renew(graph)
    fresh = replace(service, version=version, engine=engine, _index=None)
    await run_in_threadpool(fresh.warm)
    return fresh


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _held(service: Service, version: Version) -> bool:
    engine = service.engine
    return not isinstance(engine, RemoteEngine) or engine.holding(version.id).holds()
