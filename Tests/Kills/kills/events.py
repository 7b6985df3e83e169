"""What is said to the store."""
from __future__ import annotations

import json
from random import Random
from typing import NamedTuple, Optional

FIRST_TIME = 1_700_000_000_000
TIME_SPAN = 10_000_000
FEW_TIMES = 4
"""Some pairs draw their times from so few that words tie."""
SOURCES = ("web", "app", "store")
NAMESPACES = ("email", "cookie", "device")
NEIGHBOURS = 12
"""Identifiers that mostly meet each other."""
HOTTEST = 40
"""Neighbourhoods that are spoken of at a time; the window moves on, so that old ones rest."""
GIANT_VALUE = 1_000
"""The bytes of a giant's values: 550 members are more than one page of 512 KiB."""


class Event(NamedTuple):
    """One event."""

    op: str
    a: str
    b: Optional[str]
    time: int
    source: str

    def line(self) -> str:
        """As a line of JSON."""
        fields = {"op": self.op, "a": self.a, "ts": self.time, "source": self.source}
        if self.b is not None:
            fields["b"] = self.b
        return json.dumps(fields)


class Stream:
    """Events without end, the same for a seed."""

    def __init__(self, random: Random, giants: float = 0.3) -> None:
        """`giants`: which part of the events makes large components."""
        self.random = random
        self.giants = giants
        self.said = 0
        self.linked: list[tuple[str, str, str]] = []
        self.giant: list[Event] = []
        self.giant_count = 0

    def next(self) -> Event:
        """The next one."""
        self.said += 1
        if self.random.random() < self.giants:
            if not self.giant:
                self.giant = self.new_giants()
            return self.giant.pop()
        return self.small()

    def small(self) -> Event:
        """Something about small customers."""
        random = self.random
        chance = random.random()
        if chance < 0.02:
            return Event("observe", self.identifier(self.block()), None, self.time(), "web")
        if self.linked and chance < 0.22:
            a, b, source = random.choice(self.linked[-4_000:])
            op = random.choice(("unlink", "unlink", "unlink", "ban", "unban", "link"))
            if random.random() < 0.2:
                source = random.choice(SOURCES)
            return Event(op, *random.sample((a, b), 2), self.time(), source)
        block = self.block()
        other = block if random.random() < 0.85 else self.block()
        a, b = self.identifier(block), self.identifier(other)
        while a == b:
            b = self.identifier(other)
        source = random.choice(SOURCES)
        self.linked.append((a, b, source))
        return Event("link", a, b, self.time(), source)

    def block(self) -> int:
        """A neighbourhood."""
        return self.said // 400 + self.random.randrange(HOTTEST)

    def identifier(self, block: int) -> str:
        """One of a neighbourhood."""
        number = block * NEIGHBOURS + self.random.randrange(NEIGHBOURS)
        return f"{NAMESPACES[number % len(NAMESPACES)]}:{number}"

    def time(self) -> int:
        """Any time, so that the last word is often not the one that comes last."""
        if self.random.random() < 0.1:
            return FIRST_TIME + self.random.randrange(FEW_TIMES)
        return FIRST_TIME + self.random.randrange(TIME_SPAN)

    def new_giants(self) -> list[Event]:
        """Two stars that are linked when they have grown, and maybe cut, the last event first."""
        hubs, events = [], []
        for _ in range(2):
            self.giant_count += 1
            hub = f"loyalty:giant-{self.giant_count}"
            hubs.append(hub)
            for leaf in range(self.random.choice((300, 560, 560, 1_200))):
                value = f"{hub}-{leaf}-".replace(":", "-").ljust(GIANT_VALUE, "x")
                events.append(Event("link", hub, "cookie:" + value, self.time(), "store"))
        self.random.shuffle(events)
        events.append(Event("link", *hubs, FIRST_TIME, "app"))
        if self.random.random() < 0.5:
            events.append(Event("unlink", *hubs, FIRST_TIME + 1, "app"))
        if self.random.random() < 0.5:
            events.append(Event("link", *hubs, FIRST_TIME + 2, "app"))
        return events[::-1]
