"""Reads what a statement with RETURNING gives back."""

from psycopg2.extras import RealDictCursor


def returned_id(cur: RealDictCursor) -> int:
    """Return the id of the one row that was just written."""
    row = cur.fetchone()
    if row is None:
        raise LookupError("the statement returned no row")
    return int(row["id"])
