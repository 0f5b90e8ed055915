"""The status rule: what one job's results mean, and what the jobs of a node make of the node. Pure; times are arguments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class NodeStatus(StrEnum):
    AVAILABLE = "available"
    WARNING = "warning"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


class JobCondition(StrEnum):
    """What is the matter with one job."""

    GOOD = "good"
    OUTDATED = "outdated"  # the last result was good, and is too old
    UNCLEAR = "unclear"  # available, success criteria not evaluated
    SILENT = "silent"  # never reported, and should have by now
    CRITERIA_FAILED = "criteria_failed"
    NOT_AVAILABLE = "not_available"
    PENDING = "pending"  # never reported, and need not have yet
    DISABLED = "disabled"


_STATUS_OF = {
    JobCondition.GOOD: NodeStatus.AVAILABLE,
    JobCondition.OUTDATED: NodeStatus.WARNING,
    JobCondition.UNCLEAR: NodeStatus.WARNING,
    JobCondition.SILENT: NodeStatus.WARNING,
    JobCondition.CRITERIA_FAILED: NodeStatus.UNAVAILABLE,
    JobCondition.NOT_AVAILABLE: NodeStatus.UNAVAILABLE,
}
_IGNORED = (JobCondition.PENDING, JobCondition.DISABLED)
_SEVERITY = list(_STATUS_OF)  # mildest first


@dataclass(frozen=True, slots=True)
class Job:
    """One job as the rule sees it: its facts, its newest result, and whether that went stale."""

    assignment_id: int
    node_id: int
    is_primary: bool
    is_enabled: bool
    stale_limit: timedelta
    stale_limit_source: str = "interval"
    executed_at: datetime | None = None
    effective_at: datetime | None = None
    is_available: bool | None = None
    check_success: bool | None = None
    has_clock_fault: bool = False
    message: str | None = None
    last_good_at: datetime | None = None
    is_stale: bool = False
    stale_after: datetime | None = None

    @property
    def has_reported(self) -> bool:
        return self.is_available is not None


@dataclass(frozen=True, slots=True)
class NewestCheck:
    """The part of a result that a job's state is made of."""

    executed_at: datetime
    effective_at: datetime
    is_available: bool
    check_success: bool | None
    has_clock_fault: bool = False
    message: str | None = None


@dataclass(frozen=True, slots=True)
class NodeVerdict:
    """The status of a node and why. `reason` is JSON-able and names the rule, the job and its limits."""

    status: NodeStatus
    reason: dict[str, Any]
    is_outdated: bool
    has_clock_fault: bool


def job_condition(job: Job) -> JobCondition:
    """Return what is the matter with a job; a bad result never goes stale into something better."""
    if not job.is_enabled:
        return JobCondition.DISABLED
    if not job.has_reported:
        return JobCondition.SILENT if job.is_stale else JobCondition.PENDING
    return _reported_condition(job)


def _reported_condition(job: Job) -> JobCondition:
    if not job.is_available:
        return JobCondition.NOT_AVAILABLE
    if job.check_success is False:
        return JobCondition.CRITERIA_FAILED
    if job.check_success is None:
        return JobCondition.UNCLEAR
    return JobCondition.OUTDATED if job.is_stale else JobCondition.GOOD


def apply_check(job: Job, check: NewestCheck, *, now: datetime) -> Job:
    """Return the job after `check`; the same job when `check` is not newer than what it has."""
    if not is_newer(check, job):
        return job
    was_good = job.is_available and job.check_success
    stale_after = check.effective_at + job.stale_limit
    return replace(
        job,
        executed_at=check.executed_at,
        effective_at=check.effective_at,
        is_available=check.is_available,
        check_success=check.check_success if check.is_available else None,
        has_clock_fault=check.has_clock_fault,
        message=check.message,
        last_good_at=job.effective_at if was_good else job.last_good_at,
        stale_after=stale_after,
        is_stale=is_stale_at(stale_after, now),
    )


def is_newer(check: NewestCheck, job: Job) -> bool:
    if job.effective_at is None or job.executed_at is None:
        return True
    return (check.effective_at, check.executed_at) > (job.effective_at, job.executed_at)


def is_stale_at(stale_after: datetime | None, now: datetime) -> bool:
    """Tell whether the limit has passed: strictly, so that a result exactly at its limit is still fresh."""
    return stale_after is not None and now > stale_after


def node_status(jobs: Iterable[Job], *, is_primary_only: bool = False) -> NodeVerdict:
    """Return the status of a node from its jobs.

    The worst of the primary jobs that have reported decides. Any other job that is not good makes an available
    node a warning, also while the primary jobs have yet to report. A node without primary jobs is judged by the
    worst of all. `is_primary_only` is the original's rule: other jobs never count.
    """
    jobs = list(jobs)
    counted = sorted((job for job in jobs if _counts(job, is_primary_only)), key=_by_severity)
    reported = [job for job in counted if job.has_reported]
    if not reported:
        return _no_data(counted)
    deciding = [job for job in reported if job.is_primary]
    if not deciding and not any(job.is_primary and job.is_enabled for job in jobs):
        return _verdict(_STATUS_OF[job_condition(counted[-1])], "worst_job", counted[-1], counted)
    status = _STATUS_OF[job_condition(deciding[-1])] if deciding else NodeStatus.AVAILABLE
    if status is NodeStatus.AVAILABLE and job_condition(counted[-1]) is not JobCondition.GOOD:
        return _verdict(NodeStatus.WARNING, "other_job", counted[-1], counted)
    return _verdict(status, "primary_job" if deciding else "other_job", (deciding or counted)[-1], counted)


def status_when_stale(status: NodeStatus) -> NodeStatus:
    """Return the status of a node that had `status` once one of the jobs that count for it went stale.

    Follows from `node_status`: staleness makes a good job a warning and no other job better or worse. Held by a
    property test, so that the sweep need not read the other jobs of each node.
    """
    return NodeStatus.WARNING if status is NodeStatus.AVAILABLE else status


def _counts(job: Job, is_primary_only: bool) -> bool:  # noqa: FBT001 - private, one caller
    return job_condition(job) not in _IGNORED and (job.is_primary or not is_primary_only)


def _by_severity(job: Job) -> tuple[int, int]:
    return _SEVERITY.index(job_condition(job)), -job.assignment_id


def _no_data(jobs: Sequence[Job]) -> NodeVerdict:
    if not jobs:
        return NodeVerdict(NodeStatus.UNKNOWN, {"rule": "no_data"}, is_outdated=False, has_clock_fault=False)
    return _verdict(NodeStatus.UNKNOWN, "never_reported", jobs[-1], jobs)


def _verdict(status: NodeStatus, rule: str, job: Job, counted: Sequence[Job]) -> NodeVerdict:
    reason = {
        "rule": rule,
        "assignment_id": job.assignment_id,
        "condition": job_condition(job).value,
        "stale_limit_seconds": int(job.stale_limit.total_seconds()),
        "stale_limit_source": job.stale_limit_source,
    }
    if job.message:
        reason["message"] = job.message
    return NodeVerdict(
        status,
        reason,
        is_outdated=any(each.is_stale for each in counted),
        has_clock_fault=any(each.has_clock_fault for each in counted),
    )
