"""`If-Match` (RFC 9110, 13.1.1): the versions that a change may meet."""

import re
from collections.abc import Sequence

from catalogue.errors import BadRequest

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_LIST = re.compile(rf"[\s,]*{_TAG.pattern}(\s*,[\s,]*{_TAG.pattern})*[\s,]*")
_VERSION = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_MAX_LENGTH = 1_000


def matching_versions(lines: Sequence[str]) -> list[int] | None:
    """The versions that `If-Match` allows; None when it is absent or `*`. A weak tag never matches.

    Raises:
        BadRequest: It is no list of entity tags.
    """
    text = ",".join(lines)
    if not lines or text.strip() == "*":
        return None
    versions = []
    for weak, tag in _tags(text):
        if not weak and _VERSION.fullmatch(tag) and int(tag) < 2**31:
            versions.append(int(tag))
    return versions


def _tags(text: str) -> list[tuple[bool, str]]:
    """Each tag: whether it is weak, and what stands in its quotes. Empty elements of the list are allowed."""
    if len(text) > _MAX_LENGTH or not _LIST.fullmatch(text):
        raise BadRequest('If-Match must be "*" or a list of entity tags such as "7"')
    return [(bool(weak), tag) for weak, tag in _TAG.findall(text)]
