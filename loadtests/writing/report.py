"""What a scenario found, against what must be."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure: what was counted or measured, what it had to be, and whether it is."""

    scenario: str
    figure: str
    found: str
    wanted: str
    reached: bool


def exactly(scenario: str, figure: str, found: int, wanted: int) -> Finding:
    return Finding(scenario, figure, f"{found:,}", f"{wanted:,}", found == wanted)


def at_least(scenario: str, figure: str, found: float, wanted: float) -> Finding:
    return Finding(scenario, figure, f"{found:,.2f}", f"≥ {wanted:g}", found >= wanted)


def at_most(scenario: str, figure: str, found: float, wanted: float) -> Finding:
    return Finding(scenario, figure, f"{found:,.2f}", f"≤ {wanted:g}", found <= wanted)


def table(findings: Sequence[Finding]) -> str:
    """A Markdown table."""
    rows = [
        f"| {found.scenario} | {found.figure} | {found.found} | {found.wanted} | {'yes' if found.reached else 'NO'} |"
        for found in findings
    ]
    head = "| scenario | figure | found | wanted | reached |\n| --- | --- | ---: | ---: | --- |"
    return "\n".join([head, *rows])
