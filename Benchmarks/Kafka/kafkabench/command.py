"""The command line."""
from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Callable, Optional, Sequence

from .failover import failover
from .figures import Row, table
from .node import Failure
from .phases import restore, throughput, visible
from .store import Settings

PHASES = ("throughput", "visible", "failover", "restore")
PROGRAM = Path(__file__).resolve().parents[3] / ".build/release/kindred"


def parser() -> argparse.ArgumentParser:
    """What may be given."""
    words = argparse.ArgumentParser(
        prog="Benchmarks/Kafka/run",
        description="Measures nodes over a Kafka cluster. Topics are made under a random prefix, "
        "bench-…, and left there: delete them with Kafka's own tools.")
    words.add_argument("phases", nargs="*", metavar="PHASE", help=", ".join(PHASES))
    words.add_argument(
        "--brokers", default=os.environ.get("KINDRED_TEST_BROKERS"),
        help="host:port, with commas between (default: $KINDRED_TEST_BROKERS)")
    words.add_argument(
        "--replication", type=int, default=3,
        help="on how many brokers each partition is; below 3 with --insecure-dev (default: 3)")
    words.add_argument("--program", type=Path, default=PROGRAM)
    words.add_argument("--links", type=int, default=1_000_000)
    words.add_argument("--partitions", type=int, nargs="+", default=[1, 12])
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--output", type=Path, help="where the table goes, too")
    return words


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Measures; 3: something failed, which is said on standard error."""
    words = parser()
    given = words.parse_args(arguments)
    unknown = [phase for phase in given.phases if phase not in PHASES]
    if unknown:
        words.error(f"there is no phase {unknown[0]}: {', '.join(PHASES)}")
    if not given.brokers:
        words.error("name a cluster with --brokers")
    if not given.program.exists():
        words.error(f"{given.program} is not there: run make build first")
    phases = given.phases or list(PHASES)
    rows: list[Row] = []

    def measure(phase: str, work: Callable[[], list[Row]]) -> None:
        if phase not in phases:
            return
        print(f"{phase} …", file=sys.stderr, flush=True)
        found = work()
        for row in found:
            print(f"  {row.what}: {row.figure}", file=sys.stderr, flush=True)
        rows.extend(found)

    try:
        with tempfile.TemporaryDirectory(prefix="kindred-bench-") as folder:
            settings = Settings(
                given.program.resolve(), given.brokers, given.replication, Path(folder))
            for count in given.partitions:
                measure("throughput", lambda count=count: throughput(
                    settings, count, given.links, given.rounds))
                measure("visible", lambda count=count: visible(
                    settings, count, given.links // 10))
            measure("failover", lambda: failover(settings, given.rounds))
            measure("restore", lambda: restore(settings, given.links))
    except Failure as failure:
        print(f"run: {failure}", file=sys.stderr)
        return 3
    text = table(rows)
    print(text, end="")
    if given.output:
        given.output.write_text(text)
    return 0
