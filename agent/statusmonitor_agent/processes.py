"""Lists the programs running on this machine: /proc on Linux, tasklist on Windows, ps elsewhere."""

from __future__ import annotations

import csv
import os
import re
import sys
from datetime import datetime, timedelta, timezone
from typing import Any, Iterator

from statusmonitor_agent.programs import run_program

MEGABYTE = 1024**2
TIMEOUT_SECONDS = 60
CPU_TIME = re.compile(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")
TASKLIST_COLUMNS = 9
PS_COLUMNS = 10


def list_processes() -> list[dict[str, Any]]:
    """Return every process: id, name, cpu_seconds, memory_ws_mb, username, path, start_time; null where unknown.

    Raises:
        OSError: the system's program could not be started.
    """
    if sys.platform == "win32":
        return parse_tasklist(_output(["tasklist", "/v", "/fo", "csv", "/nh"]))
    if os.path.exists("/proc/self/stat"):
        return list(_read_proc())
    return parse_ps(_output(["ps", "-axo", "pid=,rss=,time=,lstart=,user=,comm="]))


def _output(arguments: list[str]) -> str:
    finished = run_program(arguments, timeout_seconds=TIMEOUT_SECONDS, max_output_bytes=4 * MEGABYTE, environment={"LC_ALL": "C"})
    if finished.exit_code != 0:
        raise OSError(f"{arguments[0]} failed: {finished.stderr.strip()[:200] or finished.exit_code}")
    return finished.stdout


def parse_tasklist(text: str) -> list[dict[str, Any]]:
    """Read the verbose CSV form, in any language of Windows; it tells neither path nor start."""
    found = []
    for row in csv.reader(text.splitlines()):
        if len(row) >= TASKLIST_COLUMNS and row[1].isdigit():
            name, process_id, memory, user, cpu = row[0], row[1], row[4], row[6], row[7]
            kilobytes = int("".join(character for character in memory if character in "0123456789") or 0)
            entry = _entry(int(process_id), name, kilobytes * 1024, cpu_seconds(cpu))
            found.append({**entry, "username": None if user == "N/A" else user})
    return found


def parse_ps(text: str) -> list[dict[str, Any]]:
    """Read pid, rss, time, lstart (five words), user and comm."""
    found = []
    for line in text.splitlines():
        fields = line.split(None, PS_COLUMNS - 1)
        if len(fields) == PS_COLUMNS:
            entry = _entry(int(fields[0]), os.path.basename(fields[9]), int(fields[1]) * 1024, cpu_seconds(fields[2]))
            started = datetime.strptime(" ".join(fields[3:8]), "%a %b %d %H:%M:%S %Y").astimezone(timezone.utc)
            found.append({**entry, "username": fields[8], "path": fields[9], "start_time": started.isoformat()})
    return found


def cpu_seconds(text: str) -> float | None:
    """Return seconds for `[days-][hours:]minutes:seconds`, None for anything else."""
    found = CPU_TIME.fullmatch(text.strip())
    if not found:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _entry(process_id: int, name: str, memory_bytes: int, cpu: float | None) -> dict[str, Any]:
    return {
        "id": process_id,
        "name": name,
        "cpu_seconds": cpu,
        "memory_ws_mb": round(memory_bytes / MEGABYTE, 2),
        "username": None,
        "path": None,
        "start_time": None,
    }


def _read_proc() -> Iterator[dict[str, Any]]:
    started_at = _boot_time()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                yield _read_one(name, started_at)
            except (OSError, ValueError):  # it has ended meanwhile
                continue


def _boot_time() -> datetime:
    with open("/proc/stat", encoding="ascii", errors="replace") as stat:
        seconds = next(int(line.split()[1]) for line in stat if line.startswith("btime"))
    return datetime.fromtimestamp(seconds, timezone.utc)


def parse_stat(text: str) -> tuple[str, float, float, int]:
    """Return name, CPU seconds, seconds from boot to start, and memory pages; the name may hold blanks and brackets."""
    name = text[text.index("(") + 1 : text.rindex(")")]
    fields = text[text.rindex(")") + 2 :].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return name, (int(fields[11]) + int(fields[12])) / ticks, int(fields[19]) / ticks, int(fields[21])


def _read_one(process_id: str, boot: datetime) -> dict[str, Any]:
    folder = "/proc/" + process_id
    with open(folder + "/stat", encoding="utf-8", errors="replace") as stat:
        name, cpu, start, pages = parse_stat(stat.read())
    with open(folder + "/cmdline", "rb") as command:
        full_name = os.path.basename(command.read(4096).split(b"\0")[0].decode("utf-8", "replace"))
    # The kernel keeps 15 characters of the name only.
    entry = _entry(int(process_id), full_name if full_name.startswith(name) else name, pages * os.sysconf("SC_PAGE_SIZE"), cpu)
    start_time = (boot + timedelta(seconds=start)).isoformat(timespec="seconds")
    return {**entry, "username": _user_of(folder), "path": _path_of(folder), "start_time": start_time}


def _path_of(folder: str) -> str | None:
    try:
        return os.readlink(folder + "/exe")
    except OSError:  # a kernel thread, or somebody else's
        return None


def _user_of(folder: str) -> str:
    user_id = os.stat(folder).st_uid
    if sys.platform == "win32":
        return str(user_id)
    import pwd

    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return str(user_id)
