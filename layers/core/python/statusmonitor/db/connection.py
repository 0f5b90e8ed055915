"""The only place that opens connections: one per thread, checked before use, autocommit outside `transaction()`."""

import logging
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extras import RealDictCursor

from statusmonitor.config import database_url, settings
from statusmonitor.errors import DatabaseUnavailableError

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 4
SESSION_OPTIONS = (
    "-c timezone=UTC -c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s"
    # A generic plan per prepared statement: planning the ingest anew costs more than running it.
    " -c plan_cache_mode=force_generic_plan"
)
Cursor = RealDictCursor  # what services hand from a transaction to the repositories: rows are dictionaries
_UNAVAILABLE = (psycopg2.OperationalError, psycopg2.InterfaceError)

_local = threading.local()


@contextmanager
def cursor() -> Iterator[RealDictCursor]:
    """Give a cursor whose every statement is its own transaction.

    Raises:
        DatabaseUnavailableError: the database is gone, or did not answer in time.
    """
    try:
        with _connection().cursor() as cur:
            yield cur
    except _UNAVAILABLE as error:
        _drop()
        raise _unavailable(error) from error


@contextmanager
def transaction() -> Iterator[RealDictCursor]:
    """Give a cursor inside a transaction that is committed at the end, or rolled back by any exception.

    Raises:
        DatabaseUnavailableError: the database is gone, or did not answer in time.
    """
    with cursor() as cur:
        cur.execute("BEGIN")
        try:
            yield cur
            cur.execute("COMMIT")
        except _UNAVAILABLE:
            raise
        except BaseException:
            cur.execute("ROLLBACK")
            raise


def execute_prepared(cur: RealDictCursor, name: str, sql: str, parameters: dict[str, tuple[str, Any]]) -> None:
    """Execute `sql` as a prepared statement called `name`; `parameters` maps a placeholder to (type, value).

    Where the settings forbid prepared statements it runs as it is.
    """
    values = {key: value for key, (_, value) in parameters.items()}
    if not settings().database_prepare:
        cur.execute(sql, values)
        return
    if name not in _local.prepared:
        numbered = sql % {key: f"${number}" for number, key in enumerate(parameters, 1)}
        types = ", ".join(kind for kind, _ in parameters.values())
        cur.execute(f"PREPARE {name} ({types}) AS {numbered}")
        _local.prepared.add(name)
    places = ", ".join(f"%({key})s" for key in parameters)
    cur.execute(f"EXECUTE {name} ({places})", values)


def close() -> None:
    """Close this thread's connection, if it has one."""
    _drop()


def _connection() -> Any:
    connection = getattr(_local, "connection", None)
    if connection is not None and not connection.closed and not _has_hung_up(connection):
        return connection
    _drop()
    _local.connection = _open()
    _local.prepared = set()
    return _local.connection


def _open() -> Any:
    options: dict[str, Any] = {"options": SESSION_OPTIONS} if settings().database_session_options else {}
    connection = psycopg2.connect(
        database_url(),
        cursor_factory=RealDictCursor,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        application_name="statusmonitor",
        keepalives_idle=30,
        keepalives_interval=10,
        keepalives_count=3,
        **options,
    )
    connection.autocommit = True
    return connection


def _has_hung_up(connection: Any) -> bool:
    """An idle connection has nothing to read, unless the server closed it: 0.5 µs against 70 µs of a SELECT 1."""
    return bool(select.select([connection], [], [], 0)[0])


def _drop() -> None:
    connection = getattr(_local, "connection", None)
    _local.connection = None
    if connection is not None:
        try:
            connection.close()
        except psycopg2.Error as error:
            logger.debug("closing a lost connection: %s", error)


def _unavailable(error: psycopg2.Error) -> DatabaseUnavailableError:
    logger.warning("database unavailable: %s", " ".join(str(error).split()))
    return DatabaseUnavailableError("the database does not answer; try again")
