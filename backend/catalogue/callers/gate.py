"""Whether a request may come in: who calls, what they may do, how much of it. Every request passes here once."""

from collections.abc import MutableMapping
from typing import Any, NamedTuple

from catalogue.callers.credentials import SHOWING, Credentials, credentials_of
from catalogue.callers.identifying import Identities
from catalogue.callers.rules import READING_METHODS, Needed, Rule, RuleBook
from catalogue.callers.scopes import Caller
from catalogue.errors import Forbidden, NotFound, Unauthenticated
from catalogue.limits.allowances import Allowance
from catalogue.limits.limiter import Limiter

_MAX_PATHS = 10_000


class Admitted(NamedTuple):
    """What a request was counted against, and whether not everybody may see its answer."""

    allowance: Allowance | None
    is_private: bool


class Gate:
    """Decides from the request line and its headers alone; the body is not read."""

    def __init__(self, identities: Identities, limiter: Limiter) -> None:
        self.identities = identities
        self.limiter = limiter
        self._rules = RuleBook()
        self._open: dict[str, Rule | None] = {}

    async def admit(self, scope: MutableMapping[str, Any]) -> Admitted:
        """Let a request in, and note its caller in the scope.

        Raises:
            Unauthenticated: A caller is needed, or what was shown is not valid.
            Forbidden: The caller lacks a scope.
            TooManyRequests: The limit is used up.
            NotFound: No operation stands there.
            Unavailable: The caller cannot be looked up.
        """
        rule = self._rules.rule(scope["path"])
        caller, is_private = self.identities.anonymous, False
        if rule.checked:
            shown = credentials_of(scope["headers"])
            if shown is not None:
                caller = self.identities.known(shown) or await self._identify(scope, shown)
            needed = rule.needed(scope["method"], scope["query_string"])
            _check(rule, needed, caller, shown)
            is_private = not self.identities.anonymous.scopes.issuperset(needed)
        allowance = None
        if limit_class := _limit_class(rule, scope):
            address = self._address(scope)
            client = address if caller.is_anonymous else caller.name
            allowance = await self.limiter.spend(limit_class, client, address)
        scope["caller"] = caller
        return Admitted(allowance, is_private)

    def at_once(self, scope: MutableMapping[str, Any]) -> Allowance | None:
        """What a read of somebody who shows nothing was counted against, where there is nothing to wait for.

        None decides nothing: `admit` does.
        """
        path = scope["path"]
        rule = self._open[path] if path in self._open else self._look_up(path)
        if rule is None or scope["method"] not in READING_METHODS:
            return None
        for header in scope["headers"]:
            if header[0] in SHOWING:
                return None
        return self.limiter.spend_at_once(_limit_class(rule, scope), self._address(scope))

    def _look_up(self, path: str) -> Rule | None:
        """The rule of an address that anybody may read; None for others."""
        rule = self._rules.rule(path)
        is_open = self.identities.anonymous.scopes.issuperset(rule.reading)
        found = rule if rule.checked and is_open and not rule.by_dataset else None
        if len(self._open) >= _MAX_PATHS:
            self._open.clear()
        self._open[path] = found
        return found

    async def _identify(self, scope: MutableMapping[str, Any], shown: Credentials) -> Caller:
        """Failing counts as an attempt to log in, so keys cannot be guessed in a hurry."""
        try:
            return await self.identities.identify(shown)
        except Unauthenticated:
            address = self._address(scope)
            await self.limiter.spend("auth", address, address)
            raise

    def _address(self, scope: MutableMapping[str, Any]) -> str:
        return self.limiter.address((scope.get("client") or ("",))[0], scope["headers"])


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
        query = scope["query_string"]
        return "search" if query.startswith(b"q=") or b"&q=" in query else name
    return name
