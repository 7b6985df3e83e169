"""The same answers, recomputed from all accepted events at once: no order, no partitions.

Shares nothing with the machine but the events. Where both are wrong, they are wrong apart.
"""
from __future__ import annotations

from typing import Iterable

from .words import Event, Node, Pair, priority

Customers = dict[Node, tuple[str, ...]]
"""Each anchor with the sorted values of its customer."""


def live_pairs(events: Iterable[Event]) -> set[Pair]:
    """Pairs that, by each source's last word, somebody links and nobody bans."""
    words: dict[tuple, list[tuple[int, bool, str]]] = {}
    for event in events:
        if event.operation != "observe":
            about = "ban" if event.operation.endswith("ban") else "link"
            key = (event.a, event.b, event.source, about)
            word = (event.time, event.operation in ("unlink", "ban"), event.operation)
            words.setdefault(key, []).append(word)
    last = {(key[:2], max(said)[2]) for key, said in words.items()}
    linked = {pair for pair, operation in last if operation == "link"}
    return linked - {pair for pair, operation in last if operation == "ban"}


def sightings(events: Iterable[Event]) -> dict[Node, tuple[int, str]]:
    """Each identifier that a link or observe named: the least time, and its value."""
    found: dict[Node, tuple[int, str]] = {}
    for event in events:
        if event.operation in ("link", "observe"):
            for node, value in ((event.a, event.value_a), (event.b, event.value_b)):
                found[node] = min(found.get(node, (event.time, value)), (event.time, value))
    return found


def components(nodes: Iterable[Node], pairs: Iterable[Pair]) -> list[set[Node]]:
    """By flooding labels until nothing changes."""
    group: dict[Node, set[Node]] = {node: {node} for node in nodes}
    for a, b in pairs:
        if group[a] is not group[b]:
            joined = group[a] | group[b]
            for node in joined:
                group[node] = joined
    return list({id(members): members for members in group.values()}.values())


def customers(events: Iterable[Event]) -> Customers:
    """Who there is, and what belongs to each."""
    events = list(events)
    seen = sightings(events)
    found: Customers = {}
    for members in components(seen, live_pairs(events)):
        anchor = min(members, key=lambda node: (priority(node), seen[node][0], node))
        found[anchor] = tuple(sorted(seen[node][1] for node in members))
    return found
