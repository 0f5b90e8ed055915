"""The forms the agent is shipped in: one .pyz file, and the layer's folder."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import statusmonitor_agent

HOME = Path(statusmonitor_agent.__file__).parent.parent
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def build(folder):
    subprocess.run(
        ["make", "-s", "-C", str(HOME), "pyz", f"OUT={folder}", f"PYTHON={sys.executable}"], check=True, capture_output=True
    )
    return folder / "statusmonitor-agent.pyz"


def run(program, *arguments, python=sys.executable):
    command = [python, "-I", "-W", "error", str(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=program.parent)


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return build(tmp_path_factory.mktemp("out"))


@needs_make
def test_the_single_file_runs(program, make_config):
    version = run(program, "--version")
    good = run(program, "--config", make_config(), "--check-config")
    bad = run(program, "--config", make_config(mode="both"), "--check-config")

    assert (version.returncode, version.stdout) == (0, "status_monitor_agent_v1.0.0\n")
    assert good.returncode == 0
    assert (bad.returncode, "mode: must be one of" in bad.stderr) == (2, True)


@pytest.fixture(params=["python3.8", "python3.10", sys.executable, "python3.13"])
def python(request):
    found = shutil.which(request.param)
    if not found or subprocess.run([found, "-c", "import ssl, sqlite3"], capture_output=True, check=False).returncode:
        pytest.skip(f"no working {request.param} here")
    return found


@needs_make
def test_the_single_file_runs_jobs(program, make_config, monitor_server, python):
    monitor_server.jobs = [
        {"assignment_id": 1, "pipeline": [{"type": "MEMORY"}], "node_name": "n", "ip_address": None, "check_interval_seconds": 60}
    ]

    once = run(program, "--config", make_config(), "--once", python=python)

    assert (once.returncode, monitor_server.assignment_ids()) == (0, [1])


@needs_make
def test_equal_sources_give_equal_files(program, tmp_path):
    times = {entry.date_time for entry in zipfile.ZipFile(program).infolist()}

    assert build(tmp_path).read_bytes() == program.read_bytes()
    assert times == {(2020, 1, 1, 0, 0, 0)}
