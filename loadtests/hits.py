"""What the cache answered in a run, for each kind of request."""

from collections.abc import Mapping

HITS = frozenset({"HIT-LOCAL", "HIT-SHARED", "STALE"})
NOT_CACHED = "none"
Answered = Mapping[tuple[str, str], int]
"""Reads by name of the request and the tier that `X-Cache` names; `none` where it names none."""


def hit_share(answered: Answered) -> float | None:
    """The part of all cacheable reads that the cache answered; None where there were none."""
    asked = sum(_cacheable(answered).values())
    return sum(count for (_, tier), count in answered.items() if tier in HITS) / asked if asked else None


def hits_table(answered: Answered) -> str:
    """Markdown: one row a kind of request, the most asked first."""
    names: dict[str, dict[str, int]] = {}
    for (name, tier), count in _cacheable(answered).items():
        names.setdefault(name, {})[tier] = count
    rows = [
        f"| {name} | {sum(tiers.values()):,} | {_share(tiers):.1%} "
        f"| {', '.join(f'{tier} {count:,}' for tier, count in sorted(tiers.items()))} |"
        for name, tiers in sorted(names.items(), key=lambda found: -sum(found[1].values()))
    ]
    return "\n".join(["| read | asked | from the cache | |", "| --- | ---: | ---: | --- |", *rows])


def _cacheable(answered: Answered) -> Answered:
    return {key: count for key, count in answered.items() if key[1] != NOT_CACHED}


def _share(tiers: Mapping[str, int]) -> float:
    return sum(count for tier, count in tiers.items() if tier in HITS) / sum(tiers.values())
