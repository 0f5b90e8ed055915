"""The schema: plain SQL revisions under Alembic, forward only."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, pool

FOLDER = Path(__file__).parent


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", _driver_url(database_url).replace("%", "%%"))
    return config


def _driver_url(database_url: str) -> str:
    return "postgresql+psycopg2://" + database_url.split("://", 1)[1]


def current(database_url: str) -> str | None:
    """Return the revision the database is at, None when it is empty."""
    engine = create_engine(_driver_url(database_url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database_url: str, revision: str = "head") -> list[str]:
    """Bring the database to `revision` and return the revisions that were applied, oldest first."""
    before = current(database_url)
    command.upgrade(_config(database_url), revision)
    after = current(database_url)
    if after is None or after == before:
        return []
    return [name for name in _revision_names() if (before or "") < name <= after]


def _revision_names() -> list[str]:
    return sorted(path.name.split("_", 1)[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))
