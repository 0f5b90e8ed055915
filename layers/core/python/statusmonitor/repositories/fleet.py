"""The lock that changes of the fleet take first, so that they are made one after another."""

from collections.abc import Sequence

from psycopg2.extras import RealDictCursor

# People make these changes, seconds apart. Waiting for each other costs them nothing, and no two of them can build a
# cycle of subdivisions, pass a stale path on, or wait for each other's rows.
LOCK = """
    SELECT pg_advisory_xact_lock(%(key)s)
"""
LOCK_KEY = 0x53744D6F6E  # any number that nothing else in the database locks

EXISTING_NODES = """
    SELECT id FROM nodes WHERE id = ANY (%(node_ids)s) ORDER BY id
"""


def lock(cur: RealDictCursor) -> None:
    """Wait until no other change of the fleet is being made; held until the transaction ends."""
    cur.execute(LOCK, {"key": LOCK_KEY})


def existing_nodes(cur: RealDictCursor, node_ids: Sequence[int]) -> list[int]:
    """Return those of `node_ids` that are there, in order."""
    cur.execute(EXISTING_NODES, {"node_ids": list(node_ids)})
    return [row["id"] for row in cur]
