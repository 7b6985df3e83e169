"""The results in Markdown."""
from __future__ import annotations

from typing import Optional, Sequence

from .summary import Figure, Summary, multiple, ratio, significant

HEAD = (
    "| system | durable: an answered link survives | takes links back | keeps evidence "
    "| links/s, wall | links per CPU-second | Kindred takes | peak memory | answer checked |\n"
    "|---|---|---|---|---|---|---|---|---|\n")
CLIENT_SHARE = 0.01
"""A client that takes less, beside its server, is not worth a word."""


def table(summaries: Sequence[Summary]) -> str:
    """All peers of one number of links, the fastest first; what has no figures comes last."""
    kindred = next((one for one in summaries if one.peer.name == "kindred"), None)
    measured = sorted((one for one in summaries if one.measured), key=rank)
    others = [one for one in summaries if not one.measured]
    return HEAD + "".join(row(one, kindred) for one in measured + others)


def rank(summary: Summary) -> float:
    """Less is faster."""
    cpu = summary.cpu_rate
    return -(cpu or summary.wall_rate).middle


def row(one: Summary, kindred: Optional[Summary]) -> str:
    """One peer."""
    peer = one.peer
    words = [
        f"**{peer.title}**" if peer.name == "kindred" else peer.title, peer.durable, peer.unlinks,
        peer.evidence]
    if not one.measured:
        return f"| {' | '.join(words)} | {'failed' if one.failed else 'skipped'} | | | | |\n"
    cpu = one.cpu_rate
    times = ratio(kindred, one)
    words += [
        rate(one.wall_rate, len(one.rounds)),
        rate(cpu, len(one.rounds)) if cpu else "too few to tell",
        "" if peer.name == "kindred" or times is None else multiple(times),
        memory(one.peak_kilobytes), "yes"]
    return f"| {' | '.join(words)} |\n"


def rate(figure: Figure, rounds: int) -> str:
    """A rate and how far its rounds lie around it."""
    around = f" ±{100 * figure.spread:.0f}%" if rounds > 1 else ""
    return f"{significant(figure.middle)}{around}"


def memory(kilobytes: float) -> str:
    """MB or GB, of 1,000."""
    megabytes = kilobytes * 1024 / 1e6
    return f"{megabytes:,.0f} MB" if megabytes < 1_000 else f"{megabytes / 1_000:.1f} GB"


def remarks(summaries: Sequence[Summary]) -> str:
    """What clients took, and why some have no figures."""
    lines = []
    for one in summaries:
        if one.skipped:
            lines.append(f"- {one.peer.title} was skipped: {one.skipped}.\n")
        elif one.failed:
            lines.append(f"- {one.peer.title} failed: {one.failed.splitlines()[0]}.\n")
        elif one.measured and one.script >= CLIENT_SHARE * min(run.cpu for run in one.rounds):
            lines.append(
                f"- The client of {one.peer.title} took {one.script:.1f} CPU-seconds beside it.\n")
    return "".join(lines)


def about(summaries: Sequence[Summary]) -> str:
    """What each peer is, once."""
    versions: dict[str, str] = {}
    for one in summaries:
        if one.rounds:
            versions[one.peer.name] = f" ({one.rounds[0].version})"
    peers = {one.peer.name: one.peer for one in summaries}
    return "".join(
        f"- **{peer.title}**{versions.get(name, '')}, `--only {name}`: {peer.about()}\n"
        for name, peer in peers.items())
