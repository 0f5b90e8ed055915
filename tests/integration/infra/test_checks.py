"""Starts of the runner that cannot work: one line each, which names the cure."""

import os
import socket
import subprocess
import sys

import pytest

from infra.local.folder_lock import FolderInUseError, FolderLock


def run(**environment) -> tuple[int, str]:
    """Start the runner and return its exit code and what it said."""
    own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "MAKELEVEL")}
    done = subprocess.run(
        [sys.executable, "-m", "infra.local"],
        env={**own, "DEMO": "0", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def test_a_taken_port_is_named_with_its_cure(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, text = run(PORT=str(port), DATA=str(tmp_path / "data"))

    assert code == 1
    assert text == (
        f"Cannot start: port {port} on 127.0.0.1 is taken: stop what uses it, or set PORT, as in `make run PORT={port + 1}`\n"
    )


def test_a_second_start_on_the_same_data_names_the_first(tmp_path):
    with FolderLock(tmp_path / "run.lock"):
        code, text = run(DATA=str(tmp_path))

    assert code == 1
    assert text.count("\n") == 1
    assert f"already runs on {tmp_path} (process {os.getpid()})" in text
    assert "set DATA" in text


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({"DATA": "/proc/none"}, "cannot write /proc/none", id="a folder that cannot be made"),
        pytest.param({"PORT": "port"}, "set it to a number", id="no port"),
        pytest.param({"HOST": "192.0.2.1"}, "set HOST", id="not an address of this machine"),
        pytest.param({"POSTGRES_BIN": "/nowhere"}, "set POSTGRES_BIN", id="no PostgreSQL there"),
    ],
)
def test_what_cannot_work_is_one_line_with_its_cure(tmp_path, environment, expected):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    code, text = run(**{"PORT": str(port), "DATA": str(tmp_path / "data"), **environment})

    complaint = text.splitlines()[-1]
    assert code == 1
    assert complaint.startswith("Cannot start: ")
    assert expected in complaint
    assert "Traceback" not in text


def test_a_lock_is_let_go(tmp_path):
    path = tmp_path / "a.lock"
    with FolderLock(path), pytest.raises(FolderInUseError) as caught:
        FolderLock(path).take()

    assert caught.value.pid == os.getpid()
    with FolderLock(path):
        assert path.read_text() == str(os.getpid())
