"""When each job is due. Pure: the time is handed in, as seconds of a clock that never goes back."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Callable, Dict, Iterable, List, NamedTuple, Optional

if TYPE_CHECKING:
    from statusmonitor_agent.online.jobs import Job


class Changes(NamedTuple):
    """How a new job list differs from the former one."""

    added: int
    replaced: int
    dropped: int


class _Entry:
    def __init__(self, job: Job, next_at: float) -> None:
        self.job, self.next_at = job, next_at


class Timetable:
    """The jobs and their next planned times. Not thread-safe."""

    def __init__(self, jitter_seconds: float, spread: Callable[[float, float], float] = random.uniform) -> None:
        self.jitter_seconds, self.spread = jitter_seconds, spread
        self._entries: Dict[int, _Entry] = {}
        self._running: set[int] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def replace(self, jobs: Dict[int, Job], now: float) -> Changes:
        """Take over a job list. New and changed jobs are due at once, spread over the jitter; others keep their time."""
        former = self._entries
        self._entries = {}
        replaced = 0
        for number, job in jobs.items():
            entry = former.get(number)
            if entry is not None and entry.job.content == job.content:
                self._entries[number] = entry
                continue
            replaced += entry is not None
            start = now + self.spread(0, min(job.interval_seconds, self.jitter_seconds))
            self._entries[number] = _Entry(job, start)
        return Changes(len(jobs.keys() - former.keys()), replaced, len(former.keys() - jobs.keys()))

    def take_due(self, now: float) -> List[Job]:
        """Return the jobs to start now, earliest planned first; each counts as running until `finished`.

        The next time is counted from the planned one. Times missed meanwhile (the machine slept, the job still runs)
        are left out, not caught up.
        """
        due = sorted((entry for entry in self._entries.values() if entry.next_at <= now), key=lambda entry: entry.next_at)
        for entry in due:
            interval = entry.job.interval_seconds
            entry.next_at += interval * max(1, math.floor((now - entry.next_at) / interval) + 1)
        started = [entry.job for entry in due if entry.job.assignment_id not in self._running]
        self._running.update(job.assignment_id for job in started)
        return started

    def finished(self, assignment_id: int) -> None:
        """Note that a job has ended; it may start again."""
        self._running.discard(assignment_id)

    def next_at(self) -> Optional[float]:
        """Return when the next job is due, None without jobs."""
        times: Iterable[float] = (entry.next_at for entry in self._entries.values())
        return min(times, default=None)
