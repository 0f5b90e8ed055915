"""Times as the field's agents write them: .NET's round-trip form with seven fraction digits."""

from __future__ import annotations

from datetime import datetime, timezone


def utc_now() -> datetime:
    """Return the current time, aware."""
    return datetime.now(timezone.utc)


def with_offset(moment: datetime) -> str:
    """Return `2025-05-20T11:02:03.1234560+00:00`, as a check's time is sent."""
    utc = moment.astimezone(timezone.utc)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond:06d}0+00:00"


def with_z(moment: datetime) -> str:
    """Return `2025-05-20T11:02:03.1234560Z`, as a step's time is written."""
    return with_offset(moment)[:-6] + "Z"
