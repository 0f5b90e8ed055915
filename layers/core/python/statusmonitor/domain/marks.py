"""One character a status: how the pages' packed strings spell it."""

from statusmonitor.domain.status import NodeStatus

MARKS = {
    NodeStatus.AVAILABLE.value: "a",
    NodeStatus.WARNING.value: "w",
    NodeStatus.UNAVAILABLE.value: "d",
    NodeStatus.UNKNOWN.value: "u",
}
WORST_FIRST = ("unavailable", "warning", "unknown", "available")
OUTDATED_FLAG, CLOCK_FLAG = 1, 2


def count_marks(statuses: str) -> dict[str, int]:
    """Return how often each status is in a packed string; every status is in the answer."""
    return {status: statuses.count(mark) for status, mark in MARKS.items()}
