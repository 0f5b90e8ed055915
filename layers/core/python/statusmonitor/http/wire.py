"""How answers spell what JSON has no word for."""

from datetime import UTC, datetime

import msgspec


def iso(moment: datetime | None) -> str | None:
    """Return a time as the contract has it: ISO 8601 in UTC with the offset written out, `+00:00`."""
    return None if moment is None else moment.astimezone(UTC).isoformat()


def raw_json(text: str | None) -> msgspec.Raw | None:
    """Return JSON text so that an answer holds it as it is, without decoding it."""
    return None if text is None else msgspec.Raw(text.encode())
