"""The only place that knows how clients spell a result: server style, agent style, loader style (contract 1.2, 1.3)."""

from datetime import datetime
from functools import lru_cache

import msgspec

from statusmonitor.domain.results import NewCheck, ResultSource
from statusmonitor.domain.text import cut, is_deeper_than
from statusmonitor.domain.times import judge_time
from statusmonitor.errors import ValidationError

MAX_DETAILS_DEPTH = 64
MAX_DETAILS_BYTES = 1_000_000
MAX_TEXT = 255
MAX_VERSION = 100
MAX_ERROR = 16_000
MAX_ID = 2**63 - 1
MAX_INT = 2**31 - 1
_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})

Scalar = bool | int | float | str | None


class WireResult(msgspec.Struct):
    """A result as sent: every spelling of every field, none required here."""

    assignment_id: Scalar = None
    is_available: Scalar = None
    server_is_available: Scalar = msgspec.field(name="IsAvailable", default=None)
    server_check_success: Scalar = msgspec.field(name="CheckSuccess", default=None)
    check_success: Scalar = None
    check_success_final: Scalar = None
    server_timestamp: Scalar = msgspec.field(name="Timestamp", default=None)
    check_timestamp: Scalar = None
    server_details: msgspec.Raw = msgspec.field(name="Details", default=msgspec.Raw())
    detail_data: msgspec.Raw = msgspec.Raw()
    server_error_message: Scalar = msgspec.field(name="ErrorMessage", default=None)
    executor_object_id: Scalar = None
    executor_host: Scalar = None
    resolution_method: Scalar = None
    detail_type: Scalar = None
    agent_script_version: Scalar = None
    assignment_config_version: Scalar = None
    duration_ms: Scalar = None


class DetailVerdict(msgspec.Struct):
    """What loaders and older agents hide inside the details."""

    loader_success: Scalar = msgspec.field(name="CheckSuccessFromPipeline", default=None)
    agent_success: Scalar = msgspec.field(name="CheckSuccessFromAgent", default=None)
    loader_error: Scalar = msgspec.field(name="ErrorMessageFromPipeline", default=None)
    agent_error: Scalar = msgspec.field(name="ErrorMessageFromAgentCheck", default=None)
    pipeline_error_message: Scalar = None
    pipeline_status_message: Scalar = None


class BatchDefaults(msgspec.Struct, frozen=True):
    """What a batch says for all its results (contract 1.3)."""

    agent_script_version: str | None = None
    assignment_config_version: str | None = None
    object_id: int | None = None
    resolution_method: str | None = None
    detail_type: str = "PIPELINE_AGGREGATED_RESULT"


_decode_verdict = msgspec.json.Decoder(DetailVerdict).decode
_NO_VERDICT = DetailVerdict()
SINGLE = BatchDefaults()


def read_result(
    wire: WireResult, *, received_at: datetime, oldest: datetime | None, defaults: BatchDefaults = SINGLE
) -> NewCheck:
    """Return the check that a result means. Not available means no success value.

    Raises:
        ValidationError: a field is missing or cannot be read; `details` names it as the client would.
    """
    details = _read_details(wire)
    is_available = _read_available(wire)
    verdict = _verdict(wire, details)
    time = judge_time(_text(wire.server_timestamp or wire.check_timestamp), received_at=received_at, oldest=oldest)
    return NewCheck(
        assignment_id=_read_assignment_id(wire.assignment_id),
        executed_at=time.executed_at,
        is_available=is_available,
        check_success=_read_success(wire, verdict) if is_available else None,
        source=_read_source(wire, defaults),
        details=details,
        error_message=_cut(wire.server_error_message, MAX_ERROR),
        duration_ms=_read_duration(wire.duration_ms),
        reported_at=time.reported_at,
    )


def failure_message(check: NewCheck) -> str | None:
    """Return why a check is not good, in the words of the agent, in at most 500 characters; None when it is good."""
    if check.is_available and check.check_success:
        return None
    if check.error_message:
        return cut(check.error_message, 500)
    verdict = _look_into(check.details)
    return _cut(
        verdict.pipeline_error_message or verdict.loader_error or verdict.agent_error or verdict.pipeline_status_message, 500
    )


def _read_assignment_id(value: Scalar) -> int:
    number = _integer(value)
    if number is None or not 0 < number <= MAX_ID:
        raise ValidationError("assignment_id is missing or not a positive whole number", assignment_id="a positive whole number")
    return number


def _read_available(wire: WireResult) -> bool:
    value = wire.server_is_available if wire.server_is_available is not None else wire.is_available
    flag = _flag(value)
    if flag is None:
        raise ValidationError("IsAvailable is missing or not a boolean", IsAvailable="true or false")
    return flag


def _read_success(wire: WireResult, verdict: DetailVerdict) -> bool | None:
    if wire.server_check_success is not None:
        return _flag(wire.server_check_success)
    for value in (wire.check_success_final, wire.check_success, verdict.loader_success, verdict.agent_success):
        if value is not None:
            return _flag(value)
    return None


def _verdict(wire: WireResult, details: bytes | None) -> DetailVerdict:
    """Look into the details only when the result does not say its success openly."""
    is_open = wire.server_check_success is not None or wire.check_success_final is not None or wire.check_success is not None
    return _NO_VERDICT if is_open else _look_into(details)


def _look_into(details: bytes | None) -> DetailVerdict:
    if details is None:
        return _NO_VERDICT
    try:
        return _decode_verdict(details)
    except msgspec.ValidationError:
        return _NO_VERDICT  # such a field holds a list or an object: it says nothing


def _read_details(wire: WireResult) -> bytes | None:
    raw = bytes(wire.server_details) or bytes(wire.detail_data)
    if not raw or raw == b"null":
        return None
    if raw[:1] != b"{":
        raise ValidationError("Details must be an object", Details="an object")
    if len(raw) > MAX_DETAILS_BYTES:
        raise ValidationError(f"Details are larger than {MAX_DETAILS_BYTES} bytes", Details=f"at most {MAX_DETAILS_BYTES} bytes")
    if is_deeper_than(raw, MAX_DETAILS_DEPTH):
        raise ValidationError(
            f"Details nest deeper than {MAX_DETAILS_DEPTH} levels", Details=f"at most {MAX_DETAILS_DEPTH} levels"
        )
    return raw


def _read_source(wire: WireResult, defaults: BatchDefaults) -> ResultSource:
    executor = (wire.executor_object_id, wire.executor_host, wire.resolution_method)
    return _source(executor, (wire.agent_script_version, wire.assignment_config_version), defaults)


@lru_cache(maxsize=1024, typed=True)
def _source(executor: tuple[Scalar, Scalar, Scalar], versions: tuple[Scalar, Scalar], defaults: BatchDefaults) -> ResultSource:
    """The same for hundreds of results in a row."""
    object_id, host, method = executor
    number = _integer(object_id)
    return ResultSource(
        number if number is not None and abs(number) <= MAX_INT else defaults.object_id,
        _cut(host, MAX_TEXT),
        defaults.resolution_method or _cut(method, MAX_VERSION),
        defaults.detail_type,
        _cut(versions[0], MAX_VERSION) or defaults.agent_script_version,
        _cut(versions[1], MAX_VERSION) or defaults.assignment_config_version,
    )


def _read_duration(value: Scalar) -> int | None:
    number = _integer(value)
    return number if number is not None and 0 <= number <= MAX_INT else None


def _flag(value: Scalar) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        return True if word in _TRUE else False if word in _FALSE else None
    return None if value is None else bool(value)


def _integer(value: Scalar) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None  # infinity is no integer
    text = value.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None  # noqa: PLR2004 - digits of 2^63


def _text(value: Scalar) -> str | None:
    return value if isinstance(value, str) else None if value is None else str(value)


def _cut(value: Scalar, limit: int) -> str | None:
    text = _text(value)
    return cut(text, limit) if text else None
