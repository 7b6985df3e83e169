"""The faults that the checks must catch: each is one rule of the design left out.

A mutation overrides one method of the machine or of the world around it; neither knows of it. A
check that no mutation needs has not been seen to work, and a fault that none of them catches would
not be caught in another machine either.
"""
from __future__ import annotations

from typing import Callable, NamedTuple, Optional

from .messages import Assign, Collect, Delivery, Done, Edge, Member, Next, Page, Resolve, Seen
from .partition import Partition
from .state import Component
from .words import ComponentID
from .world import FEED, World


class Mutation(NamedTuple):
    """A fault, and the seeds of which at least one catches it.

    Most begin at 0. Of a fault that shows once in many hundred seeds they begin near one that does.
    """

    name: str
    world: type[World]
    seeds: range
    across_processes: bool
    """Only two processes with different hash seeds can tell: their traces differ."""


ALL: dict[str, Mutation] = {}


def in_machine(within: int, first: int = 0, across_processes: bool = False) -> Callable:
    """The fault is in the machine: every replica has it."""

    def register(machine: type[Partition]) -> type[Partition]:
        world = type(machine.__name__ + "World", (World,), {"machine_type": machine})
        add(machine.__name__, world, range(first, first + within), across_processes)
        return machine

    return register


def in_world(within: int) -> Callable:
    """The fault is in what performs the ordering contract."""

    def register(world: type[World]) -> type[World]:
        add(world.__name__, world, range(within))
        return world

    return register


def add(
    name: str, world: type[World], seeds: range, across_processes: bool = False
) -> None:
    words = "".join("-" + letter.lower() if letter.isupper() else letter for letter in name)
    ALL[words[1:]] = Mutation(words[1:], world, seeds, across_processes)


# The ordering contract.


@in_world(within=20)
class ReleaseBeforeDurable(World):
    """What a record gave rise to leaves before the record is durable."""

    def may_release(self, i: int, position: int) -> bool:
        return True


@in_world(within=20)
class CheckpointBeforeArrival(World):
    """A checkpoint is stored before what came of its records has arrived."""

    def may_store(self, i: int, machine: Partition) -> bool:
        return True


@in_world(within=100)
class CheckpointWithoutSync(World):
    """A checkpoint is stored when its log and its messages are written, and not yet durable."""

    def may_store(self, i: int, machine: Partition) -> bool:
        return machine.changes <= self.published[i] and all(
            self.written(i, to) >= sent for to, sent in machine.sent.items())

    def written(self, sender: int, to: int) -> int:
        number, log = self.arrived(sender, to), self.logs[to]
        for position in range(log.durable, log.end):
            record = log[position]
            if isinstance(record, Delivery) and record[:2] == (sender, number + 1):
                number += 1
        return number


@in_world(within=100)
class DoneTooEarly(World):
    """The log says done when a checkpoint begins, not when it is stored."""

    def begin_checkpoint(self, i: int) -> None:
        super().begin_checkpoint(i)
        if self.owners[i].candidates:
            self.append(i, Done(self.owners[i].candidates[-1].position))


@in_world(within=100)
class TrimBehindNewest(World):
    """The log is trimmed behind the newest snapshot, though older ones are kept."""

    def trim(self, i: int) -> None:
        self.logs[i].trim(self.snapshots[i][-1].position)


@in_world(within=50)
class MutedTakeover(World):
    """A standby that takes over does not send what its predecessor may not have sent."""

    def take_over(self, i: int, lives_on: bool) -> None:
        self.standbys[i].waiting.clear()
        super().take_over(i, lives_on)


@in_world(within=50)
class UntoldDrop(World):
    """A sender is not told that a delivery failed, so nobody sends it again."""

    def deliver(self, index: int, times: int) -> Optional[int]:
        to = super().deliver(index, times)
        for owner in self.owners:
            owner.broken = False
        return to


@in_world(within=50)
class ChangesCutAtBatchEnds(World):
    """Changes are told where the owner happens to end a batch, not where its log says tick."""

    def advance(self, i: int) -> bool:
        moved = super().advance(i)
        owner = self.owners[i]
        first = owner.machine.changes + 1
        if moved and not owner.waiting:
            changes = owner.machine.on_tick()
            if changes:
                self.network.put((i, owner.number, FEED), (first, changes))
        return moved


@in_world(within=50)
class PointersCollectedLocally(World):
    """A replica drops a forwarding pointer when it likes, not where its log says so."""

    def collect(self, i: int, pointer: ComponentID) -> None:
        self.owners[i].machine.on_collect(Collect(pointer))


# Numbers and versions.


@in_machine(within=50)
class AnyNewerNumber(Partition):
    """A delivery is applied though one before it is missing."""

    def is_next(self, delivery: Delivery) -> bool:
        return delivery.number > self.seen.get(delivery.sender, 0)


@in_machine(within=100)
class AssignWithoutVersion(Partition):
    """A directory believes the assign that comes last."""

    def on_assign(self, assign: Assign) -> None:
        for node, _ in assign.nodes:
            self.directory[node] = self.directory[node]._replace(version=0)
        super().on_assign(assign)


@in_machine(within=50, first=200)
class EdgeWithoutVersion(Partition):
    """A component believes the edge message that comes last."""

    def on_edge(self, edge: Edge) -> None:
        held = self.hosted.get(edge.component)
        pair = (edge.a, edge.b)
        if held is not None and edge.a in held.members and pair in held.edges:
            held.edges[pair] = held.edges[pair]._replace(version=0)
        super().on_edge(edge)


@in_machine(within=50)
class VersionsCountedAtHost(Partition):
    """A customer's versions are counted where it is hosted, and begin again where it moves."""

    def __init__(self, *arguments: int) -> None:
        super().__init__(*arguments)
        self.counted: dict[int, int] = {}

    def clone(self) -> Partition:
        other = super().clone()
        other.counted = dict(self.counted)
        return other

    def next_version(self, held: Component, node: int, names: bool) -> int:
        super().next_version(held, node, names)
        self.counted[node] = self.counted.get(node, 0) + 1
        return self.counted[node]


# What travels.


class Forgetful(Partition):
    """Members lose something on their way to another host."""

    def lose(self, member: Member) -> Member:
        raise NotImplementedError

    def merge(self, target, held, members, edges) -> None:
        lost = tuple((node, self.lose(member)) for node, member in members)
        super().merge(target, held, lost, edges)


@in_machine(within=50)
class ValueStaysBehind(Forgetful):
    """A member moves without its value."""

    def lose(self, member: Member) -> Member:
        return member._replace(value=None)


@in_machine(within=50)
class NamesStaysBehind(Forgetful):
    """A member moves without word that its customer is live."""

    def lose(self, member: Member) -> Member:
        return member._replace(names=False)


@in_machine(within=50)
class FirstSeenStaysBehind(Forgetful):
    """A member moves with its first-seen time forgotten."""

    def lose(self, member: Member) -> Member:
        return member._replace(first_seen=10**9)


@in_machine(within=100)
class UnseenIsPublished(Partition):
    """A node that only a join has named is told of, before its value came."""

    def publish(self, held: Component, changes: list) -> None:
        unseen = [node for node, member in held.members.items() if member.value is None]
        for node in unseen:
            held.members[node] = held.members[node]._replace(value="?")
        super().publish(held, changes)
        for node in unseen:
            held.members[node] = held.members[node]._replace(value=None)


@in_machine(within=100)
class SeenIsNotSentOn(Partition):
    """A sighting that finds its member gone is dropped."""

    def on_seen(self, seen: Seen) -> None:
        held = self.hosted.get(seen.component)
        if held is not None and seen.node in held.members:
            super().on_seen(seen)


# Joining and moving.


@in_machine(within=100)
class TiesByArrival(Partition):
    """Of two words of one time the one that comes last stands."""

    def outranks(self, word: tuple[int, bool], old: tuple[int, bool]) -> bool:
        return word[0] >= old[0]


@in_machine(within=50)
class NoParking(Partition):
    """A message for a node in flight goes from home to host and back until the node is there."""

    def on_resolve(self, resolve: Resolve) -> None:
        self.send_from_home(resolve.node, self.place(resolve.node), resolve.message)


class Confirm(NamedTuple):
    """To the host that a node has left: its home knows of the new one."""

    component: ComponentID
    node: int
    version: int


@in_machine(within=50, first=1_850)
class CollectOnceConfirmed(NoParking):
    """A pointer goes once all homes know better, and nothing is parked: looks safe, is not."""

    def __init__(self, *arguments: int) -> None:
        super().__init__(*arguments)
        self.unconfirmed: dict[ComponentID, frozenset[int]] = {}

    def clone(self) -> Partition:
        other = super().clone()
        other.unconfirmed = dict(self.unconfirmed)
        return other

    def depart(self, loser, held, winner, via) -> None:
        self.unconfirmed[loser] = frozenset(held.members)
        super().depart(loser, held, winner, via)

    def on_assign(self, assign: Assign) -> None:
        for node, version in assign.nodes:
            old = self.directory[node]
            if version > old.version:
                confirm = Confirm(old.component, node, version)
                self.send(old.component.partition, confirm)
        super().on_assign(assign)

    def apply(self, item) -> None:
        if not isinstance(item, Confirm):
            super().apply(item)
        elif item.component in self.unconfirmed:
            left = self.unconfirmed[item.component] - {item.node}
            self.unconfirmed[item.component] = left
            if not left:
                del self.unconfirmed[item.component]
                self.moved.pop(item.component, None)

    def on_collect(self, collect: Collect) -> None:
        """No record decides it here."""


@in_machine(within=100)
class CutIsForgotten(Partition):
    """A merge whose link was cut on the way is left as it is."""

    def reconsider(self, target, held, a, b) -> None:
        if not (a in held.members and b in held.members):
            super().reconsider(target, held, a, b)


@in_machine(within=50)
class LinkIsNotAskedAgain(Partition):
    """What stands alone, for the side that it was to join has split away, does not try again."""

    def reconsider(self, target, held, a, b) -> None:
        if a in held.members and b in held.members:
            super().reconsider(target, held, a, b)


@in_machine(within=100)
class AbsorbedByTheWrongSide(Partition):
    """A state merges with what it was addressed to, though its side has split away from that."""

    def absorb(self, target, members, edges, via) -> None:
        held = self.hosted.get(target)
        if held is None or via[0] in held.members or via[1] in held.members:
            super().absorb(target, members, edges, via)
        else:
            self.merge(target, held, members, edges)
            self.reconsider(target, held, *via)


@in_machine(within=20)
class RankFalls(Partition):
    """Rank is the present size, so that an old one is no lower bound."""

    def split(self, component, held, side_a, side_b) -> None:
        super().split(component, held, side_a, side_b)
        held.rank = len(held.members)


@in_machine(within=50)
class PagesFollowThePointer(Partition):
    """Each page goes where the component has gone by then, not where the first one went."""

    def on_page(self, page: Page) -> None:
        there = self.moved.get(page.component)
        if there is None:
            super().on_page(page)
        else:
            self.send(there.partition, page._replace(component=there))


@in_machine(within=50)
class PagesAreAppliedAtOnce(Partition):
    """A page is absorbed before the last one is there."""

    def on_page(self, page: Page) -> None:
        self.send(page.back, Next(page.transfer, page.index + 1))
        self.absorb(page.component, page.members, page.edges, page.via)


@in_machine(within=50)
class TornPages(Partition):
    """The last page is taken for the end, and what it holds is lost."""

    def on_page(self, page: Page) -> None:
        super().on_page(page._replace(edges=()) if page.is_last else page)


@in_machine(within=50)
class MovedChangesAreForgotten(Partition):
    """A component that took another in has nothing to tell."""

    def merge(self, target, held, members, edges) -> None:
        super().merge(target, held, members, edges)
        self.dirty.discard(target)


# Determinism.


@in_machine(within=100)
class LogicOfTheBinary(Partition):
    """A binary folds with its newest logic, whatever the log says is in force."""

    def first_leaves(self, size_a: int, size_b: int) -> bool:
        return size_a < size_b or (size_a == size_b and self.newest_logic % 2 == 1)


@in_machine(within=20, across_processes=True)
class HashOrder(Partition):
    """Members are told of in the order of a hash table."""

    def assign(self, component, nodes) -> None:
        versions = {str(node): version for node, version in nodes}
        super().assign(component, ((int(node), versions[node]) for node in set(versions)))
