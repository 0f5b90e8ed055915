"""PostgreSQL stops and comes back: 503 with Retry-After meanwhile, and no restart of anything afterwards."""

import pytest

from functions.offline_load.app import lambda_handler as bulk
from functions.result_ingest.app import lambda_handler as single
from infra.local.postgres import EmbeddedPostgres
from infra.migrations import upgrade
from statusmonitor import config
from statusmonitor.db import connection
from statusmonitor.services import keys, retention
from tests.factories import Fleet
from tests.http_events import call


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server of the test's own, which it may stop."""
    server = EmbeddedPostgres(tmp_path / "data", durable=False)
    server.start()
    monkeypatch.setenv("DATABASE_URL", server.url())
    for forget in (config.settings.cache_clear, connection.close, retention.forget, keys.forget_all):
        forget()
    upgrade(server.url())
    retention.keep_partitions()
    yield server
    connection.close()
    config.settings.cache_clear()
    server.stop()


def test_an_outage_is_told_and_survived(server):
    fleet = Fleet()
    job, agent, loader = fleet.assignment(), fleet.key("agent"), fleet.key("loader")
    result = {"assignment_id": job, "IsAvailable": True}

    def statuses() -> list[int]:
        return [
            call(single, "POST", "/api/v1/checks", key=agent, body=result).status,
            call(bulk, "POST", "/api/v1/checks/bulk", key=loader, body={"results": [result]}).status,
        ]

    assert statuses() == [201, 200]
    server.stop()
    assert statuses() == [503, 503]
    told = call(single, "POST", "/api/v1/checks", key=agent, body=result)
    assert (told.error["code"], told.headers["retry-after"]) == ("SERVICE_UNAVAILABLE", "5")
    server.start()

    assert statuses() == [201, 200]
