"""JSON_ANALYZE: values inside a JSON file; run by the PowerShell agents only."""

from __future__ import annotations

from statusmonitor_agent.step_type import StepType

STEP_TYPE = StepType(
    name="JSON_ANALYZE",
    description="Values inside a JSON file (PowerShell agents only).",
    is_open=True,  # the script's parameters are the site's own
)
