"""Who is one customer, from what was said: no graph, no partitions, no order of arrival."""
from __future__ import annotations

import csv
import io
from typing import Iterable

from .events import Event


def live_pairs(events: Iterable[Event]) -> list[tuple[str, str]]:
    """The pairs that some source's latest word links and no source's latest word bans. Of two words
    of one time the one that parts stands."""
    links: dict[tuple[str, str, str], tuple[int, bool]] = {}
    bans: dict[tuple[str, str, str], tuple[int, bool]] = {}
    for event in events:
        if event.b is None:
            continue
        register = (min(event.a, event.b), max(event.a, event.b), event.source)
        words = links if event.op in ("link", "unlink") else bans
        word = (event.time, event.op in ("unlink", "ban"))
        words[register] = max(words.get(register, word), word)
    banned = {register[:2] for register, word in bans.items() if word[1]}
    linked = {register[:2] for register, word in links.items() if not word[1]}
    return sorted(linked - banned)


def customers(events: Iterable[Event]) -> set[frozenset[str]]:
    """Each customer's identifiers."""
    events = list(events)
    parent = {name: name for event in events for name in (event.a, event.b) if name is not None}

    def find(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for a, b in live_pairs(events):
        parent[find(a)] = find(b)
    return grouped((name, find(name)) for name in parent)


def exported(text: str) -> set[frozenset[str]]:
    """The same, of what `kindred export` says."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return grouped((f"{row['ns']}:{row['value']}", row["customer_id"]) for row in rows)


def grouped(pairs: Iterable[tuple[str, str]]) -> set[frozenset[str]]:
    """The names that have the same customer."""
    members: dict[str, set[str]] = {}
    for name, customer in pairs:
        members.setdefault(customer, set()).add(name)
    return {frozenset(names) for names in members.values()}
