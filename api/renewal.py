"""A new build takes over while the service runs: queries under way finish on the old one."""

import asyncio
import logging
from dataclasses import replace
from typing import Final

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api.service import Service
from ingest.errors import EmpilementError, MissingBuildError
from ingest.settings import Settings
from ingest.store import Version, current
from queries.remote import RemoteEngine

LOG: Final = logging.getLogger("empilement.renewal")


async def renew_for_ever(app: FastAPI, settings: Settings) -> None:
    """Look for a new build every so often, and serve it.

    Args:
        app: the application; its service is replaced when a new build is loaded.
        settings: where the builds lie, and how often to look (``reload_seconds``; 0: never).

    """
    refused = ""
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
        if found.id in (service.version.id, refused):
            continue
        if not await run_in_threadpool(_held, service, found):
            # It is not pushed yet, or not to its end.
            continue
        try:
            app.state.service = await renewed(service, found)
            LOG.info("renewed", extra={"version": found.id, "before": service.version.id})
        except (EmpilementError, OSError) as error:
            refused = found.id
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


def _held(service: Service, version: Version) -> bool:
    engine = service.engine
    return not isinstance(engine, RemoteEngine) or engine.holding(version.id).holds()
