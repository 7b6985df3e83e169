"""A dict of Python."""
from __future__ import annotations

import sys
from typing import Iterable

from harness.peer import Peer, Work


class Dict(Peer):
    """A union-find by size with path halving in a Python dict and two lists, in memory; what a
    script would do. Links cannot be taken back, and nothing is left when it ends."""

    name = "dict"
    title = "Python dict"
    most_links = 20_000_000
    bytes_per_link = 300

    def version(self) -> str:
        return f"Python {sys.version.split()[0]}"

    def fold(self, work: Work) -> None:
        ordinals: dict[bytes, int] = {}
        parent: list[int] = []
        size: list[int] = []
        ordinal_of = ordinals.get
        for a, b in work.links():
            first = ordinal_of(a)
            if first is None:
                first = ordinals[a] = len(parent)
                parent.append(first)
                size.append(1)
            second = ordinal_of(b)
            if second is None:
                second = ordinals[b] = len(parent)
                parent.append(second)
                size.append(1)
            while (above := parent[first]) != first:
                parent[first] = first = parent[above]
            while (above := parent[second]) != second:
                parent[second] = second = parent[above]
            if first != second:
                if size[first] < size[second]:
                    first, second = second, first
                parent[second] = first
                size[first] += size[second]
        self.ordinals, self.parent = ordinals, parent

    def customers(self, work: Work) -> Iterable[tuple[bytes, bytes]]:
        parent = self.parent
        for identifier, ordinal in self.ordinals.items():
            while parent[ordinal] != ordinal:
                ordinal = parent[ordinal]
            yield identifier, b"%d" % ordinal


PEER = Dict
