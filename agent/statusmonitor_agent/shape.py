"""Checks JSON from outside for what no reader of pipelines can take, without recursion."""

from __future__ import annotations

import math
from typing import Any, Iterator

from statusmonitor_agent.problems import Problem

MAX_NESTING = 20
MAX_VALUES = 20_000
MAX_INTEGER = 2**63


def first_problem(document: Any) -> Problem | None:
    """Return the first thing wrong: nesting over 20, too many values, numbers or texts JSON cannot carry, twin keys."""
    waiting = [("", document, 1)]
    for _ in range(MAX_VALUES):
        if not waiting:
            return None
        path, value, depth = waiting.pop()
        problem = _container_problem(path, value, depth) if isinstance(value, (list, dict)) else _plain_problem(path, value)
        if problem:
            return problem
        waiting.extend((below, inner, depth + 1) for below, inner in _children(path, value))
    return Problem("", f"more than {MAX_VALUES} values", "too_large", args={"maximum": MAX_VALUES})


def _children(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((f"{path}.{key}" if path else str(key), inner) for key, inner in value.items())
    elif isinstance(value, list):
        yield from ((f"{path}[{position}]", inner) for position, inner in enumerate(value))


def _container_problem(path: str, value: Any, depth: int) -> Problem | None:
    if depth > MAX_NESTING:
        return Problem(path, f"nested deeper than {MAX_NESTING}", "too_deep", args={"maximum": MAX_NESTING})
    if isinstance(value, list):
        return None
    seen: dict[str, str] = {}
    for key in value:
        if not isinstance(key, str) or _has_bad_character(key):
            return Problem(path, "a key is not plain text", "text")
        twin = seen.setdefault(key.lower(), key)
        if twin != key:
            message = f"the keys {twin!r} and {key!r} differ only in case, PowerShell cannot read them"
            return Problem(path, message, "twin_keys", args={"first": twin, "second": key})
    return None


def _plain_problem(path: str, value: Any) -> Problem | None:
    if isinstance(value, str):
        return Problem(path, "holds a NUL or half a character", "text") if _has_bad_character(value) else None
    if isinstance(value, float) and not math.isfinite(value):
        return Problem(path, "is not a number that JSON can carry", "number")
    if isinstance(value, int) and not -MAX_INTEGER <= value < MAX_INTEGER:
        return Problem(path, "is a larger number than agents can read", "number")
    if value is None or isinstance(value, (bool, int, float)):
        return None
    return Problem(path, "is not a JSON value", "type")


def _has_bad_character(text: str) -> bool:
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
