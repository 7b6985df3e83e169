"""The ceiling: a union-find in C++ that looks ahead."""
from __future__ import annotations

from .union_find import UnionFind


class Ceiling(UnionFind):
    """The program of `union_find`, but 64 links are scanned and hashed and their slots of the table
    prefetched before they are looked up: what one core can do with these files if nothing is kept
    but who is who. The line in the plot."""

    name = "ceiling"
    title = "Ceiling: C++ union-find, prefetching"
    window = 64


PEER = Ceiling
