"""Keeps what state rows say about their jobs and nodes true after a change of node, type, property, job or subdivision."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from statusmonitor.db.connection import Cursor
from statusmonitor.domain.properties import NodeType, effective_property, timeout_of
from statusmonitor.repositories import facts
from statusmonitor.services.changes import reevaluate_nodes


def refresh_facts(cur: Cursor, node_ids: Iterable[int] | None = None, *, now: datetime | None = None) -> None:
    """Bring the facts of these nodes (None: of all) and their jobs up to date and evaluate the nodes that are concerned.

    Every service that changes a node, a type, a property, a job or the place of a subdivision calls it after its own
    writing, inside its transaction; then `facts.raise_jobs` where agents would fetch other jobs, and last
    `facts.raise_struct` where the pages show other nodes. Set-based: a constant number of statements.
    """
    now = now or datetime.now(UTC)
    ids = None if node_ids is None else sorted(set(node_ids))
    if ids == []:
        return
    concerned = facts.refresh(cur, _type_rows(_types(cur)), ids, now=now)
    reevaluate_nodes(cur, concerned, now=now)


def _types(cur: Cursor) -> dict[int, NodeType]:
    return {row["id"]: NodeType(**row) for row in facts.list_types(cur)}


def _type_rows(types: Mapping[int, NodeType]) -> list[dict[str, Any]]:
    rows = []
    for type_id in types:
        timeout, source = timeout_of(types, type_id)
        scope = effective_property(types, type_id, "status_scope")
        rows.append(
            {
                "id": type_id,
                "timeout_seconds": int(timeout.total_seconds()),
                "timeout_source": source,
                "is_primary_only": scope is not None and scope.value == "primary",
            }
        )
    return rows
