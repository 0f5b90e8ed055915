"""POWERSHELL_EXECUTE: a PowerShell script of the site; run by the PowerShell agents only."""

from __future__ import annotations

from statusmonitor_agent.step_type import StepType

STEP_TYPE = StepType(
    name="POWERSHELL_EXECUTE",
    description="Runs a PowerShell script (PowerShell agents only).",
    is_open=True,  # the script's parameters are the site's own
)
