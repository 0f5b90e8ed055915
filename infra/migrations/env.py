"""Alembic's entry: one lock, short lock waits, plain SQL revisions."""

import time

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

LOCK_ID = 7_303_014_551  # any constant: the advisory lock of this project's migrations
LOCK_WAIT_SECONDS = 60


def take_lock(connection: Connection) -> None:
    """Wait for the migration lock by polling: two runners blocked on it would deadlock with a concurrent index."""
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while not connection.execute(text("SELECT pg_try_advisory_lock(:id)"), {"id": LOCK_ID}).scalar():
        if time.monotonic() > deadline:
            msg = "another migration has been running for a minute; look at pg_stat_activity"
            raise TimeoutError(msg)
        time.sleep(0.1)


def run() -> None:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    with engine.connect() as connection:
        take_lock(connection)
        connection.execute(text("SET lock_timeout = '4s'"))
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


run()
