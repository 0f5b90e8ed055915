"""The sweep: turns what went silent, by stored times. Safe at any moment, in any number of processes."""

import logging
from datetime import UTC, datetime, timedelta

from statusmonitor.db.connection import cursor
from statusmonitor.domain.status import NodeStatus, status_when_stale
from statusmonitor.errors import DatabaseUnavailableError
from statusmonitor.repositories import states

logger = logging.getLogger(__name__)

BATCH_SIZE = 2_500  # rows; the counter that every visible change raises is held for one batch
POISON_DELAY = timedelta(minutes=5)
_WHEN_STALE = {status.value: status_when_stale(status).value for status in NodeStatus}


def refresh_stale_nodes(now: datetime | None = None) -> int:
    """Turn every job whose limit has passed, and its node; return how many nodes changed visibly.

    Batches skip rows that another sweep holds. A row that makes the batch fail is pushed ahead and logged, and
    stops nobody.

    Raises:
        DatabaseUnavailableError: what was turned so far stays turned.
    """
    now = now or datetime.now(UTC)
    total = 0
    while True:
        try:
            with cursor() as cur:
                seen, changed = states.turn_stale(cur, now=now, limit=BATCH_SIZE, status_when_stale=_WHEN_STALE)
        except DatabaseUnavailableError:
            raise
        except Exception:
            logger.exception("the sweep failed on a batch; turning its jobs one by one")
            seen, changed = _turn_singly(now)
        total += changed
        if seen < BATCH_SIZE:
            return total


def _turn_singly(now: datetime) -> tuple[int, int]:
    with cursor() as cur:
        due = states.next_due(cur, now=now, limit=BATCH_SIZE)
    return len(due), sum(_turn_one(assignment_id, now) for assignment_id in due)


def _turn_one(assignment_id: int, now: datetime) -> int:
    try:
        with cursor() as cur:
            return states.turn_stale(cur, now=now, limit=1, status_when_stale=_WHEN_STALE, only=assignment_id)[1]
    except DatabaseUnavailableError:
        raise
    except Exception:
        logger.exception("job %d cannot be turned; looked at again in %s", assignment_id, POISON_DELAY)
        with cursor() as cur:
            states.push_ahead(cur, assignment_id, until=now + POISON_DELAY)
        return 0
