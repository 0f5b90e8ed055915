"""One node as its page shows it: state and why, place, jobs and their last results, last transitions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from statusmonitor.db.connection import cursor
from statusmonitor.domain.status import JobCondition, job_condition
from statusmonitor.domain.type_tree import TypeView, view_types
from statusmonitor.errors import NotFoundError
from statusmonitor.repositories import node_page, overview, type_tree
from statusmonitor.repositories.history import HistoryRow
from statusmonitor.repositories.node_page import StoredJob, StoredNode
from statusmonitor.repositories.overview import ChangeRow

__all__ = ["JobView", "NodeView", "ReasonView", "get_node", "list_job_views"]

MAX_CHANGES = 50


@dataclass(frozen=True, slots=True)
class ReasonView:
    """Why a node has its status, with names for the ids. What does not apply, or is gone, is None.

    `stale_limit_source` is interval, constant or type; of a type `limit_type_id` and `limit_type_name` are given.
    """

    rule: str
    condition: JobCondition | None
    assignment_id: int | None
    method_name: str | None
    job_description: str | None
    message: str | None
    stale_limit_seconds: int | None
    stale_limit_source: str | None
    limit_type_id: int | None
    limit_type_name: str | None


@dataclass(frozen=True, slots=True)
class JobView:
    """A job of a node; `executed_at`, `effective_at` and `message` are those of its state. `pipeline` is JSON text."""

    id: int
    method_id: int
    method_name: str
    description: str | None
    check_interval_seconds: int
    pipeline: str
    is_enabled: bool
    is_primary: bool
    condition: JobCondition
    executed_at: datetime | None
    effective_at: datetime | None
    message: str | None
    has_clock_fault: bool
    stale_after: datetime | None
    stale_limit_seconds: int
    stale_limit_source: str
    last_good_at: datetime | None
    last_result: HistoryRow | None


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node; `path` is its subdivisions from the top as pairs of id and short name; changes are newest first."""

    id: int
    name: str
    ip_address: str | None
    description: str | None
    subdivision_id: int
    object_id: int
    path: list[tuple[int, str]]
    node_type_id: int
    node_type_name: str
    node_type_path: str
    icon_filename: str
    icon_color: str
    created_at: datetime
    status: str
    since: datetime
    reason: ReasonView
    is_outdated: bool
    has_clock_fault: bool
    is_primary_only: bool
    jobs: list[JobView]
    changes: list[ChangeRow]


def get_node(node_id: int) -> NodeView:
    """Return a node. Four statements, whatever its jobs and history.

    Raises:
        NotFoundError: there is no such node.
    """
    with cursor() as cur:
        node = _get(cur, node_id)
        types = view_types(type_tree.list_all(cur))
        jobs = node_page.list_jobs(cur, node_id)
        changes = overview.changes_of_node(cur, node_id, limit=MAX_CHANGES)
    return _view(node, types, [_job_view(job) for job in jobs], changes)


def list_job_views(node_id: int) -> list[JobView]:
    """Return the jobs of a node, primary ones first.

    Raises:
        NotFoundError: there is no such node.
    """
    with cursor() as cur:
        _get(cur, node_id)
        return [_job_view(job) for job in node_page.list_jobs(cur, node_id)]


def _get(cur: Any, node_id: int) -> StoredNode:
    node = node_page.find(cur, node_id)
    if node is None:
        raise NotFoundError(f"there is no node {node_id}")
    return node


def _view(node: StoredNode, types: Mapping[int, TypeView], jobs: list[JobView], changes: list[ChangeRow]) -> NodeView:
    of_type = types[node.node_type_id]
    return NodeView(
        id=node.id,
        name=node.name,
        ip_address=node.ip_address,
        description=node.description,
        subdivision_id=node.subdivision_id,
        object_id=node.object_id,
        path=node.path,
        node_type_id=node.node_type_id,
        node_type_name=of_type.name,
        node_type_path=of_type.path,
        icon_filename=of_type.icon_filename,
        icon_color=of_type.icon_color,
        created_at=node.created_at,
        status=node.status,
        since=node.since,
        reason=_reason_view(node.reason, jobs, types),
        is_outdated=node.is_outdated,
        has_clock_fault=node.has_clock_fault,
        is_primary_only=node.is_primary_only,
        jobs=jobs,
        changes=changes,
    )


def _reason_view(reason: Mapping[str, Any], jobs: Sequence[JobView], types: Mapping[int, TypeView]) -> ReasonView:
    job = next((each for each in jobs if each.id == reason.get("assignment_id")), None)
    source, _, level = (reason.get("stale_limit_source") or "").partition(":")
    type_id = int(level) if level.isdigit() else None
    return ReasonView(
        rule=reason["rule"],
        condition=JobCondition(reason["condition"]) if "condition" in reason else None,
        assignment_id=reason.get("assignment_id"),
        method_name=job.method_name if job else None,
        job_description=job.description if job else None,
        message=reason.get("message"),
        stale_limit_seconds=reason.get("stale_limit_seconds"),
        stale_limit_source=source or None,
        limit_type_id=type_id,
        limit_type_name=types[type_id].name if type_id is not None and type_id in types else None,
    )


def _job_view(job: StoredJob) -> JobView:
    state = job.state
    return JobView(
        id=job.id,
        method_id=job.method_id,
        method_name=job.method_name,
        description=job.description,
        check_interval_seconds=job.check_interval_seconds,
        pipeline=job.pipeline,
        is_enabled=state.is_enabled,
        is_primary=state.is_primary,
        condition=job_condition(state),
        executed_at=state.executed_at,
        effective_at=state.effective_at,
        message=state.message,
        has_clock_fault=state.has_clock_fault,
        stale_after=state.stale_after,
        stale_limit_seconds=int(state.stale_limit.total_seconds()),
        stale_limit_source=state.stale_limit_source,
        last_good_at=state.last_good_at,
        last_result=job.last_result,
    )
