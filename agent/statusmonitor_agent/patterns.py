"""Regular expressions and wildcard patterns from outside, run in bounded time.

Python's `re` backtracks and cannot be stopped, so a pattern is measured before it is used: a repeated group that holds
another repetition, or alternatives that may start alike, is refused; for the rest the worst number of steps is estimated
from the repetitions, and texts too long for it are refused. What is refused raises PatternError and never runs.
"""

from __future__ import annotations

import functools
import re
from math import factorial

from statusmonitor_agent.pattern_cost import PatternCostError, measure

MAX_PATTERN_LENGTH = 500
MAX_TEXT_LENGTH = 1_000_000
STEP_BUDGET = 50_000_000  # about half a second of matching in the very worst case
FLAGS = re.IGNORECASE


class PatternError(ValueError):
    """The pattern is malformed, too dangerous, or the text too long for it."""


# What .NET writes differently. A doubled backslash is taken first, so that `\\z` stays a backslash and a z.
DOTNET = r"\\\\|\(\?<(?=[A-Za-z_])|\\z|\\Z|\\e"
PYTHON = {r"\z": r"\Z", r"\Z": r"(?=\n?\Z)", r"\e": r"\x1b", "(?<": "(?P<"}


@functools.lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> tuple[re.Pattern[str], int]:
    """Return the compiled .NET-flavoured pattern and the longest text it may be run on.

    Raises:
        PatternError: it is longer than 500 characters, does not compile, or could take too long.
    """
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise PatternError(f"the pattern is longer than {MAX_PATTERN_LENGTH} characters")
    translated = re.sub(DOTNET, lambda found: PYTHON.get(found.group(), found.group()), pattern)
    try:
        unbounded, ways = measure(translated)
        compiled = re.compile(translated, FLAGS)
    except PatternCostError as error:
        raise PatternError(str(error)) from error
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"not a valid regular expression: {error}") from error
    power = unbounded + 1  # one for the starting point
    limit = int((factorial(power) * STEP_BUDGET / ways) ** (1 / power))
    return compiled, min(limit, MAX_TEXT_LENGTH)


def search(pattern: str, text: str) -> bool:
    """Tell whether the pattern matches anywhere in the text, without regard to case.

    Raises:
        PatternError: as `compile_pattern`, or the text is too long for this pattern.
    """
    compiled, limit = compile_pattern(pattern)
    if len(text) > limit:
        raise PatternError(f"the text has {len(text)} characters, this pattern may be tested on {limit}")
    return compiled.search(text) is not None


@functools.lru_cache(maxsize=512)
def _compile_wildcard(pattern: str) -> tuple[re.Pattern[str], ...]:
    """Return the parts between the stars; each has a fixed length, so finding them in order is cheap."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise PatternError(f"the pattern is longer than {MAX_PATTERN_LENGTH} characters")
    parts, part, position = [], "", 0
    while position < len(pattern):
        element, position = _wildcard_token(pattern, position)
        if element == "*":
            parts.append(part)
            part = ""
        else:
            part += element
    parts.append(part)
    return tuple(re.compile(source, FLAGS | re.DOTALL) for source in parts if source)


def _wildcard_token(pattern: str, position: int) -> tuple[str, int]:
    """Return the regular expression of the next wildcard element ('*' as such) and where the one after it starts."""
    character = pattern[position]
    if character == "`" and position + 1 < len(pattern):
        return re.escape(pattern[position + 1]), position + 2
    if character == "*":
        return "*", position + 1
    if character == "?":
        return ".", position + 1
    if character != "[":
        return re.escape(character), position + 1
    end = pattern.find("]", position + 2)
    if end < 0:
        raise PatternError("not a valid wildcard pattern: '[' without ']'")
    return _character_set(pattern[position + 1 : end]), end + 1


def _character_set(members: str) -> str:
    escaped = "".join(character if character == "-" else re.escape(character) for character in members)
    try:
        return re.compile("[" + escaped + "]").pattern
    except re.error as error:
        raise PatternError(f"not a valid wildcard pattern: {error}") from error


def contains(pattern: str, text: str) -> bool:
    """Tell whether the text holds the wildcard pattern (`* ? [ ]`, backtick escapes), without regard to case.

    Raises:
        PatternError: the pattern is malformed or too long, or the text is over a million characters.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise PatternError(f"the text has {len(text)} characters, at most {MAX_TEXT_LENGTH} are tested")
    position = 0
    for part in _compile_wildcard(pattern):
        found = part.search(text, position)
        if found is None:
            return False
        position = found.end()
    return True
