"""A store on a Kafka cluster: its topics, its nodes, its events."""
from __future__ import annotations

import json
import os
import resource
import secrets
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any, NamedTuple, Optional, Sequence

from .node import Failure, Node

READY_SECONDS = 120.0
"""What a node may take until it serves."""


class Settings(NamedTuple):
    """What all stores of a run have in common."""

    program: Path
    brokers: str
    replication: int
    folder: Path


class Fed(NamedTuple):
    """A file that was fed, folded to its end."""

    events: int
    seconds: float
    feeder_cpu: float
    node_cpu: float


def free_port() -> int:
    """A port of loopback that nobody has."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment() -> dict[str, str]:
    """This process's, without settings of Kindred."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KINDRED_")}


class Store:
    """Topics of their own under a random prefix; everything else goes when it closes."""

    def __init__(self, settings: Settings, partitions: int, standbys: int) -> None:
        self.settings = settings
        self.partitions = partitions
        self.prefix = f"bench-{secrets.token_hex(4)}"
        self.folder = settings.folder / self.prefix
        self.folder.mkdir()
        self.nodes: list[Node] = []
        self._standbys = standbys
        self._key = self.folder / "key"
        self._key.write_text(secrets.token_hex(16) + "\n")
        self._key.chmod(0o600)
        self._place = ["--brokers", settings.brokers, "--prefix", self.prefix]
        self._risk = ["--insecure-dev"] if settings.replication < 3 else []
        self.run(
            "kafka", "create-topics", *self._place, *self._risk, "--partitions", str(partitions),
            "--replication", str(settings.replication))

    def run(self, *words: str) -> str:
        """Runs the program, and returns what it prints; raises Failure where it fails."""
        ended = subprocess.run(
            [str(self.settings.program), *words], capture_output=True, text=True,
            env=environment())
        if ended.returncode != 0:
            raise Failure(f"kindred {words[0]}: {(ended.stderr or ended.stdout).strip()}")
        return ended.stdout

    def generate(self, links: int, seed: int) -> Path:
        """A file of a synthetic retail stream; the same for every store of a run."""
        path = self.settings.folder / f"retail-{links}-{seed}.jsonl"
        if not path.exists():
            self.run(
                "generate", "--links", str(links), "--seed", str(seed), "--output", str(path))
        return path

    def start(self, name: str, more: Sequence[str] = (), ready: bool = True) -> Node:
        """Starts a node, for the first time or again, and waits until it serves."""
        command = [
            str(self.settings.program), "serve", "--engine", "kafka", *self._place, *self._risk,
            "--key-file", str(self._key), "--standbys", str(self._standbys),
            "--memory", "2GiB", *more]
        node = Node(command, name, free_port(), self.folder / name)
        self.nodes.append(node)
        if ready:
            node.wait_ready(READY_SECONDS)
        return node

    def feeder(self, path: Path, rate: Optional[int] = None) -> list[str]:
        """The command that feeds a file, so many events a second at most."""
        quota = [] if rate is None else ["--events-per-second", str(rate)]
        return [
            str(self.settings.program), "replay", "--json", *self._place,
            "--key-file", str(self._key), *quota, str(path)]

    def feed(self, path: Path) -> Fed:
        """Feeds a file, and waits until the nodes have folded it."""
        before = sum(node.cpu for node in self.nodes)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = subprocess.run(
            self.feeder(path), capture_output=True, text=True, env=environment())
        if ended.returncode != 0:
            raise Failure(f"kindred replay: {ended.stderr.strip()}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        summary = json.loads(ended.stdout)
        if not summary["folded"] or summary["rejected"]:
            raise Failure(f"kindred replay did not end as it should: {ended.stdout.strip()}")
        return Fed(
            events=summary["accepted"], seconds=summary["seconds"],
            feeder_cpu=after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime,
            node_cpu=sum(node.cpu for node in self.nodes) - before)

    def forget(self, node: Node) -> None:
        """Of a node that has ended nothing is counted any more."""
        self.nodes.remove(node)

    def stats(self) -> dict[str, Any]:
        """What the first node tells of the graph."""
        status, answer = self.nodes[0].client.ask("/v1/stats")
        if status != 200:
            raise Failure(f"node {self.nodes[0].name} tells no figures: {answer}")
        return answer

    def close(self) -> None:
        """Ends the nodes, and removes what they have stored."""
        for node in self.nodes:
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
