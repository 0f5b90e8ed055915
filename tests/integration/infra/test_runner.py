"""The whole of `make run`, without the demo: up, restarted child by child, down, and up again on what was left."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from tests.integration.infra.processes import all_gone, children_of, is_alive, wait_until


class Runner:
    """A started runner. `lines` are what it has said so far."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.port = port
        self.lines: list[str] = []
        own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "MAKELEVEL")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.local"],
            env={**own, "DEMO": "0", "DATA": str(data), "PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_for(self, text: str) -> None:
        while not self.lines or text not in self.lines[-1]:
            line = self.process.stdout.readline()
            assert line, f"ended before it said {text!r}: {self.lines}"
            self.lines.append(line.rstrip("\n"))

    def wait_until_ready(self) -> None:
        self.wait_for("Status Monitor is ready: ")

    def child(self, word: str) -> int:
        """Return the living child, not grandchild, whose command line holds `word`; 0 when there is none."""
        for pid in children_of(self.process.pid):
            path = Path(f"/proc/{pid}")
            try:
                is_direct = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1]) == self.process.pid
                if is_direct and is_alive(pid) and word in (path / "cmdline").read_bytes().decode():
                    return pid
            except (FileNotFoundError, ProcessLookupError):
                continue
        return 0

    def health(self) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
                return answer.status
        except OSError:
            return 0


@pytest.fixture
def start(tmp_path):
    """Start a runner, always on the same data and port, and wait until it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = []

    def start() -> Runner:
        runner = Runner(tmp_path / "data", port)
        started.append(runner)
        runner.wait_until_ready()
        return runner

    yield start
    for runner in started:
        below = children_of(runner.process.pid)
        runner.process.kill()
        runner.process.wait()
        runner.process.stdout.close()
        wait_until(lambda pids=below: all_gone(pids), "everything to end")


def test_it_comes_up_step_by_step_and_goes_down_as_a_whole(start):
    runner = start()
    below = children_of(runner.process.pid)

    assert runner.health() == 200
    assert runner.lines[0].startswith("Starting PostgreSQL")
    assert runner.lines[-1] == f"Status Monitor is ready: http://127.0.0.1:{runner.port}"
    assert runner.process.stdout.readline().startswith("Sign in as adm")
    runner.process.send_signal(signal.SIGTERM)
    assert runner.process.wait(20) == 0
    assert all_gone(below)


@pytest.mark.parametrize("word", ["infra.local.serve", "scheduler", "postgres"])
def test_each_child_is_started_again_after_kill_9(start, word):
    runner = start()
    first = runner.child(word)
    assert first

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: runner.child(word) not in (0, first), f"the next {word}")
    wait_until(lambda: runner.health() == 200, "the server to answer again")
    runner.wait_for("starting it again in 0.2 s")


def test_kill_9_of_the_runner_ends_everything_and_the_next_start_finds_its_data(start):
    runner = start()
    below = children_of(runner.process.pid)
    with closing(psycopg2.connect((runner.data / "database.url").read_text())) as connection:
        connection.autocommit = True
        connection.cursor().execute("CREATE TABLE kept AS SELECT 7 AS n")
    key = (runner.data / "secret_key").read_text()

    runner.process.kill()
    second = start()

    assert all_gone(below)
    assert (second.data / "secret_key").read_text() == key
    with closing(psycopg2.connect((second.data / "database.url").read_text())) as connection, connection.cursor() as cur:
        cur.execute("SELECT n FROM kept")
        assert cur.fetchone() == (7,)
