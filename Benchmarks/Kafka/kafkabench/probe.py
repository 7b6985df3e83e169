"""Identifiers whose partitions are known, and how long it takes until a link of two is seen."""
from __future__ import annotations

import time
from typing import Any, NamedTuple

from .node import Client, Failure

VISIBLE_SECONDS = 30.0
"""What is not seen after so long is a failure."""


class Known(NamedTuple):
    """An identifier that the store knows."""

    name: str
    partition: int
    offset: int
    """Behind its record in its partition's log."""


def observe(client: Client, name: str) -> Known:
    """Has the store know an identifier; raises Failure where it is not taken."""
    positions = post(client, {
        "op": "observe", "a": name, "source": "bench", "attributes": {"country": "ES"}})
    (partition, offset), = positions.items()
    return Known(name, int(partition), offset)


def post(client: Client, event: dict[str, Any]) -> dict[str, int]:
    """Posts an event; by partition, the offset behind it."""
    status, answer = client.ask("/v1/events", [event])
    if status not in (200, 202) or answer["accepted"] != 1:
        raise Failure(f"an event was refused: {answer}")
    return answer["positions"]


def visible_seconds(client: Client, asked: Client, one: Known, other: Known) -> float:
    """Links two identifiers at one node, and asks another until it says that they are one
    customer: seconds from before the posting until after the answer."""
    begin = time.perf_counter()
    post(client, {"op": "link", "a": one.name, "b": other.name, "source": "bench"})
    while True:
        status, answer = asked.ask("/v1/resolve", {"ids": [one.name, other.name]})
        now = time.perf_counter()
        if status == 200:
            customers = {item.get("customer_id") for item in answer["results"]}
            if len(customers) == 1 and None not in customers:
                return now - begin
        if now - begin > VISIBLE_SECONDS:
            raise Failure(f"a link is not seen after {VISIBLE_SECONDS:.0f} s: {status} {answer}")
        time.sleep(0.0005)
