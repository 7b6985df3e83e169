"""The change feed: changes are coalesced between ticks, and told only when folding one."""
from __future__ import annotations

from .messages import RETIRED, Change
from .moving import Moving
from .state import Component
from .words import Node


class Feed(Moving):
    """What was last published travels with the member that names, or named, the customer.

    So wherever it is hosted, the next change has the next version and starts from there.
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
        now = frozenset(m.value for m in held.members.values() if m.value is not None)
        merged = sorted(
            node for node, member in held.members.items()
            if node != anchor and isinstance(member.published, frozenset))
        if merged or held.members[anchor].published != now:
            changes.append(self.change(held, anchor, now, merged))
        for node in merged:
            changes.append(self.retire(held, node, anchor))

    def change(
        self, held: Component, anchor: Node, now: frozenset[str], merged: list[Node]
    ) -> Change:
        before = held.members[anchor].published
        was_live = isinstance(before, frozenset)
        old = before if was_live else frozenset()
        others = merged
        if merged:
            kind = "renamed" if not was_live and len(merged) == 1 else "merged"
        elif not was_live:
            kind = "created"
        elif old - now:
            kind, others = "split", self.parts(old - now)
        else:
            kind = "updated"
        version = self.next_version(held, anchor, now)
        return Change(
            kind, anchor, version, ordered(now), ordered(now - old), ordered(old - now),
            tuple(others))

    def retire(self, held: Component, node: Node, anchor: Node) -> Change:
        before = held.members[node].published
        version = self.next_version(held, node, RETIRED)
        return Change("retired", node, version, (), (), ordered(before), (anchor,))

    def next_version(self, held: Component, node: Node, published: frozenset[str] | str) -> int:
        """Counted in the member: at the host it would begin again with each move."""
        member = held.members[node]
        held.members[node] = member._replace(
            customer_version=member.customer_version + 1, published=published)
        return member.customer_version + 1

    def parts(self, removed: frozenset[str]) -> list[Node]:
        """Who the members that left belong to now, as far as they are still at this host."""
        found: set[Node] = set()
        for held in self.hosted.values():
            if any(member.value in removed for member in held.members.values()):
                found.add(held.anchor())
        return sorted(found)


def ordered(values: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(values))
