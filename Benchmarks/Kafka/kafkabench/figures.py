"""Arithmetic of figures, and how they are told."""
from __future__ import annotations

from typing import NamedTuple, Sequence


class Row(NamedTuple):
    """A line of the table."""

    what: str
    figure: str
    goal: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that no fewer than `share` of the values do not exceed."""
    ordered = sorted(values)
    place = -(-len(ordered) * share // 1)
    return ordered[max(0, int(place) - 1)]


def rate(value: float) -> str:
    """A rate, of thousands or millions."""
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    return f"{value / 1e3:.1f} k" if value >= 1e3 else f"{value:.0f}"


def spread(values: Sequence[float], unit: str, factor: float = 1) -> str:
    """The median, and the least and greatest of several rounds."""
    middle = percentile(values, 0.5) * factor
    if len(values) == 1:
        return f"{middle:.3g} {unit}"
    return f"{middle:.3g} {unit} ({min(values) * factor:.3g} to {max(values) * factor:.3g})"


def longest_gap(moments: Sequence[float], begin: float, end: float) -> float:
    """The longest time between two successes, of those from `begin` to `end`."""
    inside = [begin, *sorted(one for one in moments if begin < one < end), end]
    return max(later - earlier for earlier, later in zip(inside, inside[1:]))


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    head = "| what | figure | goal |\n|---|---|---|\n"
    return head + "".join(f"| {row.what} | {row.figure} | {row.goal} |\n" for row in rows)
