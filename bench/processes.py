"""Reads what processes use from /proc."""

from pathlib import Path

PROC = Path("/proc")


def tree(root: int) -> list[int]:
    """Return the process `root` and everything below it."""
    children: dict[int, list[int]] = {}
    for path in PROC.glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended just now
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def name(pid: int) -> str:
    return (PROC / str(pid) / "comm").read_text().strip()


def command(pid: int) -> str:
    return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def pss_mb(pid: int) -> float:
    """Return the proportional set size: shared pages are counted once over all who share them."""
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no Pss of process {pid}")
