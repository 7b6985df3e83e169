"""The process of one run: opens a peer, lets it fold when told to, writes its answer.

It says ``begin`` and ``end`` around the fold and waits each time, so that the driver can read what
the process and those below it have used.
"""
from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Sequence

from peers import peer_named

from .peer import Work


def run(arguments: Sequence[str]) -> None:
    """``NAME EVENTS ANSWER FOLDER PROGRAM``"""
    name, events, answer, folder, program = arguments
    # What libraries print goes with their errors; only the two words go to the driver.
    driver = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def tell(**what: object) -> None:
        driver.write(json.dumps(what) + "\n")
        if sys.stdin.readline() != "go\n":
            raise SystemExit("the driver has ended")

    work = Work(Path(events), Path(folder), program)
    peer = peer_named(name)
    try:
        peer.open(work)
        tell(word="begin")
        peer.fold(work)
        tell(word="end", version=peer.version(), peak_kilobytes=work.peak_kilobytes)
        with open(answer, "wb", buffering=1 << 20) as output:
            peer.write_answer(work, output)
    finally:
        peer.close(work)
