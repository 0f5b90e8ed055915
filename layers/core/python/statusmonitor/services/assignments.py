"""Assignments: jobs given to many nodes at once, changed, switched and deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from statusmonitor.db.connection import Cursor, cursor, transaction
from statusmonitor.domain.paging import Listing, Page
from statusmonitor.errors import ValidationError
from statusmonitor.repositories import assignments, facts, fleet, nodes
from statusmonitor.repositories.assignments import Assignment, AssignmentFields, AssignmentFilter
from statusmonitor.repositories.audit import AuditEntry
from statusmonitor.repositories.nodes import NodeFilter
from statusmonitor.services.audit import fields_of, record, record_update
from statusmonitor.services.changes import reevaluate_nodes
from statusmonitor.services.facts import refresh_facts
from statusmonitor.services.locks import lock_fleet, lock_states

_SENT_TO_AGENTS = ("method_id", "pipeline", "check_interval_seconds", "is_enabled")
MAX_NAMED = 10  # unknown nodes that an error lists


@dataclass(frozen=True, slots=True)
class ChosenNodes:
    """The nodes a job is for: these ids, or else those that fit the filter."""

    node_ids: Sequence[int] | None = None
    criteria: NodeFilter | None = None


def list_assignments(chosen: AssignmentFilter, of_nodes: NodeFilter | None, page: Page) -> Listing[Assignment]:
    """Return jobs; `of_nodes` leaves only those of nodes that fit it."""
    with cursor() as cur:
        if of_nodes is not None:
            chosen = replace(chosen, node_ids=nodes.list_ids(cur, of_nodes))
        return assignments.list_page(cur, chosen, page)


def get_assignment(assignment_id: int) -> Assignment:
    """Raises: NotFoundError."""
    with cursor() as cur:
        return assignments.get(cur, assignment_id)


def create_assignments(fields: AssignmentFields, chosen: ChosenNodes, *, actor: str) -> list[int]:
    """Give the chosen nodes a job and return the ids of those made; nodes that have an equal one are skipped.

    The number of statements does not depend on the number of nodes.

    Raises:
        ValidationError: one of the nodes is not there.
        BadRequestError: no such check method.
    """
    with transaction() as cur:
        lock_fleet(cur)
        node_ids = _choose(cur, chosen)
        lock_states(cur, node_ids)
        created = assignments.insert_for_nodes(cur, fields, node_ids)
        if created:
            after = fields_of(fields) | {"assignments": [fields_of(each) for each in created]}
            record(cur, AuditEntry(actor, "create", "assignment", None, after=after))
            _follow_creation(cur, [each.node_id for each in created], is_enabled=fields.is_enabled)
        return [each.id for each in created]


def update_assignment(assignment_id: int, changes: Mapping[str, Any], *, actor: str) -> Assignment:
    """Apply `changes`, a part of the fields.

    Raises:
        NotFoundError: no such job.
        BadRequestError: no such check method.
        ConflictError: the node has an equal job.
    """
    with transaction() as cur:
        lock_fleet(cur)
        stored = assignments.get(cur, assignment_id)
        before, after = stored.fields(), replace(stored.fields(), **changes)
        if after == before:
            return stored
        lock_states(cur, [stored.node_id])
        assignments.update(cur, assignment_id, after)
        if _is_seen_by_agent(before, after):
            facts.raise_jobs(cur, [stored.node_id])
        record_update(cur, AuditEntry(actor, "update", "assignment", assignment_id, fields_of(before), fields_of(after)))
        refresh_facts(cur, [stored.node_id])
        return assignments.get(cur, assignment_id)


def delete_assignment(assignment_id: int, *, actor: str) -> None:
    """Delete a job; its results stay in the history of the node. Raises: NotFoundError."""
    with transaction() as cur:
        lock_fleet(cur)
        before = assignments.get(cur, assignment_id)
        lock_states(cur, [before.node_id])
        assignments.retire(cur, assignment_id)
        if before.is_enabled:
            facts.raise_jobs(cur, [before.node_id])
        gone = fields_of(before.fields()) | {"node_id": before.node_id}
        record(cur, AuditEntry(actor, "delete", "assignment", assignment_id, before=gone))
        reevaluate_nodes(cur, [before.node_id], now=datetime.now(UTC))


def _choose(cur: Cursor, chosen: ChosenNodes) -> list[int]:
    if chosen.node_ids is None:
        return nodes.list_ids(cur, chosen.criteria) if chosen.criteria else []
    found = fleet.existing_nodes(cur, chosen.node_ids)
    missing = sorted(set(chosen.node_ids) - set(found))
    if missing:
        text = "there are no such nodes: " + ", ".join(map(str, missing[:MAX_NAMED]))
        raise ValidationError(f"node_ids: {text}", node_ids=text)
    return found


def _follow_creation(cur: Cursor, node_ids: list[int], *, is_enabled: bool) -> None:
    if is_enabled:
        facts.raise_jobs(cur, node_ids)
    refresh_facts(cur, node_ids)


def _is_seen_by_agent(before: AssignmentFields, after: AssignmentFields) -> bool:
    if not (before.is_enabled or after.is_enabled):
        return False
    return any(getattr(before, name) != getattr(after, name) for name in _SENT_TO_AGENTS)
