"""Estimates, from its text alone, how long a regular expression may take at worst."""

from __future__ import annotations

import re
from typing import Mapping

MAX_WAYS = 10_000
SMALL_REPEAT = 16  # above it a bounded repetition counts as unbounded
MAX_DEPTH = 30
GROUP_WEIGHT = 4  # a repeated group costs so many times what a repeated character does
MAX_REPEAT = 1000

ELEMENT = (
    r"\\(?:[pP]\{[^}]*\}|.)"  # an escape
    r"|\[\^?\]?(?:\\.|[^\]\\])*\]"  # a character class
    r"|\(\?#[^)]*\)|\(\?P[=>][^)]*\)|\(\?[aiLmsux-]+\)"  # comment, back-reference, flags: no group opens
    r"|\((?:\?(?:P?<[A-Za-z_]\w*>|<?[=!]|[:>]|[aiLmsu-]+:|\())?"  # a group opens
    r"|\{\d*,?\d*\}|[*+?]|[)|]|."
)
QUANTIFIER = r"\{(?!\})(\d*)(,?)(\d*)\}|([*+?])"
SYMBOLS: Mapping[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
WITHOUT_WIDTH = r"\(\?#|\(\?[a-zA-Z-]+\)$"


class PatternCostError(ValueError):
    """The pattern could take exponential time."""


class _Group:
    """Costs met so far between one pair of brackets."""

    def __init__(self) -> None:
        self.unbounded = 0
        self.ways = 1
        self.starts = [""]  # first element of each alternative
        self.last: _Group | None = None  # the group just closed, if a quantifier would apply to it


def measure(pattern: str) -> tuple[int, int]:
    """Return (number of unbounded repetitions, number of ways the bounded ones may be combined).

    Raises:
        PatternCostError: repetitions are nested, or too many.
    """
    open_groups = [_Group()]
    previous = ""
    for found in re.finditer(ELEMENT, pattern, re.DOTALL):
        element = found.group()
        if _is_lazy_mark(previous, element):
            previous = element + " "  # a mark ends the quantifier; the next one is an error of its own
            continue
        _take(open_groups, element)
        previous = element
    if len(open_groups) > 1:
        raise PatternCostError("not a valid regular expression: '(' without ')'")
    return _total(open_groups[0])


def _is_lazy_mark(previous: str, element: str) -> bool:
    return element in ("?", "+") and re.fullmatch(QUANTIFIER, previous) is not None


def _take(open_groups: list[_Group], element: str) -> None:
    group = open_groups[-1]
    if re.match(WITHOUT_WIDTH, element):
        _refuse_verbose(element)  # and nothing else: a quantifier after it still means what stands before it
    elif element == ")":
        _close(open_groups)
    elif element.startswith("(") and not element.endswith(")"):
        if len(open_groups) > MAX_DEPTH:
            raise PatternCostError("groups are nested too deep")
        group.starts[-1] = group.starts[-1] or "("
        open_groups.append(_Group())
    elif element == "|":
        group.starts.append("")
        group.last = None
    elif re.fullmatch(QUANTIFIER, element):
        _repeat(group, element)
    else:
        group.starts[-1] = group.starts[-1] or element
        group.last = None


def _refuse_verbose(element: str) -> None:
    """In verbose mode blanks mean nothing, which this reader does not follow."""
    if not element.startswith("(?#") and "x" in element.split("-", maxsplit=1)[0]:
        raise PatternCostError("the flag x is not supported")


def _close(open_groups: list[_Group]) -> None:
    if len(open_groups) == 1:
        raise PatternCostError("not a valid regular expression: ')' without '('")
    closed = open_groups.pop()
    unbounded, ways = _total(closed)
    group = open_groups[-1]
    group.unbounded += unbounded
    group.ways *= ways
    group.last = closed
    _refuse_too_many(group)


def _total(group: _Group) -> tuple[int, int]:
    return group.unbounded, group.ways * (len(group.starts) if _may_start_alike(group.starts) else 1)


def _may_start_alike(starts: list[str]) -> bool:
    """Alternatives are told apart by their first character when each of them is a plain and different one."""
    if len(starts) == 1:
        return False
    plain = [start for start in starts if len(start) == 1 and start not in ".(^$"]
    return len({start.casefold() for start in plain}) < len(starts)


def _bounds(element: str) -> tuple[int, int | None]:
    low, comma, high, symbol = re.fullmatch(QUANTIFIER, element).groups()  # type: ignore[union-attr]
    if symbol:
        return SYMBOLS[symbol]
    if not comma:
        return int(low), int(low)
    return int(low or 0), int(high) if high else None


def _repeat(group: _Group, element: str) -> None:
    low, high = _bounds(element)
    if high == 0 or max(low, high or 0) > MAX_REPEAT:
        raise PatternCostError(f"a repetition of 0 or of more than {MAX_REPEAT} times")
    if group.last is not None:
        _repeat_group(group, group.last, high)
    if high is None or high - low > SMALL_REPEAT:
        group.unbounded += 1
    else:
        group.ways *= high - low + 1
    group.last = None
    _refuse_too_many(group)


def _repeat_group(group: _Group, repeated: _Group, high: int | None) -> None:
    """What varies inside a repeated group multiplies with every round."""
    unbounded, ways = _total(repeated)
    if high is not None and high <= 1:
        return
    if unbounded or (ways > 1 and (high is None or ways**high > MAX_WAYS)):
        raise PatternCostError(
            "a repetition inside a repeated group, or alternatives in it that start alike, could take for ever"
        )
    group.ways *= GROUP_WEIGHT if high is None else ways ** (high - 1)


def _refuse_too_many(group: _Group) -> None:
    if group.ways > MAX_WAYS or group.unbounded > 10:  # noqa: PLR2004
        raise PatternCostError("too many repetitions or optional parts")
