"""What was committed when, and how old what readers see is."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from time import monotonic

from loadtests.cache.connections import Answer

OLDEST_MS = 1_000.0


@dataclass(slots=True)
class Ledger:
    """Changes of products are numbered by their stock, from 1; times are of the monotonic clock, in seconds.

    An answer that says that it is stale is no wrong one; `stale_at` is when such were asked for. `refusals` counts by
    what was asked and what the answer said.
    """

    committed_at: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    ages_s: list[float] = field(default_factory=list)
    own_reads: int = 0
    violations: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    stale_at: list[float] = field(default_factory=list)

    def next_number(self, product: int) -> int:
        return len(self.committed_at[product]) + 1

    def committed(self, product: int) -> None:
        self.committed_at[product].append(monotonic())

    def seen(self, product: int, answer: Answer, asked_at: float) -> None:
        """What somebody else reads: how long ago was the first change committed that it does not show?"""
        if answer.status != 200:
            self.refuse("a read", answer)
            return
        if answer.tier == "STALE":
            self.stale_at.append(asked_at)
            return
        number, times = int(answer.json()["stock"]), self.committed_at[product]
        overtaken_at = times[number] if number < len(times) else asked_at
        self.ages_s.append(max(0.0, asked_at - overtaken_at))

    def seen_by_writer(self, answer: Answer, number: int) -> None:
        """Whoever made change `number` reads."""
        if answer.status != 200:
            self.refuse("a writer's read", answer)
            return
        self.own_reads += 1
        self.violations += int(answer.json()["stock"]) < number

    def refuse(self, what: str, answer: Answer) -> None:
        """Note that somebody got no answer, and why."""
        self.refusals[f"{what}: {answer.status} {answer.json().get('detail', '')}"] += 1

    def refused(self) -> str:
        """The refusals in words; empty without any."""
        return "; ".join(f"{count} x {why}" for why, count in self.refusals.most_common())

    @property
    def writes(self) -> int:
        return sum(map(len, self.committed_at.values()))

    def stale_after_return_ms(self, gone_at: float) -> float:
        """How long stale answers still came after PostgreSQL, away since `gone_at`, took writes again."""
        returned_at = min(at for times in self.committed_at.values() for at in times if at > gone_at)
        return max(0.0, *(at - returned_at for at in self.stale_at if at > gone_at), 0.0) * 1_000

    @property
    def older_than_a_second(self) -> int:
        return sum(age > OLDEST_MS / 1_000 for age in self.ages_s)

    def age_ms(self, percent: float) -> float:
        ordered = sorted(self.ages_s)
        return ordered[int((len(ordered) - 1) * percent / 100)] * 1_000 if ordered else float("nan")
