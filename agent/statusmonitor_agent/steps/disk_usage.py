"""DISK_USAGE: space on the drives of the machine the agent runs on."""

from __future__ import annotations

import re
import sys
from typing import Any, Mapping

from statusmonitor_agent.step_type import Parameter, ResultField, StepContext, StepOutcome, StepType, unavailable

GIGABYTE = 1024**3
MAX_DRIVES = 100
OCTAL = r"\\([0-7]{3})"


def parse_mounts(text: str) -> dict[str, str]:
    """Return file system by mount path from the text of /proc/mounts; of a device only its first mount."""
    mounts: dict[str, str] = {}
    devices = set()
    for line in text.splitlines():
        device, path, filesystem = ([*line.split(), "", "", ""])[:3]
        if device.startswith("/dev/") and device not in devices and filesystem != "squashfs":
            devices.add(device)
            mounts[re.sub(OCTAL, lambda found: chr(int(found.group(1), 8)), path)] = filesystem
    return mounts


def _mounts() -> dict[str, str]:
    try:
        with open("/proc/mounts", encoding="utf-8", errors="replace") as mounts:
            return parse_mounts(mounts.read())
    except OSError:
        return {}


def _drives_here() -> dict[str, str]:
    """Return file system by drive, for a step that names none."""
    if sys.platform == "win32":
        import os
        import string

        return {letter: "" for letter in string.ascii_uppercase if os.path.exists(letter + ":\\")}
    import os

    folders = {path: filesystem for path, filesystem in _mounts().items() if os.path.isdir(path)}
    return folders or {"/": ""}


def _volume(drive: str) -> tuple[str, str]:
    """Return label and file system of a Windows drive."""
    import ctypes

    label, filesystem = ctypes.create_unicode_buffer(261), ctypes.create_unicode_buffer(261)
    kernel32 = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    kernel32.GetVolumeInformationW(drive + ":\\", label, 261, None, None, None, filesystem, 261)
    return label.value, filesystem.value


def describe_disk(drive: str, label: str, filesystem: str, sizes: tuple[int, int]) -> dict[str, Any]:
    """Return one entry of `disks`; `sizes` are total and free bytes."""
    total, free = sizes
    return {
        "drive_letter": drive,
        "label": label,
        "filesystem": filesystem,
        "size_bytes": total,
        "free_bytes": free,
        "used_bytes": total - free,
        "size_gb": round(total / GIGABYTE, 2),
        "free_gb": round(free / GIGABYTE, 2),
        "used_gb": round((total - free) / GIGABYTE, 2),
        "percent_free": round(100 * free / total, 2) if total else 0.0,
        "percent_used": round(100 * (total - free) / total, 2) if total else 0.0,
    }


def _measure(drive: str, filesystem: str) -> dict[str, Any]:
    import shutil

    if sys.platform == "win32":
        letter = drive.rstrip(":\\").upper()
        usage = shutil.disk_usage(letter + ":\\")
        label, filesystem = _volume(letter)
        return describe_disk(letter, label, filesystem, (usage.total, usage.free))
    usage = shutil.disk_usage(drive)
    return describe_disk(drive, "", filesystem, (usage.total, usage.free))


def _run(parameters: Mapping[str, Any], _context: StepContext) -> StepOutcome:
    known = _mounts()
    drives = parameters["drives"] or list(_drives_here())
    disks, missing = [], []
    for drive in drives[:MAX_DRIVES]:
        try:
            disks.append(_measure(drive, known.get(drive, "")))
        except (OSError, ValueError) as error:
            missing.append(f"{drive}: {getattr(error, 'strerror', None) or error}")
    details: dict[str, Any] = {"disks": disks}
    if not missing:
        return StepOutcome(is_available=True, details=details)
    details["message"] = "not readable: " + "; ".join(missing)
    if not disks:
        return unavailable(details["message"], details)
    # A drive that is asked for and gone must not pass criteria that only see the others.
    return StepOutcome(is_available=True, details=details, message=details["message"], success=not parameters["drives"])


DISK_FIELDS = {
    "drive_letter": ResultField(str, "Drive letter; elsewhere than on Windows the mount path"),
    "label": ResultField(str, "Name of the volume"),
    "filesystem": ResultField(str, "File system"),
    "size_bytes": ResultField(int, "Size", "bytes"),
    "free_bytes": ResultField(int, "Free", "bytes"),
    "used_bytes": ResultField(int, "Used", "bytes"),
    "size_gb": ResultField(float, "Size", "GB"),
    "free_gb": ResultField(float, "Free", "GB"),
    "used_gb": ResultField(float, "Used", "GB"),
    "percent_free": ResultField(float, "Free", "%"),
    "percent_used": ResultField(float, "Used", "%"),
}

STEP_TYPE = StepType(
    name="DISK_USAGE",
    description="Space on the drives of the machine the agent runs on.",
    parameters={
        "drives": Parameter(
            list, "Drive letters, or mount paths; without it all local drives", maximum=MAX_DRIVES, item_type=str
        ),
    },
    result_fields={
        "disks": ResultField(list, "The drives", fields=DISK_FIELDS),
        "message": ResultField(str, "Drives that could not be read"),
    },
    run=_run,
)
