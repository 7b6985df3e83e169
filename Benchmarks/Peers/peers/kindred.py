"""Kindred itself."""
from __future__ import annotations

import csv
import os
import subprocess
from typing import Iterable

from harness.peer import Failure, Peer, Work, run_program


class Kindred(Peer):
    """`kindred replay` of one partition with `--durability os`: the whole process, from its start
    over parsing, validating, normalising and keyed hashing to the log, the graph with every
    source's word, and the last checkpoint."""

    name = "kindred"
    title = "Kindred"
    durable = "a killed process"
    unlinks = "yes"
    evidence = "yes"
    most_links = 1_000_000_000
    bytes_per_link = 500
    engine_apart = True

    def version(self) -> str:
        done = run_program([self.program, "--version"])
        return done.stdout.decode().strip()

    def open(self, work: Work) -> None:
        self.program = work.program
        self.data = work.folder / "data"

    def fold(self, work: Work) -> None:
        log = work.folder / "replay.log"
        with open(log, "wb") as said:
            replay = subprocess.Popen(
                [work.program, "replay", "--data", self.data, "--partitions", "1", "--durability",
                 "os", "--fail-on-reject", work.events],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            _, status, usage = os.wait4(replay.pid, 0)
        replay.returncode = os.waitstatus_to_exitcode(status)
        if replay.returncode != 0:
            text = log.read_text(errors="replace").strip()
            raise Failure(f"replay ended with {replay.returncode}: {text[-1_000:]}")
        work.peak_kilobytes = usage.ru_maxrss

    def customers(self, work: Work) -> Iterable[tuple[bytes, bytes]]:
        exported = work.folder / "export.csv"
        run_program([work.program, "export", "--data", self.data, "--output", exported])
        with open(exported, newline="", encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                yield f"{row['ns']}:{row['value']}".encode(), row["customer_id"].encode()


PEER = Kindred
