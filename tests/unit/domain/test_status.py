"""The status rule, as tables of cases and as properties."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusmonitor.domain.status import (
    Job,
    JobCondition,
    NewestCheck,
    NodeStatus,
    apply_check,
    is_stale_at,
    job_condition,
    node_status,
    status_when_stale,
)

NOW = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
LIMIT = timedelta(minutes=5)


def job(assignment_id=1, *, primary=True, enabled=True, available=True, success=True, stale=False, reported=True, **fields):
    state = {"is_available": available, "check_success": success if available else None, "effective_at": NOW, "executed_at": NOW}
    return Job(
        assignment_id,
        node_id=1,
        is_primary=primary,
        is_enabled=enabled,
        stale_limit=LIMIT,
        is_stale=stale,
        **(state if reported else {}),
        **fields,
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(job(), JobCondition.GOOD, id="good"),
        pytest.param(job(stale=True), JobCondition.OUTDATED, id="good but too old"),
        pytest.param(job(success=None), JobCondition.UNCLEAR, id="criteria not evaluated"),
        pytest.param(job(success=None, stale=True), JobCondition.UNCLEAR, id="criteria not evaluated and too old"),
        pytest.param(job(success=False), JobCondition.CRITERIA_FAILED, id="criteria failed"),
        pytest.param(job(success=False, stale=True), JobCondition.CRITERIA_FAILED, id="a failure never goes stale"),
        pytest.param(job(available=False), JobCondition.NOT_AVAILABLE, id="not available"),
        pytest.param(job(available=False, stale=True), JobCondition.NOT_AVAILABLE, id="not available never goes stale"),
        pytest.param(job(reported=False), JobCondition.PENDING, id="never reported, still in time"),
        pytest.param(job(reported=False, stale=True), JobCondition.SILENT, id="never reported, time is up"),
        pytest.param(job(enabled=False, available=False), JobCondition.DISABLED, id="disabled"),
    ],
)
def test_job_condition(state, expected):
    assert job_condition(state) is expected


GOOD_PING, BAD_PING = job(), job(available=False)
GOOD_DISK, BAD_DISK = job(2, primary=False), job(2, primary=False, success=False)


@pytest.mark.parametrize(
    ("jobs", "expected", "rule"),
    [
        pytest.param([], NodeStatus.UNKNOWN, "no_data", id="no jobs"),
        pytest.param([job(enabled=False)], NodeStatus.UNKNOWN, "no_data", id="only disabled jobs"),
        pytest.param([job(reported=False)], NodeStatus.UNKNOWN, "no_data", id="nothing reported yet"),
        pytest.param([job(reported=False, stale=True)], NodeStatus.UNKNOWN, "never_reported", id="nothing ever reported"),
        pytest.param([GOOD_PING], NodeStatus.AVAILABLE, "primary_job", id="a good ping"),
        pytest.param([BAD_PING], NodeStatus.UNAVAILABLE, "primary_job", id="a dead ping"),
        pytest.param([job(success=False)], NodeStatus.UNAVAILABLE, "primary_job", id="a ping whose criteria failed"),
        pytest.param([job(success=None)], NodeStatus.WARNING, "primary_job", id="an unclear ping"),
        pytest.param([job(stale=True)], NodeStatus.WARNING, "primary_job", id="an outdated ping"),
        pytest.param([GOOD_PING, job(3, available=False)], NodeStatus.UNAVAILABLE, "primary_job", id="the worst ping decides"),
        pytest.param([GOOD_PING, GOOD_DISK], NodeStatus.AVAILABLE, "primary_job", id="all good"),
        pytest.param([GOOD_PING, BAD_DISK], NodeStatus.WARNING, "other_job", id="another job failed"),
        pytest.param(
            [GOOD_PING, job(2, primary=False, stale=True)], NodeStatus.WARNING, "other_job", id="another job is outdated"
        ),
        pytest.param(
            [GOOD_PING, job(2, primary=False, reported=False)], NodeStatus.AVAILABLE, "primary_job", id="another job has time"
        ),
        pytest.param(
            [GOOD_PING, job(2, primary=False, reported=False, stale=True)],
            NodeStatus.WARNING,
            "other_job",
            id="another job is silent",
        ),
        pytest.param([BAD_PING, GOOD_DISK], NodeStatus.UNAVAILABLE, "primary_job", id="a good disk does not help a dead ping"),
        pytest.param([GOOD_DISK], NodeStatus.AVAILABLE, "worst_job", id="no ping: the worst of all"),
        pytest.param([BAD_DISK], NodeStatus.UNAVAILABLE, "worst_job", id="no ping: a failed disk"),
        pytest.param([job(reported=False), BAD_DISK], NodeStatus.WARNING, "other_job", id="the ping has not reported yet"),
        pytest.param(
            [job(reported=False), GOOD_DISK], NodeStatus.AVAILABLE, "other_job", id="the ping has time, the disk is good"
        ),
        pytest.param(
            [job(reported=False, enabled=False), BAD_DISK], NodeStatus.UNAVAILABLE, "worst_job", id="a disabled ping is none"
        ),
        pytest.param([job(reported=False, stale=True), GOOD_DISK], NodeStatus.WARNING, "other_job", id="the ping is silent"),
    ],
)
def test_node_status(jobs, expected, rule):
    verdict = node_status(jobs)

    assert (verdict.status, verdict.reason["rule"]) == (expected, rule)


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        pytest.param([GOOD_PING, BAD_DISK], NodeStatus.AVAILABLE, id="other jobs never count"),
        pytest.param([BAD_DISK], NodeStatus.UNKNOWN, id="without a ping nothing is known"),
        pytest.param([BAD_PING, GOOD_DISK], NodeStatus.UNAVAILABLE, id="the ping decides"),
    ],
)
def test_node_status_by_primary_jobs_only(jobs, expected):
    assert node_status(jobs, is_primary_only=True).status is expected


def test_the_reason_names_the_job_and_its_limits():
    failed = replace(BAD_DISK, message="free 7 %, wanted >= 10 %", stale_limit_source="type:5")

    reason = node_status([GOOD_PING, failed]).reason

    assert reason == {
        "rule": "other_job",
        "assignment_id": 2,
        "condition": "criteria_failed",
        "stale_limit_seconds": 300,
        "stale_limit_source": "type:5",
        "message": "free 7 %, wanted >= 10 %",
    }


def test_of_two_equally_bad_jobs_the_older_one_is_named():
    assert node_status([job(9, available=False), job(4, available=False)]).reason["assignment_id"] == 4


@pytest.mark.parametrize(
    ("offset", "is_stale"),
    [(timedelta(0), False), (timedelta(microseconds=-1), False), (timedelta(microseconds=1), True)],
    ids=["at the limit", "just before", "just after"],
)
def test_status_turns_strictly_after_its_limit(offset, is_stale):
    fresh = apply_check(job(reported=False), NewestCheck(NOW, NOW, is_available=True, check_success=True), now=NOW)
    moment = fresh.stale_after + offset
    later = replace(fresh, is_stale=is_stale_at(fresh.stale_after, moment))

    assert node_status([later]).status is (NodeStatus.WARNING if is_stale else NodeStatus.AVAILABLE)


def test_an_older_check_changes_nothing():
    newest = job()
    older = NewestCheck(NOW - LIMIT, NOW - LIMIT, is_available=False, check_success=None)

    assert apply_check(newest, older, now=NOW) is newest


def test_not_available_has_no_success():
    after = apply_check(job(), NewestCheck(NOW + LIMIT, NOW + LIMIT, is_available=False, check_success=True), now=NOW + LIMIT)

    assert after.check_success is None


jobs_of_a_node = st.lists(
    st.builds(
        job,
        st.integers(1, 9),
        primary=st.booleans(),
        enabled=st.booleans(),
        available=st.booleans(),
        success=st.sampled_from([True, False, None]),
        stale=st.booleans(),
        reported=st.booleans(),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda each: each.assignment_id,
)


@given(jobs_of_a_node, st.booleans(), st.data())
def test_one_job_going_stale_does_to_a_node_what_the_sweep_is_told(jobs, primary_only, data):
    place = data.draw(st.sampled_from(range(len(jobs))))
    turning = jobs[place]
    before = node_status(jobs, is_primary_only=primary_only).status
    stale = [*jobs[:place], replace(turning, is_stale=True), *jobs[place + 1 :]]
    after = node_status(stale, is_primary_only=primary_only).status
    counts = turning.is_enabled and not turning.is_stale and (turning.is_primary or not primary_only)

    assert after is (status_when_stale(before) if counts else before)


@given(jobs_of_a_node, st.booleans(), st.randoms())
def test_the_order_of_the_jobs_does_not_matter(jobs, primary_only, random):
    shuffled = random.sample(jobs, len(jobs))

    assert node_status(shuffled, is_primary_only=primary_only) == node_status(jobs, is_primary_only=primary_only)
