"""Node types and the properties their nodes inherit."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from statusmonitor.db.connection import Cursor, cursor, transaction
from statusmonitor.domain.paging import Listing, Page
from statusmonitor.domain.properties import BASE_TYPE_ID
from statusmonitor.domain.property_rules import property_fault
from statusmonitor.errors import BadRequestError, ConflictError, NotFoundError, ValidationError
from statusmonitor.repositories import facts, node_types
from statusmonitor.repositories.audit import AuditEntry
from statusmonitor.repositories.node_types import NodeType, NodeTypeFields, NodeTypeFilter, Property, PropertyType
from statusmonitor.services.audit import fields_of, record, record_update
from statusmonitor.services.facts import refresh_facts
from statusmonitor.services.locks import lock_fleet, lock_states


def list_node_types(chosen: NodeTypeFilter, page: Page) -> Listing[NodeType]:
    with cursor() as cur:
        return node_types.list_page(cur, chosen, page)


def get_node_type(type_id: int) -> NodeType:
    """Raises: NotFoundError."""
    with cursor() as cur:
        return node_types.get(cur, type_id)


def create_node_type(fields: NodeTypeFields, *, actor: str) -> NodeType:
    """Raises: ValidationError: no such parent. ConflictError: the parent has a type of this name."""
    with transaction() as cur:
        lock_fleet(cur)
        _check_parent(cur, fields.parent_type_id)
        created = node_types.insert(cur, fields)
        record(cur, AuditEntry(actor, "create", "node_type", created.id, after=fields_of(created)))
        return created


def update_node_type(type_id: int, changes: Mapping[str, Any], *, actor: str) -> NodeType:
    """Apply `changes`, a part of the fields.

    Raises:
        NotFoundError: no such type.
        ValidationError: no such parent, or the move would make a circle.
        ConflictError: the parent has a type of this name.
    """
    with transaction() as cur:
        lock_fleet(cur)
        before = node_types.get(cur, type_id)
        after = replace(before, **changes)
        if after != before:
            _write(cur, before, after)
            record_update(cur, AuditEntry(actor, "update", "node_type", type_id, fields_of(before), fields_of(after)))
            facts.raise_struct(cur)
        return after


def delete_node_type(type_id: int, *, is_cascade: bool = False, actor: str) -> None:
    """Delete a type, with `is_cascade` also those below it; its nodes lose their type.

    Raises:
        NotFoundError: no such type.
        ConflictError: the base type, or there are types below it and `is_cascade` is not set.
    """
    with transaction() as cur:
        lock_fleet(cur)
        before = node_types.get(cur, type_id)
        if type_id == BASE_TYPE_ID:
            raise ConflictError("the base type cannot be deleted")
        types = node_types.subtree(cur, type_id)
        if len(types) > 1 and not is_cascade:
            count = len(types) - 1
            raise ConflictError(f"with it would go {count} node_types; cascade=true deletes them too", node_types=count)
        nodes = node_types.nodes_of(cur, types)
        lock_states(cur, nodes)
        node_types.delete(cur, type_id)
        gone = {"deleted_with_it": [each for each in types if each != type_id], "nodes_without_type": nodes}
        record(cur, AuditEntry(actor, "delete", "node_type", type_id, before=fields_of(before) | gone))
        refresh_facts(cur, nodes)
        facts.raise_struct(cur)


def list_property_types() -> list[PropertyType]:
    with cursor() as cur:
        return node_types.list_property_types(cur)


def list_properties(type_id: int) -> list[Property]:
    """Return what a type sets itself. Raises: NotFoundError."""
    with cursor() as cur:
        node_types.get(cur, type_id)
        return node_types.list_properties(cur, type_id)


def set_properties(type_id: int, values: Mapping[int, str | None], *, actor: str) -> list[Property]:
    """Set values by property type id, None deletes, and return what the type sets then. All or nothing.

    Raises:
        NotFoundError: no such node type.
        BadRequestError: no such property type.
        ValidationError: a value that the property cannot have.
    """
    with transaction() as cur:
        lock_fleet(cur)
        node_types.get(cur, type_id)
        _check_values({each.id: each.name for each in node_types.list_property_types(cur)}, values)
        return _write_properties(cur, type_id, values, actor)


def delete_property(type_id: int, property_type_id: int, *, actor: str) -> None:
    """Raises: NotFoundError: no such type, or it does not set this property."""
    with transaction() as cur:
        lock_fleet(cur)
        node_types.get(cur, type_id)
        if property_type_id not in {each.property_type_id for each in node_types.list_properties(cur, type_id)}:
            raise NotFoundError("the type does not set this property")
        _write_properties(cur, type_id, {property_type_id: None}, actor)


def _write(cur: Cursor, before: NodeType, after: NodeType) -> None:
    if after.parent_type_id == before.parent_type_id:
        node_types.update(cur, after)
        return
    _check_parent(cur, after.parent_type_id)
    types = node_types.subtree(cur, after.id)
    if after.parent_type_id in types or after.id == BASE_TYPE_ID:
        text = "the base type has no parent" if after.id == BASE_TYPE_ID else "a type cannot be moved below itself"
        raise ValidationError(f"parent_type_id: {text}", parent_type_id=text)
    nodes = node_types.nodes_of(cur, types)
    lock_states(cur, nodes)
    node_types.update(cur, after)
    refresh_facts(cur, nodes)


def _check_parent(cur: Cursor, parent_type_id: int | None) -> None:
    if parent_type_id is not None and node_types.find(cur, parent_type_id) is None:
        text = "there is no such node type"
        raise ValidationError(f"parent_type_id: {text}", parent_type_id=text)


def _check_values(names: Mapping[int, str], values: Mapping[int, str | None]) -> None:
    unknown = {str(key): "there is no such property type" for key in values if key not in names}
    if unknown:
        raise BadRequestError("properties: there is no such property type", **unknown)
    found = {key: property_fault(names[key], value) for key, value in values.items() if value is not None}
    faults = {str(key): f"{names[key]} {fault}" for key, fault in found.items() if fault}
    if faults:
        raise ValidationError("; ".join(faults.values()), **faults)


def _write_properties(cur: Cursor, type_id: int, values: Mapping[int, str | None], actor: str) -> list[Property]:
    before = node_types.list_properties(cur, type_id)
    nodes = node_types.nodes_of(cur, node_types.subtree(cur, type_id))
    lock_states(cur, nodes)
    node_types.write_properties(cur, type_id, values)
    after = node_types.list_properties(cur, type_id)
    if after != before:
        record_update(cur, AuditEntry(actor, "update", "node_properties", type_id, _by_name(before), _by_name(after)))
        refresh_facts(cur, nodes)
        facts.raise_struct(cur)
    return after


def _by_name(properties: list[Property]) -> dict[str, Any]:
    return {each.property_name: each.property_value for each in properties}
