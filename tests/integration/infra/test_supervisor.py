"""The supervisor with real children: it restarts them, ends them, and leaves none behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.infra.processes import all_gone, children_of, is_alive, wait_until

SUPERVISED = Path(__file__).with_name("supervised.py")


@pytest.fixture
def supervise(tmp_path):
    """Start the supervisor with the named children; return its process once they are up."""
    started = []

    def supervise(*names: str) -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, str(SUPERVISED), str(tmp_path), *names], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "up\n"
        return process

    yield supervise
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_killed_child_is_started_again_with_one_line(supervise):
    supervisor = supervise("sleeper")
    (first,) = children_of(supervisor.pid)

    os.kill(first, signal.SIGKILL)

    second = wait_until(lambda: [pid for pid in children_of(supervisor.pid) if pid != first and is_alive(pid)], "the next start")
    assert len(second) == 1
    assert supervisor.stdout.readline() == "sleeper ended (signal 9); starting it again in 0.2 s\n"


def test_the_others_live_on_when_one_dies(supervise):
    supervisor = supervise("sleeper", "stubborn")
    first, other = sorted(children_of(supervisor.pid))

    os.kill(first, signal.SIGKILL)

    wait_until(
        lambda: len([pid for pid in children_of(supervisor.pid) if is_alive(pid)]) == 2 and not is_alive(first), "the next start"
    )
    assert is_alive(other)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_every_child_also_a_deaf_one(supervise, tmp_path, number):
    supervisor = supervise("sleeper", "stubborn", "parent")
    wait_until(lambda: "deaf" in (tmp_path / "stubborn.log").read_text(), "the deaf child to close its ears")
    below = wait_until(lambda: len(found := children_of(supervisor.pid)) == 4 and found, "a grandchild")

    supervisor.send_signal(number)

    assert supervisor.wait(20) == 0
    assert all_gone(below)
    assert supervisor.stdout.read() == "down\n"


def test_kill_9_of_the_supervisor_leaves_no_child(supervise):
    supervisor = supervise("sleeper", "stubborn")
    below = children_of(supervisor.pid)
    assert len(below) == 2

    supervisor.kill()

    wait_until(lambda: all_gone(below), "the children to end")
