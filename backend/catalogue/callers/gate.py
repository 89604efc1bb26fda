"""Whether a request may come in: who calls, what they may do, how much of it. Every request passes here once."""

from collections.abc import MutableMapping
from typing import Any, NamedTuple

from catalogue.callers.credentials import SHOWING, Credentials, credentials_of, digest_of
from catalogue.callers.identifying import Identities
from catalogue.callers.rules import READING_METHODS, Needed, Rule, RuleBook, rules_for
from catalogue.callers.scopes import Caller
from catalogue.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from catalogue.limits.allowances import Allowance
from catalogue.limits.limiter import Limiter

_MAX_PATHS = 10_000
_LONGEST = 2_048
"""Longer paths and query strings are not remembered: somebody could fill the memory with them."""

_NO_PEER = ("",)
_SEARCHES = (b"q=", b"%71=")


class Permit(NamedTuple):
    """What a caller showed and what the request needs, to be looked at again while a long answer goes out."""

    shown: Credentials
    needed: Needed


class Admitted(NamedTuple):
    """What a request was counted against, whether not everybody may see its answer, and on whose word."""

    allowance: Allowance | None
    is_private: bool
    permit: Permit | None


class _Plain(NamedTuple):
    """What reading at one address takes. Without a `limit_class` it is not plain."""

    needed: frozenset[str]
    limit_class: str
    is_private: bool


class Gate:
    """Decides from the request line and its headers alone; the body is not read."""

    def __init__(self, identities: Identities, limiter: Limiter, *, public_metrics: bool = True) -> None:
        self.identities = identities
        self.limiter = limiter
        self._rules = RuleBook(rules_for(public_metrics=public_metrics))
        self._plain: dict[str, _Plain] = {}
        self._visitors: dict[tuple[str, bytes, str, str], tuple[Allowance, bool]] = {}

    async def admit(self, scope: MutableMapping[str, Any]) -> Admitted:
        """Let a request in, and note its caller, and as whom it counts, in the scope. What is refused is counted as well.

        Raises:
            Unauthenticated: A caller is needed, or what was shown is not valid.
            Forbidden: The caller lacks a scope.
            TooManyRequests: The limit is used up.
            NotFound: No operation stands there.
            Unavailable: The caller cannot be looked up.
        """
        rule = self._rules.rule(scope["path"])
        identities = self.identities
        caller, shown = identities.anonymous, None
        if rule.checked:
            shown = await self._shown(scope)
            if shown is not None:
                caller = identities.known(shown) or await self._identify(scope, shown)
        allowance = None
        if limit_class := _limit_class(rule, scope):
            address = self._address(scope)
            client = scope["counted_as"] = address if caller.is_anonymous else caller.name
            allowance = await self.limiter.spend(limit_class, client, address)
        scope["caller"] = caller
        if not rule.checked:
            return Admitted(allowance, is_private=False, permit=None)
        needed = rule.needed(scope["method"], scope["query_string"])
        _check(rule, needed, caller, shown)
        is_private = not identities.anonymous.scopes.issuperset(needed)
        permit = Permit(shown, needed) if shown is not None and is_private else None
        return Admitted(allowance, is_private, permit)

    async def still_admits(self, permit: Permit) -> bool:
        """Whether the caller may still do what they began to do; False as well when that cannot be found out."""
        try:
            caller = self.identities.known(permit.shown) or await self.identities.identify(permit.shown)
        except (Unauthenticated, Unavailable):
            return False
        return caller.scopes.issuperset(permit.needed)

    async def _shown(self, scope: MutableMapping[str, Any]) -> Credentials | None:
        try:
            return credentials_of(scope["headers"])
        except Unauthenticated:
            await self._count_attempt(scope)
            raise

    def at_once(self, scope: MutableMapping[str, Any]) -> tuple[Allowance, bool] | None:
        """As `admit`, for a read by whoever is known already, where there is nothing to wait for.

        The allowance that was spent, and whether not everybody may see the answer. None decides nothing: `admit` does.
        """
        headers, shown = scope["headers"], None
        for header in headers:
            if header[0] in SHOWING:
                if shown is not None:
                    return None
                shown = header
        if shown is not None or self.limiter.looks_at_headers:
            return self._at_once(scope, shown)
        asked = (scope["path"], scope["query_string"], scope["method"], (scope.get("client") or _NO_PEER)[0])
        known = self._visitors.get(asked)
        if known is not None and known[0].spend():
            return known
        admitted = self._at_once(scope, None)
        if admitted is not None and len(asked[0]) + len(asked[1]) <= _LONGEST:
            if len(self._visitors) >= _MAX_PATHS:
                self._visitors.clear()
            self._visitors[asked] = admitted
        return admitted

    def _at_once(
        self, scope: MutableMapping[str, Any], shown: tuple[bytes, bytes] | None
    ) -> tuple[Allowance, bool] | None:
        plain = self._plain.get(scope["path"]) or self._look_up(scope["path"])
        if plain.limit_class == "" or scope["method"] not in READING_METHODS:
            return None
        client = address = self._address(scope)
        caller: Caller | None = self.identities.anonymous
        if shown is not None:
            caller = self.identities.known_by(digest_of(shown))
            client = "" if caller is None else caller.name
        if caller is None or not caller.scopes >= plain.needed:
            return None
        limit_class, query = plain.limit_class, scope["query_string"]
        if query and limit_class == "reads":
            limit_class = _class_of_list(query)
        allowance = self.limiter.spend_at_once(limit_class, client, address)
        return None if allowance is None else (allowance, plain.is_private)

    def _look_up(self, path: str) -> "_Plain":
        """What reading at an address takes, where it is the same whatever the parameters."""
        rule = self._rules.rule(path)
        is_plain = rule.checked and rule.known and not rule.by_dataset
        is_private = not self.identities.anonymous.scopes.issuperset(rule.reading)
        found = _Plain(frozenset(rule.reading), rule.reads_as if is_plain else "", is_private)
        if len(path) <= _LONGEST:
            if len(self._plain) >= _MAX_PATHS:
                self._plain.clear()
            self._plain[path] = found
        return found

    async def _identify(self, scope: MutableMapping[str, Any], shown: Credentials) -> Caller:
        """Failing counts as an attempt to log in; after too many of them nothing more is looked up.

        Whoever was known a moment ago does not guess, so those who do cannot shut them out.
        """
        if not self.identities.was_known(shown):
            address = self._address(scope)
            self.limiter.refuse_if_spent("auth", address, address)
        try:
            return await self.identities.identify(shown)
        except Unauthenticated:
            await self._count_attempt(scope)
            raise

    async def _count_attempt(self, scope: MutableMapping[str, Any]) -> None:
        address = self._address(scope)
        await self.limiter.spend("auth", address, address)

    def _address(self, scope: MutableMapping[str, Any]) -> str:
        return self.limiter.address((scope.get("client") or _NO_PEER)[0], scope["headers"])


def _check(rule: Rule, needed: Needed, caller: Caller, shown: Credentials | None) -> None:
    missing = [scope for scope in needed if scope not in caller.scopes]
    if not missing:
        return
    if not rule.known:
        raise NotFound("no such address")
    if shown is None:
        raise Unauthenticated("this needs an API key or a token")
    raise Forbidden(missing)


def _limit_class(rule: Rule, scope: MutableMapping[str, Any]) -> str:
    name = rule.limit_class(scope["method"])
    if name == "reads" and scope["method"] in READING_METHODS:
        return _class_of_list(scope["query_string"])
    return name


def _class_of_list(query: bytes) -> str:
    if b"q=" not in query and b"%71=" not in query:
        return "reads"
    return "search" if query.startswith(_SEARCHES) or b"&q=" in query or b"&%71=" in query else "reads"
