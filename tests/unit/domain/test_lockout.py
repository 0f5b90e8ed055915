"""The wait before the next sign-in attempt."""

from datetime import UTC, datetime, timedelta

import pytest

from statusmonitor.domain.lockout import RULES, Failures, Scope, wait_before_attempt

NOW = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


def wait(scope: Scope, count: int, *, seconds_ago: int = 0, is_known: bool = False) -> float:
    failures = {scope: Failures(count, NOW - timedelta(seconds=seconds_ago))}
    return wait_before_attempt(failures, now=NOW, is_known_address=is_known).total_seconds()


@pytest.mark.parametrize(
    ("scope", "count", "expected"),
    [
        (Scope.PAIR, 0, 0),
        (Scope.PAIR, 4, 0),
        (Scope.PAIR, 5, 900),
        (Scope.PAIR, 1000, 900),
        (Scope.ADDRESS, 29, 0),
        (Scope.ADDRESS, 30, 2),
        (Scope.ADDRESS, 32, 8),
        (Scope.ADDRESS, 10_000, 300),
        (Scope.ACCOUNT, 9, 0),
        (Scope.ACCOUNT, 10, 1),
        (Scope.ACCOUNT, 12, 4),
        (Scope.ACCOUNT, 10**9, 30),
    ],
)
def test_the_wait_grows_to_its_limit(scope, count, expected):
    assert wait(scope, count) == expected


def test_the_time_since_the_last_failure_counts():
    assert wait(Scope.PAIR, 5, seconds_ago=600) == 300
    assert wait(Scope.PAIR, 5, seconds_ago=900) == wait(Scope.PAIR, 5, seconds_ago=10_000) == 0


def test_a_known_address_waits_for_its_own_failures_only():
    assert wait(Scope.ACCOUNT, 100, is_known=True) == 0
    assert wait(Scope.PAIR, 5, is_known=True) == 900
    assert wait(Scope.ADDRESS, 30, is_known=True) == 2


def test_only_a_pair_waits_longer_than_a_delay():
    longest = {scope: rule.longest_wait for scope, rule in RULES.items()}

    assert longest[Scope.ACCOUNT] <= timedelta(seconds=30)
    assert max(longest, key=longest.get) is Scope.PAIR


def test_the_longest_wait_of_all_decides():
    failures = {
        Scope.PAIR: Failures(5, NOW - timedelta(minutes=10)),
        Scope.ADDRESS: Failures(30, NOW),
        Scope.ACCOUNT: Failures(0, NOW),
    }

    assert wait_before_attempt(failures, now=NOW, is_known_address=False) == timedelta(minutes=5)
