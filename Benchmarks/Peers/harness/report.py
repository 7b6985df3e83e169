"""The files of the results: Markdown, and a picture for each number of links."""
from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple, Sequence

from . import machine, plot, table
from .oracle import Shape
from .summary import Summary, multiple, ratio

HOW = """\
All take the same file of `kindred generate --seed 1`, one after the other in each round, each in a
process of its own and with one thread to work (servers, clients and background threads may use
others). Measured is from the file to an answer that can be asked for; starts, imports and writing
the answer out are not, but of Kindred the whole process counts. CPU-seconds are user and system
time of what does the work, servers and their helpers included; a client that only feeds a server is
told apart. Rates are medians over {rounds}; ± is half of what lies between the slowest and the
fastest. *Kindred takes* so many times as many links per CPU-second. Every answer of every round was
compared with that of an independent union-find: the same identifiers in the same customers,
whatever they are called.
"""


class Size(NamedTuple):
    """What came of one number of links."""

    links: int
    shape: Shape
    summaries: list[Summary]
    load: str
    foreign: float
    """Cores that other work took meanwhile."""


def write(place: Path, sizes: Sequence[Size], command: str) -> list[Path]:
    """Writes the table and the plots beside it; gives the files."""
    place.parent.mkdir(parents=True, exist_ok=True)
    written = [place]
    rounds = max(len(one.rounds) for size in sizes for one in size.summaries)
    text = [
        f"# What other systems take for the same links, {date.today()}\n\n"
        f"```\n{command}\n```\n\n{machine.describe()}.\n",
        HOW.format(rounds="1 round" if rounds == 1 else f"{rounds} rounds")]
    for size in sizes:
        picture = place.with_suffix(".svg")
        if len(sizes) > 1:
            picture = place.with_name(f"{place.stem}-{size.links}.svg")
        text.append(section(size, picture.name))
        drawn = picture_of(size)
        if drawn:
            picture.write_text(drawn)
            written.append(picture)
    everything = [one for size in sizes for one in size.summaries]
    text.append(f"## What they are\n\n{table.about(everything)}")
    place.write_text("\n".join(text))
    return written


def section(size: Size, picture: str) -> str:
    """One number of links."""
    shape = size.shape
    drawn = f"![links per CPU-second]({picture})\n\n" if bars(size.summaries) else ""
    return (
        f"## {size.links:,} links\n\n{shape.identifiers:,} identifiers, {shape.customers:,} "
        f"customers, the largest of {shape.largest:,}. Load average {size.load} before; other work "
        f"took {size.foreign:.1f} cores meanwhile.\n\n{drawn}{table.table(size.summaries)}\n"
        f"{table.remarks(size.summaries)}")


def bars(summaries: Sequence[Summary]) -> list[plot.Bar]:
    """Those that have a rate."""
    kindred = next((one for one in summaries if one.peer.name == "kindred"), None)
    made = []
    for one in summaries:
        if not one.measured or not (rate := one.cpu_rate):
            continue
        times = None if one is kindred else ratio(kindred, one)
        made.append(plot.Bar(
            one.peer.title, rate.middle, own=one is kindred, durable=one.peer.durable != "no",
            note=f" ({multiple(1 / times)})" if times else ""))
    return made


def picture_of(size: Size, dark: bool = False) -> str:
    """The plot; empty where nobody has a rate."""
    ceilings = {one.peer.title for one in size.summaries if one.peer.name == "ceiling"}
    all_bars = bars(size.summaries)
    ceiling = next((bar for bar in all_bars if bar.name in ceilings), None)
    others = [bar for bar in all_bars if bar is not ceiling]
    if not others:
        return ""
    beside = "In parentheses: beside Kindred's rate. " if any(bar.note for bar in others) else ""
    return plot.draw(
        f"Links per CPU-second, {size.links:,} retail links",
        f"Logarithmic scale. {beside}Outlined: nothing is durable.", others,
        ceiling._replace(name="in-memory ceiling") if ceiling else None, dark)
