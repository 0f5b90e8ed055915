"""The history of results: of a node, of a job, one by its id with its details. Costs the limit, not the history."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from statusmonitor.db.connection import cursor
from statusmonitor.errors import NotFoundError
from statusmonitor.repositories import history
from statusmonitor.repositories.history import HistoryRow, Page, StoredDetails

__all__ = ["CheckDetails", "HistoryRow", "assignment_history", "find_result", "get_details", "last_beats", "node_history"]

_BULK = "PIPELINE_AGGREGATED_RESULT_BULK"
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class CheckDetails:
    """`data` is the JSON text of an object: what the agent sent, with what the server adds on reading."""

    detail_type: str
    data: str


def node_history(
    node_id: int, *, limit: int = 50, method_id: int | None = None, before: datetime | None = None
) -> list[HistoryRow]:
    """Return the newest results of a node, of its deleted jobs too, newest first.

    Raises:
        NotFoundError: there is no such node.
    """
    with cursor() as cur:
        rows = history.of_node(cur, node_id, Page(limit, before), method_id=method_id)
        if not rows and not history.has_node(cur, node_id):
            raise NotFoundError(f"there is no node {node_id}")
    return rows


def assignment_history(assignment_id: int, *, limit: int = 50, before: datetime | None = None) -> list[HistoryRow]:
    """Return the newest results of a job, newest first.

    Raises:
        NotFoundError: there is no such job and never was.
    """
    with cursor() as cur:
        rows = history.of_assignment(cur, assignment_id, Page(limit, before))
        if not rows and not history.has_assignment(cur, assignment_id):
            raise NotFoundError(f"there is no assignment {assignment_id}")
    return rows


def last_beats(node_id: int, limit: int = 60) -> list[HistoryRow]:
    """Return the last results of a node's primary jobs, of all its jobs when none is primary, oldest first."""
    with cursor() as cur:
        return history.beats_of_node(cur, node_id, Page(limit))[::-1]


def find_result(check_id: int) -> HistoryRow | None:
    with cursor() as cur:
        return history.find(cur, check_id)


def get_details(check_id: int) -> CheckDetails | None:
    """Return the details of a result, None when it has none or they are past their retention."""
    with cursor() as cur:
        stored = history.find_details(cur, check_id)
    return CheckDetails(stored.detail_type, merge_details(stored)) if stored else None


def merge_details(stored: StoredDetails) -> str:
    """Return the details as JSON text with what the server adds in front; what the agent sent is not decoded."""
    data = (stored.data or "{}").strip()
    additions = _additions(stored)
    if any(f'"{name}"' in data for name in additions):  # rare: a name of ours that the agent uses too
        return _encode({**msgspec.json.decode(data, type=dict[str, msgspec.Raw]), **additions}).decode()
    members = ",".join(f'"{name}":{_encode(value).decode()}' for name, value in additions.items())
    rest = data[1:].lstrip()
    return "{" + members + ("," if members and rest != "}" else "") + rest


def _additions(stored: StoredDetails) -> dict[str, object]:
    suffix = "_bulk" if stored.detail_type == _BULK else ""
    additions: dict[str, object] = {}
    if stored.error_message is not None:
        additions[f"pipeline_overall_error_message{suffix}"] = stored.error_message
    if suffix:
        additions["pipeline_overall_check_success_bulk"] = stored.check_success
    return additions
