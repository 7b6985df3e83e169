"""Redis with a script in Lua."""
from __future__ import annotations

import os
import socket
import time
from typing import Any, Iterable, Iterator

from harness.peer import SERVER_SECONDS, Failure, Peer, Server, Work, run_program

LINKS_A_CALL = 50
CALLS_A_BATCH = 20
SCRIPT = b"""
local merges = 0
for place = 1, #ARGV, 2 do
  local a, b = ARGV[place], ARGV[place + 1]
  local known = redis.call('MGET', 'i:' .. a, 'i:' .. b)
  local x, y = known[1], known[2]
  if not x and not y then
    x = redis.call('INCR', 'next')
    if a == b then
      redis.call('SET', 'i:' .. a, x)
      redis.call('RPUSH', 'm:' .. x, a)
    else
      redis.call('MSET', 'i:' .. a, x, 'i:' .. b, x)
      redis.call('RPUSH', 'm:' .. x, a, b)
    end
  elseif not x then
    redis.call('SET', 'i:' .. a, y)
    redis.call('RPUSH', 'm:' .. y, a)
  elseif not y then
    redis.call('SET', 'i:' .. b, x)
    redis.call('RPUSH', 'm:' .. x, b)
  elseif x ~= y then
    if redis.call('LLEN', 'm:' .. x) < redis.call('LLEN', 'm:' .. y) then x, y = y, x end
    local members = redis.call('LRANGE', 'm:' .. y, 0, -1)
    for first = 1, #members, 1000 do
      local last = math.min(first + 999, #members)
      local words = {}
      for index = first, last do
        words[#words + 1] = 'i:' .. members[index]
        words[#words + 1] = x
      end
      redis.call('MSET', unpack(words))
      redis.call('RPUSH', 'm:' .. x, unpack(members, first, last))
    end
    redis.call('DEL', 'm:' .. y)
    merges = merges + 1
  end
end
return merges
"""
"""An identifier's customer under `i:`, a customer's identifiers under `m:`; when two customers
become one, the smaller one's identifiers are relabelled."""


def command(*words: bytes) -> bytes:
    """A command as Redis reads it."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(parts)


class Redis(Peer):
    """A Redis server with a script in Lua that relabels the smaller of two customers; 50 links a
    call, 20 calls a batch, two batches under way, over a Unix socket; append-only file, synced
    every second. The client, in Python, is not counted, only the server is. It answers who a
    customer is at once, and forgets who said so."""

    name = "redis"
    title = "Redis 7 + Lua"
    durable = "a killed process; a power loss but for 1 s"
    debian = {"redis-server": "redis-server"}
    bytes_per_link = 450
    engine_apart = True

    def version(self) -> str:
        said = run_program(["redis-server", "--version"]).stdout.decode()
        return "Redis " + said.partition("v=")[2].partition(" ")[0]

    def open(self, work: Work) -> None:
        self.server = Server(
            ["redis-server", "--port", "0", "--unixsocket", "socket", "--dir", ".", "--appendonly",
             "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory", "0"], work.folder)
        end = time.monotonic() + SERVER_SECONDS
        while True:
            self.server.require()
            try:
                self.connect(work)
                return
            except OSError:
                if time.monotonic() > end:
                    raise Failure("the server does not answer") from None
                time.sleep(0.05)

    def connect(self, work: Work) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        # The path of a socket may have 107 bytes only.
        os.chdir(work.folder)
        self.socket.connect("socket")
        self.replies = self.socket.makefile("rb", 1 << 16)

    def reply(self) -> Any:
        """One answer of the server."""
        line = self.replies.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return self.replies.read(int(rest) + 2)[:-2] if rest != b"-1" else None
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        if kind == b"+":
            return rest
        raise Failure(f"the server answered {line.decode(errors='replace').strip()}")

    def ask(self, *words: bytes) -> Any:
        """One command and its answer."""
        self.socket.sendall(command(*words))
        return self.reply()

    def fold(self, work: Work) -> None:
        digest = self.ask(b"SCRIPT", b"LOAD", SCRIPT)
        under_way: list[int] = []
        for batch, calls in batches(work.links(), digest):
            self.socket.sendall(batch)
            under_way.append(calls)
            if len(under_way) == 2:
                for _ in range(under_way.pop(0)):
                    self.reply()
        for calls in under_way:
            for _ in range(calls):
                self.reply()

    def customers(self, work: Work) -> Iterable[tuple[bytes, bytes]]:
        cursor: Any = b"0"
        seen: set[bytes] = set()
        while True:
            cursor, told = self.ask(b"SCAN", cursor, b"MATCH", b"i:*", b"COUNT", b"5000")
            # A scan may tell a key twice.
            keys = [key for key in set(told) if key not in seen]
            seen.update(keys)
            if keys:
                yield from zip((key[2:] for key in keys), self.ask(b"MGET", *keys))
            if cursor == b"0":
                return

    def close(self, work: Work) -> None:
        self.server.stop()


def batches(links: Iterable[tuple[bytes, bytes]], digest: bytes) -> Iterator[tuple[bytes, int]]:
    """The commands of so many calls, and how many these are."""
    calls: list[bytes] = []
    words: list[bytes] = []
    for pair in links:
        words += pair
        if len(words) == 2 * LINKS_A_CALL:
            calls.append(command(b"EVALSHA", digest, b"0", *words))
            words = []
            if len(calls) == CALLS_A_BATCH:
                yield b"".join(calls), len(calls)
                calls = []
    if words:
        calls.append(command(b"EVALSHA", digest, b"0", *words))
    if calls:
        yield b"".join(calls), len(calls)


PEER = Redis
