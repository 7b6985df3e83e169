"""The change feed: changes are coalesced between ticks, and told only when folding one."""
from __future__ import annotations

from .messages import Change
from .moving import Moving
from .state import Component
from .words import Node


class Feed(Moving):
    """The version of a customer travels with the member that names it, or named it once.

    So wherever it is hosted, the next change has the next version. What it was told to have stays
    behind when that member moves: then it is told as a whole.
    """

    def on_tick(self) -> tuple[Change, ...]:
        """The changes of all components touched since the last tick, ordered by component id."""
        changes: list[Change] = []
        for name in sorted(self.dirty):
            self.publish(self.hosted[name], changes)
        self.dirty.clear()
        self.changes += len(changes)
        return tuple(changes)

    def publish(self, held: Component, changes: list[Change]) -> None:
        anchor = held.anchor()
        if anchor is None:
            return  # Only joins have named its members: the values are still on their way.
        merged = sorted(n for n, member in held.members.items() if n != anchor and member.names)
        is_whole = held.told != anchor
        if is_whole:
            held.told, held.told_members, held.departed = anchor, set(), {}
        # Who left and came back was never away.
        held.told_members |= held.departed.keys() & held.members.keys()
        gone = {n: value for n, value in held.departed.items() if n not in held.members}
        come = {
            n: member.value for n, member in held.members.items()
            if member.value is not None and n not in held.told_members}
        if is_whole or come or gone or merged:
            changes.extend(self.changes_of(held, anchor, is_whole, come, gone, merged))
        held.told_members |= come.keys()
        held.departed, held.parts = {}, set()
        for node in merged:
            version = self.next_version(held, node, names=False)
            changes.append(Change("retired", node, version, False, (), (), (anchor,)))

    def changes_of(
        self, held: Component, anchor: Node, is_whole: bool, come: dict[Node, str],
        gone: dict[Node, str], merged: list[Node]
    ) -> list[Change]:
        """What happened to the customer, in as many changes as its identifiers take."""
        was_live = held.members[anchor].names
        others, parts = merged, self.parts(held)
        if merged:
            kind = "renamed" if not was_live and len(merged) == 1 else "merged"
        elif not was_live:
            kind = "created"
        elif gone or parts:
            kind, others = "split", parts
        else:
            kind = "updated"
        entries = [*sorted(gone), *sorted(come)]
        limit = self.limits.change_identifiers
        changes = []
        for start in range(0, max(1, len(entries)), limit):
            page = entries[start : start + limit]
            version = self.next_version(held, anchor, names=True)
            changes.append(Change(
                kind, anchor, version, is_whole, tuple(come[n] for n in page if n in come),
                tuple(gone[n] for n in page if n in gone), tuple(others)))
            kind, is_whole, others = "updated", False, []
        return changes

    def next_version(self, held: Component, node: Node, names: bool) -> int:
        """Counted in the member: at the host it would begin again with each move."""
        member = held.members[node]
        held.members[node] = member._replace(
            customer_version=member.customer_version + 1, names=names)
        return member.customer_version + 1

    def parts(self, held: Component) -> list[Node]:
        """The customers that came out of it, as far as they are still at this host."""
        parts = [self.hosted[name] for name in held.parts if name in self.hosted]
        return sorted({anchor for part in parts if (anchor := part.anchor()) is not None})
