"""Keys of the trusted issuer from an address that is asked on a timetable.

No token ever makes us ask: an unknown key id is refused, and the next look at the address, at most
JWT_KEYS_REFRESH_S later, brings new keys. So nobody can use us to send requests. Redirects are not followed, the
environment's proxies are not used, and unless a setting allows it no address inside is spoken to, whatever a name
stands for: it is looked up once, and what was checked is what is connected to.
"""

import asyncio
import ssl
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM

import httpcore
import orjson
import structlog

from catalogue.background import beside
from catalogue.breakers import Breakers
from catalogue.callers.key_sets import KeySet

MAX_BYTES = 262_144
_TIMEOUT_S = 5.0
_WHOLE_S = 10.0
_FIRST_RETRY_S = 5.0
_LEFT_ALONE_S = 30.0
_NAT64 = IPv6Network("64:ff9b::/96")


class FetchedKeys(KeySet):
    """While the address does not answer, or answers something else, the last keys stay."""

    def __init__(self, url: str, breakers: Breakers, *, refresh_s: float, inside: bool) -> None:
        self._keys = {}
        self.fetched = asyncio.Event()
        self._url = url
        self._refresh_s = refresh_s
        self._inside = inside
        self._breaker = breakers.new("token-keys", counted=Exception, pause_s=_LEFT_ALONE_S)
        self._log = structlog.get_logger("catalogue.callers")

    def running(self) -> AbstractAsyncContextManager[None]:
        """Ask once at the start, and then on the timetable."""
        return beside(self._run)

    async def _run(self) -> None:
        while True:
            pause_s = self._refresh_s
            try:
                with self._breaker:
                    async with asyncio.timeout(_WHOLE_S):
                        self.replace(orjson.loads(await self.fetch()))
                self.fetched.set()
            except Exception as error:  # noqa: BLE001 - whatever the address answers, it is asked again
                self._log.warning("keys of the token issuer not fetched", reason=type(error).__name__)
                pause_s = min(_FIRST_RETRY_S, self._refresh_s)
            await asyncio.sleep(pause_s)

    async def fetch(self) -> bytes:
        """One look. Raises OSError, ValueError or an error of httpcore."""
        backend = Outside(inside=self._inside)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), _TIMEOUT_S)
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=ssl.create_default_context(), network_backend=backend
            ) as pool,
            pool.stream("GET", self._url, extensions={"timeout": timeouts}) as answer,
        ):
            if answer.status != 200:
                raise ValueError(f"answered {answer.status}")
            body = b""
            async for chunk in answer.aiter_stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError("the key set is too large")
            return body


class Outside(httpcore.AsyncNetworkBackend):
    """Connects to addresses on the public internet, and to others where `inside` allows them."""

    def __init__(self, *, inside: bool) -> None:
        self._inside = inside
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises OSError for an address inside."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not self._inside and not all(map(is_outside, addresses)):
            raise PermissionError("the address of the keys is not on the public internet")
        for address in addresses[:-1]:
            with suppress(httpcore.NetworkError, httpcore.TimeoutException):
                return await self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
        return await self._sockets.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._sockets.sleep(seconds)


def is_outside(text: str) -> bool:
    """Whether an address is on the public internet, also where an IPv6 one only wraps one of IPv4."""
    address = ip_address(text.partition("%")[0])
    wrapped = _wrapped(address) if isinstance(address, IPv6Address) else []
    return all(inner.is_global and not inner.is_multicast for inner in wrapped or [address])


def _wrapped(address: IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The IPv4 addresses in a mapped, 6to4, Teredo or NAT64 one."""
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFF_FFFF)]
    if inner := address.ipv4_mapped or address.sixtofour:
        return [inner]
    return list(address.teredo or ())
