"""EXECUTE_COMMAND: a program run from an argument list, if the agent's own configuration allows it."""

from __future__ import annotations

from typing import Any, Mapping

from statusmonitor_agent.step_type import (
    Parameter,
    Permissions,
    ResultField,
    StepContext,
    StepOutcome,
    StepType,
    unavailable,
)

MAX_OUTPUT_BYTES = 16 * 1024


def refusal(program: str, permissions: Permissions) -> str | None:
    """Return why this agent does not run the program, or None."""
    if not permissions.allow_commands:
        return "this agent does not run commands: allow_commands is off in its configuration"
    if permissions.allowed_commands is not None and program not in permissions.allowed_commands:
        return f"this agent does not run {program}: it is not among allowed_commands of its configuration"
    if program.lower().endswith((".bat", ".cmd")):
        return "batch files are not run: Windows would give their arguments to a shell"
    return None


def _run(parameters: Mapping[str, Any], context: StepContext) -> StepOutcome:
    from statusmonitor_agent.programs import run_program

    command = parameters["command"]
    reason = refusal(command[0], context.permissions)
    details: dict[str, Any] = {"program": command[0], "exit_code": None, "stdout": "", "stderr": ""}
    if reason:
        return unavailable(reason, details)
    try:
        finished = run_program(command, timeout_seconds=parameters["timeout_seconds"], max_output_bytes=MAX_OUTPUT_BYTES)
    except (OSError, ValueError) as error:
        return unavailable(f"{command[0]}: {getattr(error, 'strerror', None) or error}", details)
    details.update(
        exit_code=finished.exit_code,
        stdout=finished.stdout,
        stderr=finished.stderr,
        is_output_truncated=finished.is_truncated,
    )
    if finished.exit_code is None:
        return unavailable(f"{command[0]}: stopped after {parameters['timeout_seconds']} s", details)
    if finished.exit_code in parameters["expected_exit_codes"]:
        return StepOutcome(is_available=True, details=details)
    return StepOutcome(is_available=True, details=details, message=f"{command[0]}: exit code {finished.exit_code}", success=False)


STEP_TYPE = StepType(
    name="EXECUTE_COMMAND",
    description="Runs a program, never a shell; only where the agent's own configuration allows it.",
    parameters={
        "command": Parameter(list, "Program and its arguments", required=True, minimum=1, maximum=100, item_type=str),
        "timeout_seconds": Parameter(int, "Time limit", 30, unit="s", minimum=1, maximum=300),
        "expected_exit_codes": Parameter(list, "Exit codes that are a success", (0,), minimum=1, maximum=50, item_type=int),
    },
    result_fields={
        "program": ResultField(str, "The program, without its arguments"),
        "exit_code": ResultField(int, "Exit code; null when it was stopped"),
        "stdout": ResultField(str, "What it printed, at most 16 KB"),
        "stderr": ResultField(str, "What it printed as errors, at most 16 KB"),
        "is_output_truncated": ResultField(bool, "It printed more than that"),
    },
    run=_run,
)
