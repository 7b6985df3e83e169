"""What a reader and a writer notice of a node that is killed."""
from __future__ import annotations

import threading
import time
from typing import Callable

from .figures import Row, longest_gap, spread
from .node import Client, Failure
from .probe import Known, observe, post
from .store import Settings, Store

PARTITIONS = 12
NODES = ("a", "b", "c")
WATCH_SECONDS = 15.0
PAUSE_SECONDS = 0.05
CALM_SECONDS = 3.0
"""Before a node is killed all is well for so long."""


class Watch:
    """A thread that does something again and again, and notes when it went well."""

    def __init__(self, attempt: Callable[[], bool]) -> None:
        self.moments: list[float] = []
        self._attempt = attempt
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(PAUSE_SECONDS):
            try:
                if self._attempt():
                    self.moments.append(time.monotonic())
            except (OSError, Failure):
                continue

    def end(self) -> None:
        """Ends the thread."""
        self._over.set()
        self._thread.join()


def reads(port: int, known: Known) -> Callable[[], bool]:
    """A question that may be answered by a node that stands by."""
    client = Client(port, seconds=5)
    return lambda: client.ask(f"/v1/resolve?id={known.name}")[0] == 200


def writes(port: int, known: Known) -> Callable[[], bool]:
    """An event, and a question whose answer must reflect it."""
    client = Client(port, seconds=5)

    def attempt() -> bool:
        (partition, offset), = post(client, {
            "op": "observe", "a": known.name, "source": "bench",
            "attributes": {"country": "PT"}}).items()
        path = f"/v1/resolve?id={known.name}&min_position={partition}:{offset}"
        return client.ask(path)[0] == 200

    return attempt


def failover(settings: Settings, rounds: int) -> list[Row]:
    """Kills a node, then the coordinator, `rounds` times each; asks one that lives."""
    store = Store(settings, PARTITIONS, standbys=1)
    try:
        for name in NODES:
            store.start(name)
        gaps: dict[tuple[str, str], list[float]] = {}
        for _ in range(rounds):
            for whom in ("a node", "the coordinator"):
                wait_for_balance(store)
                read, written = one_death(store, whom)
                gaps.setdefault((whom, "reads"), []).append(read)
                gaps.setdefault((whom, "writes that are seen"), []).append(written)
        goals = {"reads": "<= 1 s", "writes that are seen": "<= 10 s"}
        return [
            Row(f"kill -9 of {whom} of three: longest gap of {what} of any partition",
                spread(found, "s"), goals[what])
            for (whom, what), found in gaps.items()]
    finally:
        store.close()


def wait_for_balance(store: Store) -> None:
    """Until each node owns its share, and stands by for others."""
    def is_balanced() -> bool:
        for node in store.nodes:
            roles = [part["role"] for part in node.replicas().values()]
            share = PARTITIONS // len(NODES)
            if roles.count("owner") != share or roles.count("standby") != share:
                return False
        return True

    store.nodes[0].wait(is_balanced, 120, "sees no balance")


def one_death(store: Store, whom: str) -> tuple[float, float]:
    """The longest gap of reads and of writes, in seconds; the node lives again at the end."""
    coordinator = store.nodes[0].client.ask("/v1/cluster")[1]["coordinator"]
    dead = next(
        node for node in store.nodes
        if (node.name == coordinator) == (whom == "the coordinator"))
    asked = next(node for node in store.nodes if node is not dead)
    known: dict[int, Known] = {}
    number = 0
    while len(known) < PARTITIONS:
        one = observe(asked.client, f"device:failover-{number}")
        known.setdefault(one.partition, one)
        number += 1
    watches = [
        (Watch(reads(asked.port, one)), Watch(writes(asked.port, one)))
        for one in known.values()]
    time.sleep(CALM_SECONDS)
    begin = time.monotonic()
    dead.kill()
    time.sleep(WATCH_SECONDS)
    end = time.monotonic()
    for pair in watches:
        for watch in pair:
            watch.end()
    store.forget(dead)
    store.start(dead.name)
    return (
        max(longest_gap(pair[0].moments, begin, end) for pair in watches),
        max(longest_gap(pair[1].moments, begin, end) for pair in watches))
