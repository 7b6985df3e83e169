"""All that is around the machines: logs, channels, replicas, checkpoints, and what goes wrong.

It performs the ordering contract; a mutation overrides one rule of it. *Witnesses* are replicas
that never fail and fold each record once it is durable: what they do is what the logs mean. Every
other replica's outputs are compared with theirs.
"""
from __future__ import annotations

from collections import deque
from random import Random
from typing import Iterator, NamedTuple, Optional

from . import text
from .invariants import Watch
from .messages import Change, Collect, Done, Events, Logic, Record, Step
from .partition import Partition, UnknownLogic
from .state import Limits
from .words import ComponentID, Event, require

FEED = -1
"""The destination of changes."""
SNAPSHOTS_KEPT = 3


class Setting(NamedTuple):
    """What a run is made of, beside its events."""

    partitions: int
    limits: Limits
    embedded: bool
    """One process with local logs, whose tails a power loss takes; else a broker's logs, which
    are durable at once, with standbys that take over and owners that do not know they are dead."""


class Log:
    """One partition's ordered log: durable up to a place, trimmed behind another."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.base = 0
        self.durable = 0

    @property
    def end(self) -> int:
        return self.base + len(self.records)

    def __getitem__(self, position: int) -> Record:
        require(self.base <= position < self.end, "not in the log", position)
        return self.records[position - self.base]

    def trim(self, position: int) -> None:
        if position > self.base:
            del self.records[: position - self.base]
            self.base = position

    def cut(self, position: int) -> list[Record]:
        """Loses all from the position on, and says what was lost."""
        lost = self.records[position - self.base :]
        del self.records[position - self.base :]
        return lost


class Network:
    """A queue for each (partition, replica, destination): first in first out, each at its pace."""

    def __init__(self) -> None:
        self.queues: dict[tuple[int, int, int], deque] = {}
        self.ready: list[tuple[int, int, int]] = []

    def put(self, key: tuple[int, int, int], item) -> None:
        if key not in self.queues:
            self.queues[key] = deque()
            self.ready.append(key)
        self.queues[key].append(item)

    def take(self, index: int) -> tuple[tuple[int, int, int], object]:
        key = self.ready[index]
        queue = self.queues[key]
        item = queue.popleft()
        if not queue:
            del self.queues[key], self.ready[index]
        return key, item

    def cut(self, partition: int, number: int, random: Random) -> None:
        """A replica died: of each of its queues a tail never left it."""
        for key in [key for key in self.ready if key[:2] == (partition, number)]:
            queue = self.queues[key]
            for _ in range(random.randrange(len(queue) + 1)):
                queue.pop()
            if not queue:
                del self.queues[key]
                self.ready.remove(key)

    def clear(self) -> None:
        self.queues.clear()
        self.ready.clear()


class Waiting(NamedTuple):
    """What a record gave rise to, and may not leave yet."""

    position: int
    step: Step
    first_change: int


class Replica:
    """A machine on its way through the log, and what it has not released."""

    def __init__(self, machine: Partition, number: int) -> None:
        self.machine, self.number = machine, number
        self.waiting: deque[Waiting] = deque()
        self.candidates: list[Partition] = []
        self.broken = False
        """It was told of a failed delivery."""
        self.halted = False
        """Its binary lacks the logic in force."""

    def fold(self, log: Log, limit: int) -> bool:
        """Folds up to the limit; says whether it came further."""
        start = self.machine.position
        while self.machine.position < limit and not self.halted:
            position, first = self.machine.position, self.machine.changes
            try:
                step = self.machine.fold(log[position])
            except UnknownLogic:
                self.halted = True
                break
            if step.deliveries or step.changes:
                self.waiting.append(Waiting(position, step, first + 1))
        return self.machine.position > start

    def forget(self, position: int) -> None:
        """All that came of records before it has arrived."""
        while self.waiting and self.waiting[0].position < position:
            self.waiting.popleft()


class World:
    """The partitions of one run."""

    machine_type = Partition

    def __init__(
        self, setting: Setting, random: Random, trace: Optional[list[str]] = None
    ) -> None:
        self.setting, self.random, self.trace = setting, random, trace
        self.count = setting.partitions
        self.all = range(self.count)
        self.binaries = (1,)
        self.replicas = 0
        self.logs = [Log() for _ in self.all]
        self.network = Network()
        self.witnesses = [self.machine(i, 2) for i in self.all]
        self.ledger: list[list[Step]] = [[] for _ in self.all]
        self.snapshots = [[self.machine(i, 2)] for i in self.all]
        self.owners = [self.restored(i) for i in self.all]
        self.standbys = [] if setting.embedded else [self.restored(i) for i in self.all]
        self.zombies: list[tuple[int, Replica]] = []
        self.feed: list[Change] = []
        self.published = [0] * self.count
        self.events: list[Event] = []
        self.refused: list[Event] = []
        """Lost before they were acknowledged: the client says them again."""
        self.watch = Watch()

    def machine(self, index: int, newest_logic: int) -> Partition:
        return self.machine_type(
            index, self.count, self.setting.limits, newest_logic)

    def restored(self, i: int) -> Replica:
        """A new replica, from one of the snapshots that are kept."""
        machine = self.random.choice(self.snapshots[i]).clone()
        machine.newest_logic = self.random.choice(self.binaries)
        self.replicas += 1
        return Replica(machine, self.replicas)

    def tell(self, *words: object) -> None:
        if self.trace is not None:
            self.trace.append(" ".join(["#", *map(str, words)]))

    # Logs.

    def append(self, i: int, record: Record) -> None:
        self.logs[i].records.append(record)
        if not self.setting.embedded:
            self.sync(i)

    def collect(self, i: int, pointer: ComponentID) -> None:
        """A pointer goes by a record only: every replica loses it at the same place."""
        self.append(i, Collect(pointer))

    def sync(self, i: int) -> None:
        """What is in the log is durable now: the witness folds it, and the owner may release."""
        log = self.logs[i]
        log.durable = log.end
        self.witness(i)
        self.release(i, self.owners[i])

    def witness(self, i: int) -> None:
        log, witness = self.logs[i], self.witnesses[i]
        while witness.position < log.durable:
            position = witness.position
            record = log[position]
            step = witness.fold(record)
            self.ledger[i].append(step)
            if self.trace is not None:
                self.trace.extend(text.folded(i, position, record, step))
            if isinstance(record, Events):
                self.events.extend(record.events)
                self.watch.after_events(record.events)
            self.watch.after_step(witness, step)

    # Replicas.

    def advance(self, i: int) -> bool:
        """The owner folds, also what is not durable yet, and releases what it may."""
        owner = self.owners[i]
        moved = owner.fold(self.logs[i], self.logs[i].end)
        return self.release(i, owner) or moved

    def follow(self, i: int, replica: Replica) -> None:
        """A standby folds, and keeps what its log does not say to be done."""
        start = replica.machine.position
        replica.fold(self.logs[i], self.logs[i].durable)
        for position in range(start, replica.machine.position):
            record = self.logs[i][position]
            if isinstance(record, Done):
                replica.forget(record.position)

    def haunt(self, i: int, zombie: Replica) -> None:
        """One that was succeeded and does not know it folds and sends on."""
        if zombie.machine.position < self.logs[i].base:
            self.zombies.remove((i, zombie))
        else:
            zombie.fold(self.logs[i], self.logs[i].durable)
            self.release(i, zombie)

    def may_release(self, i: int, position: int) -> bool:
        """Nothing leaves before the record that gave rise to it is durable."""
        return position < self.logs[i].durable

    def release(self, i: int, replica: Replica) -> bool:
        released = False
        while replica.waiting and self.may_release(i, replica.waiting[0].position):
            self.emit(i, replica, replica.waiting.popleft())
            released = True
        return released

    def emit(self, i: int, replica: Replica, out: Waiting) -> None:
        if out.position < len(self.ledger[i]):
            witnessed = self.ledger[i][out.position]
            require(out.step == witnessed, "a replay differs at", i, out.position, out.step,
                    "is not", witnessed)
        for to, delivery in out.step.deliveries:
            self.network.put((i, replica.number, to), delivery)
        if out.step.changes:
            self.network.put((i, replica.number, FEED), (out.first_change, out.step.changes))

    # Channels.

    def deliver(self, index: int, times: int) -> Optional[int]:
        """The oldest of one queue arrives, twice or never at times; says at which partition."""
        (sender, number, to), item = self.network.take(index)
        if times == 0:
            self.tell("dropped: the next from", sender, "to", "feed" if to == FEED else to)
            if self.owners[sender].number == number:
                self.owners[sender].broken = True
            return None
        for _ in range(times):
            if to == FEED:
                self.publish(sender, *item)
            else:
                self.append(to, item)
        return None if to == FEED else to

    def publish(self, i: int, first: int, changes: tuple[Change, ...]) -> None:
        self.feed.extend(changes)
        if first <= self.published[i] + 1:
            self.published[i] = max(self.published[i], first + len(changes) - 1)

    # Checkpoints.

    def begin_checkpoint(self, i: int) -> None:
        owner = self.owners[i]
        begun = owner.candidates[-1] if owner.candidates else self.snapshots[i][-1]
        if owner.machine.position > begun.position:
            owner.candidates.append(owner.machine.clone())

    def finish_checkpoints(self, i: int) -> None:
        candidates = self.owners[i].candidates
        while candidates and self.may_store(i, candidates[0]):
            stored = candidates.pop(0)
            self.snapshots[i] = [*self.snapshots[i], stored][-SNAPSHOTS_KEPT:]
            self.tell("checkpoint of", i, "at", stored.position)
            self.append(i, Done(stored.position))
            self.trim(i)

    def may_store(self, i: int, machine: Partition) -> bool:
        """All before its position is durable, and so is all that came of it, where it went."""
        return (
            machine.position <= self.logs[i].durable
            and machine.changes <= self.published[i]
            and all(self.arrived(i, to) >= sent for to, sent in machine.sent.items())
        )

    def arrived(self, sender: int, to: int) -> int:
        """The last number of the sender's in the receiver's log without a gap, and durable."""
        return self.witnesses[to].seen.get(sender, 0)

    def trim(self, i: int) -> None:
        needed = self.snapshots[i][0].position
        if self.standbys:
            needed = min(needed, self.standbys[i].machine.position)
        self.logs[i].trim(needed)

    # Faults.

    def restart(self, i: int) -> None:
        """The owner dies; one that a snapshot gives folds the log again, and sends again."""
        self.tell("restart of", i)
        self.network.cut(i, self.owners[i].number, self.random)
        self.owners[i] = self.restored(i)

    def take_over(self, i: int, lives_on: bool) -> None:
        """The standby becomes owner, and first sends all since the last `done`."""
        self.tell("takeover of", i, "and the old owner lives on" if lives_on else "")
        old, self.owners[i] = self.owners[i], self.standbys[i]
        self.standbys[i] = self.restored(i)
        if lives_on:
            self.zombies.append((i, old))
        else:
            self.network.cut(i, old.number, self.random)
        self.release(i, self.owners[i])

    def lose_power(self) -> None:
        """Every partition at once loses what is in memory, and of its log a tail not durable."""
        self.tell("power loss")
        self.network.clear()
        for i in self.all:
            log = self.logs[i]
            keep = self.random.randrange(log.durable, log.end + 1)
            for record in log.cut(keep):
                if isinstance(record, Events):
                    self.refused.extend(record.events)
                elif isinstance(record, Logic):
                    log.records.append(record)
            require(all(s.position <= log.end for s in self.snapshots[i]), "a log's tail is lost")
        for i in self.all:
            self.owners[i] = self.restored(i)
            self.sync(i)
        for i in self.all:
            self.advance(i)
        self.check_tails()

    def check_tails(self) -> None:
        """After folding all tails nobody has seen what its sender has not sent."""
        for i, owner in enumerate(self.owners):
            for to in self.all:
                require(
                    owner.halted or self.arrived(i, to) <= owner.machine.sent.get(to, 0),
                    "a log's tail is lost: partition", to, "has seen what", i, "never sent")

    def upgrade(self) -> bool:
        """Replicas that halted get the newer binary."""
        halted = [replica for replica in self.everyone() if replica.halted]
        for replica in halted:
            replica.machine.newest_logic = max(self.binaries)
            replica.halted = False
        return bool(halted)

    def everyone(self) -> Iterator[Replica]:
        yield from self.owners
        yield from self.standbys
        for _, zombie in self.zombies:
            yield zombie
