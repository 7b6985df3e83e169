"""The command line: `Tests/Model/run`."""
from __future__ import annotations

import argparse
import multiprocessing
import pathlib
import re
import sys
import time
from functools import partial
from typing import Iterable, Optional

from . import mutations, schedule
from .world import World

TRACE_LINES = 200
"""Of a failure's trace this much is shown: its end, where it fails."""
SEEDS_PER_JOB = 50
PROGRESS_SECONDS = 10


def main(arguments: Optional[list[str]] = None) -> int:
    """0: all hold. 1: a seed fails. 2: it was called wrongly."""
    options = parser().parse_args(arguments)
    if options.trace is not None:
        return show(options.trace, world_of(options.mutation))
    if options.traces is not None:
        return write(options.seeds, options.traces)
    return search(options.seeds, options.jobs, options.mutation)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="Tests/Model/run", description="Runs the model of the partition protocol.")
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--seeds", type=seeds, metavar="A..<B",
        help="run these seeds, up to the first that fails; in a shell, quote them")
    what.add_argument(
        "--trace", type=int, metavar="SEED",
        help="print what was done to a run, every log record, and what folding it gave rise to")
    made.add_argument(
        "--traces", type=pathlib.Path, metavar="FOLDER",
        help="with --seeds: write what the logs hold, and what came of it, a file for each seed")
    made.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (1)")
    made.add_argument(
        "--mutation", choices=sorted(mutations.ALL), metavar="NAME",
        help="leave out one rule of the design: " + ", ".join(sorted(mutations.ALL)))
    return made


def seeds(text: str) -> range:
    found = re.fullmatch(r"(\d+)\.\.<(\d+)", text)
    if not found or int(found[1]) >= int(found[2]):
        raise argparse.ArgumentTypeError(f"write seeds as '0..<1000', not {text}")
    return range(int(found[1]), int(found[2]))


def world_of(mutation: Optional[str]) -> type[World]:
    return mutations.ALL[mutation].world if mutation else World


def show(seed: int, world: type[World]) -> int:
    trace, fault = schedule.traced(seed, world)
    print("\n".join(trace))
    print(f"# {fault or 'holds'}")
    return 1 if fault else 0


def write(chosen: range, folder: pathlib.Path) -> int:
    """Writes traces for another machine to play, without what was done to the run."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in chosen:
        trace, fault = schedule.traced(seed, World)
        if fault:
            print(f"seed {seed} fails: {fault}")
            return 1
        kept = trace[:1] + [line for line in trace[1:] if not line.startswith("#")]
        (folder / f"seed-{seed:04d}.txt").write_text("\n".join(kept) + "\n")
    return 0


def play(seed: int, mutation: Optional[str]) -> tuple[int, Optional[str]]:
    return seed, schedule.play(seed, world_of(mutation))


def search(chosen: range, jobs: int, mutation: Optional[str]) -> int:
    one = partial(play, mutation=mutation)
    if jobs == 1:
        return judge(chosen, map(one, chosen), mutation)
    with multiprocessing.Pool(jobs) as pool:
        return judge(chosen, pool.imap(one, chosen, SEEDS_PER_JOB), mutation)


def judge(
    chosen: range, results: Iterable[tuple[int, Optional[str]]], mutation: Optional[str]
) -> int:
    """Reads results up to the first fault, and says how many seeds hold."""
    started = shown = time.monotonic()
    for count, (seed, fault) in enumerate(results, 1):
        if fault:
            report(seed, fault, mutation)
            return 1
        if time.monotonic() - shown > PROGRESS_SECONDS:
            shown = time.monotonic()
            print(f"{count} seeds hold so far, {rate(count, started)}", file=sys.stderr)
    print(f"{len(chosen)} seeds hold ({chosen.start}..<{chosen.stop}), "
          f"{rate(len(chosen), started)}", flush=True)
    return 0


def rate(count: int, started: float) -> str:
    seconds = max(time.monotonic() - started, 0.001)
    return f"{count / seconds:.1f} seeds/s, {seconds:.0f} s"


def report(seed: int, fault: str, mutation: Optional[str]) -> None:
    trace, _ = schedule.traced(seed, world_of(mutation))
    print(trace[0])
    if len(trace) > TRACE_LINES:
        print(f"... the last {TRACE_LINES} of {len(trace)} lines:")
    print("\n".join(trace[1:][-TRACE_LINES:]))
    print(f"seed {seed} fails: {fault}")
    also = f" --mutation {mutation}" if mutation else ""
    print(f"replay it: Tests/Model/run --trace {seed}{also}")
