"""A store's life: kills, and what must hold in between and at its end."""
from __future__ import annotations

import json
import time
from pathlib import Path
from random import Random
from typing import NamedTuple, Optional

from . import oracle
from .events import Stream
from .load import Feed, Load, events_folded
from .points import VISITS, Stage
from .program import WAIT_SECONDS, Failure, Program, Running

KEY = "000102030405060708090a0b0c0d0e0f"
PASSAGE_SECONDS = 40
"""How long a load may take to reach a point."""
ATTEMPTS = 6
"""How many lives of a process may miss a point before it counts as never passed."""
SOONER = 3
"""How many times fewer passages each of them waits for than the one before."""
STAYS = (0, 20, 100, 400, 800)
"""How long the thread that is at a point stays there before the process is killed, in milliseconds:
what other threads do too early then shows."""
REPLAY_EVENTS = 16_000
REPLAY_CHECKPOINT_EVENTS = 1_500
REPLAY_RECORDS = 8
"""A replay passes a point less often by so much: its records hold more."""
LOOK_SECONDS = 0.002


class Kill(NamedTuple):
    """One kill, as it was."""

    what: str
    """The point and the passage, or when."""
    by: str
    """serve or replay."""
    at_point: bool
    is_opening: bool


class Life:
    """One store, killed and opened again."""

    def __init__(
        self, program: Program, folder: Path, seed: int, partitions: int, syncs: bool
    ) -> None:
        self.program = program
        self.folder = folder
        self.data = folder / "store"
        self.key = folder / "key"
        self.key.write_text(KEY + "\n")
        self.random = Random(seed)
        self.syncs = syncs
        self.words = [
            "--data", str(self.data), "--key-file", str(self.key), "--partitions",
            str(partitions), "--durability", "fsync" if syncs else "os", "--memory",
            self.random.choice(("32MiB", "64MiB"))]
        self.feed = Feed(Stream(Random(seed + 1)), Random(seed + 2))
        self.kills: list[Kill] = []
        self.folded = 0
        """Events that the store is known to have folded, repeats included."""
        self.acknowledged_then = 0
        """Events that were acknowledged when that was seen."""

    # MARK: Kills

    def strike_point(self, name: str, by: str = "serve", sooner: int = 1) -> bool:
        """Kills the program at a point, so many times sooner than usual; false where it did not
        come there."""
        stage = VISITS[name].stage
        passages = VISITS[name].passages // sooner
        if by == "replay":
            passages //= REPLAY_RECORDS
        passages = max(1, passages)
        kill_at = f"{name}:{1 + self.random.randrange(passages)}"
        if stage == Stage.SERVING:
            kill_at += ":opened"
        kill_at += f":{self.random.choice(STAYS)}"
        if stage == Stage.CLOSING:
            return self.serve(kill_at, stops=True)
        if stage in (Stage.MAKING, Stage.OPENING):
            return self.serve(kill_at, seconds=self.random.uniform(0.2, 0.6))
        return self.replay(kill_at) if by == "replay" else self.serve(kill_at)

    def strike_moment(self, by: str = "serve") -> bool:
        """Kills the program at any moment."""
        if by == "replay":
            return self.replay(None, self.random.uniform(0, 1.2))
        if self.random.random() < 0.2:
            return self.kill_opening(None)
        stops = self.random.random() < 0.2
        return self.serve(None, seconds=self.random.uniform(0, 1.2), stops=stops)

    def strike_surely(self, name: str, by: str) -> None:
        """Kills the program at a point, each time sooner: a replay of a few large records passes
        some points a few times only.

        Raises `Failure` if it does not come there."""
        for attempt in range(ATTEMPTS):
            if self.strike_point(name, by, sooner=SOONER ** attempt):
                return
        raise Failure(f"{name} was never passed")

    def kill_opening(self, kill_at: Optional[str]) -> bool:
        """Opens the store to be killed on the way, at a point or at any moment."""
        running = self.start_serving(kill_at)
        time.sleep(self.random.uniform(0, 0.15))
        running.kill()
        return self.note(running, "while it opened", is_opening=True)

    def serve(
        self, kill_at: Optional[str], seconds: float = PASSAGE_SECONDS, stops: bool = False
    ) -> bool:
        """A node under load, until it is killed: at a point, or from here when so many seconds have
        passed. `stops`: it is told to end before, while it still has its load."""
        running = self.start_serving(kill_at)
        port = running.port()
        if port is None:
            return self.note(running, "", is_opening=True)
        self.check_folded(port)
        load = Load(self.feed, port, self.random.randrange(1 << 30))
        try:
            if stops:
                self.await_end(running, self.random.uniform(0.1, 0.6))
                running.stop()
                seconds = WAIT_SECONDS if kill_at else self.random.uniform(0, 0.3)
            self.await_end(running, seconds)
        finally:
            if running.status is None:
                running.kill()
            load.end()
        if stops and running.status == 0:
            # It was quicker to end than the kill to come.
            return False
        return self.note(running, "while it ended" if stops else "under load")

    def replay(self, kill_at: Optional[str], seconds: float = WAIT_SECONDS) -> bool:
        """A replay until it is killed, at a point or from here; false where it came to its end."""
        events = self.feed.take(REPLAY_EVENTS)
        file = self.folder / "events.jsonl"
        file.write_text("".join(event.line() + "\n" for event in events))
        running = self.program.start(
            ["replay", str(file), "--progress-every", "0.001", "--checkpoint-events",
             str(REPLAY_CHECKPOINT_EVENTS), *self.words], kill_at)
        self.await_end(running, seconds)
        if running.status is None:
            running.kill()
        count = len(events) if running.status == 0 else running.acknowledged_lines()
        self.feed.acknowledge(events[:count])
        self.feed.give_back(events[count:])
        return running.status != 0 and self.note(running, "while it replayed")

    def start_serving(self, kill_at: Optional[str]) -> Running:
        return self.program.start(["serve", "--port", "0", *self.words], kill_at)

    def await_end(self, running: Running, seconds: float) -> None:
        """Returns when the process has ended, or so many seconds have passed."""
        end = time.monotonic() + seconds
        while running.status is None and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)

    def note(self, running: Running, when: str, is_opening: bool = False) -> bool:
        """Notes a kill, and says whether it is the one that was meant."""
        at_point = running.was_killed()
        if not at_point and running.kill_at and not is_opening:
            when = f"{when}, before {running.kill_at}"
        what = running.kill_at if at_point else when
        self.kills.append(Kill(what or "", running.words[0], at_point, is_opening))
        return at_point or running.kill_at is None

    # MARK: What must hold

    def check_folded(self, port: int) -> None:
        """What was acknowledged before the store was opened was folded."""
        acknowledged = len(self.feed.acknowledged)
        folded = events_folded(port)
        if folded is None:
            return
        least = self.folded + acknowledged - self.acknowledged_then
        if folded < least:
            raise Failure(f"{least} events were acknowledged or seen, {folded} are there")
        self.folded, self.acknowledged_then = folded, acknowledged

    def finish(self) -> int:
        """Says again what was not acknowledged, ends the node in order, and holds the store against
        one of one partition that took all events in another order, and against the oracle.

        Returns how many events that are."""
        running = self.start_serving(None)
        port = running.port()
        if port is None:
            raise Failure("somebody else has killed the node")
        self.check_folded(port)
        while self.feed.again:
            Load(self.feed, port, self.random.randrange(1 << 30), only_again=True).join()
        running.stop()
        if running.wait(WAIT_SECONDS) != 0:
            raise Failure(f"the node ended with {running.status}: {running.said()[-2_000:]}")
        data = ["--data", str(self.data)]
        self.program.run(["verify", *data])
        digest, export = self.digest(data), self.program.run(["export", *data])
        events = list(self.feed.acknowledged)
        self.random.shuffle(events)
        file = self.folder / "all.jsonl"
        file.write_text("".join(event.line() + "\n" for event in events))
        twin = ["--data", str(self.folder / "twin")]
        self.program.run(
            ["replay", str(file), *twin, "--partitions", "1", "--key-file", str(self.key)])
        if digest != self.digest(twin):
            raise Failure(f"the digest is {digest}, {self.digest(twin)} at one partition")
        if export != self.program.run(["export", *twin]):
            raise Failure("export tells other customers than at one partition")
        if oracle.exported(export) != oracle.customers(events):
            raise Failure("export tells other customers than the oracle")
        return len(events)

    def digest(self, data: list[str]) -> str:
        """The logical digest of a store."""
        return json.loads(self.program.run(["digest", "--json", *data]))["digest"]
