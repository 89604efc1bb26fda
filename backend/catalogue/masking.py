"""What must not stand in a log is made unreadable there, whoever wrote it: secrets, and what names a person.

The last line of defence: nothing writes secrets to the log on purpose. A driver's message or a client's address line
may hold one all the same.
"""

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

_SECRET = re.compile(
    r"(?P<key>\bcat_[0-9A-Za-z]{8})_[0-9A-Za-z]{40,}"  # our API keys: the part before may be shown
    r"|(?P<token>\beyJ)[\w-]*\.[\w-]+\.[\w-]*"  # JWTs
    r"|(?P<url>\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"']*:)[^\s/@\"']+(?=@)"  # passwords in addresses
    r"|(?P<mail>\b[\w.+-])[\w.+-]*(?=@[\w-]+\.[\w.-]+)",
    re.ASCII,
)
_MARKS = ("cat_", "eyJ", "@")
_MARKED_BYTES = tuple(mark.encode() for mark in _MARKS)


def masked(line: str) -> str:
    """A line of the log without API keys, tokens, passwords in addresses and names in e-mail addresses."""
    if not any(mark in line for mark in _MARKS):
        return line
    return _SECRET.sub(lambda found: f"{found[found.lastgroup or 0]}***", line)


def masked_bytes(line: bytes) -> bytes:
    """The same of a line in UTF-8."""
    if not any(mark in line for mark in _MARKED_BYTES):
        return line
    return masked(line.decode()).encode()


@lru_cache(maxsize=4_096)
def masked_address(text: str) -> str:
    """The network of an address, 24 bits of IPv4 and 48 of IPv6: enough to see where a flood comes from."""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(IPv6Address(int(address) >> 80 << 80)) if not address.is_loopback else text
        address = address.ipv4_mapped
    return text if address.is_loopback else str(address).rpartition(".")[0] + ".0"
