"""SAM CLI, what `sam build` makes, and functions of it running under Lambda's runtime interface client."""

import itertools
import os

import pytest

from tests.template.emulator import Emulator
from tests.template.tools import BUILD, Sam, alone, is_stamped, make_venv, stamp


@pytest.fixture(scope="session")
def sam() -> Sam:
    return Sam(make_venv("sam"))


@pytest.fixture(scope="session")
def artifacts(sam):
    """The folder of what `sam build` made from the tree as it is; built once, whatever the number of test processes."""
    folder = BUILD / "sam"
    test_run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"process {os.getpid()}")
    with alone("sam-build"):
        if not is_stamped(folder, test_run):
            sam.run("build", "--build-dir", folder, "--cache-dir", BUILD / "sam-cache")
            stamp(folder, test_run)
    return folder


@pytest.fixture
def start_function(sam, artifacts, database, tmp_path):
    """Start a built function on the test's database and return its Emulator; `overrides` are environment variables."""
    running: list[Emulator] = []
    numbers = itertools.count()

    def start(function: str, *, layers: list[str] | None = None, **overrides: str) -> Emulator:
        emulator = Emulator(
            sam.interface_emulator, make_venv("ric") / "bin" / "python", artifacts, log=tmp_path / f"{next(numbers)}.log"
        )
        running.append(emulator)
        emulator.start(function, layers, {"DATABASE_URL": database, **overrides})
        return emulator

    yield start
    for emulator in running:
        emulator.stop()
