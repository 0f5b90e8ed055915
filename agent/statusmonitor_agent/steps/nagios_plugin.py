"""NAGIOS_PLUGIN: a monitoring plugin out of the folders that the agent's own configuration names."""

from __future__ import annotations

import re
from typing import Any, Mapping

from statusmonitor_agent.step_type import Parameter, ResultField, StepContext, StepOutcome, StepType, unavailable

PLUGIN_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"
ADDRESS_MACRO = "$HOSTADDRESS$"
STATES: Mapping[int, tuple[str, bool | None]] = {
    0: ("OK", True),
    1: ("WARNING", False),
    2: ("CRITICAL", False),
    3: ("UNKNOWN", None),
}
MAX_TEXT = 4000


def find_plugin(name: str, folders: tuple[str, ...]) -> str:
    """Return the real path of a plugin that lies inside one of the folders, links followed.

    Raises:
        ValueError: it is no plain name, there is no such program, or it lies elsewhere.
    """
    import os

    if not re.fullmatch(PLUGIN_NAME, name) or ".." in name:
        raise ValueError(f"not the name of a plugin: {name!r}")
    for folder in folders:
        home = os.path.realpath(folder)
        path = os.path.realpath(os.path.join(home, name))
        if not os.path.isfile(path):
            continue
        if os.path.commonpath([home, path]) != home:
            raise ValueError(f"the plugin {name} is a link that leads out of its folder")
        if not os.access(path, os.X_OK):
            raise ValueError(f"the plugin {name} is not executable")
        return path
    raise ValueError(f"no plugin {name} in {', '.join(folders) or 'any folder'}")


def _arguments(parameters: Mapping[str, Any], context: StepContext) -> list[str]:
    address = context.ip_address or ""
    if address.startswith("-"):
        raise ValueError(f"not an address: {address!r}")
    return [argument.replace(ADDRESS_MACRO, address) for argument in parameters["args"]]


def _run(parameters: Mapping[str, Any], context: StepContext) -> StepOutcome:
    from statusmonitor_agent.programs import run_program

    name = parameters["plugin"]
    try:
        path = find_plugin(name, context.permissions.plugin_folders)
        command = [path, *_arguments(parameters, context)]
        finished = run_program(command, timeout_seconds=parameters["timeout_seconds"], environment={"LC_ALL": "C.UTF-8"})
    except (OSError, ValueError) as error:
        return unavailable(str(error), {"plugin": name})
    if finished.exit_code is None:
        return unavailable(f"{name}: stopped after {parameters['timeout_seconds']} s", {"plugin": name})
    return outcome_of(name, finished.exit_code, finished.stdout or finished.stderr)


def outcome_of(name: str, exit_code: int, output: str) -> StepOutcome:
    """Translate exit code and output; any other exit code than 0 to 3 is UNKNOWN."""
    from statusmonitor_agent.perfdata import parse_output

    status, success = STATES.get(exit_code, ("UNKNOWN", None))
    parsed = parse_output(output)
    details = {
        "plugin": name,
        "exit_code": exit_code,
        "plugin_status": status,
        "text": parsed.text[:MAX_TEXT],
        "long_text": parsed.long_text[:MAX_TEXT],
        "perfdata": parsed.perfdata,
    }
    message = None if success else f"{status}: {parsed.text[:500] or f'exit code {exit_code}'}"
    return StepOutcome(is_available=True, details=details, message=message, success=success)


PERFDATA_FIELDS = {
    "label": ResultField(str, "What is measured"),
    "value": ResultField(float, "Value; null if unknown"),
    "uom": ResultField(str, "Unit: s, %, B, c or none"),
    "warn": ResultField(str, "Range that warns"),
    "crit": ResultField(str, "Range that is critical"),
    "min": ResultField(float, "Lowest possible value"),
    "max": ResultField(float, "Highest possible value"),
}

STEP_TYPE = StepType(
    name="NAGIOS_PLUGIN",
    description="Runs a monitoring plugin: OK is a success, WARNING and CRITICAL are none, UNKNOWN is undetermined.",
    parameters={
        "plugin": Parameter(str, "File name of the plugin, such as check_tcp", required=True, minimum=1, maximum=100),
        "args": Parameter(list, "Its arguments; $HOSTADDRESS$ stands for the node's address", (), maximum=100, item_type=str),
        "timeout_seconds": Parameter(int, "Time limit", 30, unit="s", minimum=1, maximum=300),
    },
    result_fields={
        "plugin": ResultField(str, "The plugin"),
        "exit_code": ResultField(int, "Its exit code"),
        "plugin_status": ResultField(str, "OK, WARNING, CRITICAL or UNKNOWN"),
        "text": ResultField(str, "First line of its output"),
        "long_text": ResultField(str, "The lines below"),
        "perfdata": ResultField(list, "What it measured", fields=PERFDATA_FIELDS),
    },
    run=_run,
)
