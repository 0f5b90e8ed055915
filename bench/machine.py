"""What the figures were measured on."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def describe(postgres_version: str, client: str) -> list[str]:
    """Return lines that name the machine and the versions of everything that counts."""
    return [
        f"machine     {_cpu_model()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB memory, {platform.system()} {platform.release()}",
        f"versions    PostgreSQL {postgres_version}, Python {platform.python_version()}, granian {version('granian')}",
        f"commit      {_commit()}",
        f"client      {client}",
    ]


def _cpu_model() -> str:
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _commit() -> str:
    short = _git("rev-parse", "--short", "HEAD")
    if not short:
        return "unknown (no git repository)"
    return f"{short} with uncommitted changes" if _git("status", "--porcelain") else short


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
