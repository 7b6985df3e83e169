"""Seeded runs: what is said, and in which order it arrives, what is repeated, lost and killed.

One seed is one run, in every process. A run goes on at random until nothing is left to do.
"""
from __future__ import annotations

import traceback
from random import Random
from typing import NamedTuple, Optional

from .invariants import at_rest
from .messages import Events, Logic, Tick
from .state import Limits
from .words import BAN, LINK, OBSERVE, UNBAN, UNLINK, Event, Violation, home, require
from .world import FEED, Setting, World

TURNS = 100_000
"""A run that takes more does not settle."""
SHAPES = ("any", "any", "any", "hub", "chain", "groups")


class Workload(NamedTuple):
    """How many identifiers and events, how they hang together, and how much is taken back."""

    nodes: int
    events: int
    times: int
    """How many different event times there are: few make ties, 0 means that they rise.

    Where they rise each event has the last word when it is said, so pairs turn often."""
    shape: str
    unlinks: float
    bans: float
    observes: float


def workload(random: Random) -> Workload:
    """Most are small: small ones find most, and there can be many of them."""
    nodes, events = random.choice(
        ((3, 6), (4, 12), (4, 30), (6, 20), (8, 40), (8, 80), (20, 30), (20, 80), (60, 120)))
    return Workload(
        nodes, events, random.choice((0, 0, 3, events)), random.choice(SHAPES),
        random.choice((0, 0.1, 0.3, 0.5)), random.choice((0, 0, 0.1)), random.choice((0, 0.1)))


def ends(random: Random, work: Workload) -> tuple[int, int]:
    """Two different identifiers, in canonical order."""
    nodes = work.nodes
    if work.shape == "hub" and random.random() < 0.8:
        a, b = nodes // 2, random.randrange(nodes - 1)
        b += b >= a
    elif work.shape == "chain":
        a = random.randrange(nodes - 1)
        b = a + 1
    elif work.shape == "groups" and nodes >= 8 and random.random() < 0.9:
        group = random.randrange(nodes // 4) * 4
        a, b = random.sample(range(group, group + 4), 2)
    else:
        a, b = random.sample(range(nodes), 2)
    return min(a, b), max(a, b)


def make_event(random: Random, work: Workload, index: int) -> Event:
    a, b = ends(random, work)
    operation, luck = LINK, random.random()
    if luck < work.unlinks:
        operation = UNLINK
    elif luck > 1 - work.observes:
        operation, b = OBSERVE, a
    elif random.random() < work.bans:
        operation = random.choice((BAN, UNBAN))
    source = random.choice("xy")
    time = random.randrange(work.times) if work.times else index
    return Event(operation, a, b, source, time, f"v{a}", f"v{b}")


class Run:
    """One seed: the world, and the chances that move it."""

    def __init__(
        self, seed: int, world_type: type[World] = World, traced: bool = False,
        events: Optional[list[Event]] = None,
    ) -> None:
        random = self.random = Random(seed)
        self.trace: Optional[list[str]] = [] if traced else None
        setting = Setting(
            partitions=random.choice((1, 2, 2, 2, 3, 3, 4, 5, 7, 8, 12, 16)),
            limits=Limits(
                random.choice((1, 2, 3, 8, 1_000)), random.choice((1, 2, 1_000)),
                # Of a stream of its own, which moves no other choice.
                Random(f"feed {seed}").choice((1, 2, 5, 1_000))),
            embedded=random.random() < 0.4)
        work = workload(random)
        made = [make_event(random, work, index) for index in range(work.events)]
        self.pending = made if events is None else list(events)
        self.burst, self.lag = random.random(), random.choice((0, 0.2, 0.7))
        self.faults = random.choice((0, 3, 10, 20))
        self.frame = random.choice((1, 1, 4))
        self.bias = random.choice((0, 0.7, 0.95, -0.9))
        """Towards queues that became ready last, so that others wait long, or that did first."""
        slow = random.choice((0, 0.1, 0.4))
        self.slow = {
            (sender, to) for sender in range(setting.partitions)
            for to in range(FEED, setting.partitions) if random.random() < slow}
        """From whom to whom everything takes long."""
        self.syncs = random.choice((3, 15)) if setting.embedded else 0
        self.collects, self.ticks = random.choice((0, 5, 20)), random.choice((2, 15))
        self.switches: list[int] = []
        """Partitions whose log is still to be told of the next logic version."""
        if random.random() < 0.5:
            self.switches = list(range(setting.partitions))
        self.world = world_type(setting, random, self.trace)
        self.world.binaries = (1, 2) if self.switches else (1,)
        self.world.tell(
            f"seed={seed} partitions={setting.partitions} embedded={int(setting.embedded)}",
            *(f"{name}={value}" for part in (setting.limits, work)
              for name, value in part._asdict().items()))
        self.actions = self.weighted_actions()

    def weighted_actions(self) -> list:
        """One of a hundred is chosen after each turn; for the rest, nothing happens."""
        weights = {
            self.sync_some: self.syncs, self.fold_some: 15, self.begin_checkpoint: 5,
            self.finish_checkpoint: 8, self.tick_some: self.ticks,
            self.collect_some: self.collects, self.follow_some: 8, self.haunt_some: 4,
            self.fail: 3, self.restart_broken: 3, self.switch_logic: 2, self.upgrade: 2,
        }
        actions = [action for action, weight in weights.items() for _ in range(weight)]
        return actions + [None] * (100 - len(actions))

    def finish(self) -> None:
        """Runs until nothing is left to do, and checks what must hold then."""
        turns = 0
        while self.turn():
            turns += 1
            require(turns < TURNS, "does not settle")
        at_rest(self.world)

    def turn(self) -> bool:
        world, random = self.world, self.random
        ready = len(world.network.ready)
        if self.pending and (not ready or random.random() < self.burst):
            self.say()
        elif ready:
            luck = random.random()
            times = 0 if luck < 0.01 and self.faults > 0 else 2 if luck > 0.98 else 1
            self.faults -= times == 0
            reached = world.deliver(self.choose(ready), times)
            if reached is not None and random.random() >= self.lag:
                world.advance(reached)
        else:
            return self.settle()
        action = self.actions[random.randrange(100)]
        if action is not None:
            action()
        return True

    def choose(self, ready: int) -> int:
        """Which queue's oldest arrives now."""
        index = self.choose_any(ready)
        sender, _, to = self.world.network.ready[index]
        if (sender, to) in self.slow and self.random.random() < 0.95:
            return self.choose_any(ready)
        return index

    def choose_any(self, ready: int) -> int:
        if self.random.random() < abs(self.bias):
            return ready - 1 if self.bias > 0 else 0
        return self.random.randrange(ready)

    def say(self) -> None:
        """A router takes some events with one home, and some of them twice."""
        first = self.pending[0]
        to = home(first.a, self.world.count)
        frame = [one for one in self.pending[:20] if home(one.a, self.world.count) == to]
        frame = frame[: self.frame]
        for one in frame:
            self.pending.remove(one)
        if self.random.random() < 0.1:
            self.pending.append(first)
        self.world.append(to, Events(tuple(frame)))
        if self.random.random() >= self.lag:
            self.world.advance(to)

    def settle(self) -> bool:
        """Nothing is on its way: does what chance has not done; false if that is nothing."""
        world = self.world
        unsynced = [i for i in world.all if world.logs[i].durable < world.logs[i].end]
        for i in unsynced:
            world.sync(i)
        moved = [world.advance(i) for i in world.all]
        if unsynced or any(moved) or self.take_refused() or world.upgrade():
            return True
        if self.restart_broken() or self.switch_logic():
            return True
        dirty = [i for i in world.all if world.witnesses[i].dirty]
        for i in dirty:
            world.append(i, Tick())
        return bool(dirty)

    def take_refused(self) -> bool:
        refused, self.world.refused = self.world.refused, []
        self.pending.extend(refused)
        return bool(refused)

    # What chance does.

    def some(self) -> int:
        return self.random.randrange(self.world.count)

    def sync_some(self) -> None:
        self.world.sync(self.some())

    def fold_some(self) -> None:
        self.world.advance(self.some())

    def begin_checkpoint(self) -> None:
        self.world.begin_checkpoint(self.some())

    def finish_checkpoint(self) -> None:
        self.world.finish_checkpoints(self.some())

    def tick_some(self) -> None:
        self.world.append(self.some(), Tick())

    def collect_some(self) -> None:
        i = self.some()
        pointers = sorted(self.world.witnesses[i].moved)
        if pointers:
            self.world.collect(i, self.random.choice(pointers))

    def follow_some(self) -> None:
        i = self.some()
        if self.world.standbys:
            self.world.follow(i, self.world.standbys[i])

    def haunt_some(self) -> None:
        zombies = self.world.zombies
        if zombies:
            index = self.random.randrange(len(zombies))
            if self.random.random() < 0.1:
                del zombies[index]
            else:
                self.world.haunt(*zombies[index])

    def fail(self) -> None:
        """Somebody dies, or several at once."""
        world, random = self.world, self.random
        if self.faults <= 0:
            return
        self.faults -= 1
        if world.setting.embedded:
            world.lose_power()
            return
        takes_over = random.random() < 0.5
        for i in [i for i in world.all if random.random() < 0.4]:
            if takes_over:
                world.take_over(i, lives_on=random.random() < 0.5)
            else:
                world.restart(i)

    def restart_broken(self) -> bool:
        broken = [i for i in self.world.all if self.world.owners[i].broken]
        for i in broken:
            self.world.restart(i)
        return bool(broken)

    def switch_logic(self) -> bool:
        if not self.switches:
            return False
        i = self.switches.pop(self.random.randrange(len(self.switches)))
        self.world.append(i, Logic(2))
        return True

    def upgrade(self) -> None:
        self.world.upgrade()


def play(seed: int, world_type: type[World] = World) -> Optional[str]:
    """Runs a seed; says what does not hold, or nothing."""
    return fault(Run(seed, world_type))


def fault(run: Run) -> Optional[str]:
    """What does not hold in a run, or nothing. A step is total: none may raise an error."""
    try:
        run.finish()
    except Violation as found:
        return str(found)
    except Exception as error:  # Whatever it is, it is a fault of the machine.
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"a step failed: {error!r} in {place.name}, line {place.lineno}"
    return None


def traced(seed: int, world_type: type[World] = World) -> tuple[list[str], Optional[str]]:
    """The trace of a seed, and what does not hold."""
    run = Run(seed, world_type, traced=True)
    found = fault(run)
    return run.trace or [], found
