"""Request bodies as agents and loaders send them: about 600 bytes of details a result."""

import json
from datetime import UTC, datetime
from typing import Any

from bench.fleet import BATCHES, SITES, Fleet

PER_REQUEST = 1_000
ID_WIDTH = 7
TIME_MARK = "2025-05-20T11:00:00.0000000+00:00"  # replaced by the time of sending
ID_MARK = "#" * ID_WIDTH


def details(*, is_good: bool) -> dict[str, Any]:
    """Return two steps as the reference agent reports them."""
    message = None if is_good else "rtt_ms: 3 is not < 1"
    return {
        "steps_results": [
            _step(
                "PING", message, target_to_ping="10.20.30.40", packets_sent=3, packets_received=3, packet_loss_percent=0, rtt_ms=3
            ),
            _step("SERVICE_STATUS", None, service_name="Spooler", status="Running", display_name="Print Spooler", can_stop=True),
        ],
        "pipeline_status_message": message or "all steps done",
    }


def _step(step_type: str, message: str | None, **fields: Any) -> dict[str, Any]:
    where = {"execution_target_host": "AGENT-HOST-01", "execution_mode_for_step": "local_agent_step"}
    return {
        "IsAvailable": True,
        "CheckSuccess": message is None,
        "StepType": step_type,
        "Timestamp": "2025-05-20T11:00:01.0000000Z",
        "Details": {**fields, **where},
        "ErrorMessage": message,
    }


def changes(job: int) -> bool:
    """Tell whether a job is the one of its ten that changes; its place moves, so that primary and other jobs take turns."""
    return job % 10 == job // 10 % 10


class SingleRequests:
    """POST /api/v1/checks in the agent's style, over all jobs in turn."""

    def __init__(self, fleet: Fleet, key: str, *, with_changes: bool) -> None:
        self._jobs = fleet.jobs
        self._with_changes = with_changes
        self._good = _request("/api/v1/checks", key, _single_body(is_good=True))
        self._bad = _request("/api/v1/checks", key, _single_body(is_good=False))

    def __call__(self, number: int) -> bytes:
        job, turn = number % self._jobs + 1, number // self._jobs
        is_bad = self._with_changes and turn % 2 == 0 and changes(job)
        head, middle, tail = self._bad if is_bad else self._good
        return b"".join((head, b"%-*d" % (ID_WIDTH, job), middle, _now(), tail))


def _single_body(*, is_good: bool) -> bytes:
    body = {
        "assignment_id": ID_MARK,
        "is_available": True,
        "check_success_final": is_good,
        "check_timestamp": TIME_MARK,
        "executor_object_id": 1060,
        "executor_host": "AGENT-HOST-01",
        "resolution_method": "PING",
        "detail_type": "PIPELINE_RESULT",
        "agent_script_version": "hybrid_agent_v7.1.0",
        "detail_data": details(is_good=is_good),
    }
    return json.dumps(body).replace(f'"{ID_MARK}"', ID_MARK).encode()


def _request(path: str, key: str, body: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the request in three parts: between them stand the id of the job and the time."""
    request = _head(path, key, len(body)) + body
    head, rest = request.split(ID_MARK.encode())
    middle, tail = rest.split(TIME_MARK.encode())
    return head, middle, tail


class BulkRequests:
    """POST /api/v1/checks/bulk in the server's style: one connection's share of the batches, in turn."""

    def __init__(self, fleet: Fleet, key: str, *, share: int, shares: int, with_changes: bool) -> None:
        batches = [fleet.batch(number) for number in range(share, BATCHES, shares)]
        self._good = [_bulk_request(key, jobs, bad=frozenset()) for jobs in batches]
        changing = [frozenset(filter(changes, jobs)) for jobs in batches] if with_changes else None
        self._bad = [_bulk_request(key, *each) for each in zip(batches, changing, strict=True)] if changing else self._good

    def __call__(self, number: int) -> bytes:
        turn, place = divmod(number, len(self._good))
        return (self._good if turn % 2 else self._bad)[place].replace(TIME_MARK.encode(), _now())


def _bulk_request(key: str, jobs: list[int], bad: frozenset[int]) -> bytes:
    results = [
        {
            "assignment_id": job,
            "IsAvailable": True,
            "CheckSuccess": job not in bad,
            "Timestamp": TIME_MARK,
            "ErrorMessage": "rtt_ms: 3 is not < 1" if job in bad else None,
            "Details": details(is_good=job not in bad),
        }
        for job in jobs
    ]
    versions = {"agent_script_version": "hybrid_agent_v7.1.0", "assignment_config_version": "20250520110203123_1060_a1b2c3d4"}
    body = json.dumps({**versions, "object_id": 1060, "results": results}).encode()
    return _head("/api/v1/checks/bulk", key, len(body)) + body


def _head(path: str, key: str, length: int) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def _now() -> bytes:
    """Return the time with seven digits, as PowerShell writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0+00:00").encode()


assert SITES * 100 == BATCHES * PER_REQUEST
