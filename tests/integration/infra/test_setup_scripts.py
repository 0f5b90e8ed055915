"""The shell scripts before Python: each obstacle is one line that names its cure."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = ("requirements/run.txt", "requirements/dev.txt", "pyproject.toml", "layers/core/pyproject.toml", "agent/pyproject.toml")


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A checkout that holds only what the scripts read."""
    for name in ("infra/local/find_python.sh", "infra/local/make_venv.sh"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in LOCKS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def run(checkout: Path, *command: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        command,
        cwd=checkout,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("python", ["/nowhere/python3", "false"])
def test_a_python_that_will_not_do_is_named(checkout, python):
    code, text = run(checkout, "infra/local/find_python.sh", PYTHON=python)

    assert code == 1
    assert text == (
        f"No Python 3.11 or newer in PYTHON={python}: install one (apt-get install python3 python3-venv), or set PYTHON to its path.\n"
    )


def test_the_first_recent_python_is_taken(checkout):
    old = program(checkout / "bin" / "python3.11", "exit 1")
    recent = program(checkout / "bin" / "python3.12", "exit 0")

    code, text = run(checkout, "infra/local/find_python.sh", PATH=f"{old.parent}:/usr/bin:/bin", PYTHON="")

    assert (code, text) == (0, f"{recent}\n")


def test_a_missing_venv_module_is_one_line(checkout):
    python = program(checkout / "bin" / "python", 'case "$2" in *ensurepip*) exit 1 ;; esac')

    code, text = run(checkout, "infra/local/make_venv.sh", "run", PYTHON=str(python))

    assert code == 1
    assert text == f"{python} cannot make virtual environments: apt-get install python3-venv\n"
    assert not (checkout / ".venv").exists()


@pytest.fixture
def python(checkout) -> Path:
    """A Python whose `-m venv` makes an environment that notes what pip is asked, and fails while `broken` exists."""
    pip = 'case "$*" in *"pip install"*) echo "$*" >>pip.log; [ ! -e broken ] ;; esac'
    make = f"mkdir -p .venv/bin; printf '%s\\n' '#!/bin/sh' '{pip}' >.venv/bin/python; chmod +x .venv/bin/python"
    return program(checkout / "bin" / "python", f'case "$*" in "-m venv .venv") {make} ;; esac')


def installs(checkout: Path, kind: str, python: Path) -> int:
    """Return how many lock files pip was asked to install by one more call."""
    log = checkout / "pip.log"
    log.write_text("")
    code, text = run(checkout, "infra/local/make_venv.sh", kind, PYTHON=str(python))
    assert code == 0, text
    return log.read_text().count("--require-hashes")


def test_nothing_is_installed_twice(checkout, python):
    assert [installs(checkout, kind, python) for kind in ("run", "run", "dev", "dev", "run")] == [1, 0, 1, 0, 0]


def test_a_changed_lock_file_is_installed(checkout, python):
    installs(checkout, "run", python)
    (checkout / "requirements/run.txt").write_text("flask==9\n")

    assert installs(checkout, "run", python) == 1


def test_a_checkout_that_moved_gets_a_new_environment(checkout, python):
    installs(checkout, "run", python)
    (checkout / ".venv" / ".place").write_text("/elsewhere\n")

    assert installs(checkout, "run", python) == 1


def test_an_installation_that_failed_is_tried_again(checkout, python):
    (checkout / "broken").touch()
    code, text = run(checkout, "infra/local/make_venv.sh", "run", PYTHON=str(python))
    (checkout / "broken").unlink()

    assert code == 1
    assert text.splitlines()[-1].startswith("pip could not install requirements/run.txt")
    assert installs(checkout, "run", python) == 1


def test_make_without_a_target_lists_them():
    text = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout

    listed = {" ".join(line.split()[:2]) for line in text.splitlines()}
    assert {"make run", "make test", "make bench", "make lint", "make format", "make lock", "make pyz"} <= listed
