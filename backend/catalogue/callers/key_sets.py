"""Keys of the trusted issuer: from a file, or from an address that is asked on a timetable.

No token ever makes us ask: an unknown key id is refused, and the next look at the address, at most
JWT_KEYS_REFRESH_S later, brings new keys. So nobody can use us to send requests.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import orjson
import structlog
from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

from catalogue.breakers import BreakerOpen, Breakers

MAX_BYTES = 262_144
MIN_SECRET_BYTES = 32
_TIMEOUT_S = 5.0
_FIRST_RETRY_S = 5.0
_LEFT_ALONE_S = 30.0
_FAILURES = (httpx.HTTPError, ValueError)


class KeySet:
    """Keys by their id. Keys for encryption and keys without an id are left out."""

    def __init__(self, document: object) -> None:
        self._keys: dict[str, PyJWK] = {}
        self.replace(document)

    def replace(self, document: object) -> None:
        """Take another key set. Raises ValueError when it is none."""
        try:
            keys = PyJWKSet.from_dict(document).keys if isinstance(document, dict) else []
        except (PyJWTError, TypeError, AttributeError) as error:
            raise ValueError("not a JSON web key set") from error
        usable = {key.key_id: key for key in keys if key.key_id and key.public_key_use in {None, "sig"}}
        if any(key.key_type == "oct" and len(key.key) < MIN_SECRET_BYTES for key in usable.values()):
            raise ValueError(f"a shared secret needs at least {MIN_SECRET_BYTES} bytes")
        if not usable:
            raise ValueError("the key set holds no key with an id")
        self._keys = usable

    def find(self, key_id: str) -> PyJWK | None:
        return self._keys.get(key_id)


def read_key_file(path: Path) -> KeySet:
    """Raises ValueError or OSError when the file holds no key set."""
    return KeySet(orjson.loads(path.read_bytes()))


class FetchedKeys(KeySet):
    """The keys at an address. While that does not answer the last ones stay."""

    def __init__(self, url: str, breakers: Breakers, *, refresh_s: float) -> None:
        self._keys = {}
        self.fetched = asyncio.Event()
        self._url = url
        self._refresh_s = refresh_s
        self._breaker = breakers.new("token-keys", counted=_FAILURES, pause_s=_LEFT_ALONE_S)
        self._log = structlog.get_logger("catalogue.callers")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ask once at the start, and then on the timetable."""
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False) as client:
            task = asyncio.create_task(self._run(client))
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _run(self, client: httpx.AsyncClient) -> None:
        while True:
            pause_s = self._refresh_s
            try:
                with self._breaker:
                    self.replace(orjson.loads(await self._fetch(client)))
                self.fetched.set()
            except (*_FAILURES, BreakerOpen) as error:
                self._log.warning("keys of the token issuer not fetched", reason=type(error).__name__)
                pause_s = min(_FIRST_RETRY_S, self._refresh_s)
            await asyncio.sleep(pause_s)

    async def _fetch(self, client: httpx.AsyncClient) -> bytes:
        body = b""
        async with client.stream("GET", self._url) as answer:
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError("the key set is too large")
        return body
