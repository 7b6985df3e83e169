"""What peers need of Debian and PyPI: what is missing, and how it is installed."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import NamedTuple, Sequence

from .peer import Failure, Peer

LIST = """
import importlib.metadata, json
print(json.dumps([one.metadata["Name"] for one in importlib.metadata.distributions()]))
"""


class Missing(NamedTuple):
    """Packages that a peer needs and does not have."""

    debian: tuple[str, ...]
    python: tuple[str, ...]

    def __str__(self) -> str:
        words = [f"apt-get install {name}" for name in self.debian]
        words += [f"pip install {name}" for name in self.python]
        return ", ".join(words)


class Packages:
    """The machine's programs, and a virtual environment of the peers' own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def python(self) -> str:
        """The environment's Python; this one where there is none."""
        own = self.folder / "bin" / "python"
        return str(own) if own.exists() else sys.executable

    def installed(self) -> set[str]:
        """The packages of PyPI that the environment has."""
        done = subprocess.run([self.python, "-c", LIST], capture_output=True, text=True)
        names = json.loads(done.stdout) if done.returncode == 0 else []
        return {str(name).lower().replace("_", "-") for name in names}

    def missing(self, peer: Peer) -> Missing:
        """What the peer cannot run without."""
        installed = self.installed() if peer.python else set()
        return Missing(
            tuple(package for program, package in peer.debian.items() if not peer.has(program)),
            tuple(name for name in peer.python if name not in installed))

    def install(self, peers: Sequence[Peer]) -> None:
        """Installs what can be had, one package at a time; says what cannot."""
        debian = {name for peer in peers for name in self.missing(peer).debian}
        if debian:
            self.install_debian(sorted(debian))
        python = [name for peer in peers for name in self.missing(peer).python]
        if python and not (self.folder / "bin" / "pip").exists():
            try:
                venv.create(self.folder, with_pip=True)
            except (subprocess.CalledProcessError, OSError) as error:
                raise Failure(
                    f"no environment can be made: apt-get install python3-venv ({error})") from None
        for name in dict.fromkeys(python):
            attempt([self.python, "-m", "pip", "install", "--quiet", name])

    @staticmethod
    def install_debian(names: Sequence[str]) -> None:
        """As root, or through sudo."""
        install = ["apt-get", "install", "-y", "--no-install-recommends"]
        if shutil.which("apt-get") is None or (os.geteuid() != 0 and not shutil.which("sudo")):
            print(f"become root and run: apt-get install {' '.join(names)}", file=sys.stderr)
            return
        before = [] if os.geteuid() == 0 else ["sudo"]
        attempt(before + ["apt-get", "update", "-qq"])
        for name in names:
            attempt(before + ["env", "DEBIAN_FRONTEND=noninteractive"] + install + [name])


def attempt(words: Sequence[str]) -> None:
    """Runs an installer; if it fails its peer is told as skipped later."""
    print("+ " + " ".join([Path(words[0]).name, *words[1:]]), file=sys.stderr, flush=True)
    if subprocess.run(words, stdout=sys.stderr).returncode != 0:
        print("that failed", file=sys.stderr)
