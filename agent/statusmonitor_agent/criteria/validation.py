"""Finds what is wrong with success criteria before they are stored."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping

from statusmonitor_agent import patterns
from statusmonitor_agent.criteria import grammar
from statusmonitor_agent.criteria.comparison import OPERATORS, to_number
from statusmonitor_agent.problems import WARNING, Problem

MAX_OPERATORS = 1000  # leaves of one criteria object
CODE = "criteria"


def validate(criteria: object) -> list[Problem]:
    """Return the problems of one criteria object, in its own order. None (no criteria) has none."""
    if criteria is None:
        return []
    return [problem for problem, _ in zip(_fields(criteria, "", 0), range(MAX_OPERATORS))]  # noqa: B905


def _problem(path: str, message: str, reason: str, **args: Any) -> Problem:
    return Problem(path, message, CODE, args={"reason": reason, **args})


def _fields(criteria: object, path: str, depth: int) -> Iterator[Problem]:
    if not isinstance(criteria, Mapping):
        yield _problem(path, "criteria must be an object", "not_an_object")
    elif depth > grammar.MAX_DEPTH:
        yield _problem(path, f"criteria are nested deeper than {grammar.MAX_DEPTH}", "too_deep", maximum=grammar.MAX_DEPTH)
    else:
        for key, criterion in criteria.items():
            yield from _field(key, criterion, f"{path}.{key}" if path else str(key), depth)


def _field(key: object, criterion: object, path: str, depth: int) -> Iterator[Problem]:
    if grammar.is_service_key(key):
        yield _problem(path, f"{key} belongs into the criterion of a list", "stray_service_key", key=str(key))
    elif isinstance(criterion, list):
        yield _problem(path, "a list cannot be compared as a whole, use _condition_", "list")
    elif not isinstance(criterion, Mapping):
        return
    elif grammar.is_operator_block(criterion):
        yield from _block(criterion, path)
    elif grammar.is_array_rule(criterion):
        yield from _array(criterion, path, depth)
    elif not criterion:
        yield Problem(path, "an empty criterion only wants an object to be there", CODE, WARNING, {"reason": "empty"})
    else:
        yield from _mixed_operators(criterion, path)
        yield from _fields(criterion, path, depth + 1)


def _mixed_operators(criterion: Mapping[Any, Any], path: str) -> Iterator[Problem]:
    """A block with one misspelt operator would be read as criteria for an object, and never have an answer."""
    operators = [key for key in criterion if str(key).lower() in OPERATORS]
    others = [str(key) for key in criterion if str(key).lower() not in OPERATORS]
    looks_like_one = [key for key in others if key and not (key[0].isalnum() or key[0] == "_")]
    if operators or looks_like_one:
        unknown = (looks_like_one or others)[0]
        yield _problem(f"{path}.{unknown}", f"{unknown!r} is not an operator", "unknown_operator", operator=unknown)


def _block(block: Mapping[str, Any], path: str) -> Iterator[Problem]:
    for name, wanted in block.items():
        reason = CHECKS[name.lower()](wanted)
        if reason:
            yield _problem(f"{path}.{name}", reason, "operand", operator=name)


def _array(rule: Mapping[Any, Any], path: str, depth: int) -> Iterator[Problem]:
    keys = grammar.service_keys(rule)
    condition = grammar.condition_of(keys)
    for key in rule:
        if not grammar.is_service_key(key):
            yield _problem(f"{path}.{key}", f"{key!r} has no meaning beside _condition_", "stray_key", key=str(key))
    if condition not in grammar.CONDITIONS:
        yield _problem(f"{path}.{grammar.CONDITION}", "must be all, any, none or count", "condition")
    if condition in ("all", "any") and not keys.get(grammar.CRITERIA):
        yield _problem(f"{path}.{grammar.CRITERIA}", f"{condition} needs _criteria_", "missing_criteria", condition=condition)
    for part in (grammar.WHERE, grammar.CRITERIA):
        yield from _part(keys.get(part), f"{path}.{part}", depth + 1)
    if condition == "count":
        yield from _count(keys.get(grammar.COUNT), f"{path}.{grammar.COUNT}")


def _part(criteria: object, path: str, depth: int) -> Iterator[Problem]:
    """Criteria for an element; with a `_condition_` of their own the element is itself a list."""
    if criteria is None:
        return
    if isinstance(criteria, Mapping) and grammar.is_array_rule(criteria) and depth <= grammar.MAX_DEPTH:
        yield from _array(criteria, path, depth)
    else:
        yield from _fields(criteria, path, depth)


def _count(count: object, path: str) -> Iterator[Problem]:
    if isinstance(count, Mapping) and grammar.is_operator_block(count):
        yield from _block(count, path)
    else:
        yield _problem(path, "count needs _count_ with operators", "missing_count")


def _number_reason(wanted: object) -> str | None:
    return None if to_number(wanted) is not None else "must be a number"


def _plain_reason(wanted: object) -> str | None:
    return "must be a plain value" if isinstance(wanted, (list, Mapping)) else None


def _boolean_reason(wanted: object) -> str | None:
    return None if isinstance(wanted, bool) else "must be true or false"


def _pattern_reason(compile_it: Callable[[str], object]) -> Callable[[object], str | None]:
    def reason(wanted: object) -> str | None:
        if not isinstance(wanted, (str, int, float)):
            return "must be text"
        try:
            compile_it(str(wanted))
        except patterns.PatternError as error:
            return str(error)
        return None

    return reason


def _wildcard_reason(wanted: object) -> str | None:
    return _pattern_reason(lambda pattern: patterns.contains(pattern, ""))(wanted)


CHECKS: Mapping[str, Callable[[object], str | None]] = {
    **dict.fromkeys((">", ">=", "<", "<="), _number_reason),
    **dict.fromkeys(("==", "!="), _plain_reason),
    **dict.fromkeys(("contains", "not_contains"), _wildcard_reason),
    **{name: _pattern_reason(patterns.compile_pattern) for name in ("matches", "not_matches")},
    "exists": _boolean_reason,
}
