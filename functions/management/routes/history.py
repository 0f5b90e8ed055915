"""GET histories of nodes and jobs, details of a result, states of a node's jobs (contract 1.9, 1.10)."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from statusmonitor.http.auth import require_reader
from statusmonitor.http.paging import path_id
from statusmonitor.http.request import query_int
from statusmonitor.http.resolver import answer
from statusmonitor.http.wire import iso, raw_json
from statusmonitor.services import history
from statusmonitor.services.history import HistoryRow
from statusmonitor.services.node_page import JobView, list_job_views

DEFAULT_LIMIT = 50
MAX_LIMIT = 500

router = Router()  # type: ignore[no-untyped-call]


@router.get("/api/v1/nodes/<node_id>/checks_history")
def get_node_history(node_id: str) -> Response[Any]:
    event = router.current_event
    require_reader(event)
    rows = history.node_history(path_id(node_id), limit=_limit(event), method_id=query_int(event, "method_id"))
    return answer([{"id": row.id, "assignment_id": row.assignment_id, **_common(row)} for row in rows])


@router.get("/api/v1/assignments/<assignment_id>/checks_history")
def get_assignment_history(assignment_id: str) -> Response[Any]:
    event = router.current_event
    require_reader(event)
    rows = history.assignment_history(path_id(assignment_id), limit=_limit(event))
    return answer([{"id": row.id, "node_id": row.node_id, "node_name": row.node_name, **_common(row)} for row in rows])


@router.get("/api/v1/node_checks/<check_id>/details")
def get_check_details(check_id: str) -> Response[Any]:
    require_reader(router.current_event)
    number = path_id(check_id)
    details = history.get_details(number)
    if details is None:
        return answer([])
    return answer([{"id": number, "detail_type": details.detail_type, "data": raw_json(details.data)}])


@router.get("/api/v1/nodes/<node_id>/assignments_status")
def get_assignments_status(node_id: str) -> Response[Any]:
    require_reader(router.current_event)
    return answer([_job(job) for job in list_job_views(path_id(node_id))])


def _common(row: HistoryRow) -> dict[str, Any]:
    return {
        "method_id": row.method_id,
        "method_name": row.method_name,
        "is_available": row.is_available,
        "check_success": row.check_success,
        "checked_at": iso(row.received_at),
        "check_timestamp": iso(row.executed_at),
        "reported_at": row.reported_at,
        "duration_ms": row.duration_ms,
        "executor_object_id": row.executor_object_id,
        "executor_host": row.executor_host,
        "resolution_method": row.resolution_method,
        "assignment_config_version": row.assignment_config_version,
        "agent_script_version": row.agent_script_version,
        "has_details": row.has_details,
    }


def _job(job: JobView) -> dict[str, Any]:
    last = job.last_result
    return {
        "assignment_id": job.id,
        "method_id": job.method_id,
        "method_name": job.method_name,
        "description": job.description,
        "pipeline": raw_json(job.pipeline),
        "check_interval_seconds": job.check_interval_seconds,
        "is_enabled": job.is_enabled,
        "is_primary": job.is_primary,
        "condition": job.condition.value,
        "message": job.message,
        "last_executed_at": iso(job.executed_at),
        "last_check_id": last.id if last else None,
        "last_check_timestamp": iso(job.executed_at),
        "last_check_db_timestamp": iso(last.received_at) if last else None,
        "last_is_available": last.is_available if last else None,
        "last_check_success": last.check_success if last else None,
        "stale_after": iso(job.stale_after),
        "stale_limit_seconds": job.stale_limit_seconds,
    }


def _limit(event: Any) -> int:
    limit = query_int(event, "limit")
    return DEFAULT_LIMIT if limit is None else min(limit, MAX_LIMIT)
