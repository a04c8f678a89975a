"""Questions put to the engine from the event loop, and stopped when their asker has gone."""

from fastapi.concurrency import run_in_threadpool
from starlette.types import Receive

from api.access import Allowance
from api.service import Service
from api.watching import watched
from queries.engine import Answer, Dataset
from queries.pool import Reply


async def streamed(
    service: Service,
    text: str,
    wanted: str | None,
    dataset: Dataset | None = None,
    allowed: Allowance | None = None,
) -> Reply:
    """Put a query to the engine; the answer may still be on its way.

    Args:
        service: the state of the service.
        text: the query.
        wanted: formats, the most wanted first.
        dataset: graphs chosen beside the query.
        allowed: other limits than those of everybody.

    Raises:
        QueryError: as the engine does.

    """
    if service.live is not None:
        seconds = None if allowed is None else allowed.seconds
        rows = None if allowed is None else allowed.rows
        return await service.live.stream(text, wanted, dataset, seconds=seconds, rows=rows)
    found = await run_in_threadpool(service.engine.answer, text, wanted, dataset)
    return Reply(found.form, found.media_type, found.body)


async def answered(
    receive: Receive,
    service: Service,
    text: str,
    wanted: str | None,
    dataset: Dataset | None = None,
    allowed: Allowance | None = None,
) -> Answer:
    """Put a query to the engine and wait for the whole answer.

    Args:
        receive: what tells that the client has gone.
        service: the state of the service.
        text: the query.
        wanted: formats, the most wanted first.
        dataset: graphs chosen beside the query.
        allowed: other limits than those of everybody.

    Raises:
        AskerGoneError: the client hung up, and the query was stopped.
        QueryError: as the engine does.

    """

    async def whole() -> Answer:
        reply = await streamed(service, text, wanted, dataset, allowed)
        body = reply.whole
        if body is None:
            body = b"".join([piece async for piece in reply.pieces()])
        return Answer(reply.form, reply.media_type, body)

    return await watched(receive, whole())
