"""One run of one peer, measured."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from . import processes
from .peer import Failure, Peer

LOOK_SECONDS = 0.25
"""How often memory is looked at."""
GRACE_SECONDS = 5
"""How long one that failed may take to end by itself."""


class Measurement(NamedTuple):
    """What one fold took."""

    wall: float
    cpu: float
    """Processor seconds of what does the work."""
    script: float
    """Processor seconds of the script that feeds it, where that is apart."""
    peak_kilobytes: int
    version: str


class Runner:
    """Runs peers on one file, each run in a process and a folder of its own."""

    def __init__(self, python: str, program: str, folder: Path, patience: float) -> None:
        self.python = python
        self.program = program
        self.folder = folder
        self.patience = patience

    def run(self, peer: Peer, events: Path, answer: Path) -> Measurement:
        """Lets it fold the file, and write its answer."""
        own = self.folder / peer.name
        own.mkdir()
        # A server of the peer may belong to another user.
        own.chmod(0o711)
        os.sync()
        home = Path(__file__).resolve().parent.parent
        with open(own / "errors", "wb") as errors:
            child = subprocess.Popen(
                [self.python, "-B", "-m", "harness", peer.name, events, answer, own, self.program],
                cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
                env={**clean_environment(), "TMPDIR": str(own)}, start_new_session=True)
        overdue = threading.Event()

        def end() -> None:
            overdue.set()
            processes.kill_family(child.pid)

        clock = threading.Timer(self.patience, end)
        clock.start()
        try:
            measured = follow(child, peer)
            if child.wait() != 0:
                raise Failure(f"it ended with {child.returncode}")
            return measured
        except (Failure, OSError) as failure:
            # What it says comes before its end.
            with suppress(subprocess.TimeoutExpired):
                child.wait(GRACE_SECONDS)
            said = (own / "errors").read_text(errors="replace").strip()[-2_000:]
            reason = f"it did not end in {self.patience:.0f} s" if overdue.is_set() else failure
            raise Failure(f"{reason}\n{said}".rstrip()) from None
        finally:
            clock.cancel()
            if child.poll() is None:
                processes.kill_family(child.pid)
                child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe:
                    with suppress(BrokenPipeError):
                        pipe.close()
            shutil.rmtree(own, ignore_errors=True)


def follow(child: "subprocess.Popen[str]", peer: Peer) -> Measurement:
    """Lets the process begin, and measures up to its end."""
    assert child.stdin and child.stdout
    heard(child.stdout, "begin")
    ended = threading.Event()
    peaks = [0]

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            peaks.append(processes.kilobytes(child.pid, with_root=not peer.engine_apart))

    watcher = threading.Thread(target=look)
    before = processes.used(child.pid)
    watcher.start()
    try:
        start = time.monotonic()
        go(child.stdin)
        told = heard(child.stdout, "end")
        wall = time.monotonic() - start
        after = processes.used(child.pid)
        peaks.append(processes.kilobytes(child.pid, with_root=not peer.engine_apart))
    finally:
        ended.set()
        watcher.join()
    go(child.stdin)
    script, below = after.script - before.script, after.below - before.below
    return Measurement(
        wall=wall, cpu=below if peer.engine_apart else script + below,
        script=script if peer.engine_apart else 0.0,
        peak_kilobytes=int(told["peak_kilobytes"]) or max(peaks),  # type: ignore[call-overload]
        version=str(told["version"]))


def heard(output: IO[str], word: str) -> dict[str, object]:
    """Waits for a word of the process."""
    line = output.readline()
    if not line:
        raise Failure(f"it ended before its {word}")
    told: dict[str, object] = json.loads(line)
    if told["word"] != word:
        raise Failure(f"it said {line.strip()} instead of {word}")
    return told


def go(pipe: IO[str]) -> None:
    """Lets the process go on."""
    pipe.write("go\n")
    pipe.flush()


def clean_environment() -> dict[str, str]:
    """Without settings that change what is measured."""
    dropped = ("KINDRED_", "PG", "SPARK_", "PYSPARK_", "PATHWAY_", "REDIS")
    return {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
