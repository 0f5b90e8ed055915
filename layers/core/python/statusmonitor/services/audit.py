"""Notes every change in the audit log, inside the transaction of the change."""

from dataclasses import asdict, replace
from typing import Any

from statusmonitor.db.connection import Cursor
from statusmonitor.repositories import audit
from statusmonitor.repositories.audit import AuditEntry


def record(cur: Cursor, entry: AuditEntry) -> None:
    """Note a change. The caller keeps secrets out of `before` and `after`."""
    audit.insert(cur, entry)


def record_update(cur: Cursor, entry: AuditEntry) -> None:
    """Note an update with only those fields that differ."""
    old, new = entry.before or {}, entry.after or {}
    changed = [name for name in old | new if old.get(name) != new.get(name)]
    before, after = ({name: fields.get(name) for name in changed} for fields in (old, new))
    record(cur, replace(entry, before=before, after=after))


def fields_of(row: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as an audit entry keeps them."""
    return asdict(row)
