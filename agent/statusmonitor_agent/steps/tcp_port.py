"""TCP_PORT: does the node accept connections on a port."""

from __future__ import annotations

from typing import Any, Mapping

from statusmonitor_agent.step_type import Parameter, ResultField, StepContext, StepOutcome, StepType, target_of, unavailable


def _run(parameters: Mapping[str, Any], context: StepContext) -> StepOutcome:
    import socket
    import time

    target, port = target_of(parameters, context), parameters["port"]
    details: dict[str, Any] = {"target": target, "port": port, "is_open": False, "connect_ms": None, "ip_address": None}
    started = time.perf_counter()
    try:
        with socket.create_connection((target, port), parameters["timeout_ms"] / 1000) as connection:
            details["connect_ms"] = round((time.perf_counter() - started) * 1000, 1)
            details["ip_address"] = connection.getpeername()[0]
    except (OSError, UnicodeError) as error:
        details["error"] = str(error)
        return unavailable(f"{target}, port {port}: {error}", details)
    details["is_open"] = True
    return StepOutcome(is_available=True, details=details)


STEP_TYPE = StepType(
    name="TCP_PORT",
    description="Opens a connection to a port and closes it again; available when it was accepted.",
    parameters={
        "port": Parameter(int, "Port", required=True, minimum=1, maximum=65_535),
        "target": Parameter(str, "Host name or address; without it the node's own address", maximum=255),
        "timeout_ms": Parameter(int, "Time limit", 3000, unit="ms", minimum=1, maximum=60_000),
    },
    result_fields={
        "target": ResultField(str, "Who was asked"),
        "port": ResultField(int, "Port"),
        "is_open": ResultField(bool, "The connection was accepted"),
        "connect_ms": ResultField(float, "Time to connect", "ms"),
        "ip_address": ResultField(str, "Address that accepted"),
        "error": ResultField(str, "Why it was not accepted"),
    },
    run=_run,
)
