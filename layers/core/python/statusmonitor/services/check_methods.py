"""The check methods that jobs may have."""

from statusmonitor.db.connection import cursor
from statusmonitor.repositories import check_methods
from statusmonitor.repositories.check_methods import CheckMethod

__all__ = ["CheckMethod", "list_check_methods"]


def list_check_methods() -> list[CheckMethod]:
    with cursor() as cur:
        return check_methods.list_all(cur)
