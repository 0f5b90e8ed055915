"""What must hold before anything is started; each failure is one line that names its cure."""

import errno
import os
import socket
import sys
import time
from pathlib import Path

from infra.local.errors import StartError
from infra.local.folder_lock import FolderInUseError, FolderLock
from infra.local.settings import RunSettings

OLDEST_PYTHON = (3, 11)
PORT_PATIENCE_SECONDS = 1.0  # a runner that was just killed may hold its port for a moment


def check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise StartError(f"this is Python {sys.version.split()[0]}: install Python 3.11 or newer and delete .venv")


def lock_data(data: Path) -> FolderLock:
    """Make the data folder if need be, and take it for this process.

    Raises:
        StartError: it cannot be written, or another runner has it.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / "log").mkdir(mode=0o700, exist_ok=True)
        lock = FolderLock(data / "run.lock")
        lock.take()
    except FolderInUseError as error:
        raise StartError(
            f"Status Monitor already runs on {data} (process {error.pid}): stop it with `kill {error.pid}`, or set DATA to another folder"
        ) from error
    except OSError as error:
        raise StartError(
            f"cannot write {data} ({error.strerror}): make it writable, or set DATA to a folder that is yours"
        ) from error
    _check_writable(data)
    return lock


def check_port(chosen: RunSettings) -> None:
    deadline = time.monotonic() + PORT_PATIENCE_SECONDS
    while error := _binding_error(chosen):
        if error.errno != errno.EADDRINUSE:
            raise StartError(
                f"cannot listen on {chosen.host} port {chosen.port} ({error.strerror}): set HOST and PORT"
            ) from error
        if time.monotonic() > deadline:
            raise StartError(
                f"port {chosen.port} on {chosen.host} is taken: stop what uses it, or set PORT, as in `make run PORT={chosen.port + 1}`"
            ) from error
        time.sleep(0.1)


def _binding_error(chosen: RunSettings) -> OSError | None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(chosen.host.strip("[]"), chosen.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that ended just now do not count
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error
    return None


def _check_writable(data: Path) -> None:
    for folder in (data, data / "log"):
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise StartError(f"cannot write {folder}: make it writable, or set DATA to a folder that is yours")
