"""splink's clustering."""
from __future__ import annotations

from typing import Iterable

from harness.peer import Peer, Work

READ = """
CREATE TABLE edges AS
    SELECT DISTINCT a AS id_l, b AS id_r FROM read_json(?, format = 'newline_delimited',
        columns = {a: 'VARCHAR', b: 'VARCHAR'});
CREATE TABLE nodes AS
    SELECT id_l AS id FROM edges UNION SELECT id_r FROM edges;
"""


class Splink(Peer):
    """The clustering step of the record-linkage library, on DuckDB in memory with one thread; its
    model of which records match is not asked, since the links are given. A batch: after one more
    link all of it is done again."""

    name = "splink"
    title = "splink clustering, batch"
    unlinks = "by doing all again"
    evidence = "in the files"
    python = ("splink", "duckdb")
    most_links = 1_000_000
    bytes_per_link = 2_000

    def version(self) -> str:
        from importlib.metadata import version
        return f"splink {version('splink')} on DuckDB {version('duckdb')}"

    def open(self, work: Work) -> None:
        import duckdb
        from splink import DuckDBAPI
        from splink.clustering import cluster_pairwise_predictions_at_threshold
        self.database = duckdb.connect()
        self.database.execute("SET threads = 1")
        self.interface = DuckDBAPI(connection=self.database)
        self.cluster = cluster_pairwise_predictions_at_threshold

    def fold(self, work: Work) -> None:
        first, _, rest = READ.strip().partition(";")
        self.database.execute(first, [str(work.events)])
        self.database.execute(rest)
        clusters = self.cluster(
            self.database.table("nodes"), self.database.table("edges"), self.interface,
            node_id_column_name="id")
        self.database.execute(
            f"CREATE TABLE customers AS SELECT id, cluster_id FROM {clusters.physical_name}")

    def customers(self, work: Work) -> Iterable[tuple[bytes, bytes]]:
        rows = self.database.execute("SELECT id, cluster_id FROM customers")
        while some := rows.fetchmany(10_000):
            for identifier, label in some:
                yield identifier.encode(), label.encode()

    def close(self, work: Work) -> None:
        self.database.close()


PEER = Splink
