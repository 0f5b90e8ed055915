"""SERVICE_STATUS: does a service of the agent's machine run."""

from __future__ import annotations

from typing import Any, Mapping

from statusmonitor_agent.step_type import Parameter, ResultField, StepContext, StepOutcome, StepType, unavailable


def _run(parameters: Mapping[str, Any], _context: StepContext) -> StepOutcome:
    from statusmonitor_agent.services import ServiceError, look_up

    name = parameters["service_name"]
    try:
        found = look_up(name)
    except ServiceError as error:
        return unavailable(str(error), {"service_name": name, "error": str(error)})
    return StepOutcome(is_available=True, details={"service_name": name, **found})


STEP_TYPE = StepType(
    name="SERVICE_STATUS",
    description="State of a service on the machine the agent runs on; one that does not exist is unavailable.",
    parameters={"service_name": Parameter(str, "Name of the service", required=True, minimum=1, maximum=256)},
    result_fields={
        "service_name": ResultField(str, "Name of the service"),
        "status": ResultField(str, "Running, Stopped, Paused, StartPending, StopPending; on Linux also Failed"),
        "display_name": ResultField(str, "Its name for people"),
        "start_type": ResultField(str, "Automatic, Manual or Disabled"),
        "can_stop": ResultField(bool, "It may be stopped"),
        "error": ResultField(str, "Why nothing is known"),
    },
    run=_run,
)
