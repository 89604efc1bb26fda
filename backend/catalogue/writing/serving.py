"""Writes over HTTP: one transaction, once for each idempotency key, and an answer after the commit.

`respond` is for any write, whatever its body: a file that is uploaded passes its own digest.
"""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.changes.tokens import HEADER, WAIT_S, token_after_commit
from catalogue.db.writing import Work, Writer
from catalogue.errors import Unavailable
from catalogue.listing.serving import JSON
from catalogue.writing.answers import Written
from catalogue.writing.idempotency import HEADER as KEY_HEADER
from catalogue.writing.idempotency import Idempotency, fingerprint, idempotency_key, once
from catalogue.writing.preconditions import matching_versions
from catalogue.writing.queries import Origin

OriginWork = Callable[[AsyncConnection, Origin], Awaitable[Written]]


async def respond(
    request: Request, writer: Writer, work: OriginWork, *, digest: bytes | None = None
) -> Response:
    """Run `work` in a transaction and answer once that is committed.

    `digest` is that of the body, for a POST; without one no idempotency key is looked at. Raises what the work
    raises, ValidationFailed for a key that is none, and the errors of `once`.
    """
    origin = _origin(request)

    async def run(connection: AsyncConnection) -> Written:
        return await work(connection, origin)

    written = await writer.transaction(_idempotent(request, run, origin, digest))
    return Response(
        written.body or None,
        status_code=written.status,
        media_type=JSON if written.body else None,
        headers={**written.headers(), **await _token(request)},
    )


def allowed_versions(request: Request) -> list[int] | None:
    """The versions that `If-Match` allows; None: any. Raises BadRequest."""
    return matching_versions(request.headers.getlist("if-match"))


def _idempotent(request: Request, work: Work[Written], origin: Origin, digest: bytes | None) -> Work[Written]:
    if digest is None or (key := idempotency_key(request.headers.getlist(KEY_HEADER))) is None:
        return work
    route = f"{request.method} {request.url.path}"
    query: bytes = request.scope["query_string"]
    call = Idempotency(origin.actor, route, key, fingerprint(query, digest))
    return once(call, work, origin)


async def _token(request: Request) -> dict[str, str]:
    """How far the change log is now that the commit has returned: at the write, or past it.

    The worker's own feed gets there first, or its caches are not used until it does: whoever reads from the same
    worker needs no token.
    """
    try:
        token = await token_after_commit(request.app.state.reader)
        await request.app.state.feed.follow_up_to(token.position, timeout_s=WAIT_S)
        return {HEADER: str(token)}
    except Unavailable:
        # The write has been made; that its token cannot be told any more does not unmake it.
        return {}


def _origin(request: Request) -> Origin:
    return Origin(actor=request.scope["caller"].name, request_id=request.state.request_id)
