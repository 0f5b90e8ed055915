"""A real PostgreSQL for the whole run, and for each test that asks a database of its own, cloned from a migrated one."""

import os
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg2
import pytest

from infra.local.postgres import EmbeddedPostgres
from infra.local.postgres_cluster import ROLE, SUPERUSER
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


class Postgres(NamedTuple):
    """A server: its URLs without a database name, for the role of the application and for the one that may do all."""

    application: str
    superuser: str


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[Postgres]:
    """The server of this process. `TEST_POSTGRES_URL` names one that runs already."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield Postgres(given, given)
        return
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "data", durable=False) as server:
        urls = (server.url("postgres", role=role).rpartition("/")[0] for role in (ROLE, SUPERUSER))
        yield Postgres(*urls)


@pytest.fixture(scope="session")
def template_database(postgres) -> Iterator[str]:
    """The name of a migrated database that nothing is connected to."""
    from infra.migrations import upgrade
    from statusmonitor.services import retention

    name = f"template_{uuid.uuid4().hex[:12]}"
    _create(postgres, name, "template1")
    upgrade(f"{postgres.application}/{name}")
    with pytest.MonkeyPatch.context() as patch:
        _use(patch, f"{postgres.application}/{name}")
        retention.keep_partitions()
        forget_database()
    yield name
    _administer(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database(postgres, template_database, monkeypatch) -> Iterator[str]:
    """The URL of a fresh migrated database, which the settings name for the time of the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    _create(postgres, name, template_database)
    _use(monkeypatch, f"{postgres.application}/{name}")
    yield f"{postgres.application}/{name}"
    forget_database()
    _administer(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


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


def _create(postgres: Postgres, name: str, template: str) -> None:
    owner = urlsplit(postgres.application).username
    _administer(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{owner}"')


def _administer(postgres: Postgres, statement: str) -> None:
    with closing(psycopg2.connect(f"{postgres.superuser}/postgres")) as connection:
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
