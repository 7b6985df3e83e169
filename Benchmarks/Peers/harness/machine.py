"""What the figures were measured on."""
from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def text_of(path: str) -> str:
    """A file's text, or none."""
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


def describe() -> str:
    """Processor, cores, memory, system."""
    model = re.search(r"model name\s*:\s*(.*)", text_of("/proc/cpuinfo"))
    system = re.search(r'PRETTY_NAME="(.*)"', text_of("/etc/os-release"))
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return (
        f"{os.cpu_count()} cores ({model[1].strip() if model else platform.machine()}), "
        f"{memory:.0f} GB, {system[1] if system else platform.system()}, "
        f"Linux {platform.release().split('-')[0]}")


def available_bytes() -> int:
    """Memory that can be had without swapping."""
    found = re.search(r"MemAvailable:\s+(\d+) kB", text_of("/proc/meminfo"))
    return int(found[1]) * 1024 if found else 0


def load_average() -> str:
    """Of the last minute."""
    return f"{os.getloadavg()[0]:.2f}"
