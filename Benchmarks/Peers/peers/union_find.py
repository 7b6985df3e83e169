"""A union-find in C++."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import BinaryIO

from harness.peer import Failure, Peer, Work, run_program

SOURCE = Path(__file__).with_name("union_find.cpp")


class UnionFind(Peer):
    """A union-find in memory over interned identifiers, C++17 with `-O3 -march=native`, a scanner
    for this one shape of line, a hash table of its own, one link after the other. Links cannot be
    taken back, and nothing is left when it ends."""

    name = "union_find"
    title = "C++ union-find in memory"
    debian = {"g++": "g++"}
    most_links = 1_000_000_000
    bytes_per_link = 200
    engine_apart = True
    window = 1

    def version(self) -> str:
        return run_program(["g++", "--version"]).stdout.decode().split("\n", 1)[0]

    def open(self, work: Work) -> None:
        self.program = work.folder / "union_find"
        run_program(["g++", "-std=c++17", "-O3", "-march=native", "-o", self.program, SOURCE])
        self.answer = work.folder / "answer"

    def fold(self, work: Work) -> None:
        self.process = subprocess.Popen(
            [self.program, work.events, self.answer, str(self.window)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout
        if self.process.stdout.readline() != b"folded\n":
            raise Failure(f"the program ended with {self.process.wait()}")

    def write_answer(self, work: Work, output: BinaryIO) -> None:
        self.process.communicate(b"go\n")
        if self.process.returncode != 0:
            raise Failure(f"the program ended with {self.process.returncode}")
        with open(self.answer, "rb") as answer:
            shutil.copyfileobj(answer, output)

    def close(self, work: Work) -> None:
        process = getattr(self, "process", None)
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()


PEER = UnionFind
