"""Sends queued results to the server, oldest first, and takes out what has arrived or was refused."""

from __future__ import annotations

import enum
import logging
import random
import threading
import time
from typing import TYPE_CHECKING, Dict, NamedTuple, Optional

from statusmonitor_agent.online.api import ApiAnswer, ApiClient, ApiError
from statusmonitor_agent.online.job_source import is_worth_a_retry
from statusmonitor_agent.online.result_queue import MAX_SKIPPED, QueuedResult, ResultQueue

if TYPE_CHECKING:
    from statusmonitor_agent.online.settings import Settings

LOG = logging.getLogger(__name__)
MAX_PAUSE_SECONDS = 300.0
IDLE_SECONDS = 30.0
SERVER_ERROR = 500


class Verdict(enum.Enum):
    """What an answer means for the result that was sent."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    LATER = "later"
    KEY_REJECTED = "key rejected"


def judge(answer: ApiAnswer) -> Verdict:
    """Only a `status` of success counts as delivered; a refusal that a repeat cannot cure as refused."""
    if 200 <= answer.status < 300:  # noqa: PLR2004
        decoded = answer.json()
        status = decoded.get("status") if isinstance(decoded, dict) else None
        return Verdict.DELIVERED if str(status).lower() == "success" else Verdict.LATER
    if answer.status in (401, 403):
        return Verdict.KEY_REJECTED
    if 400 <= answer.status < 500 and not is_worth_a_retry(answer.status):  # noqa: PLR2004
        return Verdict.REFUSED
    return Verdict.LATER


class Attempt(NamedTuple):
    """How one delivery ended, after its tries."""

    verdict: Verdict
    reason: str
    status: Optional[int] = None
    pause_seconds: Optional[float] = None  # what the server asked for


class Sender:
    """One thread's work: `run` until `stopping` is set, woken by `wake` when there is something new."""

    def __init__(self, settings: Settings, queue: ResultQueue, stopping: threading.Event) -> None:
        self._settings, self._queue, self._stopping = settings, queue, stopping
        self._client = ApiClient(settings)
        self._failures = 0
        self._deferred: Dict[int, float] = {}  # results the server stumbles over, and until when they wait
        self.wake = threading.Event()

    def run(self) -> None:
        """Send until the agent stops. Whatever goes wrong, the results stay queued and the thread goes on."""
        while not self._stopping.is_set():
            try:
                is_idle, pause = self._step()
            except Exception:
                LOG.exception("sending failed")
                is_idle, pause = False, MAX_PAUSE_SECONDS / 10
            if is_idle:
                self.wake.wait(pause)
                self.wake.clear()
            elif pause:
                self._stopping.wait(pause)
        self._client.close()

    def drain(self) -> None:
        """Send until the queue is empty, one delivery fails, or the agent stops."""
        pause = 0.0
        while not pause and not self._stopping.is_set():
            result = self._queue.next()
            if result is None:
                break
            pause = self._settle(result, self._deliver(result))
        self._client.close()

    def _step(self) -> tuple[bool, float]:
        """Deliver one result; return whether there was none to send, and how long to wait."""
        now = time.monotonic()
        self._deferred = {number: until for number, until in self._deferred.items() if until > now}
        result = self._queue.next(self._deferred)
        if result is None:
            return True, 1.0 if self._deferred else IDLE_SECONDS
        return False, self._settle(result, self._deliver(result))

    def _deliver(self, result: QueuedResult) -> Attempt:
        attempt = Attempt(Verdict.LATER, "the agent is stopping")
        for number in range(max(1, self._settings.max_api_retries)):
            if number and self._stopping.wait(attempt.pause_seconds or self._settings.retry_delay_seconds):
                break
            attempt = self._try(result)
            if attempt.verdict is not Verdict.LATER:
                break
        return attempt

    def _try(self, result: QueuedResult) -> Attempt:
        try:
            answer = self._client.post("/v1/checks", result.body)
        except ApiError as error:
            return Attempt(Verdict.LATER, str(error))
        return Attempt(judge(answer), answer.reason(), answer.status, answer.retry_after_seconds())

    def _settle(self, result: QueuedResult, attempt: Attempt) -> float:
        """Act on the outcome and return how many seconds to leave the server alone."""
        if attempt.verdict in (Verdict.DELIVERED, Verdict.REFUSED):
            self._queue.delete(result)
            if attempt.verdict is Verdict.REFUSED:
                self._queue.dropped.add(result.assignment_id, result.check_timestamp, f"refused: {attempt.reason}")
            self._failures = 0
            return 0.0
        if attempt.status == SERVER_ERROR and len(self._deferred) < MAX_SKIPPED:
            # Perhaps only this one cannot be stored: let the others pass.
            self._deferred[result.id] = time.monotonic() + MAX_PAUSE_SECONDS
        self._failures += 1
        pause = max(self._pause(), attempt.pause_seconds or 0.0)
        LOG.warning("result %s not delivered (%s), next try in %.0f s", result.id, attempt.reason, pause)
        return pause

    def _pause(self) -> float:
        base = self._settings.retry_delay_seconds or 1.0
        grown = base * 2.0 ** min(self._failures - 1, 20)
        return min(grown, MAX_PAUSE_SECONDS) * random.uniform(0.8, 1.0)  # noqa: S311 - spreads agents, guards nothing
