"""Pathway's incremental dataflow."""
from __future__ import annotations

import csv
from typing import Any, Iterable

from harness.peer import Peer, Work


class Pathway(Peer):
    """An incremental dataflow: each identifier takes the least label of its neighbours, iterated to
    a fixed point. It would go on from there when links come or go, and take links back so; here it
    is given the whole file as one batch, which is the best case for it. One worker; no
    persistence."""

    name = "pathway"
    title = "Pathway, incremental"
    unlinks = "yes"
    evidence = "no"
    python = ("pathway",)
    most_links = 1_000_000
    bytes_per_link = 4_000

    def version(self) -> str:
        from importlib.metadata import version
        return f"Pathway {version('pathway')}"

    def open(self, work: Work) -> None:
        import pathway as pw
        pairs = pw.io.jsonlines.read(
            str(work.events), schema=pw.schema_from_types(a=str, b=str), mode="static")
        # Both ways, and each to itself, so that its own label counts too.
        ways = [pairs.select(x=pairs[x], y=pairs[y]) for x in "ab" for y in "ab"]
        ways = ways[0].concat_reindex(*ways[1:])
        names = ways.groupby(ways.x).reduce(name=ways.x, label=ways.x)
        labels = names.select(label=names.id)
        edges = ways.groupby(ways.x, ways.y).reduce(
            x=labels.pointer_from(ways.x), y=labels.pointer_from(ways.y))
        settled = pw.iterate(least_label, labels=labels, edges=edges).labels
        answer = names.select(name=names.name, label=settled.restrict(names).label)
        self.output = work.folder / "customers.csv"
        pw.io.csv.write(answer, str(self.output))

    def fold(self, work: Work) -> None:
        import pathway as pw
        pw.run(monitoring_level=pw.MonitoringLevel.NONE)

    def customers(self, work: Work) -> Iterable[tuple[bytes, bytes]]:
        with open(self.output, newline="") as rows:
            for row in csv.DictReader(rows):
                assert row["diff"] == "1", "one batch has no corrections"
                yield row["name"].encode(), row["label"].encode()


def least_label(labels: Any, edges: Any) -> dict[str, Any]:
    """One step: what the neighbours have."""
    import pathway as pw
    told = edges.select(node=edges.y, label=labels.ix(edges.x).label)
    least = told.groupby(id=told.node).reduce(label=pw.reducers.min(told.label))
    return {"labels": least.with_universe_of(labels), "edges": edges}


PEER = Pathway
