"""A real PostgreSQL for the whole run, and for each test that asks a database of its own, cloned from a migrated one."""

import os
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from tests.factories import Fleet

COLLECTED_AT = datetime.now(UTC)


@pytest.fixture(autouse=True)
def recent_times(request, monkeypatch) -> None:
    """Move the recent times that a test module took when it was read to the time of the test, in whole seconds.

    A run takes minutes: a result dated at its start would be stale, and so would be what a test expects of it.
    """
    passed = timedelta(seconds=(datetime.now(UTC) - COLLECTED_AT) // timedelta(seconds=1))
    for name, value in list(vars(request.module).items()):
        if name.isupper() and isinstance(value, datetime) and abs(COLLECTED_AT - value) < timedelta(days=1):
            monkeypatch.setattr(request.module, name, value + passed)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory) -> Iterator[str]:
    """The URL of a server, without a database name. `TEST_POSTGRES_URL` names one that runs already."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    from infra.local.postgres import EmbeddedPostgres

    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "data", durable=False) as server:
        yield server.url("postgres").rsplit("/", 1)[0]


@pytest.fixture(scope="session")
def template_database(postgres_url) -> Iterator[str]:
    """The name of a migrated database that nothing is connected to."""
    from infra.migrations import upgrade

    name = f"template_{uuid.uuid4().hex[:12]}"
    _administer(postgres_url, f'CREATE DATABASE "{name}"')
    upgrade(f"{postgres_url}/{name}")
    with pytest.MonkeyPatch.context() as patch:
        _use(patch, f"{postgres_url}/{name}")
        from statusmonitor.services import retention

        retention.keep_partitions()
        forget_database()
    yield name
    _administer(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database(postgres_url, template_database, monkeypatch) -> Iterator[str]:
    """The URL of a fresh migrated database, which the settings name for the time of the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    _administer(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE "{template_database}"')
    _use(monkeypatch, f"{postgres_url}/{name}")
    yield f"{postgres_url}/{name}"
    forget_database()
    _administer(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def fleet(database) -> Fleet:
    """Makes subdivisions, nodes, jobs and keys in the test's database."""
    return Fleet()


@pytest.fixture
def sql(database):
    """Run a statement in the test's database, past the code under test, and return the rows as dictionaries."""
    from psycopg2.extras import RealDictCursor

    connection = psycopg2.connect(database, cursor_factory=RealDictCursor)
    connection.autocommit = True

    def run(statement: str, **parameters) -> list[dict]:
        with connection.cursor() as cur:
            cur.execute(statement, parameters)
            return [dict(row) for row in cur.fetchall()] if cur.description else []

    yield run
    connection.close()


@pytest.fixture
def statements(database, monkeypatch) -> Iterator[list[str]]:
    """The texts of the statements that this thread's connection sends from now on, but for preparing others."""
    from psycopg2.extras import RealDictCursor

    from statusmonitor.db import connection

    sent: list[str] = []

    class RecordingCursor(RealDictCursor):
        def execute(self, query, parameters=None):
            text = query.decode() if isinstance(query, bytes) else str(query)
            if not text.startswith("PREPARE"):
                sent.append(text)
            return super().execute(query, parameters)

    monkeypatch.setattr(connection, "RealDictCursor", RecordingCursor)
    connection.close()
    yield sent
    connection.close()


def _administer(url: str, statement: str) -> None:
    with closing(psycopg2.connect(f"{url}/postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


def _use(patch: pytest.MonkeyPatch, url: str) -> None:
    patch.setenv("DATABASE_URL", url)
    forget_database()


def forget_database() -> None:
    """Drop what a process remembers about its database."""
    from statusmonitor import config
    from statusmonitor.db import connection
    from statusmonitor.services import keys, retention

    config.settings.cache_clear()
    connection.close()
    retention.forget()
    keys.forget_all()


ROOT = Path(__file__).parent.parent
