"""What one partition knows: a value that can be copied, compared and restored."""
from __future__ import annotations

from collections import deque
from typing import NamedTuple, Optional

from .messages import NO_EDGE, EdgeState, Member, Message, Page, Via
from .words import NEVER, ComponentID, Node, Pair, priority

class Limits(NamedTuple):
    """How much goes at once; bytes in production, counts here."""

    page_entries: int
    """Members and edges of one page: 512 KiB."""
    delivery_messages: int
    """Messages of one delivery: what a log takes as one record."""
    change_identifiers: int
    """Identifiers that one change names; more are told in further ones."""


UNSEEN = Member(version=1, first_seen=NEVER, value=None, customer_version=0, names=False)
"""A member as it is born: at its home, alone."""


class Place(NamedTuple):
    """A directory entry: where a node is, and how often it has moved."""

    component: ComponentID
    version: int


class Evidence(NamedTuple):
    """What was said of a pair. It stays at home(a) for ever."""

    registers: dict[tuple[str, str], tuple[int, bool]]
    """(source, link or ban) -> (time, whether it was unlink or ban). Never changed in place."""
    least: int
    """The least time of any link."""
    version: int
    """How often the pair turned live or dead."""
    live: bool


NO_EVIDENCE = Evidence({}, NEVER, 0, False)


class Component:
    """A connected set of members, and the edges of which a member is the lesser end."""

    __slots__ = ("members", "edges", "rank", "told", "told_members", "departed", "parts")

    def __init__(self) -> None:
        self.members: dict[Node, Member] = {}
        self.edges: dict[Pair, EdgeState] = {}
        self.rank = 1
        """The largest size that it ever had: it never falls."""
        self.told: Optional[Node] = None
        """The member whose customer was told to have `told_members` and `departed`.

        What was told stays with the component, since it costs as much as that: where the member
        goes elsewhere, its customer is told anew, as a whole."""
        self.told_members: set[Node] = set()
        self.departed: dict[Node, str] = {}
        """Those that have left since the last tick, with their values."""
        self.parts: set[ComponentID] = set()
        """The components that they became when they left, or left behind."""

    def clone(self) -> Component:
        other = Component()
        other.members, other.edges, other.rank = dict(self.members), dict(self.edges), self.rank
        other.told, other.told_members = self.told, set(self.told_members)
        other.departed, other.parts = dict(self.departed), set(self.parts)
        return other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Component) and all(
            getattr(self, name) == getattr(other, name) for name in Component.__slots__)

    def edge(self, pair: Pair) -> EdgeState:
        return self.edges.get(pair, NO_EDGE)

    def anchor(self) -> Optional[Node]:
        """The member that names the customer; None while only joins have named its members."""
        least, anchor = None, None
        for node, member in self.members.items():
            if member.value is not None:
                rank = (priority(node), member.first_seen, node)
                if least is None or rank < least:
                    least, anchor = rank, node
        return anchor

    def neighbours(self) -> dict[Node, list[Node]]:
        """Each member with those that a live edge connects it to."""
        found: dict[Node, list[Node]] = {node: [] for node in self.members}
        for (a, b), edge in self.edges.items():
            if edge.live and a in found and b in found:
                found[a].append(b)
                found[b].append(a)
        return found


def reached(start: Node, neighbours: dict[Node, list[Node]]) -> set[Node]:
    """All that live edges connect to `start`."""
    seen, waiting = {start}, [start]
    while waiting:
        for node in neighbours[waiting.pop()]:
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return seen


class State:
    """A partition's state between two records, and beside it what one step needs."""

    KEPT = (
        "position", "logic", "done", "minted", "changes", "directory", "evidence", "hosted",
        "moved", "staged", "outgoing", "parked", "sent", "seen", "dirty",
    )
    """What a checkpoint stores, and what two replicas at one position have alike."""

    def __init__(self, index: int, partitions: int, limits: Limits, newest_logic: int) -> None:
        self.index, self.partitions, self.limits = index, partitions, limits
        self.newest_logic = newest_logic
        """Of this binary; it knows the one before it, too. No part of the state."""
        self.position = 0
        self.logic = 1
        self.done = 0
        self.minted = 0
        self.changes = 0
        self.directory: dict[Node, Place] = {}
        self.evidence: dict[Pair, Evidence] = {}
        self.hosted: dict[ComponentID, Component] = {}
        self.moved: dict[ComponentID, ComponentID] = {}
        self.staged: dict[ComponentID, tuple[Page, ...]] = {}
        self.outgoing: dict[ComponentID, tuple[Page, ...]] = {}
        self.parked: dict[Node, tuple[Message, ...]] = {}
        self.sent: dict[int, int] = {}
        self.seen: dict[int, int] = {}
        self.dirty: set[ComponentID] = set()
        self._begin_step()

    def _begin_step(self) -> None:
        self._outbox: dict[int, list[Message]] = {}
        self._own: deque[Message] = deque()
        self._left_home: Optional[Via] = None

    def clone(self):
        """A copy that shares nothing that changes."""
        other = type(self)(self.index, self.partitions, self.limits, self.newest_logic)
        for name in State.KEPT:
            value = getattr(self, name)
            setattr(other, name, value if isinstance(value, int) else value.copy())
        other.hosted = {name: held.clone() for name, held in self.hosted.items()}
        return other

    def difference(self, other: State) -> Optional[str]:
        """The first part of the state in which two replicas differ."""
        for name in State.KEPT:
            if getattr(self, name) != getattr(other, name):
                return f"{name}: {getattr(self, name)} is not {getattr(other, name)}"
        return None

    # What every part of the machine uses.

    def mint(self) -> ComponentID:
        self.minted += 1
        return ComponentID(self.index, self.minted)

    def send(self, to: int, message: Message) -> None:
        """To another partition: in this step's delivery. To oneself: applied in this step."""
        if to == self.index:
            self._own.append(message)
        else:
            self._outbox.setdefault(to, []).append(message)
