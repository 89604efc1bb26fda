"""`If-None-Match` (RFC 9110, 13.1.2): a weak comparison with each tag of a list, or `*`."""

import re

_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def is_unchanged(if_none_match: bytes, etag: bytes) -> bool:
    """Whether a client that has these entity tags has what `etag` names."""
    if if_none_match == etag or if_none_match.strip() == b"*":
        return True
    own = etag.removeprefix(b"W/")
    return any(tag == own for tag in _TAG.findall(if_none_match))
