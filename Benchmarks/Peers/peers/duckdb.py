"""DuckDB, in SQL."""
from __future__ import annotations

from typing import Iterable

from harness.peer import Peer, Work

READ = """
CREATE TEMP TABLE pairs AS
    SELECT a, b FROM read_json(?, format = 'newline_delimited',
        columns = {a: 'VARCHAR', b: 'VARCHAR'});
CREATE TEMP TABLE nodes AS
    SELECT identifier, (row_number() OVER ())::INTEGER AS node
    FROM (SELECT a AS identifier FROM pairs UNION SELECT b FROM pairs);
CREATE TEMP TABLE edges AS
    SELECT DISTINCT least(x.node, y.node) AS a, greatest(x.node, y.node) AS b
    FROM pairs JOIN nodes x ON x.identifier = pairs.a JOIN nodes y ON y.identifier = pairs.b
    WHERE x.node <> y.node;
DROP TABLE pairs;
CREATE TEMP TABLE labels AS SELECT node, node AS label FROM nodes;
"""

HANG = """
CREATE OR REPLACE TEMP TABLE hung AS
    SELECT node, min(other) AS above
    FROM (SELECT a AS node, b AS other FROM edges UNION ALL SELECT b, a FROM edges
          UNION ALL SELECT a, a FROM edges UNION ALL SELECT b, b FROM edges)
    GROUP BY node;
"""
"""Each node that still has a link hangs below its least neighbour, or is a top itself."""

CLIMB = """
CREATE OR REPLACE TEMP TABLE hung AS
    SELECT lower.node, upper.above FROM hung lower JOIN hung upper ON lower.above = upper.node;
"""
"""Each goes to the one above the one above it."""

CONTRACT = """
CREATE OR REPLACE TEMP TABLE labels AS
    SELECT labels.node, coalesce(hung.above, labels.label) AS label
    FROM labels LEFT JOIN hung ON labels.label = hung.node;
CREATE OR REPLACE TEMP TABLE edges AS
    SELECT DISTINCT least(x.above, y.above) AS a, greatest(x.above, y.above) AS b
    FROM edges JOIN hung x ON edges.a = x.node JOIN hung y ON edges.b = y.node
    WHERE x.above <> y.above;
"""
"""Nodes become their tops; at least half of those that have links go in each round."""


class DuckDB(Peer):
    """Connected components of the whole history in SQL, one thread, into a table of a database
    file: identifiers become numbers, each hangs below its least neighbour, links between tops are
    left, until there are none. A batch: after one more link all of it is done again, and so a link
    is taken back by leaving it out."""

    name = "duckdb"
    title = "DuckDB SQL, batch"
    durable = "a power loss, at its end"
    unlinks = "by doing all again"
    evidence = "in the files"
    python = ("duckdb",)
    most_links = 50_000_000
    bytes_per_link = 500

    def version(self) -> str:
        import duckdb
        return f"DuckDB {duckdb.__version__}"

    def open(self, work: Work) -> None:
        import duckdb
        self.database = duckdb.connect(str(work.folder / "database"))
        self.database.execute("SET threads = 1")
        self.database.execute("SET preserve_insertion_order = false")

    def one(self, question: str) -> int:
        """A question's one number."""
        row = self.database.execute(question).fetchone()
        assert row is not None
        return int(row[0])

    def fold(self, work: Work) -> None:
        first, _, rest = READ.strip().partition(";")
        self.database.execute(first, [str(work.events)])
        self.database.execute(rest)
        while self.one("SELECT count(*) FROM edges") > 0:
            self.database.execute(HANG)
            while self.one("SELECT count(*) FROM hung lower JOIN hung upper "
                           "ON lower.above = upper.node WHERE upper.above <> upper.node") > 0:
                self.database.execute(CLIMB)
            self.database.execute(CONTRACT)
        self.database.execute(
            "CREATE TABLE customers AS "
            "SELECT identifier, label FROM nodes JOIN labels USING (node)")
        self.database.execute("CHECKPOINT")

    def customers(self, work: Work) -> Iterable[tuple[bytes, bytes]]:
        rows = self.database.execute("SELECT identifier, label FROM customers")
        while some := rows.fetchmany(10_000):
            for identifier, label in some:
                yield identifier.encode(), b"%d" % label

    def close(self, work: Work) -> None:
        self.database.close()


PEER = DuckDB
