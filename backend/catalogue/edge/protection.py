"""Headers that tell browsers what not to do with an answer."""

import re
from base64 import b64encode
from hashlib import sha256

Header = tuple[bytes, bytes]
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)

_POLICY = b"default-src 'none'; frame-ancestors 'none'; sandbox"
_SERVER = (b"server", b"catalogue")
_NAME = b"content-security-policy"


def documentation_policy(page: bytes) -> str:
    """The policy of the documentation's page: scripts from here, and the very lines that it starts itself with."""
    own = "".join(f" 'sha256-{_digest(script)}'" for script in _INLINE_SCRIPT.findall(page))
    return (
        f"default-src 'none'; script-src 'self'{own}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


def _digest(script: bytes) -> str:
    return b64encode(sha256(script).digest()).decode()


def protecting_headers() -> tuple[Header, ...]:
    """The same for every answer."""
    return (
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"cross-origin"),
    )


def transport_headers(hsts_s: int) -> tuple[Header, ...]:
    """For so many seconds browsers shall ask over TLS only; 0: nothing is said.

    `Server` is our own name: without one the server's program would put its own there.
    """
    if not hsts_s:
        return (_SERVER,)
    return (_SERVER, (b"strict-transport-security", b"max-age=%d; includeSubDomains" % hsts_s))


def content_policy(headers: list[Header]) -> tuple[Header, ...]:
    """The policy of an answer that has none of its own: no script, no frame, nothing from anywhere."""
    return () if any(name.lower() == _NAME for name, _ in headers) else ((_NAME, _POLICY),)
