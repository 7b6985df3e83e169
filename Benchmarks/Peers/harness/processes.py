"""What a process and all below it use, from /proc."""
from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import NamedTuple, Optional

TICK = 1 / os.sysconf("SC_CLK_TCK")


class Used(NamedTuple):
    """Processor seconds, user and system."""

    script: float
    """By the process itself."""
    below: float
    """By those that it started, and those that they started, ended or not."""


class Stat(NamedTuple):
    """A line of /proc/PID/stat."""

    parent: int
    own: float
    ended: float
    """Of children that have ended and were waited for."""


def read_stat(pid: int) -> Optional[Stat]:
    """None if there is no such process any more."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name, in parentheses, may hold anything.
    words = text[text.rindex(")") + 2:].split()
    return Stat(
        parent=int(words[1]), own=(int(words[11]) + int(words[12])) * TICK,
        ended=(int(words[13]) + int(words[14])) * TICK)


def family(root: int) -> dict[int, Stat]:
    """The process and all below it."""
    stats = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = read_stat(int(name))
            if stat is not None:
                stats[int(name)] = stat
    found = {root: stats[root]} if root in stats else {}
    more = True
    while more:
        more = False
        for pid, stat in stats.items():
            if pid not in found and stat.parent in found:
                found[pid] = stat
                more = True
    return found


def used(root: int) -> Used:
    """What they have used up to now."""
    stats = family(root)
    if root not in stats:
        return Used(0, 0)
    below = sum(stat.own + stat.ended for pid, stat in stats.items() if pid != root)
    return Used(stats[root].own, below + stats[root].ended)


def kilobytes(root: int, with_root: bool) -> int:
    """Memory of the process and all below it, or of those below alone; what several share, as a
    server and its forks do, counts once. No less than the peak of any one of them."""
    counted = [pid for pid in family(root) if with_root or pid != root]
    # The resident size of one alone is cheap; shares are counted page by page.
    name, of = ("status", "VmRSS") if len(counted) == 1 else ("smaps_rollup", "Pss")
    total = sum(sizes(pid, name).get(of, 0) for pid in counted)
    return max([total] + [sizes(pid, "status").get("VmHWM", 0) for pid in counted])


def sizes(pid: int, name: str) -> dict[str, int]:
    """The sizes in a file of /proc/PID, in kB; none if there is no such process any more."""
    try:
        lines = Path(f"/proc/{pid}/{name}").read_text().splitlines()
    except OSError:
        return {}
    parts = [line.split() for line in lines if line.endswith(" kB")]
    return {part[0].rstrip(":"): int(part[1]) for part in parts}


def kill_family(root: int) -> None:
    """Kills the process and all below it."""
    for pid in sorted(family(root), reverse=True):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def busy_seconds() -> float:
    """What all processes of the machine have used; time that the host took away counts too."""
    words = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return sum(int(words[place]) for place in (1, 2, 3, 6, 7, 8)) * TICK
