"""Live updates: what changed visibly since a revision. One statement when nothing did."""

from dataclasses import dataclass
from typing import Any

from statusmonitor.db.connection import cursor
from statusmonitor.domain.marks import MARKS
from statusmonitor.repositories import live
from statusmonitor.repositories.live import News, SeenChange

__all__ = ["Delta", "SeenChange", "poll"]

MAX_BEHIND = 2_000
MAX_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Delta:
    """What a page has not seen yet.

    `nodes` are lists of id, status character, flags (1 outdated, 2 broken clock) and since in ms of the epoch; of a node
    that changed twice the last. `reset`: fetch the page's snapshot anew; nodes and changes are empty then.
    """

    rev: int
    struct: int
    now_ms: int
    counts: dict[str, int]
    nodes: list[list[Any]]
    changes: list[SeenChange]
    reset: bool


def poll(since: int, struct: int | None) -> Delta | None:
    """Return what changed after revision `since`, None when nothing did.

    `struct` is the structure the page was built from, None to ignore it. A revision from the future, as after a
    restored backup, is a reset too.
    """
    with cursor() as cur:
        news = live.poll(cur, since=since, struct=struct, max_behind=MAX_BEHIND)
        if news is None:
            return None
        if news.nodes is None or news.rev < since or struct not in (None, news.struct):
            return _delta(news, [], [], reset=True)
        changes = live.changes_between(cur, since=since, until=news.rev, limit=MAX_CHANGES)
    return _delta(news, news.nodes, changes, reset=False)


def _delta(news: News, nodes: list[list[Any]], changes: list[SeenChange], *, reset: bool) -> Delta:
    counts = {status: news.counts.get(status, 0) for status in MARKS}
    return Delta(news.rev, news.struct, int(news.now.timestamp() * 1000), counts, nodes, changes, reset)
