"""What is measured. Each phase makes a store of its own, and returns rows of the table."""
from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from .figures import Row, percentile, rate, spread
from .node import Client, Failure
from .probe import Known, observe, visible_seconds
from .store import Fed, Settings, Store, environment

STREAMS_LINKS = 26_000
"""Links that a topology of Kafka Streams takes in a second of its own processor time, of the same
stream: measured by the project before it began."""
GOALS = {1: 10 * STREAMS_LINKS, 12: 30_000}
"""Links per CPU-second at one partition; new links between partitions a second at twelve."""
WARM_LINKS = 5_000
PROBES = 200
"""Links whose way is timed, of each kind."""


def throughput(settings: Settings, partitions: int, links: int, rounds: int) -> list[Row]:
    """Files into the topic of events, through a router and an owner, to a folded graph."""
    runs: list[Fed] = []
    shares: list[float] = []
    for _ in range(rounds):
        store = Store(settings, partitions, standbys=0)
        try:
            store.start("a")
            store.feed(store.generate(WARM_LINKS, seed=2))
            before = store.stats()["pairs"]
            runs.append(store.feed(store.generate(links, seed=1)))
            shares.append((store.stats()["pairs"] - before) / runs[-1].events)
        finally:
            store.close()
    name = f"P = {partitions}, one node"
    node = [run.events / run.node_cpu for run in runs]
    both = [run.events / (run.node_cpu + run.feeder_cpu) for run in runs]
    walls = [run.events / run.seconds for run in runs]
    rows = [
        Row(f"{name}: events/s", spread(walls, "k/s", 1e-3)),
        Row(f"{name}: events per CPU-second of the node", spread(node, "k", 1e-3),
            f">= {rate(GOALS[1])}" if partitions == 1 else ""),
        Row(f"{name}: events per CPU-second of node and feeder", spread(both, "k", 1e-3)),
    ]
    if partitions > 1:
        crossing = (partitions - 1) / partitions
        new = [wall * share * crossing for wall, share in zip(walls, shares)]
        rows.append(Row(
            f"{name}: new links between partitions/s", spread(new, "k/s", 1e-3),
            f">= {rate(GOALS[12])} at P = 12"))
    return rows


def visible(settings: Settings, partitions: int, links: int) -> list[Row]:
    """How long a link takes until it is seen, at rest and beside half of the load."""
    store = Store(settings, partitions, standbys=0)
    try:
        node = store.start("a")
        store.feed(store.generate(WARM_LINKS, seed=2))
        fed = store.feed(store.generate(links, seed=1))
        half = int(fed.events / fed.seconds / 2)
        rest, loaded = pairs(node.port, "rest"), pairs(node.port, "load")
        rows = timed(node.port, partitions, rest, "at rest", "")
        load = subprocess.Popen(
            store.feeder(store.generate(4 * links, seed=3), rate=half),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        try:
            time.sleep(3)
            rows += timed(
                node.port, partitions, loaded,
                f"beside {rate(half)} events/s, half of what it takes", "p99 <= 50 ms")
            if load.poll() is not None:
                raise Failure("the load ended before its links were timed: take more --links")
        finally:
            load.kill()
            load.wait()
        return rows
    finally:
        store.close()


class Pairs(NamedTuple):
    """Identifiers to link: of one partition each, and of two. Each is of one pair."""

    within: list[tuple[Known, Known]]
    across: list[tuple[Known, Known]]


def pairs(port: int, mark: str) -> Pairs:
    """Has the store know them."""
    post = Client(port)
    known: dict[int, list[Known]] = {}
    for number in range(4 * PROBES):
        one = observe(post, f"device:bench-{mark}-{number}")
        known.setdefault(one.partition, []).append(one)
    places = sorted(known)
    halves = {place: len(known[place]) // 2 for place in places}
    within = [
        pair for place in places
        for pair in zip(known[place][:halves[place]:2], known[place][1:halves[place]:2])]
    across = [
        pair for near, far in zip(places, places[1:] + places[:1]) if near != far
        for pair in zip(known[near][halves[near]::2], known[far][halves[far] + 1::2])]
    return Pairs(within[:PROBES], across[:PROBES])


def timed(port: int, partitions: int, linked: Pairs, when: str, goal: str) -> list[Row]:
    """Links within a partition, and across two."""
    post, asked = Client(port), Client(port)
    rows = [row(
        post, asked, linked.within, f"P = {partitions}, within a partition, {when}", goal)]
    if linked.across:
        rows.append(
            row(post, asked, linked.across, f"P = {partitions}, across two, {when}", goal))
    return rows


def row(
    post: Client, asked: Client, linked: list[tuple[Known, Known]], what: str, goal: str
) -> Row:
    """Times the links of pairs."""
    taken = [visible_seconds(post, asked, one, other) for one, other in linked]
    return Row(
        f"link to visible, {what}",
        f"p50 {percentile(taken, 0.5) * 1e3:.1f} ms, p99 {percentile(taken, 0.99) * 1e3:.1f} ms",
        goal)


def restore(settings: Settings, links: int) -> list[Row]:
    """How long a node without data takes until it has a partition."""
    store = Store(settings, partitions=1, standbys=1)
    try:
        shelf = store.folder / "shelf"
        first = store.start("a", ["--snapshots", str(shelf), "--snapshot-interval", "5"])
        fed = store.feed(store.generate(links, seed=1))
        newest = wait_for_snapshot(shelf, first.replicas()[0]["position"])
        size = sum(file.stat().st_size for file in newest.iterdir()) / 1e9
        rows = []
        for name, words, more in (
            ("b", "from a snapshot", ["--snapshots", str(shelf)]), ("c", "from another node", []),
        ):
            rows.append(opened(store, name, more, f"{words}, {size:.2f} GB", size))
        first.stop()
        store.forget(first)
        rows.append(opened(store, "d", [], f"folding the log, {fed.events} events", None))
        return rows
    finally:
        store.close()


def wait_for_snapshot(shelf: Path, position: int) -> Path:
    """The newest snapshot of partition 0, once there is one that has nearly all of the log."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        found = sorted((shelf / "0").glob("snapshot-*"))
        if found and int(found[-1].name.split("-")[1]) >= 0.9 * position:
            return found[-1]
        time.sleep(0.2)
    raise Failure(f"there is no snapshot of {position} records after 120 s in {shelf}")


def opened(store: Store, name: str, more: list[str], words: str, size: float | None) -> Row:
    """Starts a node, times it until it has folded all, and ends it."""
    begin = time.perf_counter()
    node = store.start(name, more, ready=False)

    def has_all() -> bool:
        part = node.replicas().get(0)
        return part is not None and part["role"] in ("owner", "standby") and part["lag"] == 0

    node.wait(has_all, 600, "has not the partition")
    taken, cpu = time.perf_counter() - begin, node.cpu
    node.stop()
    store.forget(node)
    per = f", {taken / size:.1f} s/GB" if size else ""
    return Row(f"a node without data, {words}", f"{taken:.1f} s{per}, {cpu:.1f} CPU-s")
