"""PING: does the node answer echo requests, and how fast."""

from __future__ import annotations

import sys
from typing import Any, Mapping

from statusmonitor_agent.step_type import Parameter, ResultField, StepContext, StepOutcome, StepType, target_of, unavailable

MAX_LISTED_ERRORS = 10


def arguments(program: str, target: str, parameters: Mapping[str, Any], platform: str) -> list[str]:
    """Return the command line of the platform's ping. `target` does not start with '-'."""
    count, timeout_ms = str(parameters["count"]), parameters["timeout_ms"]
    size, ttl = str(parameters["buffer_size"]), str(parameters["ttl"])
    if platform == "win32":
        return [program, "-n", count, "-w", str(timeout_ms), "-l", size, "-i", ttl, target]
    if platform == "darwin":
        return [program, "-n", "-c", count, "-W", str(timeout_ms), "-s", size, "-m", ttl, target]
    return [program, "-n", "-c", count, "-i", "0.2", "-W", f"{timeout_ms / 1000:g}", "-s", size, "-t", ttl, target]


def _run(parameters: Mapping[str, Any], context: StepContext) -> StepOutcome:
    import shutil

    target = target_of(parameters, context)
    program = shutil.which("ping")
    if program is None:
        return _ask_socket(target, parameters)
    return _ask_program(program, target, parameters)


def _ask_program(program: str, target: str, parameters: Mapping[str, Any]) -> StepOutcome:
    from statusmonitor_agent import ping_output, programs

    limit = parameters["count"] * (1 + parameters["timeout_ms"] / 1000) + 10
    command = arguments(program, target, parameters, sys.platform)
    finished = programs.run_program(command, timeout_seconds=limit, environment={"LC_ALL": "C"})
    replies = ping_output.parse(finished.stdout, is_windows=sys.platform == "win32")
    errors = list(replies.errors)
    if not replies.times_ms and finished.stderr.strip():
        errors.append(finished.stderr.strip().splitlines()[-1])
    return _outcome(target, parameters["count"], replies, errors)


def _ask_socket(target: str, parameters: Mapping[str, Any]) -> StepOutcome:
    from statusmonitor_agent import icmp, ping_output

    times, errors, address = [], [], None
    for number in range(1, parameters["count"] + 1):
        try:
            address, milliseconds = icmp.echo(
                target,
                timeout_seconds=parameters["timeout_ms"] / 1000,
                size=parameters["buffer_size"],
                ttl=parameters["ttl"],
                number=number,
            )
            times.append(milliseconds)
        except OSError as error:
            errors.append(str(error))
    replies = ping_output.Replies(address, tuple(times), (), "Success" if times else "TimedOut")
    return _outcome(target, parameters["count"], replies, errors)


def _outcome(target: str, sent: int, replies: Any, errors: list[str]) -> StepOutcome:
    received = min(len(replies.times_ms), sent)
    details: dict[str, Any] = {
        "target_to_ping": target,
        "packets_sent": sent,
        "packets_received": received,
        "packet_loss_percent": round(100 * (sent - received) / sent),
        "rtt_ms": round(sum(replies.times_ms) / len(replies.times_ms)) if replies.times_ms else None,
        "ip_address_replied": replies.address,
        "status_string": replies.status,
    }
    if errors:
        details["individual_ping_errors"] = errors[:MAX_LISTED_ERRORS]
    if received:
        return StepOutcome(is_available=True, details=details)
    details["error"] = errors[-1] if errors else f"no reply: {replies.status}"
    return unavailable(f"{target} does not answer: {details['error']}", details)


STEP_TYPE = StepType(
    name="PING",
    description="Sends echo requests; available when at least one reply came.",
    parameters={
        "target": Parameter(str, "Host name or address; without it the node's own address", maximum=255),
        "timeout_ms": Parameter(int, "Wait for each reply", 1000, unit="ms", minimum=1, maximum=60_000),
        "count": Parameter(int, "Number of requests", 1, minimum=1, maximum=100),
        "buffer_size": Parameter(int, "Size of a request", 32, unit="bytes", minimum=0, maximum=65_500),
        "ttl": Parameter(int, "How many routers may be passed", 128, minimum=1, maximum=255),
    },
    result_fields={
        "target_to_ping": ResultField(str, "Who was asked"),
        "packets_sent": ResultField(int, "Requests sent"),
        "packets_received": ResultField(int, "Replies received"),
        "packet_loss_percent": ResultField(int, "Requests without a reply", "%"),
        "rtt_ms": ResultField(int, "Mean round trip; null without a reply", "ms"),
        "ip_address_replied": ResultField(str, "Address that replied"),
        "status_string": ResultField(str, "Success, TimedOut, DestinationHostUnreachable or TtlExpired"),
        "error": ResultField(str, "Why there was no reply"),
        "individual_ping_errors": ResultField(list, "Reports of single requests, as text"),
    },
    run=_run,
)
