"""Combines single results that arrive at the same time into one write: durable for each, one commit for all.

The first request thread to arrive writes for all that are waiting; each answer leaves only after its own result is
on disk. Leadership is handed to the next waiting thread, since a fixed leader would starve its own client. On Lambda
the queue never holds more than one.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from statusmonitor.domain.results import NewCheck
from statusmonitor.errors import DatabaseUnavailableError
from statusmonitor.services import keys
from statusmonitor.services.ingest import Outcome, Submission, store
from statusmonitor.services.keys import Caller

logger = logging.getLogger(__name__)

MAX_COMBINED = 256


def _shut_lock() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(eq=False, slots=True)
class _Ticket:
    """A submission in the queue. Woken with an outcome or an error, or with the batch that it is to write."""

    submission: Submission
    wake: threading.Lock = field(default_factory=_shut_lock)  # cheaper to wait for than an Event
    batch: "list[_Ticket] | None" = None
    outcome: Outcome | None = None
    error: Exception | None = None


class Combiner:
    """A queue in front of `write`, which stores submissions in one transaction and returns their outcomes."""

    def __init__(self, write: Callable[[Sequence[Submission]], list[Outcome]]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._is_led = False

    def submit(self, submission: Submission) -> Outcome:
        """Store one submission, together with those that wait at the same time.

        Raises:
            Exception: whatever storing this very submission raised.
        """
        ticket = _Ticket(submission)
        with self._lock:
            self._waiting.append(ticket)
            if not self._is_led:
                self._is_led = True
                ticket.batch = self._take()
        if ticket.batch is None:
            ticket.wake.acquire()
        if ticket.batch is not None:
            self._lead(ticket, ticket.batch)
        if ticket.error is not None:
            raise ticket.error
        assert ticket.outcome is not None  # noqa: S101 - the leader settles every ticket of its batch, its own first
        return ticket.outcome

    def _take(self) -> list[_Ticket]:
        batch, self._waiting = self._waiting[:MAX_COMBINED], self._waiting[MAX_COMBINED:]
        return batch

    def _lead(self, leader: _Ticket, batch: list[_Ticket]) -> None:
        try:
            self._settle(batch)
        finally:
            with self._lock:
                heir = self._waiting[0] if self._waiting else None
                self._is_led = heir is not None
                if heir is not None:
                    heir.batch = self._take()
            if heir is not None:
                heir.wake.release()  # first, so that the next write begins while the others are woken
            for ticket in batch:
                if ticket is not leader:
                    ticket.wake.release()

    def _settle(self, batch: Sequence[_Ticket]) -> None:
        try:
            outcomes = self._write([ticket.submission for ticket in batch])
        except DatabaseUnavailableError as error:
            for ticket in batch:
                ticket.error = error
        except Exception as error:
            logger.exception("a combined write of %d results failed", len(batch))
            self._settle_singly(batch, error)
        else:
            for ticket, outcome in zip(batch, outcomes, strict=True):
                ticket.outcome = outcome

    def _settle_singly(self, batch: Sequence[_Ticket], error: Exception) -> None:
        """One bad result must not harm the others: write each on its own, and let the bad one have its error."""
        if len(batch) == 1:
            batch[0].error = error
            return
        for ticket in batch:
            self._settle([ticket])


_combiner = Combiner(store)


def ingest_one(check: NewCheck, caller: Caller) -> Outcome:
    """Store one result and return what became of it; one that is stored already counts as stored.

    Raises:
        UnauthorizedError: the key was revoked in the meantime; nothing was stored.
        DatabaseUnavailableError: try again; repeating is harmless.
    """

    def attempt(known: Caller) -> Outcome | None:
        outcome = _combiner.submit(Submission(check, known))
        return None if outcome is Outcome.KEY_CHANGED else outcome

    return keys.act_as(caller, attempt)
