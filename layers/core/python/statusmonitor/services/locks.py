"""Locks what a change of the fleet touches, in the order all writers keep: the fleet, then jobs, then nodes, each by id."""

from collections.abc import Collection

from statusmonitor.db.connection import Cursor
from statusmonitor.repositories import fleet, states


def lock_fleet(cur: Cursor) -> None:
    """Make changes of the fleet one after another; the first statement of each of them."""
    fleet.lock(cur)


def lock_states(cur: Cursor, node_ids: Collection[int]) -> None:
    """Lock the states of these nodes and their jobs before their rows are written.

    Ingest locks states first and then refers to the rows of nodes; whoever writes those rows first would wait for
    it in a circle.
    """
    if node_ids:
        states.lock_jobs_of_nodes(cur, node_ids)
        states.lock_nodes(cur, node_ids)
