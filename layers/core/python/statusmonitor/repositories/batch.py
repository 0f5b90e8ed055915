"""Turns results into the two texts that one set-based statement reads: their rows, and their details untouched."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from statusmonitor.domain.results import NewCheck, ResultSource

# Between the details of two results. No JSON text holds this character: inside strings it must be escaped.
SEPARATOR = b"\x1f"


class Batch(NamedTuple):
    """A JSON array with a row per result, and the details of all, in the same order, empty where there are none.

    Apart, since PostgreSQL would parse details inside the array twice.
    """

    rows: str
    details: str


_encode = msgspec.json.Encoder().encode
_BOOLEAN = {True: "true", False: "false", None: "null"}


def check_rows(checks: Sequence[NewCheck], source_ids: dict[ResultSource, int], object_ids: Iterable[int | None]) -> Batch:
    """Return the batch of `checks`; in a row `n` is its place there, `o` the object its key is bound to.

    The short names are those of the column lists in `results.STORE_CONFIRMING` and `results.STORE`.
    """
    rows = [
        f'{{"n":{number},"a":{check.assignment_id},"t":"{check.executed_at.isoformat()}","v":{_BOOLEAN[check.is_available]},'
        f'"s":{_BOOLEAN[check.check_success]},"k":{source_ids[check.source]}{_optional(check, object_id)}}}'
        for number, (check, object_id) in enumerate(zip(checks, object_ids, strict=True))
    ]
    details = SEPARATOR.join([b"" if check.details is None else check.details for check in checks])
    return Batch("[" + ",".join(rows) + "]", details.decode())


def _optional(check: NewCheck, object_id: int | None) -> str:
    text = ""
    if object_id is not None:
        text += f',"o":{object_id}'
    if check.duration_ms is not None:
        text += f',"m":{check.duration_ms}'
    if check.error_message is not None:
        text += f',"e":{_encode(check.error_message).decode()}'
    if check.reported_at is not None:
        text += f',"p":{_encode(check.reported_at).decode()}'
    return text
