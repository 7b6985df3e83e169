"""What a peer is: a few words about it, and how it folds a file of links."""
from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import BinaryIO, Iterable, Iterator, Optional, Sequence

SERVER_SECONDS = 60
"""How long a server may take to begin or to end."""


class Failure(Exception):
    """What does not hold, in one line that says what to do."""


class Work:
    """One run of one peer: the file, and a folder of its own."""

    def __init__(self, events: Path, folder: Path, program: str) -> None:
        self.events = events
        self.folder = folder
        self.program = program
        self.peak_kilobytes = 0
        """Set by a peer whose process has ended when it is measured."""

    def links(self) -> Iterator[tuple[bytes, bytes]]:
        """The pairs, in the file's order. The lines' shape is fixed, and the oracle checks it:
        ``{"op":"link","a":"...","b":"...",`` without escapes."""
        with open(self.events, "rb", buffering=1 << 20) as lines:
            for line in lines:
                parts = line.split(b'"', 12)
                yield parts[7], parts[11]


class Peer:
    """A system that makes customers of links. Its class's docstring goes into the results."""

    name = ""
    title = ""
    durable = "no"
    """What an answered link survives."""
    unlinks = "no"
    """Whether a link can be taken back without folding the history again."""
    evidence = "no"
    """Whether it still knows who said what when."""
    debian: dict[str, str] = {}
    """Programs that it runs, and the Debian package of each."""
    python: tuple[str, ...] = ()
    """Packages of PyPI."""
    most_links = 10_000_000
    """More take too long, unless it is asked for by name."""
    bytes_per_link = 400
    """Memory that it needs, roughly; it is skipped where there is less."""
    engine_apart = False
    """Whether the work is done by processes that the script starts: only theirs is counted then,
    and the script, which feeds them, is told beside it."""

    def about(self) -> str:
        """What it is and does, as one paragraph."""
        return " ".join((type(self).__doc__ or "").split())

    def version(self) -> str:
        """The version of what is measured."""
        return ""

    def has(self, program: str) -> bool:
        """Whether a program of `debian` is there."""
        return shutil.which(program) is not None

    def open(self, work: Work) -> None:
        """Starts and imports what is needed; not measured."""

    def fold(self, work: Work) -> None:
        """From the file to an answer that can be asked for; measured."""
        raise NotImplementedError

    def customers(self, work: Work) -> Iterable[tuple[bytes, bytes]]:
        """Each identifier with a label that all of its customer have; not measured."""
        raise NotImplementedError

    def write_answer(self, work: Work, output: BinaryIO) -> None:
        """The same as lines, with a tab between the two."""
        for identifier, label in self.customers(work):
            output.write(b"%s\t%s\n" % (identifier, label))

    def close(self, work: Work) -> None:
        """Ends what was started."""


def run_program(
    words: Sequence[object], input: Optional[bytes] = None, user: Optional[str] = None,
    cwd: Optional[Path] = None
) -> "subprocess.CompletedProcess[bytes]":
    """Runs a program to its end; one that fails is a failure."""
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, input=input, user=user, cwd=cwd)
    if done.returncode != 0:
        said = (done.stderr + done.stdout).decode(errors="replace").strip()
        raise Failure(f"{Path(str(words[0])).name} ended with {done.returncode}: {said[-1_000:]}")
    return done


PARENT_DEATH_SIGNAL = 1
"""Of prctl(2): which signal a process gets when the one that started it ends."""


class Server:
    """A server that a peer starts, with its log in the peer's folder. It ends with the peer's
    process, however that ends."""

    def __init__(
        self, words: Sequence[object], folder: Path, user: Optional[str] = None,
        end: int = signal.SIGTERM
    ) -> None:
        self.end = end
        self.log = folder / "server.log"
        prctl = ctypes.CDLL(None).prctl
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=folder, user=user, preexec_fn=lambda: prctl(PARENT_DEATH_SIGNAL, int(end)))

    def require(self) -> None:
        """Fails if it has ended."""
        if self.process.poll() is not None:
            said = self.log.read_text(errors="replace").strip()
            raise Failure(f"the server ended with {self.process.returncode}: {said[-1_000:]}")

    def stop(self) -> None:
        """Ends it with its signal, and kills it where that does not help."""
        if self.process.poll() is None:
            os.kill(self.process.pid, self.end)
        try:
            self.process.wait(SERVER_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
