"""When what runs: one line an entry."""

import logging
from collections.abc import Callable
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from statusmonitor.errors import DatabaseUnavailableError
from statusmonitor.services.retention import keep_partitions
from statusmonitor.services.sweep import refresh_stale_nodes

logger = logging.getLogger(__name__)

JOB_DEFAULTS = {
    "coalesce": True,  # after a pause run once, not once per missed tick
    "max_instances": 1,  # never two of the same entry at a time
    "misfire_grace_time": 30,  # seconds
}


def build_scheduler() -> BackgroundScheduler:
    scheduler = BackgroundScheduler(job_defaults=JOB_DEFAULTS, timezone="UTC")
    scheduler.add_job(_retried(refresh_stale_nodes), "interval", seconds=5, id="refresh_stale_nodes")
    scheduler.add_job(_retried(keep_partitions), "interval", hours=1, id="keep_partitions")
    return scheduler


def _retried(service: Callable[[], Any]) -> Callable[[], None]:
    """A database that is gone is no error of the entry: its next tick tries again."""

    def run() -> None:
        try:
            service()
        except DatabaseUnavailableError as error:
            logger.warning("%s: %s", service.__name__, error.message)

    return run
