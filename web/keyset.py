"""Paging of history by time: `before` names the oldest row of the page above."""

from collections.abc import Sequence
from datetime import UTC, datetime

from statusmonitor.errors import BadRequestError
from statusmonitor.services.history import HistoryRow


def read_moment(text: str | None) -> datetime | None:
    """Raises: BadRequestError: the text is no ISO time."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequestError("before must be a time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def page_before(rows: Sequence[HistoryRow], size: int) -> tuple[list[HistoryRow], datetime | None]:
    """Cut `rows`, newest first and one more than `size` if there are more, to a page; return it and where the next begins.

    Results of one agent's cycle bear one time: such a group is not torn apart, it goes to the next page as a whole. Only
    a group as long as the page is cut.
    """
    if len(rows) <= size:
        return list(rows), None
    beyond = rows[size].executed_at
    shown = [row for row in rows[:size] if row.executed_at != beyond] or list(rows[:size])
    return shown, shown[-1].executed_at
