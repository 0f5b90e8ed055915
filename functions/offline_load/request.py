"""The body of many results: the good ones as checks, the others with their place and reason."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from statusmonitor.domain.results import NewCheck
from statusmonitor.domain.wire import BatchDefaults, WireResult, read_result
from statusmonitor.errors import BadRequestError, TooLargeError, ValidationError
from statusmonitor.services import retention

MAX_BODY_BYTES = 32_000_000
MAX_RESULTS = 20_000
RESOLUTION_METHOD = "offline_loader_pipeline_bulk"
DETAIL_TYPE = "PIPELINE_AGGREGATED_RESULT_BULK"


class WireBatch(msgspec.Struct):
    results: msgspec.Raw = msgspec.Raw()
    agent_script_version: Any = None
    assignment_config_version: Any = None
    object_id: Any = None


@dataclass(slots=True)
class Batch:
    """`places[i]` is the index in the request of `checks[i]`; `errors` are as the contract answers them."""

    total: int
    checks: list[NewCheck] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, place: int, assignment_id: object, reason: str) -> None:
        self.errors.append({"index": place, "assignment_id": assignment_id, "error": reason})


_decode_batch = msgspec.json.Decoder(WireBatch).decode
_decode_typed = msgspec.json.Decoder(list[WireResult]).decode
_decode_raw = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_one = msgspec.json.Decoder(WireResult).decode


def parse_batch(body: bytes) -> Batch:
    """Return the results of a body.

    Raises:
        BadRequestError: it is no JSON object, or `results` is no array.
        TooLargeError: more than `MAX_RESULTS` results.
    """
    wire = _decode(_decode_batch, body, "the body must be a JSON object with an array `results`")
    raw = bytes(wire.results)
    if raw[:1] != b"[":
        raise BadRequestError("`results` must be an array", results="an array")
    try:
        results: list[Any] = _decode_typed(raw)  # one call for all; item by item only when one of them is odd
    except (msgspec.DecodeError, RecursionError):
        results = _decode(_decode_raw, raw, "the body is not valid JSON")
    if len(results) > MAX_RESULTS:
        raise TooLargeError(f"more than {MAX_RESULTS} results in one request", results=f"at most {MAX_RESULTS}")
    return _read_all(results, _defaults(wire))


def _decode(decoder: Any, text: bytes, message: str) -> Any:
    try:
        return decoder(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequestError(message) from error


def _defaults(wire: WireBatch) -> BatchDefaults:
    object_id = wire.object_id if isinstance(wire.object_id, int) and not isinstance(wire.object_id, bool) else None
    return BatchDefaults(
        _short_text(wire.agent_script_version),
        _short_text(wire.assignment_config_version),
        object_id if object_id is not None and 0 < object_id < 2**31 else None,
        RESOLUTION_METHOD,
        DETAIL_TYPE,
    )


def _short_text(value: object) -> str | None:
    return value[:100] if isinstance(value, str) else None


def _read_all(results: list[Any], defaults: BatchDefaults) -> Batch:
    now = datetime.now(UTC)
    oldest = now - retention.current().results
    batch = Batch(len(results))
    for place, result in enumerate(results):
        wire = None
        try:
            wire = result if isinstance(result, WireResult) else _decode_one(result)
            batch.checks.append(read_result(wire, received_at=now, oldest=oldest, defaults=defaults))
            batch.places.append(place)
        except ValidationError as error:
            batch.refuse(place, wire.assignment_id if wire else None, error.message)
        except (msgspec.DecodeError, RecursionError) as error:
            batch.refuse(place, None, f"the result cannot be read: {error}")
    return batch
