"""The peers, each in a module of its own."""
from __future__ import annotations

from importlib import import_module

from harness.peer import Failure, Peer

NAMES = [
    "kindred", "ceiling", "union_find", "redis", "duckdb", "dict", "postgresql", "rocksdb",
    "splink", "spark", "pathway"]
"""In the order in which they take turns."""


def peer_named(name: str) -> Peer:
    """The peer of a name; what it needs is only imported when it opens."""
    if name not in NAMES:
        raise Failure(f"{name} is no peer; known are {' '.join(NAMES)}")
    kind: type[Peer] = import_module(f"peers.{name}").PEER
    return kind()
