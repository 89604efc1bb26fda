"""The outermost layer: answers cached routes, from memory with a few look-ups and nothing to wait for.

What is not cached passes through untouched. Whatever a client may ask of an answer (a coding, an entity tag, no body)
is settled here, so the application behind knows only plain GETs.
"""

import asyncio
from math import inf
from time import monotonic
from typing import TYPE_CHECKING

import orjson

from catalogue.caching.address import Address
from catalogue.caching.answers import Answer, Made
from catalogue.caching.entry import Entry
from catalogue.caching.hit_counts import HitCounts
from catalogue.caching.response_cache import ResponseCache
from catalogue.changes.tokens import may_use_cache, parse_token
from catalogue.edge.accept_encoding import IDENTITY, LEAST_BYTES, accepted_coding, encoded
from catalogue.edge.cached_answers import Header, local_times, prepared, start, timing_headers
from catalogue.edge.deadlines import wanted_timeout_s
from catalogue.edge.departures import ClientLeft, to_nobody, unless_client_leaves
from catalogue.edge.entity_tags import is_unchanged
from catalogue.edge.problems import problem_response
from catalogue.edge.refusing import TurnedAway
from catalogue.edge.request_head import RequestHead, read_head
from catalogue.edge.request_ids import RequestIds, is_sane
from catalogue.edge.waiting_line import WaitingLine
from catalogue.errors import CatalogueError, NotAcceptable, Unavailable

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Messages = tuple["Message", "Message"]
_LOCAL = (b"x-cache", b"HIT-LOCAL")
_METHODS = frozenset({"GET", "HEAD"})
_OWN_HEADERS = frozenset({b"x-request-id", b"x-process-time", b"server-timing", b"content-length"})


class CacheLayer:
    """`origins` maps web pages that may call the API to the headers that tell their browser so."""

    def __init__(
        self,
        app: "ASGIApp",
        cache: ResponseCache,
        counts: HitCounts,
        *,
        origins: dict[bytes, list[Header]],
        reads: WaitingLine,
    ) -> None:
        self._app = app
        self._cache = cache
        self._known = cache.book.known
        self._freshness = cache.freshness
        self._feed = cache.freshness.feed
        self._counts = counts
        self._by_route = counts.by_route
        self._ids = RequestIds()
        self._origins = origins
        self._reads = reads
        self._turned_away = TurnedAway(reads, counts.refused)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == "http" and scope["method"] in _METHODS:
            messages = self.local_hit(scope) or self.turned_away(scope) or await self.let_in(scope, receive)
            if messages is not None:
                await send(messages[0])
                await send(messages[1])
                return
        await self._app(scope, receive, send)

    def has_asked(self, scope: "Scope") -> bool:
        """Whether just this was asked before, of a route that is cached."""
        return (scope["path"], scope["query_string"]) in self._known

    def has_entry(self, scope: "Scope") -> bool:
        """Whether there is an answer in memory, however old."""
        address = self._known.get((scope["path"], scope["query_string"]))
        return address is not None and address.entry is not None

    def local_hit(self, scope: "Scope", *, settled: bool = False) -> Messages | None:
        """The answer from memory where there is one, it is fresh and nothing about the request is unusual.

        Where it is `settled`, only one for which nothing has to be made, looked up or begun: any thread may ask for it.
        """
        started = monotonic()
        if (found := self._fresh(scope, started, settled=settled)) is None:
            return None
        address, entry = found
        head = read_head(scope["headers"])
        if head.token or (head.origin and self._origins):
            return None
        tallies = self._by_route.get(address.route)
        try:
            coding = _coding_at_hand(entry, head.accept_encoding)
            if settled and (coding is None or tallies is None):
                return None
            ready = prepared(entry, coding or self._made_coding(address, entry, head.accept_encoding))
        except NotAcceptable:
            return None
        entry.hits += 1
        tallies = tallies or self._counts.of(address.route)
        request_id = head.request_id if head.request_id and is_sane(head.request_id) else self._ids.new()
        elapsed_s = monotonic() - started
        own = (_LOCAL, (b"x-request-id", request_id), *local_times(elapsed_s))
        if head.if_none_match and is_unchanged(head.if_none_match, entry.etag):
            tallies[1].add(elapsed_s)
            return start(304, [*ready.unchanged, *own]), ready.no_body
        tallies[0].add(elapsed_s)
        body = ready.no_body if scope["method"] == "HEAD" else ready.body
        return start(200, [*ready.ok, *own]), body

    def _fresh(self, scope: "Scope", now: float, *, settled: bool) -> tuple[Address, Entry] | None:
        address = self._known.get((scope["path"], scope["query_string"]))
        if address is None or (entry := address.entry) is None or now >= entry.early_at:
            return None
        is_newest = entry.position == self._feed.position or (
            not settled and self._freshness.confirms(address, entry)
        )
        return (address, entry) if is_newest and self._freshness.is_known() else None

    def lets_come(self, scope: "Scope") -> bool:
        """Whether there is room for a request, or it may have an answer that needs none."""
        return self._reads.lets_come() or self.has_asked(scope)

    def turned_away(self, scope: "Scope") -> Messages | None:
        """What a read hears when there are too many. Any thread may ask for it."""
        return self._turned_away.messages(scope, self._known)

    async def let_in(self, scope: "Scope", receive: "Receive") -> Messages | None:
        """The answer of a cached route, from wherever it comes; None for what is not cached."""
        if self.has_asked(scope):
            return await self._answered(scope, receive)
        with self._reads.on_the_way():
            return await self._answered(scope, receive)

    async def _answered(self, scope: "Scope", receive: "Receive") -> Messages | None:
        started = monotonic()
        address = self._cache.book.find(scope["path"], scope["query_string"])
        if address is None:
            return None
        head = read_head(scope["headers"])
        request_id = head.request_id if head.request_id and is_sane(head.request_id) else self._ids.new()
        try:
            token = parse_token(head.token.decode("latin-1")) if head.token else None
            accepted_coding(head.accept_encoding)
        except CatalogueError as error:
            return _whole(_problem(error, request_id), request_id, self._origins.get(head.origin, []))
        past = token is not None and not await may_use_cache(self._feed, token)
        wanted_s = wanted_timeout_s(scope["headers"])
        asked = self._cache.answer(address, request_id, past_caches=past, may_be_old=token is None)
        watched = unless_client_leaves(receive, asked)
        try:
            answer = await (watched if wanted_s == inf else asyncio.wait_for(watched, wanted_s))
        except ClientLeft:
            return to_nobody()
        except TimeoutError:
            late = _problem(Unavailable("there is no answer in the time you gave"), request_id)
            answer = Answer(None, "MISS", refused=late)
        messages = self._composed(address, answer, head, started=started, request_id=request_id)
        if scope["method"] == "HEAD":
            messages = (messages[0], {"type": "http.response.body", "body": b""})
        route, status = address.route, messages[0]["status"]
        self._counts.note(scope["method"], route, answer.outcome, status, monotonic() - started)
        return messages

    def _composed(
        self, address: Address, answer: Answer, head: RequestHead, *, started: float, request_id: bytes
    ) -> Messages:
        cors = self._origins.get(head.origin, []) if head.origin else []
        if answer.entry is None:
            refused = answer.refused or Made(500, [], b"")
            return _whole(refused, request_id, [(b"x-cache", answer.outcome.encode()), *cors])
        entry = answer.entry
        entry.hits += 1
        coding = _coding_at_hand(entry, head.accept_encoding)
        ready = prepared(entry, coding or self._made_coding(address, entry, head.accept_encoding))
        own = [
            (b"x-cache", answer.outcome.encode()),
            (b"x-request-id", request_id),
            *timing_headers(monotonic() - started, answer.database_s),
            *cors,
        ]
        if head.if_none_match and is_unchanged(head.if_none_match, entry.etag):
            return start(304, [*ready.unchanged, *own]), ready.no_body
        return start(200, [*ready.ok, *own]), ready.body

    def _made_coding(self, address: Address, entry: Entry, accept_encoding: bytes) -> bytes:
        """The coding to answer in, after the body was put into it because nobody asked for it before."""
        coding = accepted_coding(accept_encoding)
        self._cache.add_encoding(address, entry, coding, encoded(entry.body, coding))
        return coding


def _coding_at_hand(entry: Entry, accept_encoding: bytes) -> bytes | None:
    """The coding to answer in; None where the body is not in it yet. Raises NotAcceptable."""
    if not accept_encoding:
        return IDENTITY
    coding = accepted_coding(accept_encoding)
    if coding in entry.bodies:
        return coding
    return IDENTITY if len(entry.body) < LEAST_BYTES else None


def _whole(made: Made, request_id: bytes, further: list[Header]) -> Messages:
    """An answer that is not cached, as it is, under the asker's own request id."""
    headers = [(name, value) for name, value in made.headers if name.lower() not in _OWN_HEADERS]
    body = made.body
    if made.status >= 400 and b'"request_id"' in body:
        body = orjson.dumps({**orjson.loads(body), "request_id": request_id.decode()})
    length = (b"content-length", str(len(body)).encode())
    own = [length, (b"x-request-id", request_id), *timing_headers(0.0, 0.0), *further]
    return start(made.status, [*headers, *own]), {"type": "http.response.body", "body": body}


def _problem(error: CatalogueError, request_id: bytes) -> Made:
    response = problem_response(error, request_id.decode())
    return Made(response.status_code, list(response.raw_headers), bytes(response.body))
