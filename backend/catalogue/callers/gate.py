"""Whether a request may come in: who calls, what they may do, how much of it. Every request passes here once."""

from collections.abc import MutableMapping
from typing import Any

from catalogue.callers.credentials import Credentials, credentials_of
from catalogue.callers.identifying import Identities
from catalogue.callers.rules import READING_METHODS, Rule, RuleBook
from catalogue.callers.scopes import Caller
from catalogue.errors import Forbidden, NotFound, Unauthenticated
from catalogue.limits.allowances import Allowance
from catalogue.limits.limiter import Limiter


class Gate:
    """Decides from the request line and its headers alone; the body is not read."""

    def __init__(self, identities: Identities, limiter: Limiter) -> None:
        self.identities = identities
        self.limiter = limiter
        self._rules = RuleBook()

    async def admit(self, scope: MutableMapping[str, Any]) -> Allowance | None:
        """Let a request in, and note its caller in the scope; returns what it was counted against.

        Raises:
            Unauthenticated: A caller is needed, or what was shown is not valid.
            Forbidden: The caller lacks a scope.
            TooManyRequests: The limit is used up.
            NotFound: No operation stands there.
            Unavailable: The caller cannot be looked up.
        """
        rule = self._rules.rule(scope["path"])
        caller = self.identities.anonymous
        if rule.checked:
            shown = credentials_of(scope["headers"])
            if shown is not None:
                caller = self.identities.known(shown) or await self._identify(scope, shown)
            _check(rule, scope, caller, shown)
        allowance = None
        if limit_class := _limit_class(rule, scope):
            address = self._address(scope)
            client = address if caller.is_anonymous else caller.name
            allowance = await self.limiter.spend(limit_class, client, address)
        scope["caller"] = caller
        return allowance

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


def _check(rule: Rule, scope: MutableMapping[str, Any], caller: Caller, shown: Credentials | None) -> None:
    needed = rule.needed(scope["method"], scope["query_string"])
    missing = [scope_name for scope_name in needed if scope_name not in caller.scopes]
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
