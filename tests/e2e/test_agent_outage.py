"""The reference agent against the real server: PostgreSQL goes away and comes back, and no run of a job is missing."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from itertools import pairwise

import psycopg2
import pytest

from tests.conftest import forget_database
from tests.e2e.running_server import RunningServer
from tests.factories import Fleet

INTERVAL_SECONDS = 5  # the shortest that an agent accepts
OUTAGE_SECONDS = 12


@pytest.fixture
def server(tmp_path, monkeypatch):
    with RunningServer(tmp_path / "data") as running:
        monkeypatch.setenv("DATABASE_URL", running.database_url)
        yield running


@pytest.fixture
def agent(server, tmp_path):
    """An agent of one site with one job, as a process."""
    forget_database()
    fleet = Fleet()
    site = fleet.subdivision(object_id=77)
    fleet.assignment(
        node=fleet.node(subdivision=site, ip_address="127.0.0.1"),
        method="PING",
        pipeline=[{"type": "PING"}],
        interval=INTERVAL_SECONDS,
    )
    configuration = tmp_path / "agent.json"
    configuration.write_text(json.dumps(settings(server, tmp_path, str(fleet.key("agent", object_id=77)))))
    forget_database()
    process = subprocess.Popen([sys.executable, "-m", "statusmonitor_agent", "--config", str(configuration)])
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def settings(server, folder, key: str) -> dict:
    return {
        "mode": "online",
        "object_id": 77,
        "log_file": str(folder / "agent.log"),
        "log_level": "Debug",
        "agent_script_version": "test",
        "api_base_url": f"http://127.0.0.1:{server.port}/api",
        "api_key": key,
        "api_poll_interval_seconds": 10,
        "default_check_interval_seconds": 10,
        "start_jitter_seconds": 0,
        "retry_delay_seconds": 1,
        "max_api_retries": 1,
        "queue_path": str(folder / "queue"),
    }


def test_no_run_is_missing_after_an_outage(server, agent):
    server.wait_until(lambda: len(times(server)) >= 2)

    os.kill(server.process.pid, signal.SIGSTOP)  # so that it does not start PostgreSQL again at once
    try:
        assert server.kill("postgres")
        server.wait_until(lambda: server.request("GET", "/health")[0] == 503)  # its processes notice the death one by one
        assert (
            server.request("GET", "/api/v1/assignments?object_id=77", key="agent_0123456789abcdef_" + "x" * 43)[1]["retry-after"]
            == "5"
        )
        time.sleep(OUTAGE_SECONDS)  # the length of the outage
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    before = len(times(server, patient=True))
    server.wait_until(lambda: len(times(server)) >= before + OUTAGE_SECONDS // INTERVAL_SECONDS + 2, 90)

    moments = times(server)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert max(gaps) < timedelta(seconds=2 * INTERVAL_SECONDS)
    assert agent.poll() is None


def times(server, *, patient: bool = False) -> list:
    """Return when the stored results were executed, in order; `patient` waits for the database."""
    if patient:
        server.wait_until(server.is_healthy, 60)
    connection = psycopg2.connect(server.database_url)
    try:
        with connection.cursor() as cur:
            cur.execute("SELECT executed_at FROM check_results ORDER BY executed_at")
            return [row[0] for row in cur]
    finally:
        connection.close()
