"""Gateway, worker and PostgreSQL are killed under load, again and again: what was acknowledged is there, once."""

import http.client
import random
import threading
import time
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from tests.conftest import forget_database
from tests.e2e.running_server import RunningServer
from tests.factories import Fleet

KILLS = 21
CLIENTS = 4
JOBS = 40


class Client(threading.Thread):
    """Posts results as an agent does: each again and again until it is acknowledged."""

    def __init__(self, number: int, server: RunningServer, key: object, jobs: list[int], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.number, self.server, self.key, self.jobs, self.stop_asked = number, server, key, jobs, stop
        self.acknowledged: list[tuple[int, datetime]] = []
        self.refusals: list[tuple[int, str]] = []
        self.retries = 0

    def run(self) -> None:
        start, count = datetime.now(UTC) - timedelta(hours=2), 0
        while not self.stop_asked.is_set():
            job, moment = self.jobs[count % len(self.jobs)], start + timedelta(milliseconds=10 * count + self.number)
            body = {
                "assignment_id": job,
                "IsAvailable": count % 25 != 0,
                "CheckSuccess": True,
                "Timestamp": moment.isoformat(),
                "Details": {"n": count},
            }
            if self.post(body):
                self.acknowledged.append((job, moment))
                count += 1

    def post(self, body: dict) -> bool:
        try:
            status, _headers, text = self.server.request("POST", "/api/v1/checks", body, self.key, timeout=10)
        except (OSError, http.client.HTTPException):
            status, text = 0, ""
        if status == 201:
            return True
        if 0 < status < 500 or status == 500:
            self.refusals.append((status, text))
        self.retries += 1
        time.sleep(0.02)  # an agent's pause between two tries
        return False


@pytest.fixture
def server(tmp_path):
    with RunningServer(tmp_path / "data") as running:
        yield running


def test_every_acknowledged_result_is_stored_exactly_once(server, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", server.database_url)
    forget_database()
    fleet = Fleet()
    jobs, key = [fleet.assignment() for _ in range(JOBS)], fleet.key()
    forget_database()
    stop = threading.Event()
    clients = [Client(number, server, key, jobs[number::CLIENTS], stop) for number in range(CLIENTS)]
    for client in clients:
        client.start()

    kill_at_random(server)
    before = count_acknowledged(clients)
    server.wait_until(lambda: count_acknowledged(clients) > before + 20, 60)
    stop.set()
    for client in clients:
        client.join(30)

    acknowledged = [each for client in clients for each in client.acknowledged]
    stored = stored_results(server.database_url)
    assert [refusal for client in clients for refusal in client.refusals] == []
    assert sum(client.retries for client in clients) > 0  # the kills were felt
    assert len(stored) == len(set(stored))
    assert set(acknowledged) - set(stored) == set()
    assert len(stored) <= len(acknowledged) + CLIENTS  # at most the last one of each, whose answer was lost or not awaited


def kill_at_random(server: RunningServer) -> None:
    chance, killed = random.Random(7), 0
    while killed < KILLS:
        time.sleep(chance.uniform(0.1, 1.2))  # the random moment
        killed += server.kill(("gateway", "worker", "postgres")[killed % 3])
    server.wait_until(server.is_healthy, 60)


def count_acknowledged(clients: list[Client]) -> int:
    return sum(len(client.acknowledged) for client in clients)


def stored_results(url: str) -> list[tuple[int, datetime]]:
    """Return the key of every stored result, once details and states were found to fit them."""
    with psycopg2.connect(url) as connection, connection.cursor() as cur:
        cur.execute("SELECT assignment_id, executed_at FROM check_results")
        stored = cur.fetchall()
        cur.execute("SELECT count(*) FROM check_details")
        assert cur.fetchone() == (len(stored),)
        cur.execute(NEWEST_DIFFERS)
        assert cur.fetchall() == []
    connection.close()
    return stored


# The kept state of every job is that of its newest result, and every node's transitions form a chain to its status.
NEWEST_DIFFERS = """
    SELECT s.assignment_id
      FROM assignment_states s
      JOIN LATERAL (SELECT * FROM check_results r WHERE r.assignment_id = s.assignment_id ORDER BY executed_at DESC LIMIT 1) r ON true
      JOIN node_states n ON n.node_id = s.node_id
      LEFT JOIN LATERAL (SELECT new_status FROM status_changes c WHERE c.node_id = s.node_id ORDER BY id DESC LIMIT 1) c ON true
     WHERE (s.executed_at, s.is_available) <> (r.executed_at, r.is_available) OR c.new_status IS DISTINCT FROM n.status
"""
