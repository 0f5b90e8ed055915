"""Jobs as the server lists them, and the body that reports one run."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional

from statusmonitor_agent import SCRIPT_VERSION
from statusmonitor_agent.timestamps import with_offset

if TYPE_CHECKING:
    from datetime import datetime

    from statusmonitor_agent.pipeline import PipelineResult

LOG = logging.getLogger(__name__)
MIN_INTERVAL_SECONDS = 5
MAX_INTERVAL_SECONDS = 366 * 86_400
MAX_JOBS = 20_000


class Job(NamedTuple):
    """One assignment. Two jobs are the same when `content`, their JSON text, is."""

    assignment_id: int
    node_name: str
    ip_address: Optional[str]
    method_name: str
    interval_seconds: float
    pipeline: List[Any]
    content: str


def read_jobs(answer: Any, default_interval_seconds: float) -> Dict[int, Job]:
    """Return the jobs of a list by assignment id; entries that are none are skipped with a warning.

    Raises:
        ValueError: the answer is not a list, or too long to be one.
    """
    if not isinstance(answer, list) or len(answer) > MAX_JOBS:
        raise ValueError("the job list is not a list, or too long")
    jobs: Dict[int, Job] = {}
    for entry in answer:
        job = _read_job(entry, default_interval_seconds)
        if job is None:
            LOG.warning("skipped an entry of the job list without a valid assignment_id and pipeline")
        else:
            jobs[job.assignment_id] = job
    return jobs


def _read_job(entry: Any, default_interval_seconds: float) -> Optional[Job]:
    if not isinstance(entry, dict):
        return None
    assignment_id, pipeline = entry.get("assignment_id"), entry.get("pipeline")
    if not isinstance(assignment_id, int) or isinstance(assignment_id, bool) or assignment_id <= 0:
        return None
    if not isinstance(pipeline, list):
        return None
    address = entry.get("ip_address")
    return Job(
        assignment_id=assignment_id,
        node_name=str(entry.get("node_name") or ""),
        ip_address=str(address) if address else None,
        method_name=str(entry.get("method_name") or "UNKNOWN"),
        interval_seconds=_interval(entry.get("check_interval_seconds"), default_interval_seconds),
        pipeline=pipeline,
        content=json.dumps(entry, sort_keys=True),
    )


def _interval(given: Any, default: float) -> float:
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    return float(given) if is_number and MIN_INTERVAL_SECONDS <= given <= MAX_INTERVAL_SECONDS else default


def report(job: Job, result: PipelineResult, *, started_at: datetime, object_id: int, host: str) -> Dict[str, Any]:
    """Return the body for POST /v1/checks."""
    return {
        "assignment_id": job.assignment_id,
        "is_available": result.is_available,
        "check_success_final": result.success,
        "check_timestamp": with_offset(started_at),
        "executor_object_id": object_id,
        "executor_host": host,
        "resolution_method": job.method_name,
        "detail_type": "PIPELINE_RESULT",
        "agent_script_version": SCRIPT_VERSION,
        "duration_ms": result.duration_ms,
        "detail_data": result.details(),
    }
