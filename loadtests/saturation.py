"""How much is served with how many users, and whether more users than a server can serve make it serve less."""

from collections import defaultdict
from statistics import median

MANY = 3.0
"""So many times the users of the peak are too many."""

NEARLY = 0.95
LEAST_SECONDS = 5
SETTLING_S = 2.0


class Throughput:
    """Looks, about once a second, at how many users there are and how much was served so far."""

    def __init__(self) -> None:
        self._rates: dict[int, list[float]] = defaultdict(list)
        self._users = 0
        self._since = 0.0
        self._last: tuple[float, int] | None = None

    def look(self, second: float, *, users: int, served: int) -> None:
        """`served` counts from the start of the run. What is served while the number of users changes does not count."""
        if users != self._users:
            self._users, self._since = users, second
        elif self._last is not None and second - self._since > SETTLING_S:
            before, known = self._last
            self._rates[users].append((served - known) / (second - before))
        self._last = (second, served)

    def by_users(self) -> dict[int, float]:
        """Requests served a second, the median of its seconds, for each number of users that stayed for a while."""
        return {
            users: median(rates)
            for users, rates in sorted(self._rates.items())
            if len(rates) >= LEAST_SECONDS
        }

    def held_share(self) -> float | None:
        """The least throughput with MANY times the users that saturate the server, over the peak; None without such a step.

        Fewest users that serve nearly as much as the peak saturate it: past them the curve is flat, and where on it the
        highest second lies is chance.
        """
        rates = self.by_users()
        if not rates:
            return None
        peak = max(rates.values())
        saturating = min(users for users, rate in rates.items() if rate >= NEARLY * peak)
        beyond = [rate for users, rate in rates.items() if users >= MANY * saturating]
        return min(beyond) / peak if beyond else None

    def table(self) -> str:
        """Markdown, one row a number of users."""
        rows = [f"| {users} | {rate:,.0f} |" for users, rate in self.by_users().items()]
        return "\n".join(["| users | requests/s |", "| ---: | ---: |", *rows])
