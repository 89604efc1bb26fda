"""The limit of each class of requests, and what a client is told of it.

Header fields as in the IETF draft `draft-ietf-httpapi-ratelimit-headers`: `RateLimit-Policy` names quota and window,
`RateLimit` what is left and in how many seconds there is more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limits import RateLimitItem, parse

from catalogue.settings_access import LimitSettings

CLASSES: Final = ("reads", "writes", "search", "uploads", "auth")
LOGIN_FAILURES: Final = "logins"
LOOPBACK: Final = "loopback"
_SHARE: Final = 200
_LARGEST_SHARE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Policy:
    """`share` requests are taken from Redis at a time and spent in the worker without asking again."""

    name: str
    item: RateLimitItem
    share: int
    header: tuple[bytes, bytes]

    @property
    def window_s(self) -> int:
        return int(self.item.get_expiry())


def policy(name: str, text: str) -> Policy:
    """The policy that a text such as `600/minute` states. Raises ValueError."""
    item = parse(text)
    described = f'"{name}";q={item.amount};w={item.get_expiry()}'.encode()
    share = max(1, min(item.amount // _SHARE, _LARGEST_SHARE))
    return Policy(name, item, share, (b"ratelimit-policy", described))


def policies(settings: LimitSettings) -> Mapping[str, Policy]:
    """One for each class, `loopback` for this machine in development, and one for failing to log in."""
    texts = {name: getattr(settings, f"rate_limit_{name}") for name in (*CLASSES, LOOPBACK, LOGIN_FAILURES)}
    return {name: policy(name, text) for name, text in texts.items()}
