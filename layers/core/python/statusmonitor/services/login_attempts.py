"""Counts sign-in attempts in the database, so that guessing is slow whichever process is asked."""

import math
from datetime import UTC, datetime, timedelta

from statusmonitor.db.connection import Cursor, transaction
from statusmonitor.domain.lockout import MEMORY, wait_before_attempt
from statusmonitor.errors import TooManyRequestsError
from statusmonitor.repositories import login_attempts


def admit(account: str, address: str) -> None:
    """Count an attempt as failed before it is looked at, so that guesses sent in parallel are counted too.

    An attempt that has to wait is not counted: asking again makes nobody wait longer.

    Raises:
        TooManyRequestsError: the account or the address has to wait.
    """
    now = datetime.now(UTC)
    with transaction() as cur:
        failures = login_attempts.lock(cur, account, address, now=now, memory=MEMORY)
        wait = wait_before_attempt(failures, now=now, is_known_address=False)
        if wait and login_attempts.is_known_address(cur, account, address):
            wait = wait_before_attempt(failures, now=now, is_known_address=True)
        if wait:
            raise _refusal(wait)
        login_attempts.count(cur, account, address, now=now)


def forgive(cur: Cursor, account: str, address: str) -> None:
    """Take back what `admit` counted, for an attempt that succeeded; and drop what is forgotten anyway."""
    login_attempts.forgive(cur, account, address)
    login_attempts.delete_old(cur, memory=MEMORY)


def _refusal(wait: timedelta) -> TooManyRequestsError:
    seconds = math.ceil(wait.total_seconds())
    return TooManyRequestsError(f"too many attempts; try again in {seconds} s", retry_after_seconds=seconds)
