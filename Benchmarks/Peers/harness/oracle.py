"""The one answer that all are held against, and how: partitions, not labels.

An answer is a file of lines `identifier<tab>label`, sorted by bytes. Two say the same if they have
the same identifiers and their labels stand for each other one to one.
"""
from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from itertools import zip_longest
from pathlib import Path
from typing import Iterable, Iterator, NamedTuple, Optional

from .peer import Failure

NORMAL = re.compile(r"[a-z][a-z0-9_-]*:[!#-+\--\[\]-~]{1,1024}")
"""An identifier that Kindred leaves as it is, that JSON writes without escapes and CSV without
quotes: printing ASCII but ``"``, ``,`` and the backslash."""


def pairs(lines: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """The linked identifiers; what the peers' scanners do not read is a failure."""
    for number, line in enumerate(lines, 1):
        event = json.loads(line)
        a, b = event["a"], event["b"]
        if event["op"] != "link":
            raise Failure(f"line {number} is no link: the peers take links only")
        if not NORMAL.fullmatch(a) or not NORMAL.fullmatch(b):
            raise Failure(f"line {number} has an identifier that is not in its normal form")
        if not line.startswith(f'{{"op":"link","a":"{a}","b":"{b}",'.encode()):
            raise Failure(f"line {number} has not the shape that the peers scan")
        yield a, b


def partition(linked: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each identifier with one of its customer, the same one for all of them."""
    parent: dict[str, str] = {}

    def find(name: str) -> str:
        root = name
        while (above := parent.setdefault(root, root)) != root:
            root = above
        while (above := parent[name]) != root:
            parent[name] = root
            name = above
        return root

    for a, b in linked:
        root, other = find(a), find(b)
        if root != other:
            # The lesser by bytes stands, so that the oracle's own file is always the same.
            parent[max(root, other)] = min(root, other)
    return {name: find(name) for name in parent}


def write(events: Path, answer: Path) -> None:
    """Writes the oracle's answer, not sorted."""
    with open(events, "rb") as lines, open(answer, "w") as output:
        for name, customer in partition(pairs(lines)).items():
            output.write(f"{name}\t{customer}\n")


def sort(answer: Path) -> None:
    """Sorts an answer's lines by bytes, on disk."""
    subprocess.run(
        ["sort", "-S", "25%", "-T", answer.parent, "-o", answer, answer], check=True,
        env={**os.environ, "LC_ALL": "C"})


class Shape(NamedTuple):
    """How many identifiers and customers an answer has."""

    identifiers: int
    customers: int
    largest: int


def shape(answer: Path) -> Shape:
    """Counts an answer's lines by customer."""
    sizes: Counter[bytes] = Counter()
    with open(answer, "rb") as lines:
        for line in lines:
            sizes[line.partition(b"\t")[2]] += 1
    return Shape(sum(sizes.values()), len(sizes), max(sizes.values(), default=0))


def difference(expected: Iterable[bytes], answered: Iterable[bytes]) -> Optional[str]:
    """Where two sorted answers differ first; None: they say the same customers."""
    label_of: dict[bytes, bytes] = {}
    customer_of: dict[bytes, bytes] = {}
    for want, got in zip_longest(expected, answered):
        if got is None or want is None:
            return f"{name_in(want or got)} is only in {'the oracle' if want else 'the answer'}"
        name, _, customer = want.rstrip(b"\n").partition(b"\t")
        answered_name, _, label = got.rstrip(b"\n").partition(b"\t")
        if name != answered_name:
            first, where = min((name, "the oracle"), (answered_name, "the answer"))
            return f"{first.decode(errors='replace')} is only in {where}, or twice"
        if not label:
            return f"{name_in(want)} has no customer"
        if label_of.setdefault(customer, label) != label:
            return f"{name_in(want)} is split from its customer"
        if customer_of.setdefault(label, customer) != customer:
            return f"{name_in(want)} is merged with another customer"
    return None


def name_in(line: bytes) -> str:
    """The identifier of an answer's line; generated ones tell nothing about anybody."""
    return line.partition(b"\t")[0].decode(errors="replace")


def check(oracle: Path, answer: Path) -> None:
    """Fails if an answer, not yet sorted, is another one than the oracle's."""
    sort(answer)
    with open(oracle, "rb") as expected, open(answer, "rb") as answered:
        found = difference(expected, answered)
    if found is not None:
        raise Failure(f"its answer is wrong: {found}")
