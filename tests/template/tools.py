"""Virtual environments of the tools that play the AWS side, and SAM CLI itself; all of it under build/."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.template.reading import GLOBALS, ROOT, TEMPLATE

BUILD = ROOT / "build"
IS_CI = bool(os.environ.get("CI"))
OUTPUT_SHOWN = 4_000  # characters


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """Hold build/`name`.lock, which other test processes wait for, and give its path."""
    BUILD.mkdir(exist_ok=True)
    path = BUILD / f"{name}.lock"
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield path


def skip_unless_ci(reason: str) -> None:
    """Skip the test, or fail it where `CI` is set: there nothing may be left unproved."""
    if IS_CI:
        pytest.fail(reason)
    pytest.skip(reason)


def run(*command: str | Path, timeout: float = 300, **options) -> str:
    """Return the standard output of a command that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, **options)
    shown = f"{done.stdout[-OUTPUT_SHOWN:]}\n{done.stderr[-OUTPUT_SHOWN:]}"
    assert done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}:\n{shown}"
    return done.stdout


def digest(*parts: str | Path) -> str:
    """Return a checksum over texts and the contents of files."""
    sums = [part.read_bytes() if isinstance(part, Path) else part.encode() for part in parts]
    return hashlib.sha256(b"\0".join(sums)).hexdigest()


def is_stamped(folder: Path, text: str) -> bool:
    stamp = folder / ".stamp"
    return stamp.is_file() and stamp.read_text() == text


def stamp(folder: Path, text: str) -> None:
    (folder / ".stamp").write_text(text)


def make_venv(tool: str) -> Path:
    """Return build/`tool`-venv with what requirements/`tool`.txt locks, made anew when that has changed."""
    folder, lock_file = BUILD / f"{tool}-venv", ROOT / "requirements" / f"{tool}.txt"
    with alone(folder.name):
        python = _lambda_python()
        wanted = digest(lock_file, python)
        if not is_stamped(folder, wanted):
            shutil.rmtree(folder, ignore_errors=True)
            run(python, "-m", "venv", folder)
            # The lock file is complete, so nothing is resolved, and every file is checked against its hash.
            pip = (folder / "bin" / "pip", "install", "--quiet", "--no-compile", "--no-deps", "--require-hashes")
            run(*pip, "--requirement", lock_file, timeout=600)
            stamp(folder, wanted)
    return folder


def _lambda_python() -> str:
    """Return the interpreter that Lambda runs: SAM builds with no other."""
    name = GLOBALS["Runtime"]
    if f"python{sys.version_info.major}.{sys.version_info.minor}" == name:
        return str(Path(sys.base_prefix, "bin", name))
    found = shutil.which(name)
    if not found:
        skip_unless_ci(f"{name}, the Python of Lambda, is not installed")
    return str(found)


class Sam:
    """SAM CLI in a virtual environment of its own."""

    def __init__(self, venv: Path) -> None:
        self.bin = venv / "bin"
        (self.packages,) = venv.glob("lib/python*/site-packages")
        self.environment = {
            **os.environ,
            "PATH": f"{self.bin}:{os.environ['PATH']}",  # its python3.11 builds
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(BUILD / "sam-home"),
            "AWS_DEFAULT_REGION": "eu-central-1",
        }
        self.environment.pop("PYTHONPATH", None)

    def command(self, *words: str | Path) -> list[str]:
        return list(map(str, (self.bin / "sam", *words)))

    def run(self, *words: str | Path) -> str:
        # Run in build/, where SAM leaves its .aws-sam.
        return run(*self.command(*words, "--template", TEMPLATE), cwd=BUILD, env=self.environment)

    @property
    def interface_emulator(self) -> Path:
        """The runtime interface emulator that SAM carries."""
        return self.packages / "samcli" / "local" / "rapid" / "aws-lambda-rie-x86_64"

    @property
    def runtime_image(self) -> str:
        """The name of the image that SAM runs functions in."""
        code = "from samcli.local.docker.lambda_image import LambdaImage; print(LambdaImage._INVOKE_REPO_PREFIX)"
        prefix = run(self.bin / "python", "-c", code, env=self.environment).strip()
        return f"{prefix}/{GLOBALS['Runtime'].replace('python', 'python:')}-{GLOBALS['Architectures'][0]}"
