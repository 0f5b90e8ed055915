"""Reads one page of a list and the number of all its entries."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from psycopg2.extras import RealDictCursor

from statusmonitor.domain.paging import Listing, Page

T = TypeVar("T")


class ListStatements(NamedTuple):
    """`select` takes %(limit)s and %(offset)s; `total` returns a column `total_count` under the same conditions."""

    select: str
    total: str


def read(
    cur: RealDictCursor, statements: ListStatements, conditions: Mapping[str, Any], page: Page, make: Callable[..., T]
) -> Listing[T]:
    """Return the entries of `page`, each made of a row by `make(**row)`."""
    cur.execute(statements.total, dict(conditions))
    counted = cur.fetchone()
    cur.execute(statements.select, {**conditions, "limit": page.limit, "offset": page.offset})
    return Listing([make(**row) for row in cur], counted["total_count"] if counted else 0)
