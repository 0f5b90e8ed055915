"""The record of results that will never arrive: one JSON line each, in a file of limited size beside the queue."""

from __future__ import annotations

import json
import logging
import os
import threading

from statusmonitor_agent.timestamps import utc_now, with_offset

LOG = logging.getLogger(__name__)
MAX_BYTES = 1_000_000
MAX_REASON = 500


class DroppedRecord:
    """Writes to `path`; when that is full it becomes `path`.1 and a new one begins."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.Lock()

    def add(self, assignment_id: int | None, check_timestamp: str, reason: str) -> None:
        """Note one result. A record that cannot be written is logged, not raised: the agent goes on."""
        LOG.warning("dropped the result of assignment %s at %s: %s", assignment_id, check_timestamp, reason)
        entry = {
            "dropped_at": with_offset(utc_now()),
            "assignment_id": assignment_id,
            "check_timestamp": check_timestamp,
            "reason": reason[:MAX_REASON],
        }
        try:
            with self._lock:
                self._append(json.dumps(entry) + "\n")
        except OSError:
            LOG.exception("the record of dropped results cannot be written")

    def _append(self, line: str) -> None:
        if os.path.exists(self.path) and os.path.getsize(self.path) + len(line) > MAX_BYTES:
            os.replace(self.path, self.path + ".1")
        with open(self.path, "a", encoding="ascii") as file:
            file.write(line)
