"""REGISTRY_KEY: a value of the Windows registry; run by the PowerShell agents only."""

from __future__ import annotations

from statusmonitor_agent.step_type import StepType

STEP_TYPE = StepType(
    name="REGISTRY_KEY",
    description="A value of the Windows registry (PowerShell agents only).",
    is_open=True,  # the script's parameters are the site's own
)
