"""How a component's state goes to another host: whole, or in pages, one after the other."""
from __future__ import annotations

from typing import Optional

from .joining import Joining
from .messages import Absorb, Collect, Edges, Members, Next, Page, Retry
from .state import Component
from .words import ComponentID, Node, Pair, require


class Moving(Joining):
    """The state of a component that departs is nowhere hosted until it is absorbed."""

    def depart(
        self, loser: ComponentID, held: Component, winner: ComponentID, via: Pair
    ) -> None:
        """To a component of this host the state goes at once, and not by a message to oneself.

        A forwarding pointer is for messages of other partitions: where there are none, none stays.
        """
        del self.hosted[loser]
        if self.partitions > 1:
            self.moved[loser] = winner
        self.dirty.discard(loser)
        members, edges = tuple(sorted(held.members.items())), tuple(sorted(held.edges.items()))
        if winner.partition == self.index:
            self.absorb(winner, members, edges, via)
        else:
            self.transfer(loser, winner, members, edges, via)

    def transfer(
        self, name: Optional[ComponentID], to: ComponentID, members: Members, edges: Edges,
        via: Pair,
    ) -> None:
        """Sends a state under the name, or under one minted for it if it needs pages."""
        limit = self.limits.page_entries
        if len(members) + len(edges) <= limit:
            self.send(to.partition, Absorb(to, members, edges, via))
            return
        transfer = name or self.mint()
        entries = [*members, *edges]
        starts = range(0, len(entries), limit)
        pages = []
        for index, start in enumerate(starts):
            cut = entries[start : start + limit]
            count = max(0, min(len(cut), len(members) - start))
            page = Page(
                to, transfer, index, index == len(starts) - 1, tuple(cut[:count]),
                tuple(cut[count:]), via, self.index)
            pages.append(page)
        self.outgoing[transfer] = tuple(pages)
        self.send(to.partition, pages[0])

    def on_next(self, next_page: Next) -> None:
        pages = self.outgoing[next_page.transfer]
        if next_page.index < len(pages):
            page = pages[next_page.index]
            self.send(page.component.partition, page)
        else:
            del self.outgoing[next_page.transfer]

    def on_page(self, page: Page) -> None:
        """Staged where it was addressed, whatever became of the component meanwhile."""
        staged = self.staged.get(page.transfer, ()) + (page,)
        require(page.index == len(staged) - 1, "a page is missing", page)
        self.staged[page.transfer] = staged
        self.send(page.back, Next(page.transfer, page.index + 1))
        if page.is_last:
            del self.staged[page.transfer]
            members = tuple(entry for one in staged for entry in one.members)
            edges = tuple(entry for one in staged for entry in one.edges)
            self.absorb(page.component, members, edges, page.via)

    def on_absorb(self, absorb: Absorb) -> None:
        self.absorb(absorb.component, absorb.members, absorb.edges, absorb.via)

    def absorb(self, target: ComponentID, members: Members, edges: Edges, via: Pair) -> None:
        while target in self.moved:
            target = self.moved[target]
        if target.partition != self.index:
            self.transfer(None, target, members, edges, via)
            return
        held = self.hosted.get(target)
        if held is None or not (via[0] in held.members or via[1] in held.members):
            # The side that this was to join has split away: it stands alone.
            target = self.mint()
            self.hosted[target] = held = Component()
        self.merge(target, held, members, edges)
        self.reconsider(target, held, *via)

    def merge(
        self, target: ComponentID, held: Component, members: Members, edges: Edges
    ) -> None:
        for node, member in members:
            held.members[node] = member._replace(version=member.version + 1)
        for pair, edge in edges:
            require(held.edge(pair).version <= edge.version, "an edge's version fell", pair)
            held.edges[pair] = edge
        held.rank = max(held.rank, len(held.members))
        self.assign(target, ((node, member.version + 1) for node, member in members))
        self.dirty.add(target)

    def reconsider(self, target: ComponentID, held: Component, a: Node, b: Node) -> None:
        """The link that carried the move: asked again, or cut meanwhile, or as it was."""
        if b not in held.members:
            self.join_again(target, held, a, b)
        elif a not in held.members:
            self.ask_home(a, Retry(None, a, b))
        elif not held.edge((a, b)).live:
            self.split_if_cut(target, held, a, b)

    def on_collect(self, collect: Collect) -> None:
        """While pages go out the pointer stays."""
        if collect.component not in self.outgoing:
            self.moved.pop(collect.component, None)
