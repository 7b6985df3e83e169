"""What partitions say to each other, and what a partition's log holds.

A message that is *for a member* has `component`, where the member is believed to be, and `node`,
the member. It finds its way by `routing`; `component` is None while its home is being asked.
All are values: a message can be parked, staged or sent again as it is.
"""
from __future__ import annotations

from typing import NamedTuple, Optional, Union

from .words import ComponentID, Event, Node, Pair


class Member(NamedTuple):
    """What belongs to an identifier wherever it goes."""

    version: int
    """Of its assignment: 1 where it was born, one more with each move."""
    first_seen: int
    """The least time of any link or observe that named it; NEVER while only a join did."""
    value: Optional[str]
    """Its plaintext; None while only a join has named it."""
    customer_version: int
    """Of the customer that it names or named; rises for ever, across hosts. 0: never named one."""
    names: bool
    """Whether the customer that it names or named is live, as far as it was told."""


class EdgeState(NamedTuple):
    """An edge as the component of its lesser end knows it."""

    version: int
    live: bool


NO_EDGE = EdgeState(0, False)
Members = tuple[tuple[Node, Member], ...]
Edges = tuple[tuple[Pair, EdgeState], ...]


# Messages for a member.


class Seen(NamedTuple):
    """From the evidence to the member's component: an event of that time named the node.

    The value travels with it: a host that is not the node's home has no other way to learn it.
    """

    component: Optional[ComponentID]
    node: Node
    time: int
    value: str


class Edge(NamedTuple):
    """From the evidence at home(a) to the component that holds a: the pair turned live or dead.

    The version counts the pair's turns, so that a late message changes nothing.
    """

    component: Optional[ComponentID]
    a: Node
    b: Node
    version: int
    live: bool

    @property
    def node(self) -> Node:
        return self.a


class Join(NamedTuple):
    """To the component of b: the component of a asks to become one with it, over the link (a, b).

    It carries the asker's rank as of now. Rank never falls, so a late one is a lower bound.
    """

    component: Optional[ComponentID]
    a: Node
    b: Node
    version: int
    asker: ComponentID
    rank: int

    @property
    def node(self) -> Node:
        return self.b


class JoinBack(NamedTuple):
    """The answer to a join whose asker is the lesser: the asker is to depart to `asked`."""

    component: Optional[ComponentID]
    a: Node
    b: Node
    version: int
    asked: ComponentID
    rank: int

    @property
    def node(self) -> Node:
        return self.a


class Retry(NamedTuple):
    """To the component of a: what was to join it over (a, b) found that side gone. Ask again."""

    component: Optional[ComponentID]
    a: Node
    b: Node

    @property
    def node(self) -> Node:
        return self.a


ForMember = Union[Seen, Edge, Join, JoinBack, Retry]


# The directory.


class Resolve(NamedTuple):
    """To home(node): send this on to the component that holds the node.

    `asked` is the directory version that it left home with last, 0 for none. If the directory
    is no newer, asking that component again is in vain, and the message is parked.
    """

    node: Node
    asked: int
    message: ForMember


class Via(NamedTuple):
    """A message on its way from home(node), whose directory was at that version."""

    node: Node
    version: int
    message: ForMember


class Assign(NamedTuple):
    """To a home: these nodes are members of that component now. One per destination and move.

    The version counts the moves of a node, so that a late message changes nothing.
    """

    component: ComponentID
    nodes: tuple[tuple[Node, int], ...]


# Moving a component's state.


class Absorb(NamedTuple):
    """To the greater component's host: the whole state of the lesser, if it fits in one page.

    `via` is the link that carried the move.
    """

    component: ComponentID
    members: Members
    edges: Edges
    via: Pair


class Page(NamedTuple):
    """One page of a larger state. Staged where it was addressed until the last one is there."""

    component: ComponentID
    transfer: ComponentID
    """Names the move: the id of the component that departed, or one minted to send it on."""
    index: int
    is_last: bool
    members: Members
    edges: Edges
    via: Pair
    back: int
    """The partition that waits for `next`."""


class Next(NamedTuple):
    """To the sender of pages: this many of the transfer are staged, send the next one."""

    transfer: ComponentID
    index: int


Message = Union[ForMember, Resolve, Via, Assign, Absorb, Page, Next]


# Records of a log.


class Events(NamedTuple):
    """Facts from outside: no number, for they are idempotent and may come twice."""

    events: tuple[Event, ...]


class Delivery(NamedTuple):
    """All that one step of another partition says to this one, with the sender's number.

    The receiver applies the next number only, so a repeat is dropped, and so is what runs ahead
    of a gap: its sender will send the gap, and this after it, again.
    """

    sender: int
    number: int
    messages: tuple[Message, ...]


class Tick(NamedTuple):
    """Tells the changes since the last tick. In the log, so that every replay cuts them alike."""


class Done(NamedTuple):
    """A checkpoint at the position is stored, and all that came of records before it arrived.

    So a standby may forget what those records gave rise to.
    """

    position: int


class Collect(NamedTuple):
    """A forwarding pointer goes. In the log, so that every replica loses it at the same place."""

    component: ComponentID


class Logic(NamedTuple):
    """The machine's logic of that version is in force from the next record on."""

    version: int


Record = Union[Events, Delivery, Tick, Done, Collect, Logic]


class Change(NamedTuple):
    """One change of a customer. The greatest version of a customer id is what it is now."""

    kind: str
    """created, updated, merged, split, renamed or retired."""
    customer: Node
    version: int
    whole: bool
    """Whether `added` is all that belongs to it now, whatever was told before."""
    added: tuple[str, ...]
    """The plaintext values of those that came."""
    removed: tuple[str, ...]
    """Of those that left. One that retired has none left, and does not tell of each."""
    others: tuple[Node, ...]
    """merged: who went up in it. split: who came out of it and is still at this host.
    renamed: who it was. retired: who it is now."""


class Step(NamedTuple):
    """What folding one record gave rise to; released only once that record is durable."""

    deliveries: tuple[tuple[int, Delivery], ...]
    """With the partition that each goes to, in that order."""
    changes: tuple[Change, ...]


NOTHING = Step((), ())
