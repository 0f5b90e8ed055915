"""The body of one result."""

from datetime import UTC, datetime

import msgspec

from statusmonitor.domain.results import NewCheck
from statusmonitor.domain.wire import WireResult, read_result
from statusmonitor.errors import BadRequestError, ValidationError
from statusmonitor.services import retention

_decode = msgspec.json.Decoder(WireResult).decode


def parse_check(body: bytes) -> NewCheck:
    """Return the check that a body means.

    Raises:
        BadRequestError: it is no JSON.
        ValidationError: it is no object, or a field is wrong.
    """
    try:
        wire = _decode(body)
    except msgspec.ValidationError as error:
        raise ValidationError(f"the result cannot be read: {error}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequestError("the body is not valid JSON") from error
    now = datetime.now(UTC)
    return read_result(wire, received_at=now, oldest=now - retention.current().results)
