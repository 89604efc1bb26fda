"""Turning reads away while there are too many, for as little as possible: what refusing costs is taken from answering.

With three times as much asked as can be borne, two in three are refused; were that a fifth of the work of an answer,
nearly half of the capacity would go into saying no.
"""

from collections.abc import Container
from random import choice
from time import monotonic
from typing import TYPE_CHECKING

from catalogue.caching.hit_counts import Tally
from catalogue.edge.cached_answers import PROTECTION, Header, start, timing_headers
from catalogue.edge.overload import is_unlimited
from catalogue.edge.problems import problem_response
from catalogue.edge.request_head import read_head
from catalogue.edge.request_ids import RequestIds, is_sane
from catalogue.edge.waiting_line import WaitingLine
from catalogue.errors import Unavailable

if TYPE_CHECKING:
    from starlette.types import Message, Scope

REASON = "too many requests are waiting already"
_PLACE = "0" * 32
_SECONDS = (1, 2, 3)


class TurnedAway:
    """The answer to a read that would find its line full; `tally` counts them."""

    def __init__(self, reads: WaitingLine, tally: Tally) -> None:
        self._reads = reads
        self._tally = tally
        self._ids = RequestIds()
        self._before, self._after = _body()
        self._headers = [_headers(seconds) for seconds in _SECONDS]

    def messages(
        self, scope: "Scope", known: Container[tuple[str, bytes]]
    ) -> "tuple[Message, Message] | None":
        """None where the request may go on: there is room, or other workers may have put its answer into Redis."""
        path = scope["path"]
        if is_unlimited(path) or (path, scope["query_string"]) in known or self._reads.lets_come():
            return None
        began = monotonic()
        head = read_head(scope["headers"])
        if head.origin:
            return None
        request_id = head.request_id if head.request_id and is_sane(head.request_id) else self._ids.new()
        body = b"%s%s%s" % (self._before, request_id, self._after)
        self._reads.refuse()
        elapsed_s = monotonic() - began
        self._tally.add(elapsed_s)
        headers = [
            *choice(self._headers),  # noqa: S311 - no secret
            (b"content-length", b"%d" % len(body)),
            (b"x-request-id", request_id),
            *timing_headers(elapsed_s, 0.0),
        ]
        if scope["method"] == "HEAD":
            body = b""
        return start(503, headers), {"type": "http.response.body", "body": body}


def _body() -> tuple[bytes, bytes]:
    """The problem before and after the request's id."""
    before, _, after = Unavailable(REASON).problem(_PLACE).partition(_PLACE.encode())
    return before, after


def _headers(seconds: int) -> list[Header]:
    response = problem_response(Unavailable(REASON, retry_after_s=seconds), _PLACE)
    kept = [header for header in response.raw_headers if header[0] != b"content-length"]
    return [*kept, *PROTECTION]
