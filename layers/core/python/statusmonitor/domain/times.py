"""Reads the times that clients send and decides which of them can be true."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

MAX_AHEAD = timedelta(minutes=5)  # a clock further ahead is broken


class CheckTime(NamedTuple):
    """When a check ran. `reported_at` is the time as sent, kept only when it could not be used."""

    executed_at: datetime
    reported_at: str | None = None


@lru_cache(maxsize=1024)
def parse_time(text: str) -> datetime | None:
    """Return the instant that an ISO 8601 text names, None when it names none.

    No zone means UTC. Digits beyond the microsecond are cut, so that one instant written with six, seven or
    fewer digits stays one instant.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def judge_time(text: str | None, *, received_at: datetime, oldest: datetime | None) -> CheckTime:
    """Decide when a check ran that a client dates `text`.

    An absent time is ours. One that is unparsable, more than `MAX_AHEAD` ahead or before `oldest` is a broken
    clock: our time then, with the sent text beside it.
    """
    if not text:
        return CheckTime(received_at)
    moment = parse_time(text)
    if moment is None or moment > received_at + MAX_AHEAD or (oldest is not None and moment < oldest):
        return CheckTime(received_at, reported_at=text[:100])
    return CheckTime(moment)
