"""Runs the steps of one job and makes one result of them: the worst wins, a step that is not available ends the run."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import Any, Mapping, Sequence

from statusmonitor_agent import bounds, criteria
from statusmonitor_agent.catalogue import step_name
from statusmonitor_agent.parameters import check_parameters, secrets_of, with_defaults
from statusmonitor_agent.problems import ERROR
from statusmonitor_agent.step_type import StepContext, StepOutcome, StepType, unavailable
from statusmonitor_agent.steps import STEP_TYPES
from statusmonitor_agent.timestamps import utc_now, with_z

LOG = logging.getLogger(__name__)
EXECUTION_MODE = "local_agent_step"
GOOD_MESSAGE = "all steps done"


@dataclass
class PipelineResult:
    """`success` is None when not available, or when a step could not tell. `message` names the first trouble."""

    is_available: bool = True
    success: bool | None = True
    message: str | None = None
    steps_results: list[dict[str, Any]] = field(default_factory=list)
    duration_ms: int = 0

    def details(self) -> dict[str, Any]:
        """Return what is sent as `detail_data`."""
        return {
            "steps_results": self.steps_results,
            "pipeline_status_message": self.message or GOOD_MESSAGE,
            "pipeline_error_message": self.message,
        }


def run_pipeline(
    pipeline: Sequence[Any],
    context: StepContext,
    *,
    step_types: Mapping[str, StepType] = STEP_TYPES,
) -> PipelineResult:
    """Run the steps in order. Never raises for what a step does.

    After a step that is not available no further one is run (they are absent from the results), unless that step
    says `continue_on_failure`; the whole is not available either way.
    """
    started = time.monotonic()
    result = PipelineResult()
    if not pipeline:
        result.is_available, result.message = False, "the pipeline is empty"
    for number, step in enumerate(pipeline, start=1):
        step_result = run_step(step, context, step_types=step_types)
        _aggregate(result, step_result, number)
        if not step_result["IsAvailable"] and not _continues(step):
            break
    if not result.is_available:
        result.success = None
    _bound_together(result.steps_results)
    result.duration_ms = round((time.monotonic() - started) * 1000)
    return result


def _bound_together(steps_results: list[dict[str, Any]]) -> None:
    """Many steps share one size limit; with the few that are usual each has its own."""
    limit = bounds.MAX_STEPS_BYTES // max(1, len(steps_results))
    if limit < bounds.MAX_DETAILS_BYTES:
        for step_result in steps_results:
            step_result["Details"] = bounds.bounded(step_result["Details"], limit)


def _continues(step: Any) -> bool:
    return isinstance(step, dict) and step.get("continue_on_failure") is True


def _aggregate(result: PipelineResult, step_result: dict[str, Any], number: int) -> None:
    result.steps_results.append(step_result)
    if not step_result["IsAvailable"]:
        result.is_available = False
    result.success = worst(result.success, step_result["CheckSuccess"])
    is_good = step_result["IsAvailable"] and step_result["CheckSuccess"] is True
    if not is_good and result.message is None:
        result.message = bounds.one_message(f"step {number} ({step_result['StepType']}): {step_result['ErrorMessage']}")


def worst(first: bool | None, second: bool | None) -> bool | None:  # noqa: FBT001 - verdicts, not switches
    """Return the worse of two verdicts: false before undetermined before true."""
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def run_step(
    step: Any,
    context: StepContext,
    *,
    step_types: Mapping[str, StepType] = STEP_TYPES,
) -> dict[str, Any]:
    """Run one step and return its result, with secrets removed and details bounded."""
    timestamp, started = with_z(utc_now()), time.monotonic()
    fields = step if isinstance(step, dict) else {}
    name = str(step_name(fields))
    step_type = step_types.get(name)
    given = _parameters(fields)
    outcome = _attempt(step_type, name, given, context)
    success, message = _verdict(outcome, fields.get("success_criteria"))
    secrets = secrets_of(step_type, given) if step_type and isinstance(given, dict) else []
    details = bounds.without_secrets(bounds.plain_json(outcome.details), secrets)
    details.update(execution_target_host=context.executor_host, execution_mode_for_step=EXECUTION_MODE)
    return {
        "IsAvailable": outcome.is_available,
        "CheckSuccess": success,
        "Timestamp": timestamp,
        "StepType": bounds.plain_json(name[:100]),
        "ErrorMessage": bounds.one_message(bounds.without_secrets(bounds.plain_json(message), secrets)) if message else None,
        "Details": bounds.bounded(details),
        "duration_ms": round((time.monotonic() - started) * 1000),
    }


def _parameters(step: Mapping[str, Any]) -> Any:
    """Return the parameters, with the step's own `target` where the step type takes one and none is given."""
    given = step.get("parameters") or {}
    target = step.get("target")
    step_type = STEP_TYPES.get(str(step_name(step)))
    if isinstance(given, dict) and isinstance(target, str) and step_type and "target" in step_type.parameters:
        return {**given, "target": given.get("target") or target}
    return given


def _attempt(step_type: StepType | None, name: str, given: Any, context: StepContext) -> StepOutcome:
    if step_type is None or step_type.run is None:
        return unavailable(f"this agent has no step {name}" if step_type is None else f"this agent cannot run {name}")
    if not isinstance(given, dict):
        return unavailable("parameters must be an object")
    problems = [problem for problem in check_parameters(step_type, given) if problem.severity == ERROR]
    wrong = [problem for problem in problems if problem.code != "unknown_parameter"]  # perhaps of a newer agent
    if wrong:
        return unavailable("; ".join(f"{problem.path} {problem.message}" for problem in wrong[:5]))
    try:
        return step_type.run(with_defaults(step_type, given), context)
    except Exception as error:  # whatever a step does, the other jobs go on
        LOG.debug("step %s raised", name, exc_info=True)
        return unavailable(f"{type(error).__name__}: {error}")


def _verdict(outcome: StepOutcome, wanted: Any) -> tuple[bool | None, str | None]:
    """Return success and message: the step's own verdict and its criteria, the worse of the two."""
    if not outcome.is_available:
        return None, outcome.message or "the step is not available"
    verdict = criteria.evaluate(wanted, outcome.details)
    success = worst(outcome.success, verdict.value)
    if success is True:
        return True, None
    if outcome.success is not True and outcome.success == success:
        return success, outcome.message or "the step was no success"
    return success, verdict.message or outcome.message or "the step could not be judged"
