"""The command line: `Tests/Kills/run`."""
from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Callable, Optional

from . import points
from .life import Kill, Life
from .points import VISITS, Stage
from .program import Failure, Program

KILLS_OF_A_LIFE = 14
"""Then its store is held against the oracle."""


def main(arguments: Optional[list[str]] = None) -> int:
    """0: all holds. 1: something is lost, or a point is never passed. 2: it was called wrongly."""
    options = parser().parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="kindred-kills-"))
    try:
        Run(options, folder).perform()
    except Failure as failure:
        print(f"{failure}\nseed {options.seed}; what is left lies in {folder}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        shutil.rmtree(folder, ignore_errors=True)
        return 130
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="Tests/Kills/run",
        description="Kills a node under load, again and again, and looks what it has lost.")
    made.add_argument(
        "program", metavar="PROGRAM",
        help="a kindred that was built with the package trait KillPoints")
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--points", action="store_true", help="kill it once at every point that it has")
    what.add_argument("--only", nargs="+", metavar="POINT", help="kill it at these points")
    what.add_argument(
        "--random", type=int, metavar="N", help="kill it so often, at points and at any moment")
    made.add_argument("--partitions", type=int, default=4, metavar="N")
    made.add_argument(
        "--seed", type=int, default=int(time.time()), metavar="SEED",
        help="what is said and when it is killed; how threads take turns is not in it")
    return made


class Run:
    """All lives of one call."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options = options
        self.folder = folder
        self.random = Random(options.seed)
        self.lives = 0
        self.kills: list[Kill] = []
        self.events = 0
        self.start = time.monotonic()

    def perform(self) -> None:
        """Kills as it was told.

        Raises `Failure`."""
        options = self.options
        points.check(Program(options.program, self.folder).points())
        for name in options.only or []:
            if name not in VISITS:
                raise Failure(f"{name} is no point")
        if options.random is not None:
            while len(self.kills) < options.random:
                left = options.random - len(self.kills)
                self.live(lambda life: self.strike_at_random(life, min(left, KILLS_OF_A_LIFE)))
        else:
            for names in self.shares(options.only or list(VISITS)):
                self.live(lambda life: self.strike_all(life, names))
        seconds = time.monotonic() - self.start
        at_points = sum(kill.at_point for kill in self.kills)
        opening = sum(kill.is_opening for kill in self.kills)
        print(
            f"{len(self.kills)} kills in {seconds:.0f} s: {at_points} at points, {opening} while "
            f"a store was opened; {self.lives} stores hold {self.events} events, and lost nothing")

    def shares(self, names: list[str]) -> list[list[str]]:
        """The points of each life: those of a store's making come first, those that need syncs are
        together."""
        first = [name for name in names if VISITS[name].stage == Stage.MAKING]
        rest = [name for name in names if name not in first]
        syncing = [name for name in rest if VISITS[name].needs_sync]
        others = [name for name in rest if name not in syncing]
        half = len(others) // 2 - len(first) // 2
        return [share for share in (first + syncing + others[:half], others[half:]) if share]

    def live(self, body: Callable[[Life], None]) -> None:
        """One life, killed as `body` says, and what must hold at its end."""
        self.lives += 1
        syncs = self.lives % 2 == 1
        place = self.folder / f"life-{self.lives}"
        place.mkdir()
        life = Life(
            Program(self.options.program, place), place, self.random.randrange(1 << 30),
            self.options.partitions, syncs)
        body(life)
        start = time.monotonic()
        count = life.finish()
        self.events += count
        self.kills += life.kills
        self.tell(f"holds {count} events, as its oracles do ({time.monotonic() - start:.1f} s)")
        shutil.rmtree(place)

    def strike_all(self, life: Life, names: list[str]) -> None:
        """Each point once, every third of those under load in a replay."""
        for number, name in enumerate(names):
            visit = VISITS[name]
            is_replay = number % 3 == 2 and visit.stage == Stage.SERVING and not visit.needs_sync
            self.told(life, lambda: life.strike_surely(name, "replay" if is_replay else "serve"))

    def strike_at_random(self, life: Life, count: int) -> None:
        """So many kills, more than half of them at points."""
        random = self.random
        if random.random() < 0.5:
            self.told(life, lambda: life.strike_point(random.choice(points.at(Stage.MAKING))))
        under_load = [
            name for name in points.at(Stage.SERVING) if life.syncs or not VISITS[name].needs_sync]
        behind = points.at(Stage.OPENING)
        while len(life.kills) < count:
            by = "replay" if random.random() < 0.25 else "serve"
            if random.random() < 0.4:
                self.told(life, lambda: life.strike_moment(by))
                continue
            name = random.choice(under_load)
            by = "serve" if VISITS[name].needs_sync else by
            self.told(life, lambda: life.strike_point(name, by))
            if random.random() < 0.3 and len(life.kills) < count:
                self.told(life, lambda: life.strike_point(random.choice(behind)))
            if random.random() < 0.1 and len(life.kills) < count:
                closing = random.choice(points.at(Stage.CLOSING))
                self.told(life, lambda: life.strike_point(closing))

    def told(self, life: Life, strike: Callable[[], object]) -> None:
        """Strikes, and tells the kills that came of it."""
        start, before = time.monotonic(), len(life.kills)
        strike()
        for kill in life.kills[before:]:
            self.tell(
                f"{kill.by:6} {kill.what:35} {len(life.feed.acknowledged):7} events "
                f"{time.monotonic() - start:6.1f} s")

    def tell(self, text: str) -> None:
        print(f"store {self.lives:2}  {text}", flush=True)
