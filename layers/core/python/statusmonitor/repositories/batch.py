"""Turns results into the JSON text that one set-based statement reads: the details pass through untouched."""

from collections.abc import Iterable, Sequence

import msgspec

from statusmonitor.domain.results import NewCheck, ResultSource

_encode = msgspec.json.Encoder().encode
_BOOLEAN = {True: "true", False: "false", None: "null"}


def check_rows(checks: Sequence[NewCheck], source_ids: dict[ResultSource, int], object_ids: Iterable[int | None]) -> str:
    """Return a JSON array with a row per result; `n` is its place in `checks`, `o` the object its key is bound to.

    The short names are those of the column lists in `results.STORE_CONFIRMING` and `results.STORE`.
    """
    rows = [
        f'{{"n":{number},"a":{check.assignment_id},"t":"{check.executed_at.isoformat()}","v":{_BOOLEAN[check.is_available]},'
        f'"s":{_BOOLEAN[check.check_success]},"k":{source_ids[check.source]}{_optional(check, object_id)}}}'
        for number, (check, object_id) in enumerate(zip(checks, object_ids, strict=True))
    ]
    return "[" + ",".join(rows) + "]"


def _optional(check: NewCheck, object_id: int | None) -> str:
    text = ""
    if object_id is not None:
        text += f',"o":{object_id}'
    if check.duration_ms is not None:
        text += f',"m":{check.duration_ms}'
    if check.error_message is not None:
        text += f',"e":{_encode(check.error_message).decode()}'
    if check.details is not None:
        text += f',"d":{check.details.decode()}'
    if check.reported_at is not None:
        text += f',"p":{_encode(check.reported_at).decode()}'
    return text
