"""A node: its process, what it uses, what it answers."""
from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Optional, Sequence

TICK = 1 / os.sysconf("SC_CLK_TCK")
ANSWER_SECONDS = 15.0
"""A node that is asked answers within so many seconds, or counts as silent."""


class Failure(Exception):
    """Something that ends the measuring; its text says what."""


def cpu_seconds(pid: int) -> float:
    """Processor time of a process that runs, user and system, with all its threads."""
    text = Path(f"/proc/{pid}/stat").read_text()
    # The name, in parentheses, may hold anything.
    words = text[text.rindex(")") + 2:].split()
    return (int(words[11]) + int(words[12])) * TICK


class Client:
    """Asks a node over one connection, which is made anew after a failure. Of one thread."""

    def __init__(self, port: int, seconds: float = ANSWER_SECONDS) -> None:
        self.port = port
        self.seconds = seconds
        self._connection: Optional[http.client.HTTPConnection] = None

    def ask(self, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the JSON of an answer; raises OSError where there is none."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=self.seconds)
        text = None if body is None else json.dumps(body)
        try:
            self._connection.request(
                "GET" if body is None else "POST", path, text,
                {"Content-Type": "application/json"} if text else {})
            answer = self._connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (http.client.HTTPException, ValueError) as error:
            self.close()
            raise OSError(str(error)) from error
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Ends the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Node:
    """A running node of a store."""

    def __init__(self, command: Sequence[str], name: str, port: int, folder: Path) -> None:
        self.name = name
        self.port = port
        self.folder = folder
        self._log = folder.with_suffix(".log")
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--node-name", name, "--port", str(port), "--data", str(folder)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.client = Client(port)

    @property
    def cpu(self) -> float:
        """Processor time so far, in seconds."""
        return cpu_seconds(self.process.pid)

    def wait_ready(self, seconds: float) -> None:
        """Until it serves; raises Failure where it ends or takes longer."""
        self.wait(lambda: self.client.ask("/readyz")[0] == 200, seconds, "is not ready")

    def wait(self, holds: Any, seconds: float, what: str) -> None:
        """Until something holds that it is asked; raises Failure as above."""
        end = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                lines = self._log.read_text(errors="replace").splitlines()
                raise Failure(f"node {self.name} ended: {lines[-1] if lines else 'no word'}")
            try:
                if holds():
                    return
            except OSError:
                pass
            if time.monotonic() > end:
                raise Failure(f"node {self.name} {what} after {seconds:.0f} s")
            time.sleep(0.02)

    def replicas(self) -> dict[int, dict[str, Any]]:
        """By partition, how this node itself has it."""
        status, answer = self.client.ask("/v1/cluster")
        if status != 200:
            return {}
        for node in answer["nodes"]:
            if node["name"] == self.name:
                return {part["partition"]: part for part in node["partitions"]}
        return {}

    def kill(self) -> None:
        """kill -9; what was in memory is gone."""
        self.process.kill()
        self.process.wait()
        self.client.close()

    def stop(self) -> None:
        """SIGTERM, and waits; a node that takes a minute is killed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.client.close()
