"""What must hold: `Watch` after every record that a witness folds, `at_rest` when all is quiet."""
from __future__ import annotations

from typing import TYPE_CHECKING

from . import oracle
from .messages import Change, Step
from .partition import Partition
from .state import reached
from .words import Event, Node, require

if TYPE_CHECKING:
    from .world import World


class Watch:
    """Single owner; versions of assignments and of directories never fall; ranks never fall."""

    def __init__(self) -> None:
        self.holders: dict[Node, int] = {}
        self.held: dict[int, set[Node]] = {}
        self.versions: dict[Node, int] = {}
        self.places: dict[Node, int] = {}
        self.ranks: dict[tuple, int] = {}
        self.changes: dict[tuple[Node, int], Change] = {}
        self.values: set[str] = set()

    def after_events(self, events: tuple[Event, ...]) -> None:
        for event in events:
            self.values.update((event.value_a, event.value_b))

    def after_step(self, machine: Partition, step: Step) -> None:
        self.check_members(machine)
        for node, place in machine.directory.items():
            require(place.version >= self.places.get(node, 0), "a directory version fell", node)
            self.places[node] = place.version
        for change in step.changes:
            told = self.changes.setdefault((change.customer, change.version), change)
            require(told == change, "one version, two contents", told, change)
            require(self.values.issuperset(change.added), "nobody's value is told", change)

    def check_members(self, machine: Partition) -> None:
        index, holders, versions = machine.index, self.holders, self.versions
        now: set[Node] = set()
        for name, held in machine.hosted.items():
            require(name not in machine.moved, "hosted and moved", name)
            require(held.rank >= self.ranks.get(name, len(held.members)), "a rank fell", name)
            self.ranks[name] = held.rank
            require(held.members, "an empty component", name)
            for node, member in held.members.items():
                if node in now or holders.setdefault(node, index) != index:
                    require(False, "two components hold", node)
                now.add(node)
                if member.version < versions.get(node, 0):
                    require(False, "the version fell of", node)
                versions[node] = member.version
        for node in self.held.get(index, now) - now:
            del holders[node]
        self.held[index] = now


def at_rest(world: World) -> None:
    """All that must hold once nothing is on its way."""
    nothing_waits(world)
    directories_equal_owners(world)
    components_are_connected(world)
    edges_equal_evidence(world)
    graph_equals_oracle(world)
    feed_equals_oracle(world)
    replicas_are_alike(world)


def nothing_waits(world: World) -> None:
    for machine in world.witnesses:
        require(not machine.parked, "parked for ever", machine.parked)
        require(not machine.staged and not machine.outgoing, "pages wait for ever")
        for to, sent in machine.sent.items():
            arrived = world.witnesses[to].seen.get(machine.index, 0)
            require(arrived == sent, "never arrived:", machine.index, "to", to, arrived, sent)


def directories_equal_owners(world: World) -> None:
    held = {
        node: (name, member.version)
        for machine in world.witnesses
        for name, component in machine.hosted.items()
        for node, member in component.members.items()
    }
    told = {node: tuple(place) for m in world.witnesses for node, place in m.directory.items()}
    require(held == told, "directories differ from owners:", set(held.items()) ^ set(told.items()))


def components_are_connected(world: World) -> None:
    for machine in world.witnesses:
        for name, held in machine.hosted.items():
            found = reached(min(held.members), held.neighbours())
            require(len(found) == len(held.members), "not connected:", name, held.members)
            require(None not in {m.value for m in held.members.values()}, "no value:", name)


def edges_equal_evidence(world: World) -> None:
    """Each component has heard the last of what was said of its edges."""
    edges = {}
    for machine in world.witnesses:
        for held in machine.hosted.values():
            for pair, edge in held.edges.items():
                require(pair[0] in held.members, "an edge without its lesser end", pair)
                edges[pair] = tuple(edge)
    told = {
        pair: (evidence.version, evidence.live)
        for machine in world.witnesses
        for pair, evidence in machine.evidence.items() if evidence.version
    }
    require(edges == told, "edges differ from evidence", set(edges.items()) ^ set(told.items()))


def graph(world: World) -> oracle.Customers:
    """The customers that the partitions host."""
    return {
        held.anchor(): tuple(sorted(member.value for member in held.members.values()))
        for machine in world.witnesses for held in machine.hosted.values()
    }


def graph_equals_oracle(world: World) -> None:
    found, expected = graph(world), oracle.customers(world.events)
    require(found == expected, "the graph differs:", only_in(found, expected))


def feed_equals_oracle(world: World) -> None:
    """Whoever keeps the greatest version of each customer, in any order, holds what is so."""
    arrived: dict[tuple[Node, int], Change] = {}
    for change in world.feed:
        told = arrived.setdefault((change.customer, change.version), change)
        require(told == change, "one version, two contents:", told, change)
    versions: dict[Node, int] = {}
    held: dict[Node, set[str]] = {}
    for (customer, version), change in sorted(arrived.items()):
        require(version == versions.get(customer, 0) + 1, "a version is missing", change)
        versions[customer] = version
        consume(held, change)
    live = {node: tuple(sorted(values)) for node, values in held.items()}
    expected = oracle.customers(world.events)
    require(live == expected, "the feed differs:", only_in(live, expected))


def consume(held: dict[Node, set[str]], change: Change) -> None:
    """What a consumer does with the next change of a customer, and what it may count on."""
    values = held.get(change.customer)
    if change.kind in ("created", "renamed"):
        require(values is None and change.whole, "exists already:", change)
    elif change.kind != "merged":
        require(values is not None, "does not exist:", change)
    if change.kind == "retired":
        require(not change.added and not change.removed, "retired with identifiers:", change)
        del held[change.customer]
        return
    old = set() if change.whole or values is None else values
    require(old >= set(change.removed) and old.isdisjoint(change.added), "no change", change)
    held[change.customer] = old - set(change.removed) | set(change.added)
    require(held[change.customer], "a customer without identifiers", change)


def replicas_are_alike(world: World) -> None:
    """Owner, standby, and what any snapshot gives: the same state, messages and feed."""
    for i, witness in enumerate(world.witnesses):
        log = world.logs[i]
        require(witness.position == log.end, "the log is not folded", i)
        oldest, *later = world.snapshots[i]
        replay = oldest.clone()
        for snapshot in [*later, witness]:
            fold_to(world, replay, snapshot.position)
            check_alike(replay, snapshot)
        for replica in [world.owners[i], *world.standbys[i : i + 1]]:
            fold_to(world, replica.machine, log.end)
            check_alike(replica.machine, witness)


def fold_to(world: World, machine: Partition, position: int) -> None:
    """Folds on, with the binary that knows all logic, and compares what comes of it."""
    machine.newest_logic = max(world.binaries)
    while machine.position < position:
        at = machine.index, machine.position
        step = machine.fold(world.logs[machine.index][machine.position])
        require(step == world.ledger[at[0]][at[1]], "a replay differs at", *at)


def check_alike(machine: Partition, other: Partition) -> None:
    difference = machine.difference(other)
    require(difference is None, "two replicas differ:", difference)


def only_in(found: dict, expected: dict) -> str:
    return (
        f"too many {sorted(found.items() - expected.items())[:3]},"
        f" missing {sorted(expected.items() - found.items())[:3]}")
