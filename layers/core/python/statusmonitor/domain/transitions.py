"""Replays new results over the jobs of a node and tells what becomes visible, and when it became so. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from statusmonitor.domain.status import Job, NewestCheck, NodeStatus, NodeVerdict, apply_check, node_status


@dataclass(frozen=True, slots=True)
class Transition:
    old_status: NodeStatus
    new_status: NodeStatus
    reason: dict[str, Any]
    changed_at: datetime


@dataclass(slots=True)
class NodeChange:
    """The state of a node as it is to be shown, and the transitions that led to it."""

    node_id: int
    verdict: NodeVerdict
    since: datetime
    transitions: list[Transition] = field(default_factory=list)

    def state_row(self) -> dict[str, Any]:
        return {
            "node_id": self.node_id,
            "status": self.verdict.status.value,
            "status_reason": self.verdict.reason,
            "is_outdated": self.verdict.is_outdated,
            "has_clock_fault": self.verdict.has_clock_fault,
            "since": self.since,
        }

    def transition_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "node_id": self.node_id,
                "old_status": each.old_status.value,
                "new_status": each.new_status.value,
                "status_reason": each.reason,
                "changed_at": each.changed_at,
            }
            for each in self.transitions
        ]


def replay(
    node: Mapping[str, Any], jobs: Mapping[int, Job], checks: Iterable[tuple[int, NewestCheck]], *, now: datetime
) -> tuple[dict[int, Job], NodeChange | None]:
    """Apply `checks`, pairs of (assignment_id, check), to the jobs of one node in the order of their times.

    `node` is its stored state: status, status_reason (JSON text), since, is_outdated, has_clock_fault,
    is_primary_only. Returns the jobs that changed and what becomes visible, None when nothing does. With no checks
    it evaluates the jobs as they are, which is what a changed setting needs.
    """
    current, changed = dict(jobs), {}
    change = NodeChange(node["node_id"], _stored_verdict(node), node["since"])
    ordered = sorted(checks, key=lambda pair: (pair[1].effective_at, pair[1].executed_at))
    for assignment_id, check in ordered:
        after = apply_check(current[assignment_id], check, now=now)
        if after is not current[assignment_id]:
            changed[assignment_id] = current[assignment_id] = after
            _follow(change, current, node, at=check.effective_at)
    if not ordered:
        _follow(change, current, node, at=now)
    return changed, change if change.verdict != _stored_verdict(node) or change.transitions else None


def _follow(change: NodeChange, jobs: Mapping[int, Job], node: Mapping[str, Any], *, at: datetime) -> None:
    verdict = node_status(jobs.values(), is_primary_only=node["is_primary_only"])
    if verdict.status is not change.verdict.status:
        at = max(at, change.since)  # the transitions of a node stay a chain
        change.transitions.append(Transition(change.verdict.status, verdict.status, verdict.reason, at))
        change.since = at
    change.verdict = verdict


def _stored_verdict(node: Mapping[str, Any]) -> NodeVerdict:
    return NodeVerdict(
        NodeStatus(node["status"]), json.loads(node["status_reason"]), node["is_outdated"], node["has_clock_fault"]
    )
