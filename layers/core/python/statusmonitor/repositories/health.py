"""Whether the database answers."""

from psycopg2.extras import RealDictCursor

CHECK = """
    SELECT FROM live_revision
"""


def check(cur: RealDictCursor) -> None:
    cur.execute(CHECK)
