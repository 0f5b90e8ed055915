"""DNS: does a name resolve, and to what it should."""

from __future__ import annotations

from typing import Any, Mapping

from statusmonitor_agent.step_type import Parameter, ResultField, StepContext, StepOutcome, StepType, unavailable

RECORD_TYPES = ("A", "AAAA", "CNAME", "MX", "TXT")


def _ask_system(name: str, record_type: str) -> list[dict[str, Any]]:
    import socket

    family = socket.AF_INET if record_type == "A" else socket.AF_INET6
    found = socket.getaddrinfo(name, None, family, socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(address[0]) for _, _, _, _, address in found)
    return [{"type": record_type, "value": address, "ttl_seconds": None} for address in addresses]


def _ask(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    from statusmonitor_agent.dns_wire import DnsError, ask

    name, record_type = parameters["name"], parameters["record_type"]
    if parameters["server"]:
        return ask(parameters["server"], parameters["port"], name, record_type, parameters["timeout_ms"] / 1000)
    if record_type not in ("A", "AAAA"):
        raise DnsError(f"{record_type} records need the parameter server")
    return _ask_system(name, record_type)


def judge(records: list[dict[str, Any]], record_type: str, expected: list[str] | None) -> str | None:
    """Return what is wrong with the answer, or None. `expected` must be exactly what came, in any order."""
    values = {record["value"].rstrip(".").lower() for record in records if record["type"] == record_type}
    if expected is None:
        return None if values else f"no {record_type} record"
    wanted = {value.rstrip(".").lower() for value in expected}
    if values == wanted:
        return None
    return f"found {', '.join(sorted(values)) or 'nothing'}, wanted {', '.join(sorted(wanted))}"


def _run(parameters: Mapping[str, Any], _context: StepContext) -> StepOutcome:
    import time

    from statusmonitor_agent.dns_wire import DnsError

    name, record_type = parameters["name"], parameters["record_type"]
    details: dict[str, Any] = {"name": name, "record_type": record_type, "server": parameters["server"]}
    started = time.perf_counter()
    try:
        records = _ask(parameters)
    except (DnsError, OSError, UnicodeError) as error:
        details["error"] = str(error)
        return unavailable(f"{name}: {error}", details)
    details.update(query_ms=round((time.perf_counter() - started) * 1000, 1), records=records, count=len(records))
    wrong = judge(records, record_type, parameters["expected"])
    return StepOutcome(is_available=True, details=details, message=f"{name}: {wrong}" if wrong else None, success=wrong is None)


STEP_TYPE = StepType(
    name="DNS",
    description="Resolves a name, by the system or by a given server.",
    parameters={
        "name": Parameter(str, "Name to resolve", required=True, minimum=1, maximum=253),
        "record_type": Parameter(str, "Kind of record; other than A and AAAA only with a server", "A", choices=RECORD_TYPES),
        "expected": Parameter(list, "The values that must come, all of them and no others", maximum=50, item_type=str),
        "server": Parameter(str, "Server to ask; without it the system resolves", maximum=255),
        "port": Parameter(int, "Port of the server", 53, minimum=1, maximum=65_535),
        "timeout_ms": Parameter(int, "Time limit when a server is asked", 3000, unit="ms", minimum=1, maximum=60_000),
    },
    result_fields={
        "name": ResultField(str, "Name asked for"),
        "record_type": ResultField(str, "Kind of record asked for"),
        "server": ResultField(str, "Server asked"),
        "query_ms": ResultField(float, "Time until the answer", "ms"),
        "count": ResultField(int, "Number of records"),
        "records": ResultField(
            list,
            "The answer",
            fields={
                "type": ResultField(str, "Kind of record"),
                "value": ResultField(str, "Address, name or text"),
                "ttl_seconds": ResultField(int, "How long it may be kept; null if the system resolved", "s"),
                "preference": ResultField(int, "Of an MX record"),
            },
        ),
        "error": ResultField(str, "Why there was no answer"),
    },
    run=_run,
)
