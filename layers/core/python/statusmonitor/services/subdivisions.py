"""Subdivisions: made, changed, moved and deleted with all that hangs on them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from statusmonitor.db.connection import Cursor, cursor, transaction
from statusmonitor.domain.paging import Listing, Page
from statusmonitor.errors import ConflictError, ValidationError
from statusmonitor.repositories import facts, subdivisions
from statusmonitor.repositories.audit import AuditEntry
from statusmonitor.repositories.subdivisions import Subdivision, SubdivisionFields, SubdivisionFilter
from statusmonitor.services.audit import fields_of, record, record_update
from statusmonitor.services.facts import refresh_facts
from statusmonitor.services.locks import lock_fleet, lock_states

_SHOWN = ("short_name", "full_name", "parent_id", "transport_system_code", "priority", "icon_filename")


def list_subdivisions(chosen: SubdivisionFilter, page: Page) -> Listing[Subdivision]:
    with cursor() as cur:
        return subdivisions.list_page(cur, chosen, page)


def get_subdivision(subdivision_id: int) -> Subdivision:
    """Raises: NotFoundError."""
    with cursor() as cur:
        return subdivisions.get(cur, subdivision_id)


def create_subdivision(fields: SubdivisionFields, *, actor: str) -> Subdivision:
    """Raises: ValidationError: no such parent. ConflictError: object_id or transport code are taken."""
    with transaction() as cur:
        lock_fleet(cur)
        path = [*_path_above(cur, fields.parent_id), fields.object_id]
        subdivision_id = subdivisions.insert(cur, fields, path)
        record(cur, AuditEntry(actor, "create", "subdivision", subdivision_id, after=fields_of(fields)))
        facts.raise_struct(cur)
        return subdivisions.get(cur, subdivision_id)


def update_subdivision(subdivision_id: int, changes: Mapping[str, Any], *, actor: str) -> Subdivision:
    """Apply `changes`, a part of the fields without object_id.

    Raises:
        NotFoundError: no such subdivision.
        ValidationError: no such parent, or the move would make a circle.
        ConflictError: the transport code is taken.
    """
    with transaction() as cur:
        lock_fleet(cur)
        before = subdivisions.get(cur, subdivision_id)
        after = replace(before, **changes)
        if after != before:
            _write(cur, before, after)
            record_update(cur, AuditEntry(actor, "update", "subdivision", subdivision_id, fields_of(before), fields_of(after)))
            if any(getattr(before, name) != getattr(after, name) for name in _SHOWN):
                facts.raise_struct(cur)
        return after


def delete_subdivision(subdivision_id: int, *, is_cascade: bool = False, actor: str) -> None:
    """Delete a subdivision; with `is_cascade` also the subdivisions, nodes, jobs and keys it holds.

    Raises:
        NotFoundError: no such subdivision.
        ConflictError: it holds something and `is_cascade` is not set; `details` counts what would go.
    """
    with transaction() as cur:
        lock_fleet(cur)
        before = subdivisions.get(cur, subdivision_id)
        below = subdivisions.count_below(cur, before.object_id)
        if any(below.values()) and not is_cascade:
            raise ConflictError(f"with it would go {_enumerate(below)}; cascade=true deletes them too", **below)
        lock_states(cur, subdivisions.nodes_below(cur, before.object_id))
        subdivisions.delete(cur, subdivision_id)
        record(
            cur, AuditEntry(actor, "delete", "subdivision", subdivision_id, before=fields_of(before) | {"deleted_with_it": below})
        )
        facts.raise_keys(cur)
        facts.raise_struct(cur)


def _write(cur: Cursor, before: Subdivision, after: Subdivision) -> None:
    if after.parent_id == before.parent_id:
        subdivisions.update(cur, after)
        return
    path_above = _path_above(cur, after.parent_id)
    if after.object_id in path_above:
        text = "a subdivision cannot be moved below itself"
        raise ValidationError(f"parent_id: {text}", parent_id=text)
    nodes = subdivisions.nodes_below(cur, after.object_id)
    lock_states(cur, nodes)
    subdivisions.update(cur, after)
    subdivisions.move_subtree(cur, after.object_id, path_above=path_above)
    refresh_facts(cur, nodes)
    facts.raise_keys(cur)


def _path_above(cur: Cursor, parent_id: int | None) -> list[int]:
    if parent_id is None:
        return []
    path = subdivisions.path(cur, parent_id)
    if path is None:
        raise ValidationError("parent_id: there is no such subdivision", parent_id="there is no such subdivision")
    return path


def _enumerate(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)
