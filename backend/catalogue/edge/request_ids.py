"""Request ids: the client's own when it is sane, else one that no other worker gives."""

import re
from itertools import count
from os import urandom

_SANE = re.compile(rb"[A-Za-z0-9._:\-]{1,128}")


class RequestIds:
    """A random beginning and a running number: unique among workers, for little work."""

    def __init__(self) -> None:
        self._start = urandom(8).hex().encode()
        self._next = count(int.from_bytes(urandom(4))).__next__

    def new(self) -> bytes:
        """32 hexadecimal digits."""
        return b"%s%016x" % (self._start, self._next())


def is_sane(request_id: bytes) -> bool:
    """Whether a client's request id may stand in headers and logs."""
    return _SANE.fullmatch(request_id) is not None
