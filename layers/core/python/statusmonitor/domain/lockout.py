"""When the next sign-in attempt may be made. Pure.

Only the pair of account and address is ever locked out. An account alone, and an address alone, make their next
attempt wait a little longer each time; so nobody can lock somebody else out for good.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MEMORY = timedelta(minutes=15)  # failures this long ago are forgotten


class Scope(StrEnum):
    """What attempts are counted for."""

    PAIR = "pair"
    ADDRESS = "address"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Rule:
    """`free` attempts at once; then a wait that starts at `first_wait` and doubles up to `longest_wait`."""

    free: int
    first_wait: timedelta
    longest_wait: timedelta

    def wait_after(self, failed_count: int) -> timedelta:
        extra = failed_count - self.free
        if extra < 0:
            return timedelta(0)
        return min(self.first_wait * (1 << min(extra, 16)), self.longest_wait)


RULES = {
    Scope.PAIR: Rule(free=5, first_wait=MEMORY, longest_wait=MEMORY),
    Scope.ADDRESS: Rule(free=30, first_wait=timedelta(seconds=2), longest_wait=timedelta(minutes=5)),
    Scope.ACCOUNT: Rule(free=10, first_wait=timedelta(seconds=1), longest_wait=timedelta(seconds=30)),
}


@dataclass(frozen=True, slots=True)
class Failures:
    """How many attempts failed, and when the last of them did."""

    failed_count: int
    last_failed_at: datetime


def wait_before_attempt(failures: Mapping[Scope, Failures], *, now: datetime, is_known_address: bool) -> timedelta:
    """Return how long the next attempt has to wait, zero when it may be made.

    `is_known_address`: the account has signed in from this address before; it is not made to wait for what others
    do to the account from elsewhere.
    """
    waits = [
        each.last_failed_at + RULES[scope].wait_after(each.failed_count) - now
        for scope, each in failures.items()
        if not (scope is Scope.ACCOUNT and is_known_address)
    ]
    return max([timedelta(0), *waits])
