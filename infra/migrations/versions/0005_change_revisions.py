"""Transitions carry the live revision that showed them, so that a page is sent only those it has not seen."""

from alembic import op

revision = "0005"
down_revision = "0004"

SQL = """
ALTER TABLE status_changes ADD COLUMN rev bigint NOT NULL DEFAULT 0; -- live_revision of the change; 0: before this column
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)
