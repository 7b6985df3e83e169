"""The load: several connections that say events, over and over, until the node is gone."""
from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from random import Random
from typing import Optional

from .events import Event, Stream
from .program import Failure

CONNECTIONS = 4
BATCHES = (1, 5, 30, 60, 120)
"""How many events a request may have."""
ASK_SECONDS = 0.15
"""How often somebody asks for the largest customers, for which a checkpoint is made."""
REQUEST_SECONDS = 60
BUSY = (429, 503, 504)
"""Not now: nothing is acknowledged, and the same may be said again."""


class Feed:
    """What is said, what of it is acknowledged, and what is to be said again. Any thread."""

    def __init__(self, stream: Stream, random: Random) -> None:
        self.stream = stream
        self.random = random
        self.lock = threading.Lock()
        self.acknowledged: list[Event] = []
        self.again: list[Event] = []

    def take(self, count: int, only_again: bool = False) -> list[Event]:
        """The next events: what was said in vain first."""
        with self.lock:
            taken, self.again = self.again[:count], self.again[count:]
            while len(taken) < count and not only_again:
                taken.append(self.stream.next())
            return taken

    def acknowledge(self, events: list[Event]) -> None:
        """They are acknowledged."""
        with self.lock:
            self.acknowledged += events

    def give_back(self, events: list[Event]) -> None:
        """They are not: they may be in the log or not. They come again, in another order."""
        with self.lock:
            self.again += events
            self.random.shuffle(self.again)


class Load:
    """Connections to a node, each on a thread of its own."""

    def __init__(self, feed: Feed, port: int, seed: int, only_again: bool = False) -> None:
        """`only_again`: ends once all that was said in vain is acknowledged."""
        self.feed = feed
        self.port = port
        self.only_again = only_again
        self.stopping = threading.Event()
        self.failure: Optional[str] = None
        self.threads = [
            threading.Thread(target=self.guarded, args=(self.say, Random(seed + number)))
            for number in range(CONNECTIONS)]
        if not only_again:
            asking = threading.Thread(target=self.guarded, args=(self.ask, Random(seed)))
            self.threads.append(asking)
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        """Says no more, and returns once every connection has its answer or is gone."""
        self.stopping.set()
        self.join()

    def join(self) -> None:
        """Returns once all threads have ended.

        Raises `Failure` if the node has answered what it must not."""
        for thread in self.threads:
            thread.join()
        if self.failure:
            raise Failure(self.failure)

    def guarded(self, body, random: Random) -> None:
        """Runs a thread; its failure is told to whoever waits for it."""
        try:
            body(random)
        except Failure as failure:
            self.failure = str(failure)

    def say(self, random: Random) -> None:
        """Says events until the node is gone."""
        client = connection(self.port)
        while not self.stopping.is_set():
            events = self.feed.take(random.choice(BATCHES), self.only_again)
            if not events:
                return
            is_acknowledged = False
            try:
                is_acknowledged = self.post(client, events)
            except (OSError, http.client.HTTPException):
                self.stopping.set()
            finally:
                (self.feed.acknowledge if is_acknowledged else self.feed.give_back)(events)

    def post(self, client: http.client.HTTPConnection, events: list[Event]) -> bool:
        """Whether the node acknowledges them."""
        client.request("POST", "/v1/events", "\n".join(event.line() for event in events))
        answer = client.getresponse()
        body = answer.read()
        if answer.status in BUSY:
            time.sleep(0.01)
            return False
        if answer.status != 200 or json.loads(body)["accepted"] != len(events):
            raise Failure(f"the node answers {answer.status} to events: {body[:500]!r}")
        return True

    def ask(self, random: Random) -> None:
        """Asks for the largest customers, and for one that was named lately."""
        client = connection(self.port)
        while not self.stopping.wait(ASK_SECONDS):
            targets = ["/v1/top?limit=3"]
            if self.feed.acknowledged:
                targets.append("/v1/resolve?id=" + random.choice(self.feed.acknowledged).a)
            for target in targets:
                try:
                    client.request("GET", target)
                    answer = client.getresponse()
                    body = answer.read()
                except (OSError, http.client.HTTPException):
                    return
                # What was acknowledged a moment ago is known at its home.
                if answer.status not in (200, 404, *BUSY):
                    raise Failure(f"the node answers {answer.status} to {target}: {body[:500]!r}")


def connection(port: int) -> http.client.HTTPConnection:
    """A connection that sends at once what is written."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=REQUEST_SECONDS)
    try:
        client.connect()
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        client.close()
    return client


def events_folded(port: int) -> Optional[int]:
    """How many events the node has folded, repeats included; None if it is gone."""
    client = connection(port)
    try:
        client.request("GET", "/v1/stats")
        return json.loads(client.getresponse().read())["events"]
    except (OSError, http.client.HTTPException):
        return None
