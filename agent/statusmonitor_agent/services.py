"""Asks the system about one of its services: systemctl on Linux, sc on Windows."""

from __future__ import annotations

import re
import sys
from typing import Any

from statusmonitor_agent.programs import run_program

TIMEOUT_SECONDS = 20
SYSTEMD_NAME = re.compile(r"[A-Za-z0-9_.@:\\][A-Za-z0-9_.@:\\-]{0,255}")
WINDOWS_NAME = re.compile(r"[^-/\\\x00-\x1f\"][^/\\\x00-\x1f\"]{0,255}")
NOT_INSTALLED = 1060  # ERROR_SERVICE_DOES_NOT_EXIST

# The states of .NET's ServiceControllerStatus, which stored criteria name; Failed is systemd's own.
SYSTEMD_STATES = {
    "active": "Running",
    "reloading": "Running",
    "inactive": "Stopped",
    "failed": "Failed",
    "activating": "StartPending",
    "deactivating": "StopPending",
}
WINDOWS_STATES = {
    "RUNNING": "Running",
    "STOPPED": "Stopped",
    "PAUSED": "Paused",
    "START_PENDING": "StartPending",
    "STOP_PENDING": "StopPending",
    "PAUSE_PENDING": "PausePending",
    "CONTINUE_PENDING": "ContinuePending",
}
SYSTEMD_STARTS = {"enabled": "Automatic", "enabled-runtime": "Automatic", "disabled": "Disabled", "masked": "Disabled"}
WINDOWS_STARTS = {
    "AUTO_START": "Automatic",
    "DEMAND_START": "Manual",
    "DISABLED": "Disabled",
    "BOOT_START": "Boot",
    "SYSTEM_START": "System",
}
WORD = re.compile(r"^\s*[^:\n]+:\s+\d+\s+([A-Z_]+)", re.MULTILINE)
DISPLAY_NAME = re.compile(r"^\s*(?:DISPLAY_NAME|Выводимое_имя|Имя_вывода)\s*:\s*(.+?)\s*$", re.MULTILINE)


class ServiceError(Exception):
    """There is no such service, or the system does not say."""


def look_up(name: str) -> dict[str, Any]:
    """Return status, display_name, start_type and can_stop.

    Raises:
        ServiceError: there is no such service, or the system cannot be asked.
    """
    is_windows = sys.platform == "win32"
    if not (WINDOWS_NAME if is_windows else SYSTEMD_NAME).fullmatch(name):
        raise ServiceError(f"not the name of a service: {name!r}")
    try:
        return _ask_windows(name) if is_windows else _ask_systemd(name)
    except OSError as error:
        raise ServiceError(f"services cannot be asked for here: {error}") from error


def _ask_systemd(name: str) -> dict[str, Any]:
    properties = "LoadState,ActiveState,UnitFileState,Description,CanStop"
    finished = run_program(["systemctl", "show", "--property=" + properties, "--", name], timeout_seconds=TIMEOUT_SECONDS)
    if finished.exit_code != 0:
        raise ServiceError(f"systemctl failed: {finished.stderr.strip()[:300] or 'no answer in time'}")
    return parse_systemd(finished.stdout, name)


def parse_systemd(text: str, name: str) -> dict[str, Any]:
    """Read the output of `systemctl show`.

    Raises:
        ServiceError: there is no such unit.
    """
    found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if found.get("LoadState") in (None, "not-found"):
        raise ServiceError(f"there is no service {name}")
    return {
        "status": SYSTEMD_STATES.get(found.get("ActiveState", ""), found.get("ActiveState")),
        "display_name": found.get("Description") or name,
        "start_type": SYSTEMD_STARTS.get(found.get("UnitFileState", ""), "Manual"),
        "can_stop": found.get("CanStop") == "yes",
    }


def _ask_windows(name: str) -> dict[str, Any]:
    state = run_program(["sc", "query", name], timeout_seconds=TIMEOUT_SECONDS)
    settings = run_program(["sc", "qc", name, "8000"], timeout_seconds=TIMEOUT_SECONDS)
    if state.exit_code == NOT_INSTALLED:
        raise ServiceError(f"there is no service {name}")
    if state.exit_code != 0:
        raise ServiceError(f"sc failed: {state.stdout.strip()[:300] or state.exit_code}")
    return parse_windows(state.stdout, settings.stdout, name)


def parse_windows(state: str, settings: str, name: str) -> dict[str, Any]:
    """Read the output of `sc query` and `sc qc`; labels are translated on some systems, the words in capitals never are."""
    states = [WINDOWS_STATES[word] for word in WORD.findall(state) if word in WINDOWS_STATES]
    starts = [WINDOWS_STARTS[word] for word in WORD.findall(settings) if word in WINDOWS_STARTS]
    display_name = DISPLAY_NAME.search(settings)
    if not states:
        raise ServiceError("the answer of sc cannot be read")
    return {
        "status": states[0],
        "display_name": display_name.group(1) if display_name else name,
        "start_type": starts[0] if starts else None,
        "can_stop": "NOT_STOPPABLE" not in state and "STOPPABLE" in state,
    }
