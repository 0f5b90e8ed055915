"""Whether the server can do its work: the database answers and is migrated."""

import logging

from statusmonitor.db.connection import cursor
from statusmonitor.errors import DatabaseUnavailableError
from statusmonitor.repositories import health

logger = logging.getLogger(__name__)


def is_database_connected() -> bool:
    try:
        with cursor() as cur:
            health.check(cur)
    except DatabaseUnavailableError as error:
        logger.warning("health check: %s", error)
        return False
    return True
