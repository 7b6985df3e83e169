"""The program, as processes."""
from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Optional

WAIT_SECONDS = 120
"""How long anything may take that should take seconds; a store on a slow disk is no failure."""
LOOK_SECONDS = 0.002


class Failure(Exception):
    """What does not hold."""


class Program:
    """A built `kindred`, and where it writes what it says."""

    def __init__(self, path: str, folder: Path) -> None:
        self.path = path
        self.folder = folder
        self.started = 0

    def points(self) -> list[str]:
        """The points that it can be killed at."""
        done = subprocess.run(
            [self.path], env={**os.environ, "KINDRED_KILL_AT": "list"}, capture_output=True,
            text=True)
        names = done.stdout.split("\n")[:-1]
        if done.returncode != 0 or not all(name.isalpha() for name in names):
            raise Failure(f"{self.path} has no points: `make kills` builds one that has")
        return names

    def start(self, words: list[str], kill_at: Optional[str] = None) -> "Running":
        """Starts it, to be killed at a point."""
        self.started += 1
        return Running(self.path, words, self.folder / f"{self.started}", kill_at)

    def run(self, words: list[str]) -> str:
        """Runs it to its end, and gives what it prints."""
        running = self.start(words)
        if running.wait(WAIT_SECONDS) != 0:
            raise Failure(f"{words[0]} ended with {running.status}: {running.said()[-2_000:]}")
        return running.output.read_text()


class Running:
    """A process of the program."""

    def __init__(
        self, path: str, words: list[str], place: Path, kill_at: Optional[str]
    ) -> None:
        self.words = words
        self.kill_at = kill_at
        self.output = place.with_suffix(".out")
        self.errors = place.with_suffix(".err")
        environment = {key: value for key, value in os.environ.items() if "KINDRED" not in key}
        if kill_at:
            environment["KINDRED_KILL_AT"] = kill_at
        with open(self.output, "wb") as output, open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                [path] + words, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                env=environment)

    @property
    def status(self) -> Optional[int]:
        """What it ended with; None while it runs."""
        return self.process.poll()

    def said(self) -> str:
        """What it has said on standard error."""
        return self.errors.read_text(errors="replace")

    def wait(self, seconds: float) -> Optional[int]:
        """Waits for its end, and gives its status; None if it does not come."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """Kills it, if it still runs."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ends it as an operator does."""
        self.process.send_signal(signal.SIGTERM)

    def was_killed(self) -> bool:
        """Whether it ended at its point; any other end but that of a kill from here is a failure."""
        if self.status is None:
            raise Failure(f"{self.words[0]} still runs")
        if self.status != -signal.SIGKILL:
            raise Failure(
                f"{self.words[0]} ended by itself with {self.status}: {self.said()[-2_000:]}")
        return self.kill_at is not None and f"killed at {self.kill_at}\n" in self.said()

    def port(self) -> Optional[int]:
        """Waits until it serves, and gives its port; None if it was killed before."""
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            found = re.search(r'msg="?serving|message="?serving', text := self.said())
            if found:
                url = re.search(r'url="?http://127\.0\.0\.1:(\d+)', text)
                if url:
                    return int(url[1])
            if self.status is not None:
                self.was_killed()
                return None
            time.sleep(LOOK_SECONDS)
        self.kill()
        raise Failure(f"the node does not serve: {self.said()[-2_000:]}")

    def acknowledged_lines(self) -> int:
        """Up to which line a replay has said that it is acknowledged; 0: none."""
        lines = re.findall(r" events acknowledged, up to line (\d+).*\n", self.said())
        return int(lines[-1]) if lines else 0
