"""The settings table: values that operators change at run time."""

from psycopg2.extras import RealDictCursor

LIST = """
    SELECT key, value FROM settings
"""


def values(cur: RealDictCursor) -> dict[str, str]:
    cur.execute(LIST)
    return {row["key"]: row["value"] for row in cur}
