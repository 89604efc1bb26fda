"""The rate limit of one request: its class, its client, what is left."""

from collections.abc import Mapping

from catalogue.limits.addresses import ClientAddresses, is_loopback
from catalogue.limits.allowances import Allowance, Allowances
from catalogue.limits.policies import LOGIN_FAILURES, LOOPBACK, Policy

_MAX_CLIENTS = 50_000


class Limiter:
    """`generous` gives this machine itself the policy `loopback` for every class, as in development.

    Attributes:
        address: Gives the address that stands for a client nobody knows, from the connection's and the headers.
        looks_at_headers: Whether the headers matter to it.
    """

    def __init__(
        self,
        allowances: Allowances,
        policies: Mapping[str, Policy],
        addresses: ClientAddresses,
        *,
        generous: bool,
    ) -> None:
        self._allowances = allowances
        self._policies = policies
        self.address = addresses.address
        self.looks_at_headers = addresses.looks_at_headers
        self._generous = generous
        self._taken: dict[tuple[str, str, str], Allowance] = {}

    def spend_at_once(self, limit_class: str, client: str, address: str) -> Allowance | None:
        """Count one request from what was taken for an earlier one; None when `spend` must see to it."""
        allowance = self._taken.get((limit_class, client, address))
        return allowance if allowance is not None and allowance.spend() else None

    async def spend(self, limit_class: str, client: str, address: str) -> Allowance:
        """Count one request. Raises TooManyRequests."""
        policy, counted = self._counting(limit_class, client, address)
        allowance = self._allowances.spend(policy, counted) or await self._allowances.take(policy, counted)
        if len(self._taken) >= _MAX_CLIENTS:
            self._taken.clear()
        self._taken[limit_class, client, address] = allowance
        return allowance

    def refuse_if_spent(self, limit_class: str, client: str, address: str) -> None:
        """Count nothing. Raises TooManyRequests when it is known that nothing is left."""
        self._allowances.refuse_if_spent(*self._counting(limit_class, client, address))

    async def log_in(self, name: str) -> None:
        """Count one attempt to log in as `name`, wherever it comes from. Raises TooManyRequests."""
        policy = self._policies[LOGIN_FAILURES]
        if self._allowances.spend(policy, name) is None:
            await self._allowances.take(policy, name)

    def _counting(self, limit_class: str, client: str, address: str) -> tuple[Policy, str]:
        if self._generous and is_loopback(address):
            return self._policies[LOOPBACK], f"{limit_class} {client}"
        return self._policies[limit_class], client


class NoLimiter(Limiter):
    """Limits are switched off."""

    def __init__(self, addresses: ClientAddresses) -> None:
        self.address = addresses.address
        self.looks_at_headers = addresses.looks_at_headers
        self._unlimited = Allowance()

    def spend_at_once(self, limit_class: str, client: str, address: str) -> Allowance | None:  # noqa: ARG002 - as its parent
        return self._unlimited

    async def spend(self, limit_class: str, client: str, address: str) -> Allowance:  # noqa: ARG002 - as its parent
        return self._unlimited

    def refuse_if_spent(self, limit_class: str, client: str, address: str) -> None:
        """Nothing is ever spent."""

    async def log_in(self, name: str) -> None:
        """Nothing is counted."""
