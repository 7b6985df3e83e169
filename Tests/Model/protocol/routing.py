"""How a message finds the member that it is for: directory, forwarding pointers, parking."""
from __future__ import annotations

from typing import Iterable, Optional

from .messages import Assign, ForMember, Resolve, Via
from .state import UNSEEN, Component, Place, State
from .words import ComponentID, Node, home


class Routing(State):
    """The directory at home(n), and the way from it to the host and back."""

    def home(self, node: Node) -> int:
        return home(node, self.partitions)

    def place(self, node: Node) -> Place:
        """The node's directory entry; whoever names a node for the first time makes it exist.

        Called at the node's home only.
        """
        if node not in self.directory:
            component = self.mint()
            self.hosted[component] = held = Component()
            held.members[node] = UNSEEN
            self.directory[node] = Place(component, UNSEEN.version)
        return self.directory[node]

    def ask_home(self, node: Node, message: ForMember, asked: int = 0) -> None:
        """Sends a message to wherever home(node) says that the node is."""
        self.send(self.home(node), Resolve(node, asked, message._replace(component=None)))

    def find(self, message: ForMember) -> Optional[Component]:
        """The component that a message is addressed to, if it holds the member.

        Otherwise the message goes on: along the forwarding pointer, or back to the home.
        """
        target, node = message.component, message.node
        left = self._left_home
        there = self.moved.get(target)
        if there is not None:
            onward = message._replace(component=there)
            self.send(there.partition, left._replace(message=onward) if left else onward)
            return None
        held = self.hosted.get(target)
        if held is None or node not in held.members:
            self.ask_home(node, message, left.version if left else 0)
            return None
        return held

    def on_via(self, via: Via) -> None:
        """The message remembers the directory version that it left home with, in this step."""
        self._left_home = via
        self.apply(via.message)
        self._left_home = None

    def on_resolve(self, resolve: Resolve) -> None:
        place = self.place(resolve.node)
        if place.version <= resolve.asked:
            waiting = self.parked.get(resolve.node, ())
            self.parked[resolve.node] = waiting + (resolve.message,)
        else:
            self.send_from_home(resolve.node, place, resolve.message)

    def send_from_home(self, node: Node, place: Place, message: ForMember) -> None:
        onward = message._replace(component=place.component)
        self.send(place.component.partition, Via(node, place.version, onward))

    def assign(self, component: ComponentID, nodes: Iterable[tuple[Node, int]]) -> None:
        """Tells the homes of members that moved, each once, in the order of partitions; this
        partition's own at once."""
        by_home: dict[int, list[tuple[Node, int]]] = {}
        for node, version in nodes:
            by_home.setdefault(self.home(node), []).append((node, version))
        for to in sorted(by_home):
            assigned = Assign(component, tuple(by_home[to]))
            if to == self.index:
                self.on_assign(assigned)
            else:
                self.send(to, assigned)

    def on_assign(self, assign: Assign) -> None:
        for node, version in assign.nodes:
            if version > self.directory[node].version:
                self.directory[node] = place = Place(assign.component, version)
                for message in self.parked.pop(node, ()):
                    self.send_from_home(node, place, message)
