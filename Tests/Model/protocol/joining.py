"""Edges inside and between components: who joins whom, and what falls apart."""
from __future__ import annotations

from .evidence import EvidenceKeeping
from .messages import Edge, Join, JoinBack, Retry
from .state import Component, reached
from .words import ComponentID, Node


class Joining(EvidenceKeeping):
    """The lesser component by (rank, id) departs to the greater: no two depart into each other."""

    def on_edge(self, edge: Edge) -> None:
        held = self.find(edge)
        if held is None:
            return
        pair = (edge.a, edge.b)
        old = held.edge(pair)
        if edge.version <= old.version:
            return
        held.edges[pair] = old._replace(version=edge.version, live=edge.live)
        if edge.live and edge.b not in held.members:
            self.send_join(edge.component, held, edge.a, edge.b, edge.version)
        elif old.live and not edge.live and edge.b in held.members:
            self.split_if_cut(edge.component, held, edge.a, edge.b)

    def send_join(
        self, component: ComponentID, held: Component, a: Node, b: Node, version: int
    ) -> None:
        self.ask_home(b, Join(None, a, b, version, component, held.rank))

    def on_join(self, join: Join) -> None:
        held = self.find(join)
        if held is None or join.a in held.members:
            return
        if self.is_lesser(held.rank, join.component, join.rank, join.asker):
            self.depart(join.component, held, join.asker, (join.a, join.b))
        else:
            back = JoinBack(join.asker, join.a, join.b, join.version, join.component, held.rank)
            self.send(join.asker.partition, back)

    def on_joinback(self, back: JoinBack) -> None:
        held = self.find(back)
        if held is None or back.b in held.members:
            return
        edge = held.edge((back.a, back.b))
        if edge.version != back.version or not edge.live:
            return  # Cut meanwhile; if it turned live again, another join is on its way.
        if self.is_lesser(held.rank, back.component, back.rank, back.asked):
            self.depart(back.component, held, back.asked, (back.a, back.b))
        else:
            self.send_join(back.component, held, back.a, back.b, back.version)

    def is_lesser(
        self, rank: int, component: ComponentID, other_rank: int, other: ComponentID
    ) -> bool:
        """Whether a component of this host must depart to the other, whose rank is at least so."""
        return component != other and (rank, component) < (other_rank, other)

    def on_retry(self, retry: Retry) -> None:
        held = self.find(retry)
        if held is not None and retry.b not in held.members:
            self.join_again(retry.component, held, retry.a, retry.b)

    def join_again(self, component: ComponentID, held: Component, a: Node, b: Node) -> None:
        edge = held.edge((a, b))
        if edge.live:
            self.send_join(component, held, a, b, edge.version)

    def split_if_cut(self, component: ComponentID, held: Component, a: Node, b: Node) -> None:
        """Without another path from a to b, the side with fewer members gets an id of its own."""
        neighbours = held.neighbours()
        side_a = reached(a, neighbours)
        if b not in side_a:
            self.split(component, held, side_a, reached(b, neighbours))

    def split(
        self, component: ComponentID, held: Component, side_a: set[Node], side_b: set[Node]
    ) -> None:
        leaving = sorted(side_a if self.first_leaves(len(side_a), len(side_b)) else side_b)
        name = self.mint()
        self.hosted[name] = part = Component()
        for node in leaving:
            member = held.members.pop(node)
            part.members[node] = member._replace(version=member.version + 1)
        for pair in [pair for pair in held.edges if pair[0] in part.members]:
            part.edges[pair] = held.edges.pop(pair)
        part.rank = len(part.members)
        self.take_back(component, held, name, part)
        self.assign(name, ((node, part.members[node].version) for node in leaving))
        self.dirty.update((component, name))

    def take_back(
        self, rest: ComponentID, held: Component, name: ComponentID, part: Component
    ) -> None:
        """What was told of those that leave is no longer so."""
        if held.told in part.members:
            part.parts = held.parts | {rest}
            held.told, held.told_members, held.departed, held.parts = None, set(), {}, set()
        for node in part.members.keys() & held.told_members:
            held.told_members.remove(node)
            held.departed[node] = part.members[node].value
            held.parts.add(name)

    def first_leaves(self, size_a: int, size_b: int) -> bool:
        """Whether the side of the lesser end leaves. Which one does at equal sizes is free.

        So this is where versions of the logic differ: the model's stand-in for a real change.
        """
        return size_a < size_b or (size_a == size_b and self.logic % 2 == 1)
