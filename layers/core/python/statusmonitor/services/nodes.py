"""Nodes: made, changed, moved and deleted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from statusmonitor.db.connection import Cursor, cursor, transaction
from statusmonitor.domain.paging import Listing, Page
from statusmonitor.repositories import assignments, facts, nodes
from statusmonitor.repositories.audit import AuditEntry
from statusmonitor.repositories.nodes import Node, NodeFields, NodeFilter
from statusmonitor.services.audit import fields_of, record, record_update
from statusmonitor.services.facts import refresh_facts
from statusmonitor.services.locks import lock_fleet, lock_states

_SENT_TO_AGENTS = ("name", "ip_address", "parent_subdivision_id")
_SHOWN = ("name", "ip_address", "parent_subdivision_id", "node_type_id")


def list_nodes(chosen: NodeFilter, page: Page) -> Listing[Node]:
    with cursor() as cur:
        return nodes.list_page(cur, chosen, page)


def get_node(node_id: int) -> Node:
    """Raises: NotFoundError."""
    with cursor() as cur:
        return nodes.get(cur, node_id)


def create_node(fields: NodeFields, *, actor: str) -> Node:
    """Raises: ConflictError: the subdivision has a node of this name. BadRequestError: no such subdivision or type."""
    with transaction() as cur:
        lock_fleet(cur)
        node_id = nodes.insert(cur, fields)
        record(cur, AuditEntry(actor, "create", "node", node_id, after=fields_of(fields)))
        refresh_facts(cur, [node_id])
        facts.raise_struct(cur)
        return nodes.get(cur, node_id)


def update_node(node_id: int, changes: Mapping[str, Any], *, actor: str) -> Node:
    """Apply `changes`, a part of the fields.

    Raises:
        NotFoundError: no such node.
        ConflictError: the subdivision has a node of this name.
        BadRequestError: no such subdivision or type.
    """
    with transaction() as cur:
        lock_fleet(cur)
        before = nodes.get(cur, node_id).fields()
        after = replace(before, **changes)
        if after != before:
            record_update(cur, AuditEntry(actor, "update", "node", node_id, fields_of(before), fields_of(after)))
            _write(cur, node_id, before, after)
            if _differ(before, after, _SHOWN):
                facts.raise_struct(cur)
        return nodes.get(cur, node_id)


def delete_node(node_id: int, *, actor: str) -> None:
    """Delete a node with its jobs and their history. Raises: NotFoundError."""
    with transaction() as cur:
        lock_fleet(cur)
        before = nodes.get(cur, node_id).fields()
        lock_states(cur, [node_id])
        facts.raise_jobs(cur, assignments.nodes_with_enabled(cur, [node_id]))
        nodes.delete(cur, node_id)
        record(cur, AuditEntry(actor, "delete", "node", node_id, before=fields_of(before)))
        facts.raise_struct(cur)


def _write(cur: Cursor, node_id: int, before: NodeFields, after: NodeFields) -> None:
    lock_states(cur, [node_id])
    working = assignments.nodes_with_enabled(cur, [node_id]) if _differ(before, after, _SENT_TO_AGENTS) else []
    is_moved = before.parent_subdivision_id != after.parent_subdivision_id
    if is_moved:
        facts.raise_jobs(cur, working)  # the agent that loses them
    nodes.update(cur, node_id, after)
    facts.raise_jobs(cur, working)
    if is_moved or before.node_type_id != after.node_type_id:
        refresh_facts(cur, [node_id])


def _differ(before: NodeFields, after: NodeFields, names: tuple[str, ...]) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in names)
