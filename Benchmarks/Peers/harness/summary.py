"""Figures of several rounds, and what they are beside Kindred's."""
from __future__ import annotations

from statistics import median
from typing import NamedTuple, Optional, Sequence

from .measure import Measurement
from .peer import Peer

LEAST_CPU = 0.05
"""Below so many processor seconds, which are counted in hundredths, a rate says nothing."""


class Figure(NamedTuple):
    """A median, and how far the rounds lie around it."""

    middle: float
    least: float
    most: float

    @property
    def spread(self) -> float:
        """Half of what lies between the least and the most, as a share of the median."""
        return (self.most - self.least) / 2 / self.middle if self.middle else 0.0


def figure(values: Sequence[float]) -> Figure:
    """Of one value a round."""
    return Figure(median(values), min(values), max(values))


class Summary(NamedTuple):
    """What became of a peer at one number of links."""

    peer: Peer
    links: int
    rounds: tuple[Measurement, ...] = ()
    skipped: str = ""
    """Why it was not run."""
    failed: str = ""
    """What went wrong."""

    @property
    def measured(self) -> bool:
        """Whether it has figures."""
        return bool(self.rounds) and not self.failed

    @property
    def wall_rate(self) -> Figure:
        """Links per second."""
        return figure([self.links / run.wall for run in self.rounds])

    @property
    def cpu_rate(self) -> Optional[Figure]:
        """Links per processor second; None where there were too few of them."""
        if min(run.cpu for run in self.rounds) < LEAST_CPU:
            return None
        return figure([self.links / run.cpu for run in self.rounds])

    @property
    def script(self) -> float:
        """Processor seconds of the script beside them."""
        return median(run.script for run in self.rounds)

    @property
    def peak_kilobytes(self) -> float:
        """Memory."""
        return median(run.peak_kilobytes for run in self.rounds)


def ratio(kindred: Optional[Summary], other: Summary) -> Optional[float]:
    """How many times as many links Kindred takes per processor second, of the medians."""
    if kindred is None or not kindred.measured or not other.measured:
        return None
    ours, theirs = kindred.cpu_rate, other.cpu_rate
    return ours.middle / theirs.middle if ours and theirs else None


def multiple(times: float) -> str:
    """How many times one is the other, or which part of it."""
    return f"{significant(times, 2)} times" if times >= 1 else f"1/{significant(1 / times, 2)}"


def significant(value: float, digits: int = 3) -> str:
    """A number with so many significant digits, with commas."""
    if value == 0:
        return "0"
    places = digits - len(f"{int(abs(value))}")
    if abs(value) >= 1:
        rounded = round(value, places)
        return f"{rounded:,.{max(places, 0)}f}"
    return f"{value:.{digits}g}"
