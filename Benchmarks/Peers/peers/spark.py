"""Spark's GraphX."""
from __future__ import annotations

from typing import Iterable

from harness.peer import Peer, Work

SETTINGS = {
    "spark.driver.memory": "4g", "spark.sql.shuffle.partitions": "4", "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


class Spark(Peer):
    """`ConnectedComponents` of GraphX on `local[1]`, called in the JVM through the gateway that
    pyspark brings, since GraphX has no interface in Python; identifiers become numbers by joins of
    DataFrames. The start of the JVM is not counted, and neither is joining the numbers back. A
    batch: after one more link all of it is done again."""

    name = "spark"
    title = "Spark GraphX, batch"
    durable = "a killed process, at its end"
    unlinks = "by doing all again"
    evidence = "in the files"
    debian = {"java": "default-jre-headless"}
    python = ("pyspark",)
    most_links = 1_000_000
    bytes_per_link = 2_500
    engine_apart = True

    def version(self) -> str:
        return f"Spark {self.session.version}"

    def open(self, work: Work) -> None:
        from pyspark.sql import SparkSession
        builder = SparkSession.builder.master("local[1]").appName("peers")
        for name, value in SETTINGS.items():
            builder = builder.config(name, value)
        builder = builder.config("spark.local.dir", str(work.folder / "local"))
        builder = builder.config("spark.sql.warehouse.dir", str(work.folder / "warehouse"))
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")

    def fold(self, work: Work) -> None:
        from pyspark.sql import functions
        session, column = self.session, functions.col
        pairs = session.read.schema("a string, b string").json(str(work.events))
        # Written and read again: numbers that were made anew could be others.
        names = pairs.select("a").union(pairs.select("b")).distinct().withColumnRenamed("a", "id")
        names.withColumn("node", functions.monotonically_increasing_id()).write.parquet(
            str(work.folder / "nodes"))
        nodes = session.read.parquet(str(work.folder / "nodes"))
        numbered = pairs.join(
            nodes.select(column("id").alias("a"), column("node").alias("x")), "a").join(
            nodes.select(column("id").alias("b"), column("node").alias("y")), "b")
        numbered.select(functions.concat_ws(" ", "x", "y")).write.text(str(work.folder / "edges"))

        graphx = session._jvm.org.apache.spark.graphx
        level = session._jvm.org.apache.spark.storage.StorageLevel.MEMORY_AND_DISK()
        tag = session._jvm.scala.reflect.ClassTag.Int()
        graph = graphx.GraphLoader.edgeListFile(
            session.sparkContext._jsc.sc(), str(work.folder / "edges"), False, 1, level, level)
        components = graphx.lib.ConnectedComponents.run(graph, tag, tag)
        components.vertices().saveAsTextFile(str(work.folder / "components"))

    def customers(self, work: Work) -> Iterable[tuple[bytes, bytes]]:
        component_of = {}
        for part in (work.folder / "components").glob("part-*"):
            for line in part.read_bytes().splitlines():
                node, _, component = line.strip(b"()").partition(b",")
                component_of[int(node)] = component
        nodes = self.session.read.parquet(str(work.folder / "nodes"))
        for row in nodes.toLocalIterator():
            yield row["id"].encode(), component_of[row["node"]]

    def close(self, work: Work) -> None:
        if hasattr(self, "session"):
            self.session.stop()


PEER = Spark
