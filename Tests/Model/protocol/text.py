"""The stable text form of records, messages and changes: what another machine is compared with.

A trace is lines. What a partition's log holds and what folding it gave rise to:

    2:17 < events link a=3 b=5 source=x time=40 | observe a=4 source=y time=7
    2:17 < delivery from=1 number=4 edge ... | via node=3 version=2 (seen ...)
    2:17 > 0 number=9 join ... | assign ...
    2:17 = merged customer=3 version=2 whole=0 added=v5 removed= others=5

`2:17` is partition 2, offset 17. `<` is the record, `>` a delivery to a partition, `=` a change;
`>` lines come in the order of partitions, `=` lines in the order of the feed. Items of a record or
a delivery are parted by ` | ` and in order. A component id is partition.sequence, `-` for none; a
value that has not come is `-`, too; times that are not known are `never`. A log is folded in the
order of its offsets; a repeated delivery, or one that runs ahead, is a record that gives rise to
nothing. Lines that begin with `#` tell what was done to the run (delays, drops, crashes) and are
not compared. The value of node n is `v` and n; its home is n modulo the number of partitions; its
priority is n modulo 3. The first line names all that the machine must be configured with.
"""
from __future__ import annotations

from typing import Iterable, Iterator

from .messages import (
    Absorb, Assign, Change, Collect, Delivery, Done, EdgeState, Events, Logic, Member, Message,
    Page, Record, Resolve, Step, Via)
from .words import NEVER, OBSERVE, ComponentID, Event


def component(name: ComponentID | None) -> str:
    return "-" if name is None else f"{name.partition}.{name.sequence}"


def event(of: Event) -> str:
    ends = f"a={of.a}" if of.operation == OBSERVE else f"a={of.a} b={of.b}"
    return f"{of.operation} {ends} source={of.source} time={of.time}"


def member(node: int, of: Member) -> str:
    seen = "never" if of.first_seen == NEVER else of.first_seen
    return (
        f"{node}(version={of.version} seen={seen} value={of.value or '-'}"
        f" customer={of.customer_version} names={int(of.names)})")


def edge(pair: tuple[int, int], of: EdgeState) -> str:
    return f"{pair[0]}-{pair[1]}(version={of.version} live={int(of.live)})"


def state(of: Absorb | Page) -> str:
    members = ",".join(member(*entry) for entry in of.members)
    edges = ",".join(edge(*entry) for entry in of.edges)
    return f"via={of.via[0]}-{of.via[1]} members={members} edges={edges}"


def message(of: Message) -> str:
    name = type(of).__name__.lower()
    if isinstance(of, Via):
        return f"via node={of.node} version={of.version} ({message(of.message)})"
    if isinstance(of, Resolve):
        return f"resolve node={of.node} asked={of.asked} ({message(of.message)})"
    if isinstance(of, Assign):
        nodes = ",".join(f"{node}@{version}" for node, version in of.nodes)
        return f"assign component={component(of.component)} nodes={nodes}"
    if isinstance(of, Absorb):
        return f"absorb component={component(of.component)} {state(of)}"
    if isinstance(of, Page):
        return (
            f"page component={component(of.component)} transfer={component(of.transfer)}"
            f" index={of.index} last={int(of.is_last)} back={of.back} {state(of)}")
    return " ".join([name, *(f"{key}={plain(part)}" for key, part in of._asdict().items())])


def plain(part: object) -> str:
    if part is None or isinstance(part, ComponentID):
        return component(part)
    return str(int(part)) if isinstance(part, bool) else str(part)


def record(of: Record) -> str:
    if isinstance(of, Events):
        return "events " + " | ".join(event(one) for one in of.events)
    if isinstance(of, Delivery):
        return f"delivery from={of.sender} number={of.number} " + items(of)
    if isinstance(of, Collect):
        return f"collect component={component(of.component)}"
    if isinstance(of, Done):
        return f"done position={of.position}"
    return f"logic version={of.version}" if isinstance(of, Logic) else "tick"


def items(of: Delivery) -> str:
    return " | ".join(message(one) for one in of.messages)


def change(of: Change) -> str:
    lists: Iterable[tuple[str, tuple]] = (
        ("added", of.added), ("removed", of.removed), ("others", of.others))
    told = " ".join(f"{name}={','.join(map(str, part))}" for name, part in lists)
    return (
        f"{of.kind} customer={of.customer} version={of.version} whole={int(of.whole)} {told}")


def folded(partition: int, offset: int, of: Record, step: Step) -> Iterator[str]:
    """The lines of one record."""
    at = f"{partition}:{offset}"
    yield f"{at} < {record(of)}"
    for to, delivery in step.deliveries:
        yield f"{at} > {to} number={delivery.number} {items(delivery)}"
    for one in step.changes:
        yield f"{at} = {change(one)}"
