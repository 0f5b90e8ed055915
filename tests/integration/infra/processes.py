"""Watches processes for tests that kill them."""

import time
from collections.abc import Callable
from pathlib import Path

DEADLINE_SECONDS = 20.0
POLL_SECONDS = 0.02


def wait_until(holds: Callable[[], object], what: str, seconds: float = DEADLINE_SECONDS) -> object:
    """Return the first true answer of `holds`; fail with `what` when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := holds():
            return answer
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")


def is_alive(pid: int) -> bool:
    """Tell whether the process still runs; one that only waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def children_of(pid: int) -> list[int]:
    """Return the processes below `pid`, at any depth."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            child = int(path.parent.name)
            found += [child, *children_of(child)]
    return found


def all_gone(pids: list[int]) -> bool:
    return not any(is_alive(pid) for pid in pids)
