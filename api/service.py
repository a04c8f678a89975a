"""What the routes share: the engine, the version it serves, the questions, the ontology."""

import asyncio
import gc
import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fastapi import Request

from api.caching import AnswerCache
from api.guide import read_guide
from api.problems import NotReadyError
from api.search import SearchIndex, load_index
from api.vocabulary import Vocabulary, load_vocabulary
from ingest.errors import EmpilementError
from ingest.settings import Settings
from ingest.store import Version
from queries.catalogue import NamedQuery, load_catalogue
from queries.engine import Engine
from queries.pool import Pool
from queries.remote import RemoteEngine
from queries.workers import PoolEngine

_HERE: Final = Path(__file__).parent
_LIFE: Final = secrets.token_hex(8)

EngineFactory = Callable[[Settings, Version], Engine]
"""Opens an engine. It is called on the event loop, and must not wait for the graph."""


@dataclass(slots=True)
class Service:
    """The state of a running service.

    Args:
        settings: limits and addresses.
        version: the built version that is served.
        engine: what answers questions.
        questions: the named questions, by slug.
        vocabulary: the ontology.
        code: a mark of the pages' code, for entity tags.
        cache: answers kept to be sent again.
    """

    settings: Settings
    version: Version
    engine: Engine
    questions: dict[str, NamedQuery]
    vocabulary: Vocabulary
    code: str
    cache: AnswerCache
    _index: SearchIndex | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def data_date(self) -> str:
        """The day of the data, ISO; pages show the state of that day unless asked otherwise."""
        return str(self.version.info.get("dataDate", ""))

    @property
    def pool(self) -> Pool | None:
        """The pool of processes, if that is what answers."""
        return self.engine.pool if isinstance(self.engine, PoolEngine) else None

    @property
    def live(self) -> Pool | RemoteEngine | None:
        """What is asked from the event loop, takes updates and counts them, if the engine can."""
        return self.engine if isinstance(self.engine, RemoteEngine) else self.pool

    @property
    def mark(self) -> str:
        """A mark that changes with the data, by a build or by an update, and with the code."""
        revision = 0 if self.live is None else self.live.revision
        # Updates are gone with the process: the first one of the next is another.
        changed = f".{revision}-{_LIFE}" if revision else ""
        return f"{self.version.id}{changed}.{self.code}"

    @property
    def public_url(self) -> str:
        """The public address, without a final slash; empty when the request's own is used."""
        return self.settings.public_url.rstrip("/")

    def index(self) -> SearchIndex:
        """Give the names and codes of the graph, read at the first need. Blocks meanwhile."""
        with self._lock:
            if self._index is None:
                engine = self.engine
                if isinstance(engine, PoolEngine):
                    # Read once a version: what the whole of France takes is no reader's query.
                    engine = engine.patient(self.settings.trusted_seconds)
                self._index = load_index(engine)
            return self._index

    def warm(self) -> None:
        """Read names and codes once the graph is loaded, then the guide; gives up silently."""
        try:
            if isinstance(self.engine, PoolEngine):
                self.engine.wait_ready()
            self.index()
            read_guide()
        except EmpilementError:
            return
        # What was read stays: the collector need not go over it again and again.
        gc.collect()
        gc.freeze()

    def ready(self) -> bool:
        """Tell whether the graph answers, without waiting for it to be loaded."""
        loaded = getattr(self.engine, "ready", None)
        if loaded is not None and not loaded():
            return False
        try:
            return self.engine.ask("ASK {}")
        except EmpilementError:
            return False


def backend(settings: Settings, version: Version) -> Engine:
    """Open what answers queries: the endpoint of the settings if they name one, else the pool."""
    return remote(settings, version) if settings.sparql_endpoint else pool(settings, version)


def remote(settings: Settings, version: Version) -> RemoteEngine:
    """Open the endpoint elsewhere; it answers only once this build was pushed there."""
    return RemoteEngine(
        settings.sparql_endpoint,
        update_url=settings.sparql_update,
        version=version.id,
        seconds=settings.query_seconds,
        rows=settings.answer_rows,
        answer_mb=settings.answer_mb,
        queue=settings.queue,
        allowed=settings.service_allowed,
    )


def pool(settings: Settings, version: Version) -> Engine:
    """Open the processes that answer queries; the graph is loaded in the background."""
    made = Pool(
        version.dataset if settings.resident else version.store,
        workers=settings.workers,
        heavy=settings.heavy_workers,
        seconds=settings.query_seconds,
        memory_mb=settings.query_memory_mb,
        queue=settings.queue,
        answer_mb=settings.answer_mb,
        rows=settings.answer_rows,
        allowed=settings.service_allowed,
    )
    return PoolEngine(made, asyncio.get_running_loop())


def open_service(settings: Settings, version: Version, engine: Engine) -> Service:
    """Gather what the routes need. Blocks while it reads files.

    Args:
        settings: limits and addresses.
        version: the built version that is served.
        engine: the engine on it, which may still be loading.

    """
    return Service(
        settings=settings,
        version=version,
        engine=engine,
        questions=load_catalogue(),
        vocabulary=load_vocabulary(),
        code=code_mark(),
        cache=AnswerCache(settings.cache_mb << 19),
    )


def code_mark() -> str:
    """Give a mark that changes with the code of the pages and all they show besides data."""
    digest = hashlib.sha256()
    for path in sorted(_HERE.rglob("*")):
        if path.suffix in {".py", ".html", ".json", ".css"}:
            digest.update(path.relative_to(_HERE).as_posix().encode())
            digest.update(path.read_bytes())
    shown = (
        "queries/named/*.rq",
        "queries/*.py",
        "ontology/**/*.ttl",
        "ontology/*.py",
        "shapes/*.ttl",
        "shapes/*.py",
    )
    for path in sorted(path for pattern in shown for path in _HERE.parent.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def service_of(request: Request) -> Service:
    """Give the service behind a request (a FastAPI dependency).

    Raises:
        NotReadyError: the graph is still being loaded.

    """
    service: Service = request.app.state.service
    loaded = getattr(service.engine, "ready", None)
    if loaded is not None and not loaded():
        raise NotReadyError
    return service
