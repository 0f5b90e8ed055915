"""A result step by step, for pages: from the details as the agent sent them and the pipeline as it stands now.

Whatever the agent sent is looked at with suspicion: of the wrong kind it is left out, never an error.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.criteria_text import Criterion, read_steps, wanted_of_step
from web.formats import short_json

MAX_STEPS = 100
MAX_VALUES = 60
_OWN_FIELDS = frozenset({"execution_target_host", "execution_mode_for_step"})


@dataclass(frozen=True, slots=True)
class Expectation:
    """A criterion, and the value it was held against; None where the details have no such plain field."""

    field: str
    wanted: str
    observed: str | None


@dataclass(frozen=True, slots=True)
class StepView:
    """`look`: available, warning (not judged), unavailable, or skipped (not run)."""

    number: int
    type: str
    look: str
    is_available: bool | None
    message: str | None
    target: str | None
    duration_ms: int | None
    expectations: list[Expectation]
    values: list[tuple[str, str]]


def steps_of(details: str | None, pipeline: str | None) -> list[StepView]:
    """Return the steps of a result, then those of `pipeline` that were not run.

    Both are JSON texts or None. Criteria come from the pipeline where it still has a step of this type at this place.
    """
    results = _results(details)
    planned = read_steps(pipeline) if pipeline else []
    steps = [_step(number, result, _planned(planned, number, result)) for number, result in enumerate(results[:MAX_STEPS], 1)]
    if results and len(planned) > len(results):
        steps += [_skipped(number, planned[number - 1]) for number in range(len(results) + 1, len(planned) + 1)]
    return steps


def message_of(details: str | None) -> str | None:
    """Return the message of the whole result, None when it is good or silent."""
    fields = _object(details)
    names = (
        "pipeline_overall_error_message",
        "pipeline_overall_error_message_bulk",
        "pipeline_error_message",
        "pipeline_status_message",
    )
    return next((fields[name] for name in names if isinstance(fields.get(name), str) and fields[name]), None)


def _results(details: str | None) -> list[dict[str, Any]]:
    found = _object(details).get("steps_results")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _object(text: str | None) -> dict[str, Any]:
    loaded = json.loads(text) if text else {}
    return loaded if isinstance(loaded, dict) else {}


def _planned(planned: list[dict[str, Any]], number: int, result: Mapping[str, Any]) -> Mapping[str, Any]:
    step = planned[number - 1] if number <= len(planned) else {}
    return step if _type(step) == result.get("StepType", _type(step)) else {}


def _type(step: Mapping[str, Any]) -> str:
    return str(step.get("type") or step.get("method_name") or "?")


def _step(number: int, result: Mapping[str, Any], planned: Mapping[str, Any]) -> StepView:
    details = result.get("Details")
    values = details if isinstance(details, dict) else {}
    is_available, success = result.get("IsAvailable") is True, result.get("CheckSuccess")
    message, duration_ms = result.get("ErrorMessage"), result.get("duration_ms")
    return StepView(
        number=number,
        type=str(result.get("StepType") or _type(planned)),
        look=_look(is_available=is_available, success=success),
        is_available=is_available,
        message=message if isinstance(message, str) and message else None,
        target=_target(values),
        duration_ms=duration_ms if isinstance(duration_ms, int) and not isinstance(duration_ms, bool) else None,
        expectations=[_expectation(each, values) for each in wanted_of_step(planned)],
        values=[(str(name), short_json(value)) for name, value in list(values.items())[:MAX_VALUES] if name not in _OWN_FIELDS],
    )


def _skipped(number: int, planned: Mapping[str, Any]) -> StepView:
    return StepView(number, _type(planned), "skipped", None, None, None, None, [], [])


def _look(*, is_available: bool, success: object) -> str:
    if not is_available or success is False:
        return "unavailable"
    return "available" if success is True else "warning"


def _target(values: Mapping[str, Any]) -> str | None:
    names = ("target_to_ping", "target", "url", "host", "service_name", "path")
    return next((values[name] for name in names if isinstance(values.get(name), str)), None)


def _expectation(criterion: Criterion, values: Mapping[str, Any]) -> Expectation:
    value: Any = values
    for name in criterion.field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    is_plain = value is not None and not isinstance(value, (dict, list))
    return Expectation(criterion.field, criterion.wanted, short_json(value) if is_plain else None)
