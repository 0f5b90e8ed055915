"""What steps there are, and whether a pipeline fits them. Pure; cheap to import."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from statusmonitor_agent import criteria, shape
from statusmonitor_agent.parameters import check_parameters
from statusmonitor_agent.problems import ERROR, WARNING, Problem
from statusmonitor_agent.steps import STEP_TYPES

if TYPE_CHECKING:
    from statusmonitor_agent.step_type import StepType

MAX_STEPS = 50
MAX_PIPELINE_BYTES = 64 * 1024
MAX_PROBLEMS = 200
# The field's agents build a script's file name from it, so it must not be able to leave their folder.
STEP_NAME = r"[A-Za-z0-9][A-Za-z0-9_]{0,99}"
STEP_FIELDS = ("type", "method_name", "parameters", "success_criteria", "target", "continue_on_failure")
# The field's module reads `target` only when a node has no address, and knows no continue_on_failure.
FIELD_TYPES: Mapping[str, type] = {"target": str, "continue_on_failure": bool}


def describe() -> list[dict[str, Any]]:
    """Return every step type with its parameters and result fields, JSON-able, in the order of the catalogue."""
    return [step_type.describe() for step_type in STEP_TYPES.values()]


def step_type_of(step: Mapping[str, Any]) -> StepType | None:
    """Return the type a step names in `type` or `method_name`, None if the catalogue does not know it."""
    return STEP_TYPES.get(str(step_name(step)))


def step_name(step: Mapping[str, Any]) -> object:
    """Return what the step gives as its type: `type`, else `method_name`."""
    return step.get("type") if step.get("type") is not None else step.get("method_name")


def validate_pipeline(pipeline: object) -> list[Problem]:
    """Return at most 200 problems, in the order of the pipeline. With warnings only, it may be stored."""
    if not isinstance(pipeline, list):
        return [Problem("", "a pipeline is a list of steps", "type", args={"wanted": "array"})]
    problems = list(_limits(pipeline)) or [found for _, found in zip(range(MAX_PROBLEMS), _steps(pipeline))]  # noqa: B905
    if not pipeline:
        problems.append(Problem("", "an empty pipeline is never available", "empty", WARNING))
    return problems


def _limits(pipeline: list[Any]) -> Iterator[Problem]:
    """A pipeline over a limit is not looked at any further."""
    if len(pipeline) > MAX_STEPS:
        yield Problem("", f"more than {MAX_STEPS} steps", "too_many_steps", args={"maximum": MAX_STEPS})
        return
    shape_problem = shape.first_problem(pipeline)
    if shape_problem:
        yield shape_problem
        return
    size = len(json.dumps(pipeline, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
    if size > MAX_PIPELINE_BYTES:
        args = {"size": size, "maximum": MAX_PIPELINE_BYTES}
        yield Problem("", f"{size} bytes, at most {MAX_PIPELINE_BYTES} are taken", "too_large", args=args)


def _steps(pipeline: list[Any]) -> Iterator[Problem]:
    for position, step in enumerate(pipeline):
        for problem in _step(step):
            yield problem.below(f"[{position}]")


def _step(step: object) -> Iterator[Problem]:
    if not isinstance(step, dict):
        yield Problem("", "a step is an object", "type", args={"wanted": "object"})
        return
    yield from _name(step)
    yield from _fields(step)
    yield from (problem.below("success_criteria") for problem in criteria.validate(step.get("success_criteria")))
    parameters = step.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        yield Problem("parameters", "must be an object", "type", args={"wanted": "object"})
        return
    step_type = step_type_of(step)
    if step_type:
        yield from (problem.below("parameters") for problem in check_parameters(step_type, parameters or {}))


def _name(step: dict[str, Any]) -> Iterator[Problem]:
    name = step_name(step)
    if name is None:
        yield Problem("type", "is missing", "missing", args={"name": "type"})
    elif not isinstance(name, str) or not re.fullmatch(STEP_NAME, name):
        yield Problem("type", "must be letters, digits and underscores", "step_name")
    elif name not in STEP_TYPES:
        meant = name.upper() if name.upper() in STEP_TYPES else None
        hint = f", {meant} is meant?" if meant else ""
        yield Problem("type", f"{name} is not in the catalogue{hint}", "unknown_step", WARNING, {"name": name, "meant": meant})


def _fields(step: dict[str, Any]) -> Iterator[Problem]:
    for name, value in step.items():
        if name not in STEP_FIELDS:
            yield Problem(name, "steps have no such field", "unknown_field", WARNING, {"name": name})
        wanted = FIELD_TYPES.get(name)
        if wanted and value is not None and not isinstance(value, wanted):
            yield Problem(name, f"must be {'text' if wanted is str else 'true or false'}", "type", ERROR, {"name": name})
