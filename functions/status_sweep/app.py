"""The schedule's tick: turns what went silent, and keeps the partitions of results ahead of time."""

from typing import Any

from statusmonitor.services.retention import keep_partitions
from statusmonitor.services.sweep import refresh_stale_nodes


def lambda_handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Return how many nodes changed and how many partitions were made or dropped.

    An error is raised to the platform, which retries and counts it.
    """
    made, dropped = keep_partitions()
    return {"changed_nodes": refresh_stale_nodes(), "partitions_made": made, "partitions_dropped": dropped}
