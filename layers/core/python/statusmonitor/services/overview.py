"""The overview of the fleet: counters, every node as one character, what is wrong and what changed last."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from statusmonitor.db.connection import cursor
from statusmonitor.domain.marks import count_marks
from statusmonitor.domain.subdivision_tree import in_tree_order
from statusmonitor.domain.type_tree import view_types
from statusmonitor.repositories import overview as rows
from statusmonitor.repositories import type_tree
from statusmonitor.repositories.overview import ChangeRow, PackedSubdivision, ProblemRow

__all__ = ["ChangeRow", "Group", "Overview", "ProblemRow", "overview", "overview_json", "problems", "recent_changes"]


@dataclass(frozen=True, slots=True)
class Group:
    """A subdivision and its own nodes, without those of subdivisions below.

    `statuses` has one character a node (a available, w warning, d unavailable, u unknown), in the order of
    `node_ids`: by display order, then name. `depth` 0 is the top.
    """

    subdivision_id: int
    object_id: int
    short_name: str
    full_name: str | None
    parent_id: int | None
    depth: int
    transport_system_code: str | None
    counts: dict[str, int]
    node_ids: list[int]
    statuses: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The fleet at revision `rev`; groups stand in the order of the tree."""

    rev: int
    struct: int
    now: datetime
    counts: dict[str, int]
    groups: list[Group]


def overview() -> Overview:
    """Return the whole fleet. Two statements, whatever its size."""
    with cursor() as cur:
        types = view_types(type_tree.list_all(cur))
        snapshot = rows.snapshot(cur, types.values())
    counts = count_marks("".join(each.statuses for each in snapshot.subdivisions))
    groups = [_group(each, depth) for each, depth in in_tree_order(snapshot.subdivisions)]
    return Overview(snapshot.rev, snapshot.struct, snapshot.now, counts, groups)


def overview_json() -> str:
    """Return the overview as the text of a JSON object with its fields."""
    return msgspec.json.encode(overview()).decode()


def problems(limit: int = 50) -> list[ProblemRow]:
    """Return the nodes that are not good, worst first, then those that turned last."""
    with cursor() as cur:
        return rows.problems(cur, limit=limit)


def recent_changes(limit: int = 20) -> list[ChangeRow]:
    """Return the transitions that became known last, newest first."""
    with cursor() as cur:
        return rows.recent_changes(cur, limit=limit)


def _group(packed: PackedSubdivision, depth: int) -> Group:
    return Group(
        packed.subdivision_id,
        packed.object_id,
        packed.short_name,
        packed.full_name,
        packed.parent_id,
        depth,
        packed.transport_system_code,
        count_marks(packed.statuses),
        packed.node_ids,
        packed.statuses,
    )
