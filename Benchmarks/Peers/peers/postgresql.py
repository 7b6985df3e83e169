"""PostgreSQL with a procedure."""
from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import Iterable, Optional

from harness.peer import SERVER_SECONDS, Failure, Peer, Server, Work, run_program

SETTINGS = {
    "listen_addresses": "", "unix_socket_directories": ".", "max_connections": "10",
    "shared_buffers": "1GB", "max_wal_size": "4GB", "jit": "off", "autovacuum_naptime": "10s"}

SCHEMA = """
CREATE TABLE lines (line text);
CREATE TABLE customer (id int PRIMARY KEY, size int NOT NULL) WITH (fillfactor = 70);
CREATE TABLE identifier (id text PRIMARY KEY, customer int NOT NULL);
CREATE INDEX ON identifier (customer);
"""

FOLD = """
COPY lines FROM :'events' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02');
DO $$
DECLARE
    pair record;
    x int; y int; x_size int; y_size int;
    next int := 0;
    done int := 0;
BEGIN
    FOR pair IN SELECT line::json ->> 'a' AS a, line::json ->> 'b' AS b FROM lines LOOP
        SELECT customer INTO x FROM identifier WHERE id = pair.a;
        SELECT customer INTO y FROM identifier WHERE id = pair.b;
        IF x IS NULL AND y IS NULL THEN
            next := next + 1;
            IF pair.a = pair.b THEN
                INSERT INTO identifier VALUES (pair.a, next);
                INSERT INTO customer VALUES (next, 1);
            ELSE
                INSERT INTO identifier VALUES (pair.a, next), (pair.b, next);
                INSERT INTO customer VALUES (next, 2);
            END IF;
        ELSIF x IS NULL THEN
            INSERT INTO identifier VALUES (pair.a, y);
            UPDATE customer SET size = size + 1 WHERE id = y;
        ELSIF y IS NULL THEN
            INSERT INTO identifier VALUES (pair.b, x);
            UPDATE customer SET size = size + 1 WHERE id = x;
        ELSIF x <> y THEN
            SELECT size INTO x_size FROM customer WHERE id = x;
            SELECT size INTO y_size FROM customer WHERE id = y;
            IF x_size >= y_size THEN
                UPDATE identifier SET customer = x WHERE customer = y;
                DELETE FROM customer WHERE id = y;
                UPDATE customer SET size = x_size + y_size WHERE id = x;
            ELSE
                UPDATE identifier SET customer = y WHERE customer = x;
                DELETE FROM customer WHERE id = x;
                UPDATE customer SET size = x_size + y_size WHERE id = y;
            END IF;
        END IF;
        done := done + 1;
        -- Versions of a row that one transaction leaves are in the way until it ends.
        IF done % 1000 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;
"""


class PostgreSQL(Peer):
    """A procedure in PL/pgSQL inside the server: it copies the file, parses it as JSON and takes
    one link after the other in one loop, with a commit every 1,000; the smaller of two customers is
    relabelled. Defaults but for 1 GB of shared buffers and 4 GB of log between checkpoints."""

    name = "postgresql"
    title = "PostgreSQL, PL/pgSQL"
    durable = "a power loss"
    debian = {"postgres": "postgresql"}
    most_links = 1_000_000
    bytes_per_link = 1_500
    engine_apart = True

    def version(self) -> str:
        said = run_program([self.binary("postgres"), "--version"]).stdout.decode()
        return "PostgreSQL " + said.split()[2]

    @staticmethod
    def binary(name: str) -> str:
        """Debian keeps a server's programs in a folder a version."""
        found = sorted(
            Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
            key=lambda path: float(path.parts[-3]))
        return str(found[-1]) if found else shutil.which(name) or name

    def has(self, program: str) -> bool:
        return shutil.which(self.binary(program)) is not None

    def open(self, work: Work) -> None:
        # A server of root it does not start.
        self.user: Optional[str] = "postgres" if os.geteuid() == 0 else None
        self.folder = work.folder / "pg"
        self.folder.mkdir()
        if self.user:
            shutil.chown(self.folder, self.user)
        run_program(
            [self.binary("initdb"), "--auth", "trust", "--username", "peer", "--encoding", "UTF8",
             "--locale", "C", "data"], user=self.user, cwd=self.folder)
        words: list[object] = [self.binary("postgres"), "-D", "data"]
        for name, value in SETTINGS.items():
            words += ["-c", f"{name}={value}"]
        self.server = Server(words, self.folder, self.user, signal.SIGQUIT)
        end = time.monotonic() + SERVER_SECONDS
        while True:
            self.server.require()
            try:
                self.ask(SCHEMA)
                return
            except Failure:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def ask(self, text: str, **variables: object) -> bytes:
        """Runs psql with a script; gives what it prints."""
        words = [self.binary("psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                 "-h", str(self.folder / "data"), "-U", "peer", "-d", "postgres"]
        for name, value in variables.items():
            words += ["-v", f"{name}={value}"]
        return run_program(words, input=text.encode()).stdout

    def fold(self, work: Work) -> None:
        self.ask(FOLD, events=work.events)

    def customers(self, work: Work) -> Iterable[tuple[bytes, bytes]]:
        for line in self.ask("SELECT id, customer FROM identifier;").splitlines():
            identifier, _, customer = line.partition(b"\t")
            yield identifier, customer

    def close(self, work: Work) -> None:
        if hasattr(self, "server"):
            self.server.stop()


PEER = PostgreSQL
