"""PROCESS_LIST: which programs run on the agent's machine, and what they use."""

from __future__ import annotations

from typing import Any, Mapping

from statusmonitor_agent.step_type import Parameter, ResultField, StepContext, StepOutcome, StepType, unavailable

MAX_LISTED = 300
SORT_KEYS = ("id", "name", "cpu_seconds", "memory_ws_mb", "start_time")


def choose(processes: list[dict[str, Any]], parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return those that are asked for, in the order asked for, with the columns asked for."""
    names = parameters["process_names"]
    chosen = [process for process in processes if not names or _is_named(process["name"], names)]
    key = parameters["sort_by"].lower()
    chosen.sort(key=lambda process: _sort_key(process[key]), reverse=parameters["sort_descending"])
    hidden = [name for name in ("username", "path") if not parameters["include_" + name]]
    rows = [{name: value for name, value in process.items() if name not in hidden} for process in chosen]
    return rows[: parameters["top_n"] or MAX_LISTED]


def _is_named(name: str, wanted: list[str]) -> bool:
    from fnmatch import fnmatchcase

    plain = _plain(name)
    return any(fnmatchcase(plain, _plain(pattern)) for pattern in wanted)


def _plain(name: str) -> str:
    lower = name.lower()
    return lower[:-4] if lower.endswith(".exe") else lower  # noqa: FURB188 - Python 3.8


def _sort_key(value: Any) -> tuple[bool, Any]:
    return value is not None, value.lower() if isinstance(value, str) else value or 0


def _run(parameters: Mapping[str, Any], _context: StepContext) -> StepOutcome:
    from statusmonitor_agent.processes import list_processes

    if parameters["sort_by"].lower() not in SORT_KEYS:
        return unavailable(f"sort_by must be one of {', '.join(SORT_KEYS)}")
    try:
        processes = list_processes()
    except OSError as error:
        return unavailable(str(error))
    chosen = choose(processes, parameters)
    details: dict[str, Any] = {"processes": chosen}
    if not chosen:
        details["message"] = "no such process runs"
    return StepOutcome(is_available=True, details=details)


STEP_TYPE = StepType(
    name="PROCESS_LIST",
    description="Programs running on the machine the agent runs on.",
    parameters={
        "process_names": Parameter(list, "Names, with * and ?; without it all", maximum=100, item_type=str),
        "include_username": Parameter(bool, "Tell whose it is", default=False),
        "include_path": Parameter(bool, "Tell where its file is", default=False),
        "sort_by": Parameter(str, "One of id, name, cpu_seconds, memory_ws_mb, start_time", "name", maximum=50),
        "sort_descending": Parameter(bool, "Largest first", default=False),
        "top_n": Parameter(int, "At most so many; without it 300", minimum=1, maximum=10_000),
    },
    result_fields={
        "processes": ResultField(
            list,
            "The processes",
            fields={
                "id": ResultField(int, "Number of the process"),
                "name": ResultField(str, "Name"),
                "cpu_seconds": ResultField(float, "CPU time used", "s"),
                "memory_ws_mb": ResultField(float, "Memory in use", "MB"),
                "username": ResultField(str, "Whose it is"),
                "path": ResultField(str, "Where its file is"),
                "start_time": ResultField(str, "When it was started"),
            },
        ),
        "message": ResultField(str, "Remark when none was found"),
    },
    run=_run,
)
