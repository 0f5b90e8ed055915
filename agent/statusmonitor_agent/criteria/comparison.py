"""Compares one value with one wanted value, as the field's PowerShell agents do.

Equality converts the wanted value to the kind of the actual one (`-eq`):

=========  ===================================================================================================
actual     wanted
=========  ===================================================================================================
null       equal to null only
text       any plain value as text ("5" for 5 and 5.0, "True" for true), compared without case
boolean    number: not zero; text: not empty (so true == "false")
integer    boolean: 1 or 0; text: as number, rounded half to even; blank text is 0; text that is no number: unequal
decimal    the same without rounding
list, object   undetermined: lists need an array rule, objects criteria for their fields
=========  ===================================================================================================

A wanted null equals nothing but null. Not a number (NaN) equals nothing.
"""

from __future__ import annotations

import math
import re
from typing import Any, Callable, Mapping

from statusmonitor_agent import patterns

NUMBER = r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?)\s*"
MAX_NUMBER_LENGTH = 400


class UndeterminedError(ValueError):
    """The comparison has no answer: the criteria or the data are of the wrong kind."""


def to_number(value: object) -> float | None:
    """Return a number or numeric text as float, None for anything else, booleans and NaN included."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _parse_number(value)
    if not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return None if math.isnan(number) else number


def _parse_number(text: str) -> float | None:
    if len(text) > MAX_NUMBER_LENGTH:
        return None
    found = re.fullmatch(NUMBER, text, re.ASCII)
    return float(found.group(1)) if found else None


def to_text(value: object) -> str:
    """Return a plain value the way PowerShell turns it into text."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004
        return str(int(value))
    return value if isinstance(value, str) else _other_text(value)


def _other_text(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits
        return str(to_number(value))


def equals(actual: object, wanted: object) -> bool:
    """Tell whether both are equal by the table above.

    Raises:
        UndeterminedError: one of them is a list or an object.
    """
    if isinstance(actual, (list, dict)) or isinstance(wanted, (list, dict)):
        raise UndeterminedError("a list or an object cannot be compared as a whole")
    if actual is None or wanted is None:
        return actual is wanted
    if isinstance(actual, str):
        return actual.casefold() == to_text(wanted).casefold()
    if isinstance(actual, bool):
        return actual == bool(wanted)
    return _number_equals(actual, wanted)


def _number_equals(actual: Any, wanted: object) -> bool:
    if isinstance(wanted, str):
        number = 0.0 if not wanted.strip() else _parse_number(wanted)
        if number is not None and isinstance(actual, int) and math.isfinite(number):
            return actual == round(number)
        return number is not None and bool(actual == number)
    return bool(actual == wanted)


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[object, object], bool]:
    def apply(actual: object, wanted: object) -> bool:
        left, right = to_number(actual), to_number(wanted)
        if left is None or right is None:
            raise UndeterminedError("both sides must be numbers")
        return compare(left, right)

    return apply


def _plain_text(value: object, side: str) -> str:
    if value is None or isinstance(value, (list, dict)):
        raise UndeterminedError(f"{side} must be text")
    return to_text(value)


def _tests_text(find: Callable[[str, str], bool], wanted_result: bool) -> Callable[[object, object], bool]:  # noqa: FBT001
    def apply(actual: object, wanted: object) -> bool:
        pattern = _plain_text(wanted, "the pattern")
        if actual is None:
            return False
        try:
            return find(pattern, _plain_text(actual, "the value")) is wanted_result
        except patterns.PatternError as error:
            raise UndeterminedError(str(error)) from error

    return apply


def _exists(actual: object, wanted: object) -> bool:
    if not isinstance(wanted, bool):
        raise UndeterminedError("exists takes true or false")
    return (actual is not None) is wanted


OPERATORS: Mapping[str, Callable[[object, object], bool]] = {
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    "==": equals,
    "!=": lambda actual, wanted: not equals(actual, wanted),
    "contains": _tests_text(patterns.contains, wanted_result=True),
    "not_contains": _tests_text(patterns.contains, wanted_result=False),
    "matches": _tests_text(patterns.search, wanted_result=True),
    "not_matches": _tests_text(patterns.search, wanted_result=False),
    "exists": _exists,
}
