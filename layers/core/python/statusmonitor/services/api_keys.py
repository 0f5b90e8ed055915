"""API keys: made, changed and revoked; the text of a key leaves the server once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from statusmonitor.db.connection import Cursor, cursor, transaction
from statusmonitor.domain.api_keys import ROLES, new_key
from statusmonitor.domain.paging import Listing, Page
from statusmonitor.errors import ValidationError
from statusmonitor.repositories import api_keys, facts
from statusmonitor.repositories.api_keys import ApiKey, KeyFields, KeyFilter
from statusmonitor.repositories.audit import AuditEntry
from statusmonitor.services.audit import fields_of, record, record_update
from statusmonitor.services.locks import lock_fleet

# Only these act for one object. A reader or an admin sees the whole fleet: a binding would promise what nobody keeps.
BOUND_ROLES = ("agent", "loader", "configurator")


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key just made, with its text, which is stored nowhere."""

    key: ApiKey
    text: str


def list_api_keys(chosen: KeyFilter, page: Page) -> Listing[ApiKey]:
    with cursor() as cur:
        return api_keys.list_page(cur, chosen, page)


def create_api_key(fields: KeyFields, *, actor: str) -> NewApiKey:
    """Raises: ValidationError: unknown role or object."""
    with transaction() as cur:
        lock_fleet(cur)
        _check(cur, fields)
        text = new_key(fields.role)
        key_id = api_keys.insert(cur, fields, text)
        record(cur, AuditEntry(actor, "create", "api_key", key_id, after=fields_of(fields)))
        facts.raise_keys(cur)
        return NewApiKey(api_keys.get(cur, key_id), str(text))


def update_api_key(key_id: int, changes: Mapping[str, Any], *, actor: str) -> ApiKey:
    """Apply `changes`, a part of the fields; they hold from the next request on.

    Raises:
        NotFoundError: no such key.
        ValidationError: unknown role or object.
    """
    with transaction() as cur:
        lock_fleet(cur)
        before = api_keys.get(cur, key_id).fields()
        after = replace(before, **changes)
        _check(cur, after)
        if after != before:
            api_keys.update(cur, key_id, after)
            record_update(cur, AuditEntry(actor, "update", "api_key", key_id, fields_of(before), fields_of(after)))
            facts.raise_keys(cur)
        return api_keys.get(cur, key_id)


def delete_api_key(key_id: int, *, actor: str) -> None:
    """Revoke a key for good, from the next request on. Raises: NotFoundError."""
    with transaction() as cur:
        lock_fleet(cur)
        before = api_keys.get(cur, key_id).fields()
        api_keys.delete(cur, key_id)
        record(cur, AuditEntry(actor, "delete", "api_key", key_id, before=fields_of(before)))
        facts.raise_keys(cur)


def _check(cur: Cursor, fields: KeyFields) -> None:
    if fields.role not in ROLES:
        text = f"must be one of {', '.join(ROLES)}"
        raise ValidationError(f"role: {text}", role=text)
    if fields.object_id is None:
        return
    if fields.role not in BOUND_ROLES:
        text = f"a key of role {fields.role} cannot be bound to an object"
        raise ValidationError(f"object_id: {text}", object_id=text)
    if not api_keys.has_object(cur, fields.object_id):
        text = "there is no such object"
        raise ValidationError(f"object_id: {text}", object_id=text)
