"""One result as the services see it, whatever way it came."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class ResultSource(NamedTuple):
    """What many results say alike: who ran the job, and with which versions. Texts as sent, cut to their limits."""

    executor_object_id: int | None
    executor_host: str | None
    resolution_method: str | None  # None: the method of the job
    detail_type: str
    agent_script_version: str | None
    assignment_config_version: str | None


@dataclass(slots=True)
class NewCheck:
    """A result to be stored. `details` is JSON text exactly as it came; not available means no success value."""

    assignment_id: int
    executed_at: datetime
    is_available: bool
    check_success: bool | None
    source: ResultSource
    details: bytes | None = None
    error_message: str | None = None
    duration_ms: int | None = None
    reported_at: str | None = None  # the time as sent; only of a broken clock

    def effective_at(self, received_at: datetime) -> datetime:
        """Return the time results are compared by: a clock a little ahead wins nothing."""
        return min(self.executed_at, received_at)

    @property
    def has_clock_fault(self) -> bool:
        return self.reported_at is not None
