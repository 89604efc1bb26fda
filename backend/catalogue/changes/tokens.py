"""Consistency tokens: how a client reads its own writes, on any worker, cache or replica.

A write answers with a token that says how far the change log was after its commit. A read that sends it back
waits until the feed of its worker is there, for a short time, or goes past every cache.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass

from sqlalchemy import text

from catalogue.changes.feed import ChangeFeed
from catalogue.db.reading import ReadSession
from catalogue.db.statements import compile_statement
from catalogue.errors import BadRequest, FieldError

HEADER = "Consistency-Token"
WAIT_S = 0.05
_PLACES = struct.Struct(">BQQ")
_VERSION = 1
_LENGTH = 23
_LARGEST = (1 << 63) - 1
_AFTER_COMMIT = compile_statement(
    text(
        "SELECT coalesce(max(position), 0) AS position, pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS wal FROM changes"
    )
)


@dataclass(frozen=True, slots=True)
class ConsistencyToken:
    """`position` in the change log; `wal` is the byte in the write-ahead log that a replica must have replayed."""

    position: int
    wal: int

    def __str__(self) -> str:
        """As it stands in the header."""
        return urlsafe_b64encode(_PLACES.pack(_VERSION, self.position, self.wal)).rstrip(b"=").decode()


def parse_token(value: str) -> ConsistencyToken:
    """Read a header's value. Raises BadRequest (`header.Consistency-Token`) when no write gave it."""
    try:
        if len(value) != _LENGTH or not value.isascii():
            raise _malformed()
        version, position, wal = _PLACES.unpack(urlsafe_b64decode(value + "="))
    except (Base64Error, struct.error) as error:
        raise _malformed() from error
    token = ConsistencyToken(position, wal)
    if version != _VERSION or max(position, wal) > _LARGEST or str(token) != value:
        raise _malformed()
    return token


async def token_after_commit(session: ReadSession) -> ConsistencyToken:
    """The token for a write whose commit has returned: one statement. Also for a write that changed nothing.

    Raises catalogue.errors.Unavailable when PostgreSQL cannot answer.
    """
    row = await session.row(_AFTER_COMMIT)
    return ConsistencyToken(row["position"], int(row["wal"])) if row else ConsistencyToken(0, 0)


async def may_use_cache(feed: ChangeFeed, token: ConsistencyToken | None) -> bool:
    """Whether what caches hold is as new as the token asks; waits a little for the feed to get there.

    False: answer from the primary, and past every cache.
    """
    return token is None or await feed.reached(token.position, timeout_s=WAIT_S)


def _malformed() -> BadRequest:
    return BadRequest(
        f"{HEADER} is not one that a write has returned",
        errors=(FieldError(f"header.{HEADER}", "malformed", "send the value of a write's answer unchanged"),),
    )
