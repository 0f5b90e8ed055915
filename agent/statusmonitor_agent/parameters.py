"""Checks a step's parameters against its type, fills in defaults, and finds the secret ones."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from statusmonitor_agent import patterns
from statusmonitor_agent.problems import Problem
from statusmonitor_agent.step_type import TYPE_NAMES, Parameter, StepType


def check_parameters(step_type: StepType, given: Mapping[str, Any]) -> list[Problem]:
    """Return the problems of one step's parameters; a null counts as not given."""
    return list(_check_all(step_type, given))


def with_defaults(step_type: StepType, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return every parameter of the type, given or default, and beyond them only what an open type takes."""
    values = {name: parameter.default for name, parameter in step_type.parameters.items()}
    for name, value in given.items():
        if value is not None and (name in values or step_type.is_open):
            values[name] = value
    return values


def secrets_of(step_type: StepType, given: Mapping[str, Any]) -> list[str]:
    """Return the texts that must not appear in a result."""
    secret = [given.get(name) for name, parameter in step_type.parameters.items() if parameter.is_secret]
    return [value for value in secret if isinstance(value, str) and value]


def _check_all(step_type: StepType, given: Mapping[str, Any]) -> Iterator[Problem]:
    for name, parameter in step_type.parameters.items():
        if given.get(name) is not None:
            yield from _check(parameter, given[name], name)
        elif parameter.required:
            yield Problem(name, "is missing", "missing", args={"name": name})
    if step_type.is_open:
        return
    for name in given:
        if name not in step_type.parameters:
            args = {"name": name, "known": sorted(step_type.parameters)}
            yield Problem(name, f"{step_type.name} has no such parameter", "unknown_parameter", args=args)


def _check(parameter: Parameter, value: Any, path: str) -> Iterator[Problem]:
    if not _has_type(value, parameter.type):
        yield _type_problem(path, parameter.type)
        return
    if parameter.choices and value not in parameter.choices:
        listed = ", ".join(str(choice) for choice in parameter.choices)
        yield Problem(path, f"must be one of {listed}", "choice", args={"choices": list(parameter.choices)})
    yield from _range(parameter, value, path)
    if parameter.item_type and isinstance(value, list):
        for position, element in enumerate(value):
            if not _has_type(element, parameter.item_type):
                yield _type_problem(f"{path}[{position}]", parameter.item_type)
    if parameter.is_pattern:
        yield from _pattern(value, path)


def _has_type(value: Any, wanted: type) -> bool:
    if isinstance(value, bool):
        return wanted is bool
    return isinstance(value, (int, float) if wanted is float else wanted)


def _type_problem(path: str, wanted: type) -> Problem:
    name = TYPE_NAMES[wanted]
    return Problem(path, f"must be of type {name}", "type", args={"wanted": name})


def _range(parameter: Parameter, value: Any, path: str) -> Iterator[Problem]:
    measured = len(value) if isinstance(value, (str, list, dict)) else value
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and measured < low) or (high is not None and measured > high):
        what = "its length must be" if measured is not value else "must be"
        args = {"minimum": low, "maximum": high, "unit": parameter.unit}
        yield Problem(path, f"{what} {_bounds_text(low, high)}", "range", args=args)


def _bounds_text(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low}"
    return f"{low} to {high}" if low is not None else f"at most {high}"


def _pattern(value: str, path: str) -> Iterator[Problem]:
    try:
        patterns.compile_pattern(value)
    except patterns.PatternError as error:
        yield Problem(path, str(error), "pattern", args={"reason": str(error)})
