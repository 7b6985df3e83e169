"""The nouns. A node is a small number here where the machine has a 128-bit key.

`home` and `priority` are arithmetic, so that a trace can be read and another machine can be given
the same identifiers: any keys do whose order is that of the numbers, and whose home and priority
are those below.
"""
from __future__ import annotations

from typing import NamedTuple

Node = int
Pair = tuple[int, int]
"""Two nodes in canonical order: the lesser first."""

NEVER = 10**9
"""The first-seen time of a node that no event named yet; greater than any event's time."""

PRIORITIES = 3


def home(node: Node, partitions: int) -> int:
    """The partition that keeps the node's directory entry, and the evidence of its pairs."""
    return node % partitions


def priority(node: Node) -> int:
    """The priority of the node's namespace: the lower is the stronger."""
    return node % PRIORITIES


class ComponentID(NamedTuple):
    """The partition that minted it, and its number there. Never used again.

    Ordered by sequence, then partition: of two components of one rank the younger stays, and no
    partition draws all others to it."""

    partition: int
    sequence: int

    def __lt__(self, other: ComponentID) -> bool:
        return (self.sequence, self.partition) < (other.sequence, other.partition)

    def __gt__(self, other: ComponentID) -> bool:
        return other < self


class Event(NamedTuple):
    """A fact from outside, in canonical form: `a` < `b`, or `a` == `b` for observe.

    It carries the plaintext values of its ends, for the machine cannot compute them.
    """

    operation: str
    a: Node
    b: Node
    source: str
    time: int
    value_a: str
    value_b: str


LINK, UNLINK, BAN, UNBAN, OBSERVE = "link", "unlink", "ban", "unban", "observe"


class Violation(AssertionError):
    """An invariant does not hold: the protocol, or a mutation of it, fails."""


def require(condition: object, *told: object) -> None:
    """Raises `Violation` with what is told unless the condition holds."""
    if not condition:
        raise Violation(" ".join(str(part) for part in told))
