"""FILE_AGE: how old and how large a file is, or the newest or oldest of many."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from statusmonitor_agent.step_type import Parameter, ResultField, StepContext, StepOutcome, StepType, unavailable

MAX_SCANNED = 100_000
MAX_LISTED = 200


def _matching(folder: str, pattern: str) -> Iterator[dict[str, Any]]:
    """Yield the files directly in the folder whose name fits."""
    import fnmatch
    import os
    import stat

    with os.scandir(folder) as entries:
        for _, entry in zip(range(MAX_SCANNED), entries):  # noqa: B905
            if not fnmatch.fnmatch(entry.name, pattern):
                continue
            try:
                status = entry.stat()
            except OSError:  # gone between listing and looking
                continue
            if stat.S_ISREG(status.st_mode):
                yield _describe(entry.path, status)


def _describe(path: str, status: Any) -> dict[str, Any]:
    import os
    import time
    from datetime import datetime, timezone

    return {
        "path": path,
        "name": os.path.basename(path),
        "size_bytes": status.st_size,
        "age_seconds": round(max(0.0, time.time() - status.st_mtime), 1),
        "modified_at_utc": datetime.fromtimestamp(status.st_mtime, timezone.utc).isoformat(),
    }


def _find(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    import os

    if parameters["path"]:
        return [_describe(parameters["path"], os.stat(parameters["path"]))]
    return list(_matching(parameters["folder"], parameters["pattern"]))


def _run(parameters: Mapping[str, Any], _context: StepContext) -> StepOutcome:
    if bool(parameters["path"]) == bool(parameters["folder"]):
        return unavailable("FILE_AGE needs either path or folder")
    try:
        files = _find(parameters)
    except (OSError, ValueError) as error:
        return unavailable(f"{parameters['path'] or parameters['folder']}: {getattr(error, 'strerror', None) or error}")
    return StepOutcome(is_available=True, details=summarise(files, parameters["which"]))


def summarise(files: list[dict[str, Any]], which: str) -> dict[str, Any]:
    """Return the chosen file's fields beside the number of all; nulls when there is none."""
    files = sorted(files, key=lambda file: float(file["age_seconds"]))
    chosen = (files[-1] if which == "oldest" else files[0]) if files else {}
    details: dict[str, Any] = {"count": len(files), "total_size_bytes": sum(file["size_bytes"] for file in files)}
    for name in ("path", "name", "size_bytes", "age_seconds", "modified_at_utc"):
        details[name] = chosen.get(name)
    if which == "all":
        details["files"] = files[:MAX_LISTED]
    return details


FILE_FIELDS = {
    "path": ResultField(str, "Path of the file"),
    "name": ResultField(str, "Name of the file"),
    "size_bytes": ResultField(int, "Its size", "bytes"),
    "age_seconds": ResultField(float, "Time since it was last changed", "s"),
    "modified_at_utc": ResultField(str, "When it was last changed"),
}

STEP_TYPE = StepType(
    name="FILE_AGE",
    description="Age and size of a file, or of the files directly in a folder.",
    parameters={
        "path": Parameter(str, "One file", maximum=1000),
        "folder": Parameter(str, "Folder to look into, instead of a path", maximum=1000),
        "pattern": Parameter(str, "Which names in the folder, with * and ?", "*", maximum=200),
        "which": Parameter(str, "Which file the fields describe", "newest", choices=("newest", "oldest", "all")),
    },
    result_fields={
        "count": ResultField(int, "Number of files"),
        "total_size_bytes": ResultField(int, "Size of all", "bytes"),
        **FILE_FIELDS,
        "files": ResultField(list, "With all: the newest 200", fields=FILE_FIELDS),
    },
    run=_run,
)
