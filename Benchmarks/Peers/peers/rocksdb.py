"""RocksDB, as it offers itself."""
from __future__ import annotations

from typing import Iterable

from harness.peer import Peer, Work


class RocksDB(Peer):
    """The straightforward embedded store: a union-find by size whose every step is a `get` or a
    `put` of RocksDB, through rocksdict, with its write-ahead log and without sync, in one thread of
    a Python script, which takes part of the time. An identifier's value is the identifier above it,
    or its customer's size."""

    name = "rocksdb"
    title = "RocksDB, get and put per link"
    durable = "a killed process"
    python = ("rocksdict",)
    most_links = 1_000_000
    bytes_per_link = 400

    def version(self) -> str:
        from importlib.metadata import version
        return f"rocksdict {version('rocksdict')}"

    def open(self, work: Work) -> None:
        from rocksdict import Options, Rdict
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        self.store = Rdict(str(work.folder / "store"), options)

    def fold(self, work: Work) -> None:
        get, put = self.store.get, self.store.put

        def find(name: bytes) -> tuple[bytes, int]:
            """The topmost identifier and its customer's size; 0 if it is new."""
            value = get(name)
            while value is not None and value[0] == ABOVE:
                name = value[1:]
                value = get(name)
            return name, 0 if value is None else int(value[1:])

        for a, b in work.links():
            first, first_size = find(a)
            second, second_size = find(b)
            if first == second:
                if first_size == 0:
                    put(first, b"=1")
                continue
            if first_size < second_size:
                first, first_size, second, second_size = second, second_size, first, first_size
            put(second, b">" + first)
            put(first, b"=%d" % (max(first_size, 1) + max(second_size, 1)))
        self.store.flush_wal(False)

    def customers(self, work: Work) -> Iterable[tuple[bytes, bytes]]:
        get = self.store.get
        for name, value in self.store.items():
            top = name
            while value[0] == ABOVE:
                top = value[1:]
                value = get(top)
            yield name, top

    def close(self, work: Work) -> None:
        self.store.close()


ABOVE = b">"[0]
"""How a value begins that names the identifier above."""

PEER = RocksDB
