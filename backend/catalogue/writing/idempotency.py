"""Idempotency-Key: a request that is repeated takes effect once and gets the first answer again.

The key, the digest of its request and the answer are written in the transaction of the effect: either both are
there or none. While that runs an advisory lock, which a crash frees, tells others that it does. A request that
failed changed nothing and leaves no key, so it may be repeated once its cause is gone.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.writing import RunAgain, Work
from catalogue.errors import FieldError, IdempotencyInFlight, IdempotencyKeyReused, ValidationFailed
from catalogue.writing.answers import Written
from catalogue.writing.queries import IDEMPOTENCY_CLOSING, IDEMPOTENCY_OPENING, Origin

HEADER = "Idempotency-Key"
MAX_LENGTH = 255
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A key in its scope, one caller at one address, and the digest of the request that brought it."""

    caller: str
    route: str
    key: str
    fingerprint: bytes

    @property
    def scope(self) -> dict[str, object]:
        return {"caller": self.caller, "route": self.route, "key": self.key}

    @property
    def lock(self) -> str:
        return f"idempotency {self.caller}\n{self.route}\n{self.key}"


def idempotency_key(lines: Sequence[str]) -> str | None:
    """The key of a request's header lines; None without one. Raises ValidationFailed."""
    if not lines:
        return None
    if len(lines) > 1 or not _PRINTABLE.fullmatch(lines[0]):
        message = f"must be one text of 1 to {MAX_LENGTH} printable ASCII characters"
        raise ValidationFailed(FieldError(f"header.{HEADER}", "invalid_key", message))
    return lines[0]


def fingerprint(*parts: bytes) -> bytes:
    """The digest of what makes two requests the same."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def once(call: Idempotency, work: Work[Written], origin: Origin) -> Work[Written]:
    """`work`, made to take effect once for its key.

    Raises:
        IdempotencyInFlight: The first request with the key still runs.
        IdempotencyKeyReused: The key came before with another request.
    """

    async def run(connection: AsyncConnection) -> Written:
        bound = {**call.scope, "lock": call.lock, **origin.values()}
        found = (await connection.execute(IDEMPOTENCY_OPENING, bound)).one()
        if found.status is not None:
            return _replay(call, found.fingerprint, found.status, found.headers, found.body)
        if not found.mine:
            raise IdempotencyInFlight
        written = await work(connection)
        await _store(connection, call, written)
        return written

    return run


async def _store(connection: AsyncConnection, call: Idempotency, written: Written) -> None:
    kept = {
        **call.scope,
        "fingerprint": call.fingerprint,
        "status": written.status,
        "headers": orjson.dumps(written.kept()).decode(),
        "body": written.body,
    }
    stored = await connection.execute(IDEMPOTENCY_CLOSING, kept)
    if stored.one_or_none() is None:
        # The first request was committed between our look at the keys and the lock it gave up.
        raise RunAgain


def _replay(call: Idempotency, digest: bytes, status: int, headers: dict[str, str], body: bytes) -> Written:
    if digest != call.fingerprint:
        raise IdempotencyKeyReused(f"use another {HEADER} for another request")
    return Written.replay(status, headers, body)
