"""The list of nodes: filtered, sorted, paged, each with its last results."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from statusmonitor.db.connection import cursor
from statusmonitor.domain.marks import WORST_FIRST
from statusmonitor.domain.type_tree import TypeView, nested_types, view_types
from statusmonitor.errors import BadRequestError
from statusmonitor.repositories import node_list, type_tree
from statusmonitor.repositories.node_list import SORTS, ListedNode, Selection, Slice

__all__ = ["SORTS", "NodeFilter", "NodePage", "NodeRow", "list_nodes"]

MAX_LIMIT = 200
BEATS = 20


@dataclass(frozen=True, slots=True)
class NodeFilter:
    """Which nodes, in which order.

    `q` is a part of the name, the address or the description, in any case. `subdivision_id` takes those below it
    along, `node_type_id` the types nested in it. `sort` is one of `SORTS`, with a leading minus for descending.
    """

    q: str | None = None
    statuses: tuple[str, ...] = ()
    subdivision_id: int | None = None
    node_type_id: int | None = None
    sort: str = "-status"
    limit: int = 100
    offset: int = 0

    def __post_init__(self) -> None:
        """Raises: BadRequestError: there is no such order."""
        if self.sort.removeprefix("-") not in SORTS:
            raise BadRequestError("there is no such order", sort=f"one of {', '.join(SORTS)}")


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node as a list shows it. `beats`: its last primary results as characters (a, w, d), oldest first, at most 20."""

    id: int
    name: str
    ip_address: str | None
    subdivision_id: int
    subdivision_name: str
    node_type_id: int
    node_type_name: str
    node_type_path: str
    icon_filename: str
    icon_color: str
    status: str
    since: datetime
    reason: dict[str, Any]
    is_outdated: bool
    has_clock_fault: bool
    last_result_at: datetime | None
    beats: str


@dataclass(frozen=True, slots=True)
class NodePage:
    """A page; `counts` are by status under the same filter without its statuses."""

    items: list[NodeRow]
    total_count: int
    counts: dict[str, int]


def list_nodes(wanted: NodeFilter) -> NodePage:
    """Return a page of nodes. Four statements, whatever the page."""
    with cursor() as cur:
        stored = type_tree.list_all(cur)
        type_ids = None if wanted.node_type_id is None else nested_types(stored, wanted.node_type_id)
        selection = Selection((wanted.q or "").strip() or None, wanted.subdivision_id, type_ids)
        part = Slice(wanted.sort, max(0, min(wanted.limit, MAX_LIMIT)), max(0, wanted.offset))
        nodes = node_list.list_selected(cur, selection, wanted.statuses, part)
        found = node_list.count_by_status(cur, selection)
        beats = node_list.beats(cur, [node.id for node in nodes], limit=BEATS)
    types = view_types(stored)
    counts = {status: found.get(status, 0) for status in WORST_FIRST}
    total = sum(amount for status, amount in counts.items() if not wanted.statuses or status in wanted.statuses)
    return NodePage([_row(node, types, beats.get(node.id, "")) for node in nodes], total, counts)


def _row(node: ListedNode, types: Mapping[int, TypeView], beats: str) -> NodeRow:
    of_type = types[node.node_type_id]
    return NodeRow(
        id=node.id,
        name=node.name,
        ip_address=node.ip_address,
        subdivision_id=node.subdivision_id,
        subdivision_name=node.subdivision_name,
        node_type_id=node.node_type_id,
        node_type_name=of_type.name,
        node_type_path=of_type.path,
        icon_filename=of_type.icon_filename,
        icon_color=of_type.icon_color,
        status=node.status,
        since=node.since,
        reason=node.reason,
        is_outdated=node.is_outdated,
        has_clock_fault=node.has_clock_fault,
        last_result_at=node.last_result_at,
        beats=beats,
    )
