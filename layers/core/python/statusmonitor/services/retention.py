"""How long results and details are kept: the limits, and the partitions that hold them."""

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from time import monotonic

from statusmonitor.db.connection import cursor
from statusmonitor.repositories import partitions, settings

logger = logging.getLogger(__name__)

MONTHS_AHEAD = 3
REMEMBER_SECONDS = 60
_DEFAULT_DAYS = {"result_retention_days": 90, "details_retention_days": 30}


@dataclass(frozen=True, slots=True)
class Retention:
    results: timedelta
    details: timedelta

    def of(self, table: str) -> timedelta:
        return self.results if table == "check_results" else self.details


class _Memory:
    retention: Retention | None = None
    read_at: float = 0.0


def current() -> Retention:
    """Return the limits that are set, read at most once a minute."""
    if _Memory.retention is None or monotonic() - _Memory.read_at > REMEMBER_SECONDS:
        with cursor() as cur:
            values = settings.values(cur)
        results, details = (timedelta(days=_days(values, name)) for name in _DEFAULT_DAYS)
        _Memory.retention, _Memory.read_at = Retention(results, min(details, results)), monotonic()
    return _Memory.retention


def forget() -> None:
    """Read the limits anew at the next use."""
    _Memory.retention = None


def keep_partitions(now: datetime | None = None) -> tuple[int, int]:
    """Make the partitions from the retention's first month to three months ahead; drop older ones.

    Returns (made, dropped). Safe to run at any time and in several processes at once.
    """
    now = now or datetime.now(UTC)
    made = dropped = 0
    for table in partitions.TABLES:
        wanted = _wanted_months(now - current().of(table), now)
        with cursor() as cur:
            present = partitions.months(cur, table)
            for month in sorted(wanted - present):
                partitions.create(cur, table, month)
            for month in sorted(each for each in present if each < min(wanted)):
                partitions.drop(cur, table, month)
                dropped += 1
        made += len(wanted - present)
    if made or dropped:
        logger.info("partitions: %d made, %d dropped", made, dropped)
    return made, dropped


def _wanted_months(oldest: datetime, now: datetime) -> set[date]:
    month, last = oldest.date().replace(day=1), now.date().replace(day=1)
    for _ in range(MONTHS_AHEAD):
        last = partitions.next_month(last)
    months = set()
    while month <= last:
        months.add(month)
        month = partitions.next_month(month)
    return months


def _days(values: dict[str, str], name: str) -> int:
    text = values.get(name, "")
    if text.isascii() and text.isdigit() and 0 < int(text) <= 36_500:  # noqa: PLR2004 - a century
        return int(text)
    logger.warning("setting %s is not a number of days: %r", name, text)
    return _DEFAULT_DAYS[name]
