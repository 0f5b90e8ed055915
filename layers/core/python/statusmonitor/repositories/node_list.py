"""The list of nodes under filters, their counts by status, and their last results as strings of marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import RealDictCursor


@dataclass(frozen=True, slots=True)
class ListedNode:
    """A node with its state; `last_result_at` is that of its job that reported last."""

    id: int
    name: str
    ip_address: str | None
    subdivision_id: int
    subdivision_name: str
    node_type_id: int
    status: str
    since: datetime
    reason: dict[str, Any]
    is_outdated: bool
    has_clock_fault: bool
    last_result_at: datetime | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which nodes; `type_ids` None: of any type."""

    q: str | None
    subdivision_id: int | None
    type_ids: Sequence[int] | None

    def parameters(self) -> dict[str, Any]:
        return {
            "q": self.q,
            "subdivision_id": self.subdivision_id,
            "type_ids": None if self.type_ids is None else list(self.type_ids),
        }


# Parameters are bound as literals, so that the conditions of absent filters fold away before planning.
_SELECTED = """
      FROM nodes n
      JOIN subdivisions d ON d.id = n.parent_subdivision_id
      JOIN node_states s ON s.node_id = n.id
     WHERE (%(q)s::text IS NULL OR strpos(lower(n.name), lower(%(q)s::text)) > 0 OR strpos(n.ip_address, lower(%(q)s::text)) > 0
                                OR strpos(lower(n.description), lower(%(q)s::text)) > 0)
       AND (%(subdivision_id)s::bigint IS NULL OR n.parent_subdivision_id IN (
                SELECT below.id
                  FROM subdivisions top
                  JOIN subdivisions below ON top.object_id = ANY (below.object_path)
                 WHERE top.id = %(subdivision_id)s))
       AND (%(type_ids)s::bigint[] IS NULL OR COALESCE(n.node_type_id, 0) = ANY (%(type_ids)s::bigint[]))
"""

COUNT = (
    """
    SELECT s.status, count(*) AS amount
"""
    + _SELECTED
    + """
     GROUP BY s.status
"""
)

_BY_ADDRESS = """
    CASE WHEN n.ip_address ~ '^[0-9]{1,3}(\\.[0-9]{1,3}){3}$' THEN string_to_array(n.ip_address, '.')::int[] END {direction} NULLS LAST,
    n.ip_address {direction} NULLS LAST
"""
_BY_STATUS = "array_position(ARRAY['available', 'unknown', 'warning', 'unavailable'], s.status)"
# What a page may sort by; the direction goes to every column, the id settles what is equal.
_ORDERS = {
    "status": f"{_BY_STATUS} {{direction}}, s.since {{direction}}",
    "name": "n.name {direction}",
    "since": "s.since {direction}",
    "subdivision": "d.short_name {direction}, n.name {direction}",
    "ip": _BY_ADDRESS,
}
SORTS = tuple(_ORDERS)

_LIST = (
    """
    SELECT n.id, n.name, n.ip_address, d.id AS subdivision_id, d.short_name AS subdivision_name,
           COALESCE(n.node_type_id, 0) AS node_type_id, s.status, s.since, s.status_reason AS reason, s.is_outdated, s.has_clock_fault,
           (SELECT max(a.effective_at) FROM assignment_states a WHERE a.node_id = n.id) AS last_result_at
"""
    + _SELECTED
    + """
       AND (%(statuses)s::text[] IS NULL OR s.status = ANY (%(statuses)s::text[]))
     ORDER BY {order}, n.id {direction}
     LIMIT %(limit)s OFFSET %(offset)s
"""
)

BEATS = """
    WITH jobs AS MATERIALIZED (
        SELECT node_id, assignment_id
          FROM (SELECT node_id, assignment_id, is_primary, bool_or(is_primary) OVER (PARTITION BY node_id) AS has_primary
                  FROM assignment_states
                 WHERE node_id = ANY (%(node_ids)s::bigint[])) own
         WHERE is_primary OR NOT has_primary
    )
    SELECT n.node_id, string_agg(b.mark, '' ORDER BY b.executed_at, b.id) AS beats
      FROM (SELECT DISTINCT node_id FROM jobs) n
     CROSS JOIN LATERAL (
           SELECT r.id, r.executed_at,
                  CASE WHEN NOT r.is_available OR NOT r.check_success THEN 'd' WHEN r.check_success THEN 'a' ELSE 'w' END AS mark
             FROM jobs j
            CROSS JOIN LATERAL (
                  SELECT id, executed_at, is_available, check_success
                    FROM check_results
                   WHERE assignment_id = j.assignment_id
                   ORDER BY executed_at DESC
                   LIMIT %(limit)s) r
            WHERE j.node_id = n.node_id
            ORDER BY r.executed_at DESC, r.id DESC
            LIMIT %(limit)s) b
     GROUP BY n.node_id
"""


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of the list: one of `SORTS`, with a leading minus for descending, and where it begins."""

    sort: str
    limit: int
    offset: int


def list_selected(cur: RealDictCursor, selection: Selection, statuses: Sequence[str], part: Slice) -> list[ListedNode]:
    """Return a page of the selected nodes; with no `statuses` those of any."""
    direction = "DESC" if part.sort.startswith("-") else "ASC"
    order = _ORDERS[part.sort.removeprefix("-")].replace("{direction}", direction)
    statement = _LIST.replace("{order}", order).replace("{direction}", direction)
    values = {"statuses": list(statuses) or None, "limit": part.limit, "offset": part.offset}
    cur.execute(statement, {**selection.parameters(), **values})
    return [ListedNode(**row) for row in cur]


def count_by_status(cur: RealDictCursor, selection: Selection) -> dict[str, int]:
    cur.execute(COUNT, selection.parameters())
    return {row["status"]: row["amount"] for row in cur}


def beats(cur: RealDictCursor, node_ids: Iterable[int], *, limit: int) -> dict[int, str]:
    """Return the marks of the last results of nodes' primary jobs, of all their jobs when none is, oldest first."""
    cur.execute(BEATS, {"node_ids": list(node_ids), "limit": limit})
    return {row["node_id"]: row["beats"] for row in cur}
