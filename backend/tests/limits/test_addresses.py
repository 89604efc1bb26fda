"""Whose address counts, and which limits are refused at the start."""

from collections.abc import Callable
from ipaddress import ip_network

import pytest

from catalogue.limits.addresses import ClientAddresses
from catalogue.settings import Settings


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ((), "203.0.113.5", "198.51.100.7", "203.0.113.5"),
        (("10.0.0.0/8",), "203.0.113.5", "198.51.100.7", "203.0.113.5"),
        (("10.0.0.0/8",), "10.1.2.3", "198.51.100.7", "198.51.100.7"),
        (("10.0.0.0/8",), "10.1.2.3", "1.1.1.1, 198.51.100.7, 10.9.9.9", "198.51.100.7"),
        (("10.0.0.0/8",), "::ffff:10.1.2.3", "198.51.100.7", "198.51.100.7"),
        (("10.0.0.0/8",), "10.1.2.3", "nonsense", "10.1.2.3"),
        (("10.0.0.0/8",), "10.1.2.3", "", "10.1.2.3"),
        ((), "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ((), "::1", "", "::1"),
        ((), "", "", ""),
    ],
)
def test_address_of_a_client(proxies: tuple[str, ...], peer: str, forwarded: str, expected: str) -> None:
    addresses = ClientAddresses([ip_network(proxy) for proxy in proxies])
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    assert addresses.address(peer, headers) == expected


@pytest.mark.parametrize(
    "text", ["0/minute", "10", "10/fortnight", "-1/second", "many/second", "10 per minute"]
)
def test_limit_that_is_none_is_refused_at_start(
    shop: str, settings_for: Callable[..., Settings], text: str
) -> None:
    with pytest.raises(ValueError, match="a limit is a number and a unit"):
        settings_for(shop, RATE_LIMIT_READS=text)
