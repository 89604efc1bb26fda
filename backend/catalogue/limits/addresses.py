"""Where a request comes from: the connection's address, or what a trusted proxy says."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
_LONGEST_REMEMBERED = 1_024


class ClientAddresses:
    """`proxies` are the networks whose `X-Forwarded-For` is believed; without any the header is not looked at."""

    def __init__(self, proxies: Sequence[Network]) -> None:
        self._proxies = tuple(proxies)
        self.looks_at_headers = bool(proxies)
        self._believed = lru_cache(maxsize=4_096)(self._nearest)

    def address(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """The nearest address that is no trusted proxy; an IPv6 one stands for its network of 64 bits."""
        if not self._proxies:
            return _grouped(peer)
        lines = tuple(value for name, value in headers if name == b"x-forwarded-for")
        is_short = sum(map(len, lines)) <= _LONGEST_REMEMBERED
        return self._believed(peer, lines) if is_short else self._nearest(peer, lines)

    def _nearest(self, peer: str, lines: tuple[bytes, ...]) -> str:
        if not self._is_proxy(peer):
            return _grouped(peer)
        hops = b",".join(lines).decode("latin-1").split(",")
        for hop in reversed([hop.strip() for hop in hops[-20:]]):
            if not _is_address(hop):
                break
            peer = hop
            if not self._is_proxy(hop):
                break
        return _grouped(peer)

    def _is_proxy(self, text: str) -> bool:
        if not _is_address(text):
            return False
        parsed = ip_address(text)
        mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
        return any((mapped or parsed) in network for network in self._proxies)


def is_loopback(address: str) -> bool:
    return address == "::1" or address.startswith("127.")


@lru_cache(maxsize=4_096)
def _grouped(text: str) -> str:
    if ":" not in text or not _is_address(text):
        return text
    parsed = ip_address(text)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    if parsed.is_loopback:
        return "::1"
    return str(IPv6Network((int(parsed) >> 64 << 64, 64)))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
