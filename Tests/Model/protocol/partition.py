"""The machine: one log record in, messages and changes out. Nothing else makes it act.

It uses no clock, no chance, and no order that memory or hashing gives. A step is total: no record
makes it fail, but one that asks for logic which this binary lacks, and that changes nothing.
"""
from __future__ import annotations

from .feed import Feed
from .messages import (
    NOTHING, Absorb, Assign, Collect, Delivery, Done, Edge, Events, Join, JoinBack, Logic,
    Next, Page, Record, Resolve, Retry, Seen, Step, Tick, Via)
from .words import Event, require

HANDLERS = {
    Event: "on_event", Seen: "on_seen", Edge: "on_edge", Join: "on_join",
    JoinBack: "on_joinback", Retry: "on_retry", Resolve: "on_resolve", Via: "on_via",
    Assign: "on_assign", Absorb: "on_absorb", Page: "on_page", Next: "on_next",
}

MESSAGES_TO_ONESELF = 5_000
"""More than that in one step go round in circles."""


class UnknownLogic(Exception):
    """The binary lacks the logic in force: it stops here, and a newer (or older) one goes on."""


class Partition(Feed):
    """One partition's fold over its log."""

    def fold(self, record: Record) -> Step:
        """Folds the record at `position`."""
        self.check_logic(record)
        self._begin_step()
        changes = ()
        if isinstance(record, Delivery):
            if self.is_next(record):
                self.seen[record.sender] = record.number
                self.apply_all(record.messages)
        elif isinstance(record, Events):
            self.apply_all(record.events)
        elif isinstance(record, Tick):
            changes = self.on_tick()
        elif isinstance(record, Done):
            self.done = max(self.done, record.position)
        elif isinstance(record, Collect):
            self.on_collect(record)
        elif isinstance(record, Logic):
            self.logic = record.version
        self.position += 1
        return self.finish(changes)

    def knows_logic(self, version: int) -> bool:
        """A binary carries two: its own and the one before."""
        return version in (self.newest_logic - 1, self.newest_logic)

    def check_logic(self, record: Record) -> None:
        asked = record.version if isinstance(record, Logic) else self.logic
        if not (self.knows_logic(self.logic) and self.knows_logic(asked)):
            raise UnknownLogic(f"partition {self.index} lacks logic {asked}")

    def is_next(self, delivery: Delivery) -> bool:
        return delivery.number == self.seen.get(delivery.sender, 0) + 1

    def apply_all(self, items: tuple) -> None:
        """Each in turn, and after each what it says to this partition itself, first in first out.

        So at one partition an event is folded whole before the next one.
        """
        for item in items:
            self.apply(item)
            spins = 0
            while self._own:
                self.apply(self._own.popleft())
                spins += 1
                require(spins < MESSAGES_TO_ONESELF, "one step never ends")

    def apply(self, item) -> None:
        getattr(self, HANDLERS[type(item)])(item)

    def finish(self, changes: tuple) -> Step:
        """What is said to one destination in one step is one delivery, with the next number.

        Or several, if it is more than one record of a log takes.
        """
        if not self._outbox and not changes:
            return NOTHING
        deliveries = []
        limit = self.limits.delivery_messages
        for to in sorted(self._outbox):
            messages = self._outbox[to]
            for start in range(0, len(messages), limit):
                self.sent[to] = number = self.sent.get(to, 0) + 1
                part = tuple(messages[start : start + limit])
                deliveries.append((to, Delivery(self.index, number, part)))
        return Step(tuple(deliveries), changes)
