"""The command line: `Benchmarks/Peers/run`."""
from __future__ import annotations

import argparse
import resource
import shutil
import signal
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Optional, Sequence

from peers import NAMES, peer_named

from . import machine, oracle, processes, report
from .measure import Measurement, Runner
from .packages import Packages
from .peer import Failure, Peer, run_program
from .summary import Summary, significant

HOME = Path(__file__).resolve().parents[3]
DISK_BYTES_A_LINK = 700


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """0: measured, all answers are right. 1: one is wrong or failed. 2: it was called wrongly.
    3: it cannot begin."""
    options = parser().parse_args(arguments)
    if options.list:
        for name in NAMES:
            print(f"{name:12} {peer_named(name).title}")
        return 0
    # Ended as by Ctrl-C: servers are stopped and the folder is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="kindred-peers-"))
    # Servers of another user look for their folders below it.
    folder.chmod(0o711)
    try:
        return Run(options, folder).perform()
    except Failure as failure:
        print(f"run: {failure}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="Benchmarks/Peers/run",
        description="Measures Kindred and other systems on the same files, taking turns, holds all "
        "answers against one oracle, and writes a table and a plot.")
    made.add_argument(
        "--program", metavar="FILE", default=str(HOME / ".build" / "release" / "kindred"),
        help="the kindred to measure (default: the release build)")
    made.add_argument(
        "--links", type=positive, nargs="+", metavar="N", default=[1_000_000],
        help="links of each file (default: 1000000)")
    made.add_argument("--only", nargs="+", metavar="NAME", choices=NAMES, help="these peers only")
    made.add_argument(
        "--skip", nargs="+", metavar="NAME", choices=NAMES, default=[], help="not these")
    made.add_argument(
        "--rounds", type=positive, metavar="R", default=3, help="turns of each (default: 3)")
    made.add_argument(
        "--patience", type=positive, metavar="SECONDS", default=3_600,
        help="what one run may take (default: 3600)")
    made.add_argument(
        "--output", type=Path, metavar="PLACE", default=HOME / "Benchmarks" / "Results",
        help="the folder or the .md file for the results (default: Benchmarks/Results)")
    made.add_argument(
        "--setup", action="store_true",
        help="install what is missing from Debian and, into .build/peers-venv, from PyPI")
    made.add_argument("--list", action="store_true", help="list the peers")
    return made


def positive(text: str) -> int:
    """A whole number from 1 on."""
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


class Run:
    """One call."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options = options
        self.folder = folder
        self.packages = Packages(HOME / ".build" / "peers-venv")
        self.peers = [
            peer_named(name) for name in NAMES
            if (name in options.only if options.only else True) and name not in options.skip]

    def perform(self) -> int:
        """Measures all sizes, and writes what came of it."""
        program = Path(self.options.program).resolve()
        if not program.is_file():
            raise Failure("there is no program to measure: run make build, or name it: --program")
        if not self.peers:
            raise Failure("no peer is left: see --only and --skip")
        if self.options.setup:
            self.packages.install(self.peers)
        self.runner = Runner(
            self.packages.python, str(program), self.folder, self.options.patience)
        sizes = [self.measure(links) for links in self.options.links]
        if not any(one.rounds or one.failed for size in sizes for one in size.summaries):
            raise Failure("every peer was skipped, and nothing was measured")
        written = report.write(self.place(), sizes, self.command())
        for path in written:
            say(f"wrote {path.name}")
        return 1 if any(one.failed for size in sizes for one in size.summaries) else 0

    def place(self) -> Path:
        """The file for the table."""
        output: Path = self.options.output
        return output if output.suffix == ".md" else output / f"{date.today()}-peers.md"

    def command(self) -> str:
        """How to do the same again."""
        options = self.options
        words = ["Benchmarks/Peers/run", "--links", *map(str, options.links), "--rounds",
                 str(options.rounds)]
        for flag, names in (("--only", options.only), ("--skip", options.skip)):
            if names:
                words += [flag, *names]
        return " ".join(words)

    def measure(self, links: int) -> report.Size:
        """All peers on one file."""
        free = shutil.disk_usage(self.folder).free
        if free < links * DISK_BYTES_A_LINK:
            raise Failure(
                f"{links:,} links need {links * DISK_BYTES_A_LINK / 1e9:.0f} GB of disk, "
                f"{free / 1e9:.0f} GB are free: TMPDIR can name another place")
        events, expected = self.folder / "events.jsonl", self.folder / "oracle"
        say(f"making {links:,} links and the oracle's answer")
        run_program([self.runner.program, "generate", "--links", links, "--seed", "1",
                     "--output", events])
        # In a process of its own, so that its memory is free again for the peers.
        run_program([sys.executable, "-B", "-m", "harness", "oracle", events, expected],
                    cwd=Path(__file__).resolve().parent.parent)
        oracle.sort(expected)
        shape = oracle.shape(expected)
        load, start, others = machine.load_average(), time.monotonic(), foreign_seconds()
        summaries = self.take_turns(links, events, expected)
        foreign = (foreign_seconds() - others) / (time.monotonic() - start)
        return report.Size(links, shape, summaries, load, max(foreign, 0.0))

    def take_turns(self, links: int, events: Path, expected: Path) -> list[Summary]:
        """Round after round, so that what disturbs disturbs all."""
        runs: dict[str, list[Measurement]] = {peer.name: [] for peer in self.peers}
        skipped = {peer.name: self.reason_to_skip(peer, links) for peer in self.peers}
        failed: dict[str, str] = {}
        for peer in self.peers:
            if skipped[peer.name]:
                say(f"{peer.name}: skipped, {skipped[peer.name]}")
        for number in range(1, self.options.rounds + 1):
            for peer in self.peers:
                if skipped[peer.name] or peer.name in failed:
                    continue
                try:
                    run = self.runner.run(peer, events, self.folder / "answer")
                    oracle.check(expected, self.folder / "answer")
                except Failure as failure:
                    failed[peer.name] = str(failure)
                    say(f"{peer.name}: FAILED: {failure}")
                    continue
                runs[peer.name].append(run)
                say(f"{number}: {peer.name:12} {run.wall:8.2f} s {run.cpu:8.2f} CPU-s "
                    f"{significant(links / run.wall):>12} links/s")
        return [
            Summary(peer, links, tuple(runs[peer.name]), skipped[peer.name],
                    failed.get(peer.name, "")) for peer in self.peers]

    def reason_to_skip(self, peer: Peer, links: int) -> str:
        """Why it is not run; empty: it is."""
        missing = self.packages.missing(peer)
        if missing.debian or missing.python:
            return f"it is not installed: {missing}, or --setup"
        asked = self.options.only and peer.name in self.options.only
        if links > peer.most_links and not asked:
            return f"more than {peer.most_links:,} links take it too long, unless --only names it"
        needed, free = links * peer.bytes_per_link, machine.available_bytes()
        if needed > free:
            return f"it needs about {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} are free"
        return ""


def foreign_seconds() -> float:
    """What other processes than this one and those below it have used."""
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return processes.busy_seconds() - sum(usage.ru_utime + usage.ru_stime for usage in own)


def say(text: str) -> None:
    """Progress."""
    print(text, file=sys.stderr, flush=True)
