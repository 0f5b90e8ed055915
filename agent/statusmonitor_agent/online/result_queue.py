"""Keeps results on disk until the server has them: SQLite, so that a killed agent loses nothing it has queued."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Callable, Iterable, NamedTuple, Optional, TypeVar

if TYPE_CHECKING:
    from statusmonitor_agent.online.dropped import DroppedRecord

LOG = logging.getLogger(__name__)
T = TypeVar("T")

CREATE = """
    CREATE TABLE IF NOT EXISTS results (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        assignment_id INTEGER NOT NULL,
        check_timestamp TEXT NOT NULL,
        queued_at REAL NOT NULL,
        body BLOB NOT NULL
    )
"""
TOTALS = "SELECT count(*), coalesce(sum(length(body)), 0), min(queued_at) FROM results"
INSERT = "INSERT INTO results (assignment_id, check_timestamp, queued_at, body) VALUES (?, ?, ?, ?)"
OLDEST = "SELECT id, assignment_id, check_timestamp, queued_at, body FROM results ORDER BY id LIMIT ?"
DELETE = "DELETE FROM results WHERE id = ?"
MAX_SKIPPED = 100


class QueueError(Exception):
    """The queue file cannot be used: another agent has it, or the folder is not writable."""


class QueuedResult(NamedTuple):
    """One result as it waits. `queued_at`: seconds since 1970."""

    id: int
    assignment_id: int
    check_timestamp: str
    queued_at: float
    body: bytes


class Fill(NamedTuple):
    """How full the queue is."""

    results: int
    bytes: int
    percent: float
    oldest_age_seconds: float


class ResultQueue:
    """Results in the order they were made, bounded in bytes and age. Thread-safe; one process at a time."""

    def __init__(self, path: str, *, max_bytes: int, max_age_seconds: float, dropped: DroppedRecord) -> None:
        self.path, self.max_bytes, self.max_age_seconds, self.dropped = path, max_bytes, max_age_seconds, dropped
        self._lock = threading.Lock()
        self._connection = self._open_or_set_aside()
        self._bytes = int(self._connection.execute(TOTALS).fetchone()[1])

    def put(self, assignment_id: int, check_timestamp: str, body: bytes) -> None:
        """Store a result; what no longer fits beside it goes, oldest first, and is recorded.

        Raises:
            sqlite3.Error: it cannot be stored; the disk is full, say.
        """
        if len(body) > self.max_bytes:
            self.dropped.add(assignment_id, check_timestamp, "larger than the whole queue")
            return
        evicted = self._with_recovery(lambda: self._insert((assignment_id, check_timestamp, time.time(), body)))
        self._record(evicted, "the queue is full")

    def next(self, skipped: Iterable[int] = ()) -> Optional[QueuedResult]:
        """Return the oldest result that is not skipped, None if there is none."""
        leave_out = set(skipped)
        rows = self._with_recovery(lambda: self._connection.execute(OLDEST, (min(len(leave_out), MAX_SKIPPED) + 1,)).fetchall())
        return next((QueuedResult(*row) for row in rows if row[0] not in leave_out), None)

    def delete(self, result: QueuedResult) -> None:
        """Take out a result that has arrived or was refused."""
        self._with_recovery(lambda: self._remove([result]))

    def drop_expired(self) -> None:
        """Drop and record what is older than the age limit."""
        limit = time.time() - self.max_age_seconds
        while True:
            oldest = self.next()
            if oldest is None or oldest.queued_at >= limit:
                return
            self.delete(oldest)
            self._record([oldest], "too old")

    def fill(self) -> Fill:
        """Return how full the queue is."""
        count, size, queued_at = self._with_recovery(lambda: self._connection.execute(TOTALS).fetchone())
        age = max(0.0, time.time() - queued_at) if queued_at is not None else 0.0
        return Fill(count, size, round(100 * size / self.max_bytes, 1), round(age, 1))

    def close(self) -> None:
        """Close the file; nothing is lost."""
        with self._lock:
            self._connection.close()

    def _record(self, results: list[QueuedResult], reason: str) -> None:
        for result in results:
            self.dropped.add(result.assignment_id, result.check_timestamp, reason)

    def _insert(self, row: tuple[int, str, float, bytes]) -> list[QueuedResult]:
        evicted: list[QueuedResult] = []
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            size = self._bytes + len(row[3])
            while size > self.max_bytes:
                oldest = QueuedResult(*self._connection.execute(OLDEST, (1,)).fetchone())
                self._connection.execute(DELETE, (oldest.id,))
                size -= len(oldest.body)
                evicted.append(oldest)
            self._connection.execute(INSERT, row)
        self._bytes = size
        return evicted

    def _remove(self, results: list[QueuedResult]) -> None:
        for result in results:
            if self._connection.execute(DELETE, (result.id,)).rowcount:
                self._bytes -= len(result.body)

    def _with_recovery(self, action: Callable[[], T]) -> T:
        """Do it; should the file prove corrupt, set it aside, begin a new one and do it there."""
        with self._lock:
            try:
                return action()
            except sqlite3.DatabaseError as error:
                if not _is_corrupt(error):
                    raise
                self._connection.close()
                self._set_aside(error)
                self._connection = self._open()
                self._bytes = 0
                return action()

    def _open_or_set_aside(self) -> sqlite3.Connection:
        try:
            os.makedirs(os.path.dirname(os.path.abspath(self.path)), exist_ok=True)
            return self._open()
        except (sqlite3.DatabaseError, OSError) as error:
            if not _is_corrupt(error):
                raise QueueError(f"the queue {self.path} cannot be used: {error}") from error
            self._set_aside(error)
        return self._open()

    def _open(self) -> sqlite3.Connection:
        """Open and lock the file, so that a second agent cannot send the same results."""
        connection = sqlite3.connect(self.path, timeout=1, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_size_limit = 1000000")
            connection.execute(CREATE)
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            _check_content(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_aside(self, error: Exception) -> None:
        aside = f"{self.path}.corrupt-{time.time_ns()}"
        LOG.error("the queue is corrupt (%s); it is kept as %s and a new one is begun", error, aside)
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(self.path + suffix):
                os.replace(self.path + suffix, aside + suffix)
        self.dropped.add(None, "", f"the queue file was corrupt and is kept as {os.path.basename(aside)}")


def _check_content(connection: sqlite3.Connection) -> None:
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"malformed: {verdict}")
    connection.execute(OLDEST, (0,))


def _is_corrupt(error: Exception) -> bool:
    """Busy, full and unreadable disks (operational errors) and a closed queue pass; then the file stays."""
    if isinstance(error, sqlite3.OperationalError):
        return "no such column" in str(error) or "malformed" in str(error)
    return type(error) is sqlite3.DatabaseError
