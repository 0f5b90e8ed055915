"""The running agent: one thread polls, one sends, some run jobs, and the main one keeps the timetable."""

from __future__ import annotations

import json
import logging
import platform
import queue
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any, Callable, Dict, List

from statusmonitor_agent.online.api import ApiClient
from statusmonitor_agent.online.dropped import DroppedRecord
from statusmonitor_agent.online.job_source import FetchError, JobSource
from statusmonitor_agent.online.jobs import Job, report
from statusmonitor_agent.online.logs import VERBOSE
from statusmonitor_agent.online.result_queue import ResultQueue
from statusmonitor_agent.online.sender import Sender
from statusmonitor_agent.online.timetable import Timetable
from statusmonitor_agent.pipeline import run_pipeline
from statusmonitor_agent.programs import stop_all
from statusmonitor_agent.step_type import StepContext
from statusmonitor_agent.timestamps import utc_now

if TYPE_CHECKING:
    from statusmonitor_agent.online.settings import Settings

LOG = logging.getLogger(__name__)
MAX_SLEEP_SECONDS = 0.5  # also how long a signal may go unnoticed
JOBS_GRACE_SECONDS = 2.0
SENDER_GRACE_SECONDS = 1.0


class Agent:
    """Made once per process; `stop` may be called from anywhere, a signal handler too."""

    _is_asked_to_stop = False

    def __init__(self, settings: Settings) -> None:
        """Open the queue.

        Raises:
            QueueError: another agent has it, or it cannot be written.
        """
        self._settings = settings
        self._host = platform.node() or "unknown"
        self._stopping, self._changed = threading.Event(), threading.Event()
        self._queue = ResultQueue(
            settings.queue_path,
            max_bytes=settings.queue_max_bytes,
            max_age_seconds=settings.queue_max_age_hours * 3600,
            dropped=DroppedRecord(settings.queue_path + ".dropped.jsonl"),
        )
        self._sender = Sender(settings, self._queue, self._stopping)
        self._source = JobSource(settings, ApiClient(settings), self._stopping)
        self._timetable, self._lock = Timetable(settings.start_jitter_seconds), threading.Lock()
        self._waiting: queue.Queue[Job] = queue.Queue()

    def stop(self) -> None:
        """Let `run` end within five seconds; queued results stay on disk.

        A plain flag: an event may be locked by the very thread that a signal handler interrupts.
        """
        self._is_asked_to_stop = True

    def run(self) -> None:
        """Work until `stop` is called."""
        workers = [self._start(self._work, f"job-{number}") for number in range(self._settings.max_parallel_jobs)]
        sender = self._start(self._sender.run, "sender")
        self._start(self._poll_for_ever, "poller")
        while not self._is_asked_to_stop:
            self._start_due_jobs()
            self._changed.wait(self._sleep_seconds())
            self._changed.clear()
        self._end(workers, sender)

    def run_once(self) -> bool:
        """Fetch the jobs, run each once, send everything; tell whether all of it worked."""
        self._queue.drop_expired()
        try:
            jobs = self._source.fetch() or {}
        except FetchError as error:
            LOG.error("no jobs: %s", error)  # noqa: TRY400 - the trace says nothing more
            self._queue.close()
            return False
        for job in jobs.values():
            self._waiting.put(job)
        workers = [self._start(self._work_off, f"job-{number}") for number in range(self._settings.max_parallel_jobs)]
        self._wait_for(workers)
        sender = self._start(self._sender.drain, "sender")
        self._wait_for([sender])
        return self._end(workers, sender)

    def _wait_for(self, threads: List[threading.Thread]) -> None:
        """Wait until all have ended, or the agent is to stop."""
        for thread in threads:
            while thread.is_alive() and not self._is_asked_to_stop:
                thread.join(0.1)

    def _start(self, work: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=work, name=name, daemon=True)  # so that a hanging step cannot hold up the end
        thread.start()
        return thread

    def _end(self, workers: List[threading.Thread], sender: threading.Thread) -> bool:
        """Let the threads end, close the queue, and tell whether it is empty."""
        self._stopping.set()
        self._sender.wake.set()
        deadline = time.monotonic() + JOBS_GRACE_SECONDS
        for worker in workers:
            worker.join(max(0.0, deadline - time.monotonic()))
        stop_all()
        sender.join(SENDER_GRACE_SECONDS)
        is_empty = self._queue.next() is None
        self._log_fill()
        self._queue.close()
        LOG.info("stopped")
        return is_empty

    def _poll_for_ever(self) -> None:
        while not self._stopping.is_set():
            try:
                self._poll()
            except Exception:
                LOG.exception("polling failed")
            self._stopping.wait(self._settings.api_poll_interval_seconds)

    def _poll(self) -> None:
        self._queue.drop_expired()
        self._log_fill()
        try:
            jobs = self._source.fetch()
        except FetchError as error:
            LOG.warning("the job list could not be fetched, the former one stays: %s", error)
            return
        if jobs is not None:
            self._take_over(jobs)

    def _take_over(self, jobs: Dict[int, Job]) -> None:
        with self._lock:
            changes = self._timetable.replace(jobs, time.monotonic())
        self._changed.set()
        if any(changes):
            LOG.info("jobs: %d added, %d replaced, %d dropped, %d now", *changes, len(jobs))

    def _log_fill(self) -> None:
        fill = self._queue.fill()
        LOG.info(
            "queue: %d results, %d bytes, %.1f %% full, oldest %.0f s",
            fill.results,
            fill.bytes,
            fill.percent,
            fill.oldest_age_seconds,
        )

    def _start_due_jobs(self) -> None:
        with self._lock:
            due = self._timetable.take_due(time.monotonic())
        for job in due:
            self._waiting.put(job)

    def _sleep_seconds(self) -> float:
        with self._lock:
            next_at = self._timetable.next_at()
        now = time.monotonic()
        return max(0.0, min(MAX_SLEEP_SECONDS, (next_at if next_at is not None else now + MAX_SLEEP_SECONDS) - now))

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                job = self._waiting.get(timeout=MAX_SLEEP_SECONDS / 2)
            except queue.Empty:
                continue
            self._run_job(job)

    def _work_off(self) -> None:
        while not self._stopping.is_set():
            try:
                job = self._waiting.get_nowait()
            except queue.Empty:
                return
            self._run_job(job)

    def _run_job(self, job: Job) -> None:
        try:
            self._queue_result(self._check(job))
        except Exception:
            LOG.exception("job %s failed", job.assignment_id)
        finally:
            with self._lock:
                self._timetable.finished(job.assignment_id)

    def _check(self, job: Job) -> Dict[str, Any]:
        started_at = utc_now()
        context = StepContext(job.node_name, job.ip_address, self._host, self._settings.permissions)
        result = run_pipeline(job.pipeline, context)
        LOG.log(
            VERBOSE,
            "job %s on %s: available %s, success %s, %d ms%s",
            job.assignment_id,
            job.node_name,
            result.is_available,
            result.success,
            result.duration_ms,
            f", {result.message}" if result.message else "",
        )
        return report(job, result, started_at=started_at, object_id=self._settings.object_id, host=self._host)

    def _queue_result(self, body: Dict[str, Any]) -> None:
        encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        try:
            self._queue.put(body["assignment_id"], body["check_timestamp"], encoded)
        except sqlite3.Error as error:
            self._queue.dropped.add(body["assignment_id"], body["check_timestamp"], f"cannot be queued: {error}")
            return
        LOG.debug("result of job %s is queued", body["assignment_id"])
        self._sender.wake.set()
