"""What was read in a run, for each kind of request: how many the cache answered, and how long the server says it took."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping

HITS = frozenset({"HIT-LOCAL", "HIT-SHARED", "STALE"})
NOT_CACHED = "none"
_SHOWN = (0.95, 0.99)


class Reads:
    """Notes reads by their name and the headers of the answer.

    `X-Cache` names the tier that answered, `none` where it names none. `X-Process-Time` is the server's own time:
    what people wait for beyond it is the network and the load generator.
    """

    def __init__(self) -> None:
        self._tiers: Counter[tuple[str, str]] = Counter()
        self._server_s: dict[str, array[float]] = defaultdict(lambda: array("d"))
        self._asked: set[str] = set()
        self._again = 0
        self._made_again: Counter[str] = Counter()

    def note(self, name: str, address: str, headers: Mapping[str, str] | None) -> None:
        """`headers` is None where no answer came."""
        found = headers or {}
        tier = found.get("X-Cache") or NOT_CACHED
        self._tiers[name, tier] += 1
        if tier != NOT_CACHED:
            again = address in self._asked
            self._again += again
            self._made_again[name] += again and tier not in HITS
            self._asked.add(address)
        if taken := found.get("X-Process-Time"):
            self._server_s[name].append(float(taken))

    def forget(self) -> None:
        """Count anew; what was asked before is still known."""
        self._tiers.clear()
        self._server_s.clear()
        self._made_again.clear()
        self._again = 0

    def hit_share(self) -> float | None:
        """The part of all cacheable reads that the cache answered; None where there were none."""
        cacheable = self._cacheable()
        asked = sum(cacheable.values())
        hits = sum(count for (_, tier), count in cacheable.items() if tier in HITS)
        return hits / asked if asked else None

    def again_share(self) -> float | None:
        """The part of them that somebody had asked before, with the same words, in this run: no cache can answer more."""
        asked = sum(self._cacheable().values())
        return self._again / asked if asked else None

    def server_ms(self, name: str) -> tuple[float, ...]:
        """The percentiles that are shown of the server's own time; none where it named none."""
        times = sorted(self._server_s.get(name, ()))
        return tuple(times[int(share * len(times))] * 1_000 for share in _SHOWN) if times else ()

    def table(self) -> str:
        """Markdown: one row a kind of request, the most asked first."""
        names: dict[str, dict[str, int]] = {}
        for (name, tier), count in self._cacheable().items():
            names.setdefault(name, {})[tier] = count
        rows = [
            f"| {name} | {sum(tiers.values()):,} | {_share(tiers):.1%} | {self._made_again[name]:,} | {self._shown_times(name)} "
            f"| {', '.join(f'{tier} {count:,}' for tier, count in sorted(tiers.items()))} |"
            for name, tiers in sorted(names.items(), key=lambda found: -sum(found[1].values()))
        ]
        head = (
            "| read | asked | from the cache | asked before, and made anew | server's own p95, ms | p99 | |"
        )
        return "\n".join([head, "| --- | ---: | ---: | ---: | ---: | ---: | --- |", *rows])

    def _shown_times(self, name: str) -> str:
        return " | ".join(f"{ms:.1f}" for ms in self.server_ms(name)) or "- | -"

    def _cacheable(self) -> dict[tuple[str, str], int]:
        return {key: count for key, count in self._tiers.items() if key[1] != NOT_CACHED}


def _share(tiers: Mapping[str, int]) -> float:
    return sum(count for tier, count in tiers.items() if tier in HITS) / sum(tiers.values())
