"""The rate limit of one request: its class, its client, what is left."""

from collections.abc import Iterable, Mapping

from catalogue.limits.addresses import ClientAddresses, is_loopback
from catalogue.limits.allowances import Allowance, Allowances
from catalogue.limits.policies import LOGIN_FAILURES, LOOPBACK, Policy

Headers = Iterable[tuple[bytes, bytes]]


class Limiter:
    """`generous` gives this machine itself the policy `loopback` for every class, as in development."""

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
        self._addresses = addresses
        self._generous = generous

    def address(self, peer: str, headers: Headers) -> str:
        """The address that stands for a client nobody knows."""
        return self._addresses.address(peer, headers)

    def spend_at_once(self, limit_class: str, address: str) -> Allowance | None:
        """Count one request of a client nobody knows; None when more must be taken first."""
        chosen = "loopback" if self._generous and is_loopback(address) else limit_class
        return self._allowances.spend(self._policies[chosen], address)

    async def spend(self, limit_class: str, client: str, address: str) -> Allowance:
        """Count one request. Raises TooManyRequests."""
        policy = self._policies[limit_class]
        if self._generous and is_loopback(address):
            policy, client = self._policies[LOOPBACK], f"{limit_class} {client}"
        return self._allowances.spend(policy, client) or await self._allowances.take(policy, client)

    def refuse_if_spent(self, limit_class: str, client: str, address: str) -> None:
        """Count nothing. Raises TooManyRequests when it is known that nothing is left."""
        policy = self._policies[limit_class]
        if self._generous and is_loopback(address):
            policy, client = self._policies[LOOPBACK], f"{limit_class} {client}"
        self._allowances.refuse_if_spent(policy, client)

    async def log_in(self, name: str) -> None:
        """Count one attempt to log in as `name`, wherever it comes from. Raises TooManyRequests."""
        policy = self._policies[LOGIN_FAILURES]
        if self._allowances.spend(policy, name) is None:
            await self._allowances.take(policy, name)


class NoLimiter(Limiter):
    """Limits are switched off."""

    def __init__(self, addresses: ClientAddresses) -> None:
        self._addresses = addresses
        self._unlimited = Allowance()

    def spend_at_once(self, limit_class: str, address: str) -> Allowance | None:  # noqa: ARG002 - as its parent
        return self._unlimited

    async def spend(self, limit_class: str, client: str, address: str) -> Allowance:  # noqa: ARG002 - as its parent
        return self._unlimited

    def refuse_if_spent(self, limit_class: str, client: str, address: str) -> None:
        """Nothing is ever spent."""

    async def log_in(self, name: str) -> None:
        """Nothing is counted."""
