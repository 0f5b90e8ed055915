"""Figures with their targets, and measuring two things in turn so that a noisy machine hits both."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import monotonic, perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value; `note` says what it was made from. Without a target it is printed for comparison."""

    value: float
    unit: str
    note: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def target(self) -> float | None:
        return self.at_least if self.at_least is not None else self.at_most

    @property
    def is_met(self) -> bool | None:
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.value <= self.at_most if self.at_most is not None else None

    @property
    def target_text(self) -> str:
        if self.target is None:
            return ""
        return f"{'>=' if self.at_least is not None else '<='} {self.target:g}"

    def row(self, name: str) -> dict[str, Any]:
        return {"name": name, "value": round(self.value, 3), "unit": self.unit, "target": self.target, "met": self.is_met}


@dataclass(frozen=True, slots=True)
class Pair:
    """Rates of two things measured in turn, `rounds` times. `ratio` is the median of the ratios of neighbours."""

    ours: float
    baseline: float
    ratio: float


def in_turn(ours: Callable[[], float], baseline: Callable[[], float], rounds: int) -> Pair:
    """Measure two rates alternately; the first round warms up and does not count."""
    ours(), baseline()
    rates = [(ours(), baseline()) for _ in range(rounds)]
    return Pair(
        median(first for first, _ in rates),
        median(second for _, second in rates),
        median(first / second for first, second in rates),
    )


def median_ms(action: Callable[[], Any], runs: int, *, before: Callable[[], Any] = lambda: None) -> float:
    """Return the median time of `action` in milliseconds; `before` runs untimed ahead of each."""
    before(), action()
    times = []
    for _ in range(runs):
        before()
        started = perf_counter()
        action()
        times.append(perf_counter() - started)
    return median(times) * 1000


def rate_of_threads(work: Callable[[int, list[int], float], None], threads: int, seconds: float) -> float:
    """Return how often a second `work` counted, all threads together.

    Each thread is given its number, the list whose place of that number it counts in, and the monotonic time to end.
    """
    started = monotonic()
    counts = [0] * threads
    workers = [threading.Thread(target=work, args=(share, counts, started + seconds)) for share in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / (monotonic() - started)
