"""The heart-beat bar: the last results as one SVG path a status, and what the tooltip says of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from statusmonitor.services.history import HistoryRow
from web.words import condition_name, result_condition, result_look

SLOT, WIDTH, HEIGHT = 10, 7, 32
_TALL = {"available": 22, "warning": 27, "unavailable": 32, "unknown": 16}
_RADIUS = 2
SMALL_SLOT, SMALL_WIDTH = 5, 3.6
_MARKS = {"a": "available", "w": "warning", "d": "unavailable", "u": "unknown"}


@dataclass(frozen=True, slots=True)
class Beats:
    """`paths` maps a status to a path; `points` are lists of id, ms of the epoch, status, text and duration in ms."""

    paths: dict[str, str]
    points: list[list[Any]]
    counts: dict[str, int]
    width: int
    first: HistoryRow
    last: HistoryRow


def beats_of(rows: Sequence[HistoryRow]) -> Beats | None:
    """Return the bar of results given oldest first, None when there are none."""
    if not rows:
        return None
    looks = [result_look(row) for row in rows]
    points = [
        [row.id, int(row.executed_at.timestamp() * 1000), look, condition_name(result_condition(row)), row.duration_ms]
        for row, look in zip(rows, looks, strict=True)
    ]
    counts = {look: looks.count(look) for look in _TALL if look in looks}
    return Beats(_paths(looks), points, counts, len(rows) * SLOT, rows[0], rows[-1])


def small_beats(marks: str) -> dict[str, str]:
    """Return the paths of a small bar: `marks` has one character a result, oldest first; drawn at the right end of 20."""
    paths: dict[str, str] = {}
    for place, mark in enumerate(marks, 20 - len(marks)):
        status = _MARKS.get(mark, "unknown")
        tall = _TALL[status] / 2
        paths[status] = paths.get(status, "") + f"M{place * SMALL_SLOT:g} {16 - tall:g}h{SMALL_WIDTH}v{tall:g}h-{SMALL_WIDTH}z"
    return paths


def _paths(looks: Sequence[str]) -> dict[str, str]:
    paths: dict[str, str] = {}
    for place, look in enumerate(looks):
        paths[look] = paths.get(look, "") + _bar(place * SLOT, _TALL[look])
    return paths


def _bar(x: int, tall: int) -> str:
    left, top, side = x + (SLOT - WIDTH) / 2, HEIGHT - tall, WIDTH - 2 * _RADIUS
    r = _RADIUS
    return f"M{left:g} {top + r}q0-{r} {r}-{r}h{side}q{r} 0 {r} {r}v{tall - r}h-{WIDTH}z"
