"""Monthly partitions of results and details: which there are, making and dropping them."""

from datetime import date

from psycopg2 import sql
from psycopg2.extras import RealDictCursor

TABLES = ("check_results", "check_details")

LIST = """
    SELECT c.relname AS name
      FROM pg_inherits i
      JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = %(table)s::regclass
"""


def months(cur: RealDictCursor, table: str) -> set[date]:
    """Return the first days of the months that `table` has a partition for."""
    cur.execute(LIST, {"table": table})
    return {_month_of(row["name"]) for row in cur}


def create(cur: RealDictCursor, table: str, month: date) -> None:
    """Make the partition for a month, unless it is there; `month` is its first day."""
    cur.execute(
        sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
            sql.Identifier(_name(table, month)),
            sql.Identifier(table),
            sql.Literal(f"{month} 00:00+00"),
            sql.Literal(f"{next_month(month)} 00:00+00"),
        )
    )


def drop(cur: RealDictCursor, table: str, month: date) -> None:
    cur.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(_name(table, month))))


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _name(table: str, month: date) -> str:
    return f"{table}_{month:%Y_%m}"


def _month_of(name: str) -> date:
    year, month = name.rsplit("_", 2)[1:]
    return date(int(year), int(month), 1)
