"""The engine behind a SPARQL endpoint: any server that speaks the SPARQL 1.1 Protocol."""

import asyncio
import copy
import re
import tempfile
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from http import HTTPStatus
from typing import IO, Any, Final, TypeVar

import httpx
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential,
)

from ingest.push import claim
from ontology.namespaces import PREFIXES
from queries import elsewhere, engine, faults, guard
from queries.elsewhere import PassingError
from queries.engine import Answer, Dataset, Table
from queries.errors import EndpointError, QueryError
from queries.formats import Format, QueryForm, choose
from queries.outlet import too_large
from queries.parsing import check_update, dataset_of, form_of
from queries.pool import Reply
from queries.reading import broken, converted
from queries.tokens import words

T = TypeVar("T")

_LONG: Final = 2000
_PIECE: Final = 1 << 16
_IN_MEMORY: Final = 1 << 20
_DECLARED: Final = re.compile(r"prefix\s+([\w-]*):", re.IGNORECASE)


class RemoteEngine:
    """Puts queries to an endpoint.

    A query is read here first, so that faults, updates and SERVICE are told the same way as by
    the other engines, and never leave this machine. Rows travel as JSON and triples as
    N-Triples, whatever is asked for, and are read in full before they are given: some servers
    answer 200 and break off when their own time limit strikes.

    It is asked from any thread; its connections live on an event loop of its own, so that a
    query is given up on the second, and its connection closed when its asker has gone. No
    ``timeout`` is sent along: servers do not agree on its unit, and some then answer a part.

    The default graph must be the union of the named graphs, as for the other engines
    (``oxigraph serve --union-default-graph``); the server must fetch no graph that FROM names and
    it has not (Virtuoso's sponger does), and answer each query from one state of its graphs.

    Args:
        url: address of the endpoint, http or https; it may hold ``user:password@``.
        update_url: address that takes updates; empty: none does.
        version: identifier of the build the endpoint must hold, before a query and still once its
            answer is read. Empty: whatever it holds.
        seconds: time limit of a query, attempts and pauses included.
        rows: the most rows or triples of an answer; 0 for no limit.
        answer_mb: size of the largest answer, in MiB.
        connections: queries under way at the same time.
        queue: queries that may wait for a connection; one more is refused.
        allowed: IRIs of the endpoints that SERVICE may call, from there.
        attempts: in all, when the server answers 503 or 429, or cannot be connected to.
        pause: seconds before the second attempt; doubled each time.

    Raises:
        EngineUnavailableError: an address is not one of http or https.
    """

    def __init__(
        self,
        url: str,
        *,
        update_url: str = "",
        version: str = "",
        seconds: float = 30.0,
        rows: int = 0,
        answer_mb: int = 1024,
        connections: int = 16,
        queue: int = 256,
        allowed: frozenset[str] = guard.NOWHERE,
        attempts: int = 3,
        pause: float = 0.5,
    ) -> None:
        self._url = _address(url)
        self._update_url = _address(update_url) if update_url else None
        self.version = version
        # What updates change there outlives this process, and with it a count from nought.
        self.revision = time.time_ns() if update_url else 0
        self._seconds = seconds
        self._rows = rows
        self._most = answer_mb << 20
        self._places = asyncio.Semaphore(connections)
        self._room = asyncio.Semaphore(connections + queue)
        self._allowed = allowed
        self._attempts = attempts
        self._pause = pause
        self._client = httpx.AsyncClient(
            timeout=None,  # noqa: S113 (every request stands under asyncio.timeout)
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=connections),
            # An answer cut short inside its compression would not be told from a whole one.
            headers={"User-Agent": "empilement", "Accept-Encoding": "identity"},
        )
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(connections, "endpoint"))
        self._thread = threading.Thread(target=self._loop.run_forever, name="endpoint", daemon=True)
        self._thread.start()

    def holding(self, version: str) -> "RemoteEngine":
        """Give an engine on the same connections, of which the endpoint must hold another build."""
        other = copy.copy(self)
        other.version = version
        return other

    def holds(self) -> bool:
        """Tell whether the endpoint says that it holds the build, without raising an error."""
        try:
            self.ask("ASK {}")
        except QueryError:
            return False
        return True

    async def stream(
        self,
        query: str,
        media_type: str | None = None,
        dataset: Dataset | None = None,
        *,
        seconds: float | None = None,
        rows: int | None = None,
    ) -> Reply:
        """Answer, on any event loop; see ``Pool.stream``. Cancelled, the query is given up.

        Args:
            query: SPARQL 1.1 query.
            media_type: wanted formats, the most wanted first.
            dataset: graphs chosen beside the query.
            seconds: another time limit than the engine's.
            rows: another limit of rows.

        Returns:
            The answer, complete; a large one is spooled on disk.

        Raises:
            EndpointError: the endpoint refuses, fails, or its answer is broken.
            EngineUnavailableError: it cannot be reached, is overloaded, or holds another version.
            PoolBusyError: too many queries wait for it.
            QueryTimeoutError: it did not answer in time.
            QueryMemoryError: the answer is too large.
            QueryError: the query is wrong or refused.
        """
        work = self._answer(query, media_type, dataset, seconds, rows)
        return await asyncio.wrap_future(self._start(work))

    def answer(
        self, query: str, media_type: str | None = None, dataset: Dataset | None = None
    ) -> Answer:
        """Answer in bytes; see ``Engine.answer``, and ``stream`` for the errors."""
        reply = self._wait(self._answer(query, media_type, dataset))
        body = reply.whole
        if body is None:
            body = self._wait(_joined(reply))
        return Answer(reply.form, reply.media_type, body)

    def select(self, query: str) -> Table:
        """Answer a SELECT with its rows; see ``Engine.select``."""
        self._require(query, QueryForm.SELECT)
        return engine.table_from(self.answer(query, Format.JSON.media_type))

    def ask(self, query: str) -> bool:
        """Answer an ASK; see ``Engine.ask``."""
        self._require(query, QueryForm.ASK)
        return engine.truth_from(self.answer(query, Format.JSON.media_type))

    async def update(self, text: str) -> None:
        """Put an update to the endpoint, once: if it is lost, nobody knows whether it was done.

        Args:
            text: SPARQL 1.1 update.

        Raises:
            QueryRefusedError: no address takes updates, or the update calls other hosts.
            QueryError: as ``stream``.
        """
        await asyncio.wrap_future(self._start(self._update(text)))

    def close(self) -> None:
        """Give up every query and close the connections."""
        if not self._thread.is_alive():
            return
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _require(self, query: str, due: QueryForm) -> None:
        found = form_of(query, self._allowed)
        if found is not due:
            raise engine.wrong_form(due, found)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        future = self._start(work)
        try:
            return future.result()
        except CancelledError:
            raise faults.closed() from None
        except BaseException:
            future.cancel()
            raise

    def _start(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        if self._loop.is_closed():
            work.close()
            raise faults.closed()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._client.aclose()
        await asyncio.get_running_loop().shutdown_default_executor()

    async def _answer(
        self,
        query: str,
        media_type: str | None,
        dataset: Dataset | None,
        seconds: float | None = None,
        rows: int | None = None,
    ) -> Reply:
        limit = self._seconds if seconds is None else seconds
        most = self._rows if rows is None else rows
        form = await asyncio.to_thread(form_of, query, self._allowed)
        chosen = choose(form, media_type)
        graphs = dataset or await asyncio.to_thread(dataset_of, query)
        if self._room.locked():
            raise faults.busy("Every connection to the endpoint is taken, and the queue is full.")
        try:
            with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
                async with self._room, asyncio.timeout(limit), self._places:
                    await self._require_version(limit)
                    await self._fetched(query, form, graphs, limit, body)
                    await self._require_version(limit)
                return await asyncio.to_thread(converted, body, form, chosen, most, self._most)
        except TimeoutError:
            raise elsewhere.late(limit) from None
        except EndpointError:
            if await asyncio.to_thread(guard.asks_service, query):
                raise elsewhere.unquoted() from None
            raise

    async def _require_version(self, seconds: float) -> None:
        if not self.version or await self._held(claim(self.version, union=True), seconds):
            return
        if await self._held(claim(self.version), seconds):
            raise elsewhere.no_union()
        raise elsewhere.other_version(self.version)

    async def _held(self, query: str, seconds: float) -> bool:
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
            await self._fetched(query, QueryForm.ASK, None, seconds, body)
            found = converted(body, QueryForm.ASK, Format.JSON, 0, self._most)
        return engine.truth_from(Answer(found.form, found.media_type, found.whole or b""))

    async def _fetched(
        self,
        query: str,
        form: QueryForm,
        dataset: Dataset | None,
        seconds: float,
        body: IO[bytes],
    ) -> None:
        """Read the endpoint's answer into a file, trying again while it does not take it up."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(PassingError),
            stop=stop_after_attempt(self._attempts) | stop_before_delay(seconds),
            wait=wait_exponential(multiplier=self._pause),
            reraise=True,
        )
        try:
            await retrying(self._attempt, self._request(query, form, dataset), form, seconds, body)
        except PassingError as error:
            raise elsewhere.unavailable(str(error)) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise elsewhere.lost(error) from error

    def _request(self, query: str, form: QueryForm, dataset: Dataset | None) -> httpx.Request:
        fields = [("query", declared(query))]
        if dataset is not None:
            fields += [("default-graph-uri", iri) for iri in dataset.default]
            fields += [("named-graph-uri", iri) for iri in dataset.named]
        accepted = Format.NTRIPLES if form is QueryForm.GRAPH else Format.JSON
        headers = {"Accept": accepted.media_type}
        if len(query) <= _LONG:
            merged = httpx.QueryParams([*self._url.params.multi_items(), *fields])
            return self._client.build_request(
                "GET", self._url.copy_with(params=merged), headers=headers
            )
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        content = str(httpx.QueryParams(tuple(fields)))
        return self._client.build_request("POST", self._url, content=content, headers=headers)

    async def _attempt(
        self, request: httpx.Request, form: QueryForm, seconds: float, body: IO[bytes]
    ) -> None:
        try:
            response = await self._client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise PassingError(f"No connection to it: {error or type(error).__name__}") from error
        try:
            if not response.is_success:
                raise await elsewhere.refused(response, seconds)
            framed = {"content-length", "transfer-encoding"} & response.headers.keys()
            if form is QueryForm.GRAPH and not framed:
                raise broken("Its length is not told: it might break off unseen.")
            size = 0
            async for piece in response.aiter_bytes(_PIECE):
                size += len(piece)
                if size > self._most:
                    raise too_large(self._most)
                body.write(piece)
        finally:
            await response.aclose()

    async def _update(self, text: str) -> None:
        if self._update_url is None:
            raise elsewhere.no_updates()
        guard.check_update(text)
        headers = {"Content-Type": "application/sparql-update"}
        request = self._client.build_request(
            "POST", self._update_url, content=declared(text).encode(), headers=headers
        )
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.send(request)
                if response.status_code == HTTPStatus.BAD_REQUEST:
                    await asyncio.to_thread(check_update, text)
                if not response.is_success:
                    raise await elsewhere.refused(response, self._seconds)
        except TimeoutError:
            raise elsewhere.late(self._seconds) from None
        except (httpx.ConnectError, PassingError) as error:
            raise elsewhere.unavailable(str(error)) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise elsewhere.lost(error) from error
        finally:
            self.revision += 1


def declared(query: str) -> str:
    """Declare the project's prefixes that a query uses without declaring them.

    They are put at the head of the first line, so that the lines keep their numbers.

    Args:
        query: a sound query or update.

    Returns:
        A text that any server understands.
    """
    known = set(_DECLARED.findall(query))
    used = {token[0].partition(":")[0] for token in words(query) if token.lastgroup == "word"}
    wanted = sorted((used - known) & PREFIXES.keys())
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in wanted) + query


async def _joined(reply: Reply) -> bytes:
    return b"".join([piece async for piece in reply.pieces()])


def _address(text: str) -> httpx.URL:
    try:
        found = httpx.URL(text)
    except httpx.InvalidURL:
        raise elsewhere.no_address(text) from None
    if found.scheme not in {"http", "https"} or not found.host:
        raise elsewhere.no_address(text)
    return found
