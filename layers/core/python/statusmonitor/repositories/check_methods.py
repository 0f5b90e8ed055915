"""The check methods that jobs may have."""

from dataclasses import dataclass

from psycopg2.extras import RealDictCursor


@dataclass(frozen=True, slots=True)
class CheckMethod:
    """`is_primary`: its jobs decide between available and unavailable."""

    id: int
    method_name: str
    description: str | None
    is_primary: bool


LIST = """
    SELECT id, method_name, description, is_primary FROM check_methods ORDER BY id
"""


def list_all(cur: RealDictCursor) -> list[CheckMethod]:
    cur.execute(LIST)
    return [CheckMethod(**row) for row in cur]
